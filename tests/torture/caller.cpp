#include "tests/torture/caller.hpp"

#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <thread>
#include <unordered_set>
#include <utility>

#include "tests/torture/work.hpp"

namespace samovar::torture {
namespace {

using Steady = std::chrono::steady_clock;

// Longest wait for answers: no campaign keeps a daemon away for so long. What is not there then is
// lost.
constexpr std::chrono::seconds kPatience{60};
// The job that a planted fault befalls: not the first, for which models may have to be loaded.
constexpr std::uint64_t kPlanted = 7;
constexpr std::chrono::seconds kPlantedDelay{3};
constexpr std::chrono::microseconds kPlantedSlowness{500};
constexpr std::uint64_t kPlantedLeak = 4u << 20;

std::int64_t now_ns() {
    return std::chrono::nanoseconds(Steady::now().time_since_epoch()).count();
}

bool is_the_connection(Errc code) {
    return code == Errc::disconnected || code == Errc::no_daemon;
}

// What the process does.
class Calls {
  public:
    Calls(const CallerPlan& plan, Book& book)
        : plan_(plan),
          book_(book),
          chance_(plan.seed),
          client_(Client::connect(options()).value()) {}

    void run() {
        while (!book_.leave) {
            burst();
            if (is_cut_) reconnect();
            if (leaks_ < book_.stride) leak();
            if (plan_.pause.count() > 0) std::this_thread::sleep_for(plan_.pause);
        }
    }

  private:
    Options options() const { return {.socket = plan_.socket.string(), .name = "torture"}; }

    void burst() {
        for (std::uint64_t left = between(chance_, 1, plan_.burst); left > 0 && !is_cut_; --left)
            submit();
        if (Result<void> done = client_.drain(kPatience); !done) note(done.error());
    }

    void submit() {
        const std::uint64_t number = ++book_.begun;
        // Other callers have other numbers.
        const Work work = Work::draw(chance_, plan_.seed ^ (number << 20), plan_.side);
        Result<JobSpec> spec = work.spec(client_);
        if (!spec) return end(number, spec.error());
        const auto begun = Steady::now();
        if (plan_.plant == "slower")
            std::this_thread::sleep_for(kPlantedSlowness * book_.stride.load());
        const auto answered = [this, number, work, begun](const Result<JobResult>& result) {
            if (!result) return end(number, result.error());
            book_.add_latency(Steady::now() - begun);
            end_well(number, work.is_right(*result));
        };
        if (Result<void> sent = client_.submit(std::move(*spec), answered); !sent)
            end(number, sent.error());
    }

    void end_well(std::uint64_t number, bool right) {
        if (!first_end(number)) return;
        if (number == kPlanted && plan_.plant == "lost-job") return;
        if (number == kPlanted && plan_.plant == "wrong-answer") right = false;
        ++(right ? book_.ended[0] : book_.wrong);
        if (right) book_.served = now_ns();
        if (number == kPlanted && plan_.plant == "double") first_end(number);
    }

    void end(std::uint64_t number, const Error& error) {
        if (!first_end(number)) return;
        ++book_.ended[std::min(static_cast<std::size_t>(error.code), Book::kCodes - 1)];
        if (error.message.empty() || (error.hint.empty() && !is_the_connection(error.code)))
            ++book_.dumb;
        if (is_the_connection(error.code)) is_cut_ = true;
        note(error);
    }

    bool first_end(std::uint64_t number) {
        const bool first = ended_.insert(number).second;
        if (!first) ++book_.twice;
        return first;
    }

    void reconnect() {
        const std::int64_t cut = now_ns();
        if (plan_.plant == "slow-reconnect") std::this_thread::sleep_for(kPlantedDelay);
        while (!client_.ping()) {
            if (book_.leave) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        // Who was quicker than whoever tells that the daemon is ready has not waited at all.
        const std::int64_t ready = book_.daemon_ready;
        const std::int64_t took = ready > cut ? now_ns() - ready : 0;
        book_.slowest_reconnect = std::max(book_.slowest_reconnect.load(), took);
        ++book_.reconnects;
        is_cut_ = false;
    }

    // One more session, or one more picture's memory that a worker has touched: for each stride.
    void leak() {
        ++leaks_;
        if (plan_.plant == "leak-descriptor") {
            if (auto session = Client::connect(options())) sessions_.push_back(std::move(*session));
        } else if (plan_.plant == "leak-memory") {
            Result<Slot> from = client_.take(kPlantedLeak), to = client_.take(kPlantedLeak);
            if (!from || !to) return;
            JobSpec spec{.model = "invert"};
            spec.inputs.push_back({"", DType::uint8, {1024, 1024, 3}, std::move(*from), {}});
            spec.outputs.push_back(std::move(*to));
            if (Result<JobResult> done = client_.run(std::move(spec))) {
                kept_.push_back(std::move(done->inputs.at(0)));
                kept_.push_back(std::move(done->outputs.at(0).slot));
            }
        }
    }

    void note(const Error& error) {
        if (book_.fault[0] == 0)
            std::snprintf(book_.fault.data(), book_.fault.size(), "%.*s: %s",
                          static_cast<int>(to_string(error.code).size()),
                          to_string(error.code).data(), describe(error).c_str());
    }

    const CallerPlan& plan_;
    Book& book_;
    Chance chance_;
    Client client_;
    std::unordered_set<std::uint64_t> ended_;
    std::uint64_t leaks_ = 0;
    std::vector<Client> sessions_;
    std::vector<Slot> kept_;
    bool is_cut_ = false;
};

}  // namespace

Caller::Caller(CallerPlan plan)
    : process_(std::make_unique<tests::Process>(
          [plan = std::move(plan), &book = *book_] { Calls(plan, book).run(); })) {}

bool Caller::leave() {
    book_->leave = true;
    const std::optional<int> status = process_->wait_for_exit(2 * kPatience);
    return status == 0;
}

void Caller::kill() {
    process_->signal(SIGKILL);
    process_->wait_for_exit();
}

}  // namespace samovar::torture
