// Descriptors that are no channel, offered as one; more than a frame may carry; and such as no
// request takes.

#include <array>
#include <cstdio>
#include <map>

#include "ipc/os/segment.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/torture/census.hpp"
#include "tests/torture/foreign.hpp"
#include "tests/torture/stage.hpp"
#include "tests/torture/work.hpp"

namespace samovar::torture {
namespace {

using tests::TestClient;

// A kernel keeps some (an io_uring) to the process that made them.
bool can_be_sent(int fd) {
    const tests::SocketPair pair;
    const std::byte byte{};
    return tests::send_descriptors(pair.here.get(), {&byte, 1}, {fd}) == 1;
}

// A hostile client, and what came of its offers.
class Hostile {
  public:
    Hostile(const Stage& stage, std::uint64_t seed) : stage_(stage), chance_(seed) {}

    void offer() {
        if (!client_) client_ = std::make_unique<TestClient>(stage_.daemon.socket());
        const auto kinds = foreign_descriptors();
        const Foreign& kind = kinds[between(chance_, 0, kinds.size() - 1)];
        const ipc::UniqueFd fd = kind.make();
        if (!fd || !can_be_sent(fd.get())) {
            ++not_here[std::string(kind.name)];
            return;
        }
        switch (between(chance_, 0, 9)) {
            case 0: return cut_off_by(ipc::Ping{}, {fd.get()});
            case 1: return cut_off_by(ipc::ResumeChannel{kOffered}, {fd.get(), fd.get()});
            case 2:
                return cut_off_by(ipc::ResumeChannel{kOffered}, std::vector<int>(253, fd.get()));
            case 3: return leave_half_way(fd.get());
            default: return refused(kind.name, fd.get());
        }
    }
    // What a daemon must take, in the place of what it must not.
    void offer_a_good_one() {
        client_ = std::make_unique<TestClient>(stage_.daemon.socket());
        refused("a good one", ipc::create_segment(kOffered).value().get());
        client_.reset();
    }
    void leave() { client_.reset(); }

    std::uint64_t refusals = 0, cut_off = 0, half_way = 0, taken = 0, unclear = 0;
    std::map<std::string, std::uint64_t> not_here;

  private:
    void refused(std::string_view name, int fd) {
        const tests::Answer answer = client_->call(ipc::ResumeChannel{kOffered}, fd);
        if (!answer.is<ipc::ErrorReply>()) {
            std::fprintf(stderr, "taken: %s\n", std::string(name).c_str());
            ++taken;
            return;
        }
        const Error error = answer.error();
        ++refusals;
        if (error.code != Errc::bad_descriptor || error.message.empty() || error.hint.empty())
            ++unclear;
    }
    // The session must end, and say why.
    template <class Message>
    void cut_off_by(const Message& message, const std::vector<int>& fds) {
        const ipc::Bytes frame = ipc::encode(message, 1, 1).value();
        if (tests::send_descriptors(client_->fd(), frame, fds) < 0)
            throw std::system_error(errno, std::generic_category(), "sending descriptors");
        const tests::Answer answer = client_->next();
        if (!answer.is<ipc::ErrorReply>() || answer.error().message.empty()) ++unclear;
        if (!client_->ended()) ++taken;
        ++cut_off;
        client_.reset();
    }
    // Gone before the frame has ended, which the descriptor came with.
    void leave_half_way(int fd) {
        const ipc::Bytes frame = ipc::encode(ipc::ResumeChannel{kOffered}, 1, 1).value();
        client_->send_bytes(std::span(frame).first(10), fd);
        client_.reset();
        ++half_way;
    }

    const Stage& stage_;
    Chance chance_;
    std::unique_ptr<TestClient> client_;
};

void run(const Settings& settings, Report& report) {
    const Stage stage;
    Hostile hostile(stage, settings.seed);
    // The thread that closes what nobody here can use is started by the first of it.
    constexpr int kWarmUp = 50;
    for (int i = 0; i < kWarmUp; ++i)
        hostile.offer();
    hostile.leave();
    const Census before = calm_census(stage.daemon);

    const std::unique_ptr<Caller> squat = squatter(stage, settings);
    if (settings.planted("good-descriptor")) hostile.offer_a_good_one();
    TestClient bystander(stage.daemon.socket());
    Clock::duration slowest{};
    Pace pace(settings, kDescriptors);
    while (pace.next()) {
        hostile.offer();
        const auto begin = Clock::now();
        bystander.get<ipc::Pong>(ipc::Ping{});
        slowest = std::max(slowest, Clock::now() - begin);
    }
    hostile.leave();

    report.did("descriptors offered", kWarmUp + pace.done());
    report.did("refused in clear words", hostile.refusals);
    report.did("sessions ended for more than one, or one that no request takes", hostile.cut_off);
    report.did("clients gone in the midst of a frame", hostile.half_way);
    for (const auto& [name, times] : hostile.not_here)
        report.did("that this kernel does not make or send: " + name, times);
    report.none("descriptors taken", hostile.taken);
    report.none("refusals that are not clear", hostile.unclear);
    report.within("the longest that another client waited", slowest,
                  std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::seconds(1) *
                                                                       settings.slack));
    { [[maybe_unused]] const TestClient gone = std::move(bystander); }
    compare(before, settled_census(stage.daemon, before), report);
}

constexpr std::array kPlants{
    Plant{"good-descriptor", "descriptors taken"},
    Plant{"leak-descriptor", "daemon: descriptors"},
};

}  // namespace

const Campaign kDescriptors{"descriptors",
                            "descriptors that are no channel, offered as one",
                            "descriptors offered",
                            20'000,
                            300,
                            kPlants,
                            run};

}  // namespace samovar::torture
