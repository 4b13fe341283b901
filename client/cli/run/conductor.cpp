#include "client/cli/run/conductor.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "client/cli/exit_code.hpp"
#include "client/cli/words.hpp"

namespace samovar::cli {
namespace {

using std::chrono::milliseconds;

// How often the terminal is drawn: fast enough for an eye.
constexpr milliseconds kTick{100};
// After an interrupt: how often a job that was just being submitted is looked for, and how long
// those that run are waited for. A job in a worker cannot be stopped, only forgotten.
constexpr milliseconds kCancelAgain{50}, kGrace{500};

Error cancelled() {
    return {Errc::cancelled, "cancelled", "", 0, 0};
}

}  // namespace

Conductor::Conductor(Console& console, Client& client, const RunRequest& request,
                     const Stage& stage)
    : console_(console), client_(client), request_(request), stage_(stage) {
    reports_.resize(request.jobs());
}

int Conductor::conduct(Lanes& lanes) {
    while (true) {
        if (accept(lanes)) break;
        draw();
        wait(lanes);
        interrupt(lanes);
        if (interrupted_ && Clock::now() - *interrupted_ > kGrace && !lanes.over()) {
            accept(lanes);
            const int code = conclude();
            std::fflush(stdout);
            std::_Exit(code);
        }
    }
    return conclude();
}

void Conductor::wait(const Lanes& lanes) {
    pollfd watched[] = {{lanes.fd(), POLLIN, 0}, {signals_.fd(), POLLIN, 0}};
    const auto timeout = interrupted_              ? kCancelAgain
                         : console_.err().terminal ? kTick
                                                   : milliseconds(-1);
    ::poll(watched, 2, static_cast<int>(timeout.count()));
}

void Conductor::interrupt(Lanes& lanes) {
    signalfd_siginfo signal{};
    if (::read(signals_.fd(), &signal, sizeof signal) == sizeof signal) {
        if (interrupted_) ::_exit(kTooLate);
        interrupted_ = Clock::now();
        no_use_ = cancelled();
        lanes.stop();
    }
    if (interrupted_) client_.cancel_all();
}

bool Conductor::accept(Lanes& lanes) {
    Lanes::Taken taken = lanes.take();
    for (auto& [job, report] : taken.finished) {
        // Stopped before it was begun, because it would be in vain: conclude() says so.
        if (no_use_ && !interrupted_ && report.error && report.error->code == Errc::cancelled)
            continue;
        ++finished_;
        failed_ += report.error ? 1 : 0;
        if (report.error && holds_for_all(*report.error) && !no_use_)
            no_use_ = report.error;  // and the lanes have stopped
        reports_[job] = std::move(report);
    }
    print_finished();
    return taken.over;
}

void Conductor::print_finished() {
    for (; printed_ < reports_.size() && reports_[printed_]; ++printed_) {
        JobReport& report = *reports_[printed_];
        if (!request_.files.empty()) report.file = request_.files[printed_];
        if (report.error && is_news(*report.error)) console_.complain(*report.error, report.file);
        const std::string cut = report.texts ? cut_in_words(*report.texts) : "";
        if (!cut.empty()) console_.note("samovar: " + cut);
        if (console_.json) continue;
        for (const Kept& kept : report.outputs)
            console_.print({reinterpret_cast<const char*>(kept.stream.data()), kept.stream.size()});
        console_.print(to_lines(report, request_.jobs() > 1));
        report.outputs.clear();
        report.texts.reset();
    }
}

// Whoever interrupts knows it; and what holds for every file that is left is said once.
bool Conductor::is_news(const Error& error) {
    if (error.code == Errc::cancelled) return !interrupted_;
    return !holds_for_all(error) || !std::exchange(told_no_use_, true);
}

void Conductor::draw() const {
    if (!console_.err().terminal || Clock::now() - began_ < kTick) return;
    const std::string stage = stage_.get();
    if (reports_.size() == 1)
        return console_.status(stage.empty() ? request_.model + " ..."
                                             : fmt::format("{}: {}", request_.model, stage));
    const double share = static_cast<double>(finished_) / static_cast<double>(reports_.size());
    std::string line = fmt::format("{} {}/{}", bar(share, 24), finished_, reports_.size());
    if (failed_ > 0) line += fmt::format(", {} failed", failed_);
    const std::chrono::duration<double> taken = Clock::now() - began_;
    if (finished_ > 0)
        line += fmt::format(", {:.1f} a second", static_cast<double>(finished_) / taken.count());
    else if (!stage.empty())
        line += ", " + stage;
    console_.status(line);
}

int Conductor::conclude() {
    std::vector<JobReport> reports;
    reports.reserve(reports_.size());
    for (std::optional<JobReport>& report : reports_) {
        if (!report) {
            report.emplace();
            report->error = no_use_ ? *no_use_ : cancelled();
            if (!interrupted_) report->error->message = "not tried: " + report->error->message;
        }
    }
    print_finished();
    for (std::optional<JobReport>& report : reports_)
        reports.push_back(std::move(*report));
    if (console_.json) console_.print_document(to_json(reports));

    const auto done = static_cast<std::size_t>(std::count_if(
        reports.begin(), reports.end(), [](const JobReport& report) { return !report.error; }));
    const std::chrono::duration<double> taken = Clock::now() - began_;
    if (interrupted_)
        console_.note(fmt::format("samovar: cancelled; {} of {} done", done,
                                  count_of(reports.size(), "job")));
    else if (reports.size() > 1 && no_use_)
        console_.note(fmt::format("samovar: not done: {} of {}", reports.size() - done,
                                  count_of(reports.size(), "job")));
    else if (reports.size() > 1 && (done < reports.size() || console_.err().terminal))
        console_.note(fmt::format("{} of {} done in {:.2f} s", done,
                                  count_of(reports.size(), "job"), taken.count()));
    return interrupted_ ? static_cast<int>(kTooLate) : exit_code(reports);
}

int exit_code(const std::vector<JobReport>& reports) {
    std::optional<int> common;
    bool differ = false;
    for (const JobReport& report : reports) {
        int code = report.error ? exit_code(report.error->code) : kDone;
        // Refused here, before the daemon was asked: the file is at fault, not the request.
        if (code == kRefused && report.wall.count() == 0 && report.error->code == Errc::bad_input)
            code = kFailed;
        differ = differ || (common && *common != code);
        common = code;
    }
    return differ ? static_cast<int>(kFailed) : common.value_or(kDone);
}

}  // namespace samovar::cli
