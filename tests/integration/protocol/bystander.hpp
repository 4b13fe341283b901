#pragma once
#include <gtest/gtest.h>

#include "tests/support/daemon_under_test.hpp"

namespace samovar::tests {

// A daemon with a model that takes pictures, an honest client with a channel, and the accounts
// before anything bad happens. After each test the honest client must have noticed nothing and the
// accounts must be what they were: descriptors, mappings, channels, sessions, jobs.
class WithBystander : public testing::Test {
  protected:
    // `models` are of models.py; "picture" is there in any case, but no worker can load it.
    explicit WithBystander(std::vector<std::string> models = {});
    void SetUp() override;
    void TearDown() override;

    TestClient connect() const { return TestClient(daemon.socket()); }
    TestClient connect_without_hello() const { return TestClient(daemon.socket(), false); }
    // The answer to `request` must be an error of `code` that says what was wrong, and the session
    // must go on.
    Error expect_refused(TestClient& client, Answer answer, Errc code);
    // The next frame must be an error of code `protocol`, after which the daemon hangs up.
    Error expect_cut_off(TestClient& client, Errc code = Errc::protocol);
    void expect_bystander_served();
    // One more model like "picture"; to be taken by a reload.
    void add_picture_model(const std::string& name) const;

    struct Accounts {
        std::size_t descriptors = 0, mappings = 0;
        std::uint32_t sessions = 0, channels = 0, jobs = 0;
        std::uint64_t channel_bytes = 0;
        friend bool operator==(const Accounts&, const Accounts&) = default;
    };
    Accounts accounts();

    DaemonUnderTest daemon;
    TestClient bystander;
    TestChannel channel;
    Accounts before;
};

// A sanitizer keeps what was freed for a while, or notes of it: how much is resident then says
// nothing.
#if defined(__has_feature)
inline constexpr bool kKeepsWhatWasFreed =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kKeepsWhatWasFreed = false;
#endif

// Kilobytes of a process that are resident now.
std::size_t resident_kilobytes(pid_t pid);

}  // namespace samovar::tests
