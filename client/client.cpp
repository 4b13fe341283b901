#include <samovar/client.hpp>

#include <algorithm>
#include <utility>

#include "client/conversions.hpp"
#include "client/event_watch.hpp"
#include "client/job_access.hpp"
#include "client/running_job.hpp"
#include "client/session.hpp"

namespace samovar {

using client::Deadline;
using client::RunningJob;
using std::chrono::milliseconds;

Client::Client(std::shared_ptr<client::Session> session) noexcept : session_(std::move(session)) {}
Client::Client(Client&&) noexcept = default;

Client& Client::operator=(Client&& other) noexcept {
    if (this == &other) return *this;
    if (session_) session_->close();
    session_ = std::move(other.session_);
    return *this;
}

Client::~Client() {
    if (session_) session_->close();
}

Result<Client> Client::connect(Options options) {
    Result<std::shared_ptr<client::Session>> session = client::Session::open(std::move(options));
    if (!session) return session.error();
    return Client(std::move(*session));
}

DaemonInfo Client::daemon() const {
    return session_->daemon();
}
const std::string& Client::socket() const noexcept {
    return session_->socket();
}

// ---- The daemon and its models ------------------------------------------------------------------

namespace {

// An answer as the public structure of its name.
template <class Answer>
auto in_public(Result<Answer> answer) -> Result<decltype(client::to_public(std::move(*answer)))> {
    if (!answer) return std::move(answer).error();
    return client::to_public(std::move(*answer));
}

std::uint64_t count_of(milliseconds length) {
    return static_cast<std::uint64_t>(std::max<milliseconds::rep>(length.count(), 0));
}

template <class Answer>
Result<void> if_ok(const Result<Answer>& answer) {
    if (!answer) return answer.error();
    return {};
}

}  // namespace

Result<PingReport> Client::ping() {
    const auto start = client::Clock::now();
    const auto pong = session_->ask<ipc::Pong>(ipc::Ping{}, session_->options().call_timeout);
    if (!pong) return pong.error();
    return PingReport{client::Clock::now() - start, milliseconds(pong->uptime_ms), pong->pid};
}

Result<std::vector<ModelSummary>> Client::models() {
    auto list = session_->ask<ipc::ModelList>(ipc::ListModels{}, session_->options().call_timeout);
    if (!list) return list.error();
    return client::all_public(std::move(list->models));
}

Result<ModelInfo> Client::info(const std::string& model) {
    return in_public(
        session_->ask<ipc::ModelInfo>(ipc::DescribeModel{model}, session_->options().call_timeout));
}

Result<DaemonStatus> Client::status(bool all) {
    return in_public(
        session_->ask<ipc::StatusReport>(ipc::Status{all}, session_->options().call_timeout));
}

Result<LoadReport> Client::load(const std::string& model,
                                std::function<void(const Progress&)> on_progress,
                                milliseconds timeout, milliseconds length) {
    auto loaded = session_->ask<ipc::ModelLoaded>(ipc::LoadModel{model, count_of(length)}, timeout,
                                                  std::move(on_progress));
    if (!loaded) return loaded.error();
    LoadReport report = client::to_public(std::move(loaded->report));
    report.was_hot = loaded->was_hot;
    return report;
}

Result<void> Client::unload(const std::string& model, milliseconds timeout, milliseconds length) {
    return if_ok(session_->ask<ipc::Ok>(ipc::UnloadModel{model, count_of(length)}, timeout));
}

Result<void> Client::wish(const std::string& model, Wish wish, milliseconds length) {
    return if_ok(session_->ask<ipc::Ok>(
        ipc::SetResidency{model, static_cast<ipc::Wish>(wish), count_of(length)},
        session_->options().call_timeout));
}

Result<Explanation> Client::why(const std::string& model) {
    return in_public(session_->ask<ipc::Explanation>(ipc::ExplainModel{model},
                                                     session_->options().call_timeout));
}

Result<Warmth> Client::warmth(const std::string& model) {
    return in_public(
        session_->ask<ipc::Warmth>(ipc::DescribeWarmth{model}, session_->options().call_timeout));
}

Result<std::vector<MinuteOfCalls>> Client::calls(std::chrono::sys_time<milliseconds> since) {
    std::vector<MinuteOfCalls> minutes;
    const Deadline deadline(session_->options().call_timeout);
    // The daemon tells a page at a time, until there is none.
    for (std::size_t known = 0;; known = minutes.size()) {
        const auto watch = std::make_shared<client::EventWatch>(
            ipc::WatchEvents{count_of(since.time_since_epoch()), false, true});
        if (Result<void> started = session_->start(watch, deadline); !started)
            return started.error();
        if (!session_->wait(*watch, deadline)) {
            session_->forget(*watch);
            return Error{Errc::timed_out, "the daemon did not tell of its calls in time",
                         "ask for a shorter time", 0, 0};
        }
        if (!watch->end) return watch->end.error();
        for (ipc::Event& event : watch->take())
            minutes.push_back({std::chrono::sys_time<milliseconds>(milliseconds(event.at_ms)),
                               std::move(event.model), event.calls});
        if (minutes.size() == known) return minutes;
        for (; known < minutes.size(); ++known)
            since = std::max(since, minutes[known].at + std::chrono::minutes(1));
    }
}

Result<void> Client::events(std::chrono::sys_time<milliseconds> since, bool follow,
                            const std::function<void(const Event&)>& tell) {
    const auto from = static_cast<std::uint64_t>(
        std::max<milliseconds::rep>(since.time_since_epoch().count(), 0));
    const auto watch = std::make_shared<client::EventWatch>(ipc::WatchEvents{from, follow, false});
    const Deadline start(session_->options().call_timeout);
    if (Result<void> started = session_->start(watch, start); !started) return started;
    while (true) {
        const bool done = watch->done();
        for (ipc::Event& event : watch->take())
            tell(client::to_public(std::move(event)));
        if (done) return watch->end;
        session_->wait_a_round(Deadline(milliseconds(std::chrono::seconds(1))));
    }
}

Result<Loan> Client::lend(const LoanTerms& terms, int pidfd, milliseconds timeout) {
    Result<ipc::Lent> lent =
        session_->lend(ipc::Lend{terms.device, terms.bytes}, pidfd, Deadline(timeout));
    if (!lent) return lent.error();
    return Loan{std::move(lent->device), lent->freed, lent->held};
}

Result<ReloadEntry> Client::add(const std::string& folder) {
    auto report =
        session_->ask<ipc::ReloadReport>(ipc::AddModel{folder}, session_->options().call_timeout);
    if (!report) return report.error();
    if (report->entries.size() != 1)
        return Error{Errc::protocol, "the daemon's answer is not about one folder", "", 0, 0};
    return client::to_public(std::move(report->entries.front()));
}

Result<void> Client::remove(const std::string& model) {
    return if_ok(session_->ask<ipc::Ok>(ipc::RemoveModel{model}, session_->options().call_timeout));
}

Result<std::vector<ReloadEntry>> Client::reload() {
    auto report = session_->ask<ipc::ReloadReport>(ipc::Reload{}, session_->options().call_timeout);
    if (!report) return report.error();
    return client::all_public(std::move(report->entries));
}

// ---- Memory -------------------------------------------------------------------------------------

Result<Slot> Client::take(std::uint64_t bytes) {
    return session_->take(bytes);
}
Result<void> Client::reserve(std::uint64_t bytes) {
    return session_->reserve(bytes);
}
void Client::trim() {
    session_->trim();
}

// ---- Jobs ---------------------------------------------------------------------------------------

namespace {

// Starts the job, or leaves `spec` as it was.
Result<std::shared_ptr<RunningJob>> start(client::Session& session, JobSpec& spec,
                                          JobCallback callback, Deadline deadline) {
    if (Result<void> checked = RunningJob::check(spec); !checked) return checked.error();
    auto job = std::make_shared<RunningJob>(std::move(spec), std::move(callback));
    if (Result<void> started = session.start(job, deadline); !started) {
        spec = job->take_spec();
        return started.error();
    }
    return job;
}

Deadline submit_deadline(const client::Session& session) {
    return Deadline(session.options().call_timeout);
}

}  // namespace

Result<Job> Client::submit(JobSpec&& spec) {
    auto job = start(*session_, spec, nullptr, submit_deadline(*session_));
    if (!job) return job.error();
    return client::JobAccess::make(session_, std::move(*job));
}

Result<void> Client::submit(JobSpec&& spec, JobCallback callback) {
    return if_ok(start(*session_, spec, std::move(callback), submit_deadline(*session_)));
}

Result<JobResult> Client::run(JobSpec&& spec, milliseconds timeout) {
    const Deadline deadline(timeout);
    while (true) {
        auto job = start(*session_, spec, nullptr, deadline);
        if (!job) {
            if (job.error().code != Errc::busy || deadline.over()) return job.error();
            session_->wait_a_round(deadline);
            continue;
        }
        if (!session_->wait(**job, deadline)) {
            session_->cancel(**job);
            (*job)->end_progress();
            return Error{Errc::timed_out,
                         "the job was not done in " + std::to_string(timeout.count()) +
                             " ms and was cancelled",
                         "allow more time", 0, 0};
        }
        Result<JobResult> result = (*job)->take_result();
        if (result) return result;
        spec = (*job)->take_spec();
        const Error& error = result.error();
        if (error.code != Errc::busy || deadline.over()) return result;
        const Deadline pause(std::min(
            milliseconds(std::max<std::uint64_t>(error.retry_after_ms, 1)), deadline.remaining()));
        while (!pause.over())
            session_->wait_a_round(pause);
    }
}

Result<void> Client::drain(milliseconds timeout) {
    if (session_->drain(Deadline(timeout))) return {};
    return Error{Errc::timed_out, "jobs are still in flight", "wait longer, or cancel them", 0, 0};
}

void Client::cancel_all() {
    session_->cancel_all();
}
std::size_t Client::jobs_in_flight() const {
    return session_->jobs_in_flight();
}

// ---- Event loops --------------------------------------------------------------------------------

int Client::fd() const {
    return session_->fd();
}
short Client::events() const {
    return session_->events();
}
Result<std::size_t> Client::dispatch() {
    return session_->dispatch();
}

}  // namespace samovar
