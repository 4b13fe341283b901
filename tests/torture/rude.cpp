#include "tests/torture/rude.hpp"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <deque>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/test_client.hpp"

namespace samovar::torture {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using tests::TestClient;

void become_another_user() {
    if (::getuid() != 0) return;
    if (::setgroups(0, nullptr) != 0 || ::setgid(Neighbour::kUser) != 0 ||
        ::setuid(Neighbour::kUser) != 0)
        throw std::runtime_error("root cannot become another user");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // which another user's process does not have any more
}

// A byte of each frame now and then: none of them ends before the daemon's patience does.
void drip(const fs::path& socket, std::atomic<bool>& at_it) {
    constexpr std::size_t kConnections = 200;
    constexpr milliseconds kPause{200};
    struct Dripping {
        TestClient client;
        std::size_t sent = 0;
    };
    const ipc::Bytes frame = ipc::encode(ipc::DescribeModel{std::string(64, 'x')}, 1).value();
    std::deque<Dripping> all;
    while (all.size() < kConnections)
        all.push_back({TestClient(socket)});
    at_it = true;
    while (true) {
        for (Dripping& one : all) {
            const auto byte = std::span(frame).subspan(one.sent++ % frame.size(), 1);
            if (::send(one.client.fd(), byte.data(), 1, MSG_NOSIGNAL) != 1)
                one = {TestClient(socket)};  // it was let go
        }
        std::this_thread::sleep_for(kPause);
    }
}

// Asks for as much as goes, and reads nothing.
void stall(const fs::path& socket, std::atomic<bool>& at_it) {
    constexpr std::size_t kConnections = 8;
    constexpr milliseconds kStays{100};
    const ipc::Bytes frame = ipc::encode(ipc::ListModels{}, 1).value();
    ipc::Bytes many;
    for (int i = 0; i < 1'000; ++i)
        many.insert(many.end(), frame.begin(), frame.end());
    while (true) {
        std::vector<TestClient> all;
        while (all.size() < kConnections)
            all.emplace_back(socket);
        for (const auto end = std::chrono::steady_clock::now() + kStays;
             std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(milliseconds(1)))
            for (const TestClient& client : all)
                // Where it takes a part, what follows is rubbish, and the session ends: also well.
                ::send(client.fd(), many.data(), many.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        at_it = true;
    }
}

// A thousand connections, all of which ask at once, again and again.
void crowd(const fs::path& socket, std::atomic<bool>& at_it) {
    constexpr std::size_t kConnections = 1'000, kAtOnce = 4;
    allow_descriptors();
    std::vector<TestClient> all;
    while (all.size() < kConnections)
        all.emplace_back(socket);
    at_it = true;
    std::vector<std::uint64_t> asked;
    while (true) {
        asked.clear();
        for (TestClient& client : all)
            for (std::size_t i = 0; i < kAtOnce; ++i)
                asked.push_back(client.ask(ipc::Ping{}));
        for (std::size_t i = 0; i < asked.size(); ++i)
            all[i / kAtOnce].answer(asked[i]).as<ipc::Pong>();
    }
}

// Processes that come, submit what they can, and go: as one leaves there is another.
void bomb(const fs::path& socket, std::atomic<bool>& at_it) {
    constexpr std::size_t kProcesses = 64, kJobs = 8;
    const auto submit = [&] {
        TestClient client(socket);
        std::vector<std::uint64_t> asked;
        while (asked.size() < kJobs)
            asked.push_back(client.ask(tests::sleep_job(1)));
        for (const std::uint64_t request : asked)
            client.answer(request).as<ipc::Done>();
    };
    std::deque<tests::Process> living;
    while (true) {
        while (living.size() < kProcesses)
            living.emplace_back(submit);
        if (living.front().wait_for_exit() != 0)
            throw std::runtime_error("a submitter was not served");
        living.pop_front();
        at_it = true;
    }
}

}  // namespace

std::span<const Rude> rude_kinds() {
    static constexpr std::array kKinds{
        Rude{"slow-loris", drip},
        Rude{"stalled readers", stall},
        Rude{"1 000 connections", crowd},
        Rude{"a fork bomb of submitters", bomb},
    };
    return kKinds;
}

Neighbour::Neighbour(const std::function<void(std::atomic<bool>&)>& behave)
    : at_it_(std::make_unique<Shared<std::atomic<bool>>>()),
      process_(std::make_unique<tests::Process>([this, &behave] {
          try {
              become_another_user();
              behave(**at_it_);
          } catch (const std::exception& fault) {
              std::fprintf(stderr, "a neighbour: %s\n", fault.what());
              throw;
          }
      })) {}

void Neighbour::wait_until_at_it() const {
    if (!tests::wait_until([&] { return is_at_it(); }))
        throw std::runtime_error("a neighbour did not get where it can be a nuisance");
}

bool Neighbour::kill() {
    process_->signal(SIGKILL);
    return process_->wait_for_exit() == SIGKILL;
}

void allow_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace samovar::torture
