// Calls as the daemon keeps them, as a trace.

#include "client/cli/simulate/calls_trace.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace samovar::cli {
namespace {

using scheduler::CalledMinutes;
using scheduler::TraceError;
using testing::HasSubstr;
using testing::ThrowsMessage;

// Minute 2 of an hour in 2026.
constexpr std::uint64_t kStart = 29'454'722ull * 60'000;

std::string line(std::uint64_t minute, const std::string& model, int calls = 1) {
    return "{\"at_ms\":" + std::to_string(kStart + minute * 60'000) + ",\"model\":\"" + model +
           "\",\"calls\":" + std::to_string(calls) + "}\n";
}

void read(const std::string& text) {
    std::istringstream in(text);
    CallsTrace(in, "calls.json");
}

TEST(CallsTrace, IsAFunctionAModelFromTheHourOfTheFirstCall) {
    std::istringstream in(line(0, "a", 3) + line(1, "b") + "\n" + line(3, "a"));
    CallsTrace trace(in, "calls.json");
    EXPECT_EQ(trace.start(), scheduler::Instant(std::chrono::minutes(29'454'720)));
    CalledMinutes function;
    ASSERT_TRUE(trace.next(function));
    EXPECT_EQ(function, (CalledMinutes{false, false, true, false, false, true}));
    ASSERT_TRUE(trace.next(function));
    EXPECT_EQ(function, (CalledMinutes{false, false, false, true, false, false}));
    EXPECT_FALSE(trace.next(function));
}

TEST(CallsTrace, TakesMinutesInAnyOrder) {
    std::istringstream in(line(3, "a") + line(0, "a") + line(3, "a"));
    CallsTrace trace(in, "calls.json");
    CalledMinutes function;
    ASSERT_TRUE(trace.next(function));
    EXPECT_EQ(function, (CalledMinutes{false, false, true, false, false, true}));
}

TEST(CallsTrace, IsToldFromATableByItsFirstLetter) {
    std::istringstream calls(line(0, "a")), table("HashOwner,HashApp");
    EXPECT_TRUE(is_calls_trace(calls));
    EXPECT_FALSE(is_calls_trace(table));
}

TEST(CallsTrace, OfMovesIsRefusedBecauseTheyAreNoCalls) {
    const std::string move =
        R"({"at_ms":1,"model":"a","from":"cold","to":"loading","cause":"demand"})";
    EXPECT_THAT([&] { read(line(0, "a") + move + "\n"); },
                ThrowsMessage<TraceError>(
                    testing::AllOf(HasSubstr("calls.json, line 2: this is a move of a model"),
                                   HasSubstr("samovar events --calls --json"))));
}

TEST(CallsTrace, ThatIsMalformedIsRefusedWithItsLine) {
    for (const std::string bad :
         {"{", "[1]", "{}", R"({"at_ms":-1,"model":"a","calls":1})",
          R"({"at_ms":1,"model":2,"calls":1})", R"({"at_ms":1,"model":"a","calls":"1"})",
          R"({"at_ms":18446744073709551615,"model":"a","calls":1})"})
        EXPECT_THAT([&] { read(line(0, "a") + bad + "\n"); },
                    ThrowsMessage<TraceError>(HasSubstr("calls.json, line 2: ")))
            << bad;
}

TEST(CallsTrace, WithoutCallsOrOverManyYearsIsRefused) {
    EXPECT_THAT([] { read("\n" + line(0, "a", 0)); },
                ThrowsMessage<TraceError>(HasSubstr("it holds no calls")));
    EXPECT_THAT([] { read(line(0, "a") + line(20 * 366 * 1440, "a")); },
                ThrowsMessage<TraceError>(HasSubstr("more than ten years apart")));
}

}  // namespace
}  // namespace samovar::cli
