#include "client/cli/run/report.hpp"

#include <gtest/gtest.h>

#include "client/cli/exit_code.hpp"
#include "client/cli/run/conductor.hpp"

namespace samovar::cli {
namespace {

using namespace std::chrono_literals;

JobReport done(const std::string& file) {
    JobReport report;
    report.file = file;
    report.timings = Timings{1'234ns, 2us, 3us, 4us, 11us};
    report.wall = 15us;
    return report;
}

JobReport failed(Errc code, std::chrono::nanoseconds wall = 1us) {
    JobReport report;
    report.file = "x.png";
    report.error = Error{code, "why", "what to do", 0, 0};
    report.wall = wall;
    return report;
}

TEST(Report, TheKeysOfADoneJobAreStable) {
    JobReport report = done("a.jpg");
    report.outputs.push_back({"cutout", DType::uint8, {5, 6, 4}, "a-selfie.png", {}, {}});
    EXPECT_EQ(
        to_json(report).dump(),
        R"({"file":"a.jpg","output":"a-selfie.png","status":"done","error":null,)"
        R"("timings_us":{"queued":1.2,"prepared":2.0,"inferred":3.0,"finished":4.0,)"
        R"("total":11.0},"wall_us":15.0,"cached":false,"outputs":[{"name":"cutout","dtype":"uint8",)"
        R"("shape":[5,6,4],"file":"a-selfie.png"}]})");
}

TEST(Report, TheKeysOfAFailedJobAreTheSame) {
    EXPECT_EQ(to_json(failed(Errc::bad_image)).dump(),
              R"({"file":"x.png","output":null,"status":"failed","error":{"code":"bad_image",)"
              R"("message":"why","hint":"what to do"},"timings_us":null,"wall_us":null,)"
              R"("cached":false,"outputs":[]})");
    EXPECT_EQ(to_json(failed(Errc::cancelled))["status"], "cancelled");
}

TEST(Report, AJobWithoutAFileHasNone) {
    JobReport report = done("");
    report.outputs.push_back({"y", DType::int32, {2}, "", Json{1, 2}, {}});
    const Json json = to_json(report);
    EXPECT_TRUE(json["file"].is_null());
    EXPECT_TRUE(json["output"].is_null());
    EXPECT_EQ(json["outputs"][0]["values"].dump(), "[1,2]");
}

TEST(Report, LinesArePathsOrNumbers) {
    JobReport report = done("a.npy");
    EXPECT_EQ(to_lines(report, false), "");
    report.outputs.push_back({"y", DType::int32, {2}, "", Json{1, 2}, {}});
    report.outputs.push_back({"z", DType::int32, {2}, "", Json{3, 4}, {}});
    EXPECT_EQ(to_lines(report, false), "{\"y\":[1,2],\"z\":[3,4]}\n");
    EXPECT_EQ(to_lines(report, true), "a.npy: {\"y\":[1,2],\"z\":[3,4]}\n");
    report.outputs[1] = {"z", DType::uint8, {9, 9, 3}, "a-m-z.png", {}, {}};
    EXPECT_EQ(to_lines(report, false), "a-m-z.png\n{\"y\":[1,2]}\n");
}

TEST(ExitCodeOfJobs, OneJobHasItsOwn) {
    EXPECT_EQ(exit_code({done("a")}), kDone);
    EXPECT_EQ(exit_code({failed(Errc::inference_failed)}), kFailed);
    EXPECT_EQ(exit_code({failed(Errc::no_daemon)}), kNoDaemon);
    EXPECT_EQ(exit_code({failed(Errc::bad_input)}), kRefused);
    EXPECT_EQ(exit_code({failed(Errc::timed_out)}), kTooLate);
}

TEST(ExitCodeOfJobs, AFileThatNeverReachedTheDaemonWasNotRefusedByIt) {
    EXPECT_EQ(exit_code({failed(Errc::bad_input, 0ns)}), kFailed);
}

TEST(ExitCodeOfJobs, SeveralHaveACommonOneOrFailed) {
    EXPECT_EQ(exit_code({done("a"), done("b")}), kDone);
    EXPECT_EQ(exit_code({done("a"), failed(Errc::bad_input)}), kFailed);
    EXPECT_EQ(exit_code({failed(Errc::bad_input), failed(Errc::busy)}), kRefused);
    EXPECT_EQ(exit_code({failed(Errc::bad_input), failed(Errc::io)}), kFailed);
    EXPECT_EQ(exit_code(std::vector<JobReport>{}), kDone);
}

}  // namespace
}  // namespace samovar::cli
