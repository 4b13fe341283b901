#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <samovar/error.hpp>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::tests {
namespace {

TEST(Errors, HaveANameOfTheirOwnForEachNumber) {
    std::set<std::string_view> names;
    for (unsigned number = 0; number < 100; ++number) {
        const std::string_view name = to_string(static_cast<Errc>(number));
        if (name == "unknown") continue;
        EXPECT_TRUE(names.insert(name).second) << name;
    }
    EXPECT_EQ(names.size(), 32U);
}

// The numbers stand in docs/protocol.md and in other people's clients.
TEST(Errors, KeepTheirNumbers) {
    EXPECT_EQ(to_string(static_cast<Errc>(0)), "ok");
    EXPECT_EQ(to_string(static_cast<Errc>(1)), "protocol");
    EXPECT_EQ(to_string(static_cast<Errc>(10)), "unknown_model");
    EXPECT_EQ(to_string(static_cast<Errc>(20)), "bad_input");
    EXPECT_EQ(to_string(static_cast<Errc>(22)), "output_too_small");
    EXPECT_EQ(to_string(static_cast<Errc>(27)), "bad_image");
    EXPECT_EQ(to_string(static_cast<Errc>(30)), "busy");
    EXPECT_EQ(to_string(static_cast<Errc>(37)), "shutting_down");
    EXPECT_EQ(to_string(static_cast<Errc>(38)), "too_late");
    EXPECT_EQ(to_string(static_cast<Errc>(54)), "slot_in_use");
}

TEST(Results, ThrowTheirErrorWhereAValueIsTakenThatIsNotThere) {
    Result<int> result = Error{Errc::no_daemon, "nobody listens", "start one", 0, 0};
    try {
        result.value();
        FAIL() << "a value came out of an error";
    } catch (const std::runtime_error& fault) {
        EXPECT_STREQ(fault.what(), "nobody listens; start one");
    }
    result = 3;
    EXPECT_EQ(result.value(), 3);
    EXPECT_EQ(std::move(result).value(), 3);

    Result<void> done;
    EXPECT_NO_THROW(done.value());
    done = Error{Errc::no_daemon, "nobody listens", "start one", 0, 0};
    EXPECT_THROW(done.value(), std::runtime_error);
}

TEST(Results, OfACallCanBeWalkedThrough) {
    const auto call = []() -> Result<std::vector<std::string>> {
        return std::vector<std::string>{"a string that needs memory of its own", "another of them"};
    };
    std::string all;
    for (const std::string& each : call().value())
        all += each + "\n";
    EXPECT_EQ(all, "a string that needs memory of its own\nanother of them\n");
}

TEST(Errors, AreDescribedByMessageAndHint) {
    EXPECT_EQ(describe({Errc::quota, "too many channels", "close some", 0, 0}),
              "too many channels; close some");
    EXPECT_EQ(describe({Errc::quota, "too many channels", "", 0, 0}), "too many channels");
    EXPECT_EQ(describe({Errc::quota, "", "", 0, 0}), "quota");
}

TEST(Errors, OfTheSystemSayWhatWasTried) {
    const Error error = io_error("opening x", ENOENT);
    EXPECT_EQ(error.code, Errc::io);
    EXPECT_EQ(error.message, "opening x: No such file or directory");
}

TEST(Results, HoldAValueOrAnError) {
    const Result<int> value = 7;
    ASSERT_TRUE(value);
    EXPECT_EQ(*value, 7);
    const Result<int> error = Error{Errc::busy, "full", "", 0, 0};
    ASSERT_FALSE(error);
    EXPECT_EQ(error.error().code, Errc::busy);
    EXPECT_TRUE(Result<void>());
    EXPECT_FALSE(Result<void>(Error{Errc::busy, "", "", 0, 0}));
}

TEST(Names, OfStatesAreThoseOfTheListings) {
    EXPECT_EQ(to_string(ipc::Residency::hot), "hot");
    EXPECT_EQ(to_string(ipc::Residency::failed), "failed");
    EXPECT_EQ(to_string(static_cast<ipc::Residency>(9)), "unknown");
    EXPECT_EQ(to_string(ipc::WorkerState::backing_off), "backing_off");
    EXPECT_EQ(to_string(static_cast<ipc::WorkerState>(9)), "unknown");
    EXPECT_EQ(to_string(ipc::Task::mask), "mask");
    EXPECT_EQ(to_string(ipc::Task::classify_text), "classify-text");
    EXPECT_EQ(to_string(static_cast<ipc::Task>(9)), "unknown");
}

}  // namespace
}  // namespace samovar::tests
