#include "tests/integration/faults/call_story.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <tuple>

#include "tests/support/descriptors.hpp"
#include "tests/support/http_get.hpp"
#include "tests/support/process.hpp"
#include "tests/support/test_client.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

// A request that takes longer was answered by a time-out alone: the daemon's shortest is 10 s. What
// loads a model starts a worker, which takes a while on a busy machine.
constexpr seconds kSoon{9};
constexpr seconds kLoading{60};
// Where there is no eventfd, Asio takes a pipe, which has two ends.
constexpr std::size_t kPipeForEvent = 1;
constexpr std::uint64_t kSmallChannel = 1u << 20, kLargeChannel = 8u << 20;

// A clear refusal, or the end of a connection: whoever is told that can do something about it.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};
// What must not be.
struct Wrong : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Story {
  public:
    explicit Story(const StoryPlan& plan) : plan_(plan), board_(folder_.path()) {
        fs::create_directory(models());
        for (const char* model : {"add", "invert"})
            fs::create_directory_symlink(plan.models / model, models() / model);
        fs::create_directory(folder_.path() / "more");
        fs::create_directory_symlink(plan.models / "tiny-pt2", folder_.path() / "more/tiny-pt2");
    }

    StoryEnd tell() {
        const auto begin = Clock::now();
        arm(When::living);
        if (start()) {
            live();
            board_.disarm();
            note_strikes();
            read(board_.daemon(), end_.living);
            recover();
            finish();
        }
        end_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        if (!end_.troubles.empty())
            end_.troubles.push_back("the daemon's log:\n" + text_of(folder_.path() / "log"));
        return std::move(end_);
    }

  private:
    fs::path models() const { return folder_.path() / "models"; }
    fs::path socket() const { return folder_.path() / "s"; }
    fs::path metrics() const { return folder_.path() / "m"; }

    void trouble(const std::string& what) { end_.troubles.push_back(what); }

    void arm(When when) {
        if (!plan_.fault || plan_.fault->when != when) return;
        ProgramFaults& program =
            plan_.fault->whose == Whose::daemon ? board_.daemon() : board_.worker();
        FaultBoard::arm(program, plan_.fault->fault);
    }
    void note_strikes() {
        end_.reached |= board_.daemon().struck > 0 || board_.worker().struck > 0;
    }
    static void read(ProgramFaults& program, std::array<std::uint64_t, kCallCount>& counts) {
        for (std::size_t i = 0; i < kCallCount; ++i)
            counts[i] = program.calls[i];
    }

    // Whether the daemon runs; where it does not, it must have said why.
    bool start() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
        const ipc::UniqueFd ready(ends[0]);
        ipc::UniqueFd told(ends[1]);
        std::vector<std::string> line{SAMOVAR_PROGRAMS "/samovard"};
        for (const auto& [option, value] : std::initializer_list<std::pair<const char*, fs::path>>{
                 {"--socket", socket()},
                 {"--metrics-socket", metrics()},
                 {"--models", models()},
                 {"--store", folder_.path() / "store"},
                 {"--state", folder_.path() / "state"},
                 {"--worker-folder", SAMOVAR_PROGRAMS},
                 {"--threads", "1"},
                 {"--linger", "0"},
                 {"--log-level", "debug"},
                 {"--ready-fd", std::to_string(told.get())}}) {
            line.emplace_back(option);
            line.push_back(value.string());
        }
        std::vector<std::string> environment = board_.environment();
        environment.emplace_back("CUDA_VISIBLE_DEVICES=");
        daemon_ = std::make_unique<Process>(
            Process::Plan{line, environment, folder_.path() / "log", {told.get()}});
        told.reset();
        pollfd waiting{ready.get(), POLLIN, 0};
        char newline = 0;
        if (::poll(&waiting, 1, static_cast<int>(milliseconds(kLoading).count())) == 1 &&
            ::read(ready.get(), &newline, 1) == 1)
            return true;
        board_.disarm();
        note_strikes();
        const std::optional<int> status = daemon_->wait_for_exit(seconds(10));
        end_.refusal = text_of(folder_.path() / "log");
        if (!status)
            trouble("the daemon neither became ready nor ended");
        else if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 1)
            trouble("the daemon did not start, with the wait status " + std::to_string(*status));
        else if (end_.refusal.find("samovard: ") == std::string::npos)
            trouble("the daemon did not start, and does not say why");
        if (!end_.reached) trouble("the daemon did not start, and nothing failed");
        return false;
    }

    // One step: right, or refused in clear words, and soon.
    void step(const std::string& what, seconds limit, const std::function<void()>& act) {
        const auto begin = Clock::now();
        try {
            act();
        } catch (const Refused& refusal) {
            end_.refused.push_back(what + ": " + refusal.what());
        } catch (const std::exception& fault) {
            // What the library of the tests says of an error, and of a connection that ended.
            const std::string words = fault.what();
            if (words.starts_with("error ") ||
                words.find("has ended the connection") != std::string::npos ||
                words.find("closed the connection") != std::string::npos)
                end_.refused.push_back(what + ": " + words);
            else
                trouble(what + ": " + words);
        }
        if (Clock::now() - begin > limit * plan_.slack)
            trouble(what + ": took longer than " + std::to_string(limit.count()) + " s");
        if (const auto status = daemon_->wait_for_exit(milliseconds(0)))
            throw Wrong("the daemon has ended with the wait status " + std::to_string(*status) +
                        " in the midst of: " + what);
    }

    // The answer that was hoped for. An error must say something.
    template <class Reply, class Message>
    static Reply ask(TestClient& client, const Message& message, int descriptor = -1) {
        const Answer answer = client.answer(client.ask(message, descriptor), kLoading);
        return hoped<Reply>(answer);
    }
    template <class Reply>
    static Reply hoped(const Answer& answer) {
        if (!answer.is<ipc::ErrorReply>()) return answer.as<Reply>();
        const Error error = answer.error();
        if (error.message.empty()) throw Wrong("an error without words");
        throw Refused(samovar::describe(error));
    }

    TestClient& client() {
        if (!first_) first_ = std::make_unique<TestClient>(socket());
        return *first_;
    }

    void expect_sums(const std::vector<float>& sums) const {
        std::vector<float> right{13, 24, 35};
        if (plan_.lie) right[1] += 1;
        if (sums != right) throw Wrong("a wrong result");
    }
    void add_inline(TestClient& asking) const {
        const auto done =
            ask<ipc::Done>(asking, job("add", {floats({3, 4, 5}), floats({10, 20, 30})}));
        expect_sums(values_of<float>(done.outputs.at(0)));
    }
    void add_in(TestClient& asking, const TestChannel& channel) const {
        constexpr std::uint64_t kSum = 128;
        const std::vector<float> values{3, 4, 5};
        std::memcpy(channel.bytes().data(), values.data(), 12);
        std::memset(channel.bytes().data() + kSum, 0, 12);
        ask<ipc::Done>(
            asking,
            job("add", {slot_input(DType::float32, {3}, channel.id, 0), floats({10, 20, 30})},
                {ipc::OutputPlace{channel.id, kSum, 12}}));
        std::vector<float> sums(3);
        std::memcpy(sums.data(), channel.bytes().data() + kSum, 12);
        expect_sums(sums);
    }
    static TestChannel channel_of(TestClient& asking, std::uint64_t bytes) {
        Answer answer = asking.answer(asking.ask(ipc::OpenChannel{bytes}), kSoon);
        const auto opened = hoped<ipc::ChannelOpened>(answer);
        Result<ipc::Mapping> mapping = ipc::Mapping::open(answer.descriptor.get(), opened.bytes);
        if (!mapping) throw Wrong(samovar::describe(mapping.error()));
        return {opened.channel, std::move(answer.descriptor), std::move(*mapping)};
    }
    // Cold, and its worker gone.
    static void unload(TestClient& asking) {
        ask<ipc::Ok>(asking, ipc::UnloadModel{"add"});
        wait_until(
            [&] {
                const auto status = ask<ipc::StatusReport>(asking, ipc::Status{});
                return std::all_of(status.workers.begin(), status.workers.end(),
                                   [](const auto& worker) { return worker.pid == 0; });
            },
            seconds(10));
    }

    void live() try {
        std::optional<TestChannel> small, large;
        step("connect", kSoon, [&] { client(); });
        step("load", kLoading, [&] { ask<ipc::ModelLoaded>(client(), ipc::LoadModel{"add"}); });
        step("open a channel", kSoon, [&] { small = channel_of(client(), kSmallChannel); });
        step("open a large channel", kSoon, [&] { large = channel_of(client(), kLargeChannel); });
        for (int i = 0; i < 3; ++i) {
            step("a job in the message", kLoading, [&] { add_inline(client()); });
            if (small) step("a job in a channel", kLoading, [&] { add_in(client(), *small); });
            if (large) step("a job in a large one", kLoading, [&] { add_in(client(), *large); });
        }
        step("status", kSoon, [&] { ask<ipc::StatusReport>(client(), ipc::Status{}); });
        step("list", kSoon, [&] { ask<ipc::ModelList>(client(), ipc::ListModels{}); });
        step("scrape", kSoon, [&] {
            const std::string text = http_get(metrics(), "/metrics");
            if (text.empty()) throw Refused("the daemon has ended the connection of a scraper");
            if (text.find("samovar_") == std::string::npos) throw Wrong("no metrics in: " + text);
        });
        step("add a model", kLoading, [&] {
            ask<ipc::ReloadReport>(client(),
                                   ipc::AddModel{(folder_.path() / "more/tiny-pt2").string()});
        });
        step("reload", kLoading, [&] { ask<ipc::ReloadReport>(client(), ipc::Reload{}); });
        step("a second client", kLoading, [&] {
            TestClient second(socket());
            if (small) {
                const auto again = ask<ipc::ChannelOpened>(
                    second, ipc::ResumeChannel{kSmallChannel}, small->memfd.get());
                ask<ipc::Ok>(second, ipc::CloseChannel{again.channel});
            }
            add_inline(second);
        });
        step("unload", kLoading, [&] { unload(client()); });
        step("a job of a cold model", kLoading, [&] { add_inline(client()); });
        if (small)
            step("close a channel", kSoon,
                 [&] { ask<ipc::Ok>(client(), ipc::CloseChannel{small->id}); });
        small.reset();
        large.reset();
        first_.reset();
    } catch (const Wrong& wrong) {
        trouble(wrong.what());
    }

    // Whatever failed has passed: a client that comes now gets what it asks for, and when it has
    // gone nothing is left of anybody.
    void recover() try {
        if (daemon_->wait_for_exit(milliseconds(0))) return;
        first_.reset();
        std::unique_ptr<TestClient> fresh;
        // A listener without descriptors pauses for a moment; a worker is started again in a while.
        std::string last;
        const bool served = wait_until([&] {
            try {
                fresh = std::make_unique<TestClient>(socket());
                // The way out for a model whose files could not be read.
                ask<ipc::ReloadReport>(*fresh, ipc::Reload{});
                ask<ipc::ModelLoaded>(*fresh, ipc::LoadModel{"add"});
                const TestChannel channel = channel_of(*fresh, kSmallChannel);
                add_in(*fresh, channel);
                unload(*fresh);
                return true;
            } catch (const Wrong&) {
                throw;
            } catch (const std::exception& fault) {
                last = fault.what();
                return false;
            }
        });
        if (!served) trouble("a fresh client is not served: " + last);
        if (!plan_.leak) fresh.reset();
        count_descriptors();
    } catch (const std::exception& wrong) {
        trouble(wrong.what());
    }

    // No more than without a fault; there, as few as there come to be in a while.
    void count_descriptors() {
        constexpr seconds kWhile{1}, kPatience{5};
        end_.descriptors = open_descriptors(daemon_->pid());
        const bool pipe = plan_.fault && plan_.fault->fault.call == call_number("eventfd");
        const std::size_t most = plan_.most_descriptors.value_or(0) + (pipe ? kPipeForEvent : 0);
        const bool few = wait_until(
            [&] {
                end_.descriptors = std::min(end_.descriptors, open_descriptors(daemon_->pid()));
                return end_.descriptors <= most;
            },
            plan_.most_descriptors ? kPatience : kWhile);
        if (plan_.most_descriptors && !few)
            trouble("the daemon holds " + std::to_string(end_.descriptors) +
                    " descriptors, where " + std::to_string(most) + " are left without a fault");
    }

    void finish() {
        std::array<std::uint64_t, kCallCount> before{}, after{};
        read(board_.daemon(), before);
        arm(When::ending);
        daemon_->signal(SIGTERM);
        const std::optional<int> status = daemon_->wait_for_exit(seconds(20));
        note_strikes();
        read(board_.daemon(), after);
        read(board_.worker(), end_.of_worker);
        for (std::size_t i = 0; i < kCallCount; ++i)
            end_.ending[i] = after[i] - before[i];
        if (!status)
            trouble("the daemon did not end at SIGTERM");
        else if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0)
            trouble("the daemon ended with the wait status " + std::to_string(*status));
        if (fs::exists(socket())) trouble("the daemon left its socket behind");
    }

    const StoryPlan& plan_;
    TemporaryFolder folder_;
    FaultBoard board_;
    std::unique_ptr<Process> daemon_;
    std::unique_ptr<TestClient> first_;
    StoryEnd end_;
};

}  // namespace

std::string describe(const StoryFault& fault) {
    return std::string(fault.whose == Whose::daemon ? "daemon" : "worker") +
           (fault.when == When::living ? ": " : " at its end: ") + describe(fault.fault);
}

StoryEnd tell_story(const StoryPlan& plan) {
    return Story(plan).tell();
}

std::vector<StoryFault> all_faults(const StoryEnd& without, std::uint64_t seed) {
    // Once, as a thing of the moment; and for a while, as a machine that has run out of something.
    constexpr std::int64_t kOnce = 1, kForAWhile = 20;
    std::vector<StoryFault> faults;
    const auto add = [&](Whose whose, When when, const auto& counts) {
        for (std::uint32_t call = 0; call < kCallCount; ++call)
            for (const int error : kFailingCalls[call].errors)
                for (const std::int64_t times : {kOnce, kForAWhile})
                    for (std::uint64_t after = 0; error != 0 && after < counts[call]; ++after)
                        faults.push_back(
                            {whose, when, {call, error, static_cast<std::int64_t>(after), times}});
    };
    add(Whose::daemon, When::living, without.living);
    add(Whose::daemon, When::ending, without.ending);
    add(Whose::worker, When::living, without.of_worker);

    std::shuffle(faults.begin(), faults.end(), std::mt19937_64(seed));
    std::map<std::tuple<Whose, When, std::uint32_t, int>, std::size_t> seen;
    std::vector<std::pair<std::size_t, StoryFault>> ranked;
    ranked.reserve(faults.size());
    for (const StoryFault& each : faults)
        ranked.emplace_back(seen[{each.whose, each.when, each.fault.call, each.fault.error}]++,
                            each);
    std::ranges::stable_sort(ranked, {}, &std::pair<std::size_t, StoryFault>::first);
    std::ranges::transform(ranked, faults.begin(), &std::pair<std::size_t, StoryFault>::second);
    return faults;
}

}  // namespace samovar::tests
