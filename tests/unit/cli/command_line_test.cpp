#include "client/cli/command_line.hpp"

#include <gtest/gtest.h>

#include <set>

namespace samovar::cli {
namespace {

struct Ended {
    int code = 0;
    std::string out, err;
};

// With a socket that leads nowhere, so that no command gets further than its own arguments.
Ended run(std::vector<const char*> words, bool nowhere = true) {
    words.insert(words.begin(), "samovar");
    if (nowhere) words.insert(words.end(), {"--socket", "/nowhere/s"});
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Ended ended;
    {
        Console console({}, {});
        ended.code = run_command_line(static_cast<int>(words.size()), words.data(), console);
    }
    std::fflush(stdout);
    ended.out = testing::internal::GetCapturedStdout();
    ended.err = testing::internal::GetCapturedStderr();
    return ended;
}

TEST(Commands, AllOfThemAreThereOnce) {
    std::set<std::string_view> names;
    for (const Command* command : commands())
        EXPECT_TRUE(names.insert(command->name).second);
    EXPECT_EQ(names, (std::set<std::string_view>{
                         "setup-torch", "run",    "ps",           "models",    "add",    "remove",
                         "load",        "unload", "info",         "ping",      "reload", "simulate",
                         "why",         "warmth", "top",          "events",    "warm",   "park",
                         "pin",         "hold",   "release",      "lend",      "bench",  "whoami",
                         "metrics",     "doctor", "debug-report", "completion"}));
}

TEST(Commands, EachHelpHasAnExampleTheJsonAndTheExitCodes) {
    for (const Command* command : commands()) {
        const std::string name(command->name);
        const Ended ended = run({name.c_str(), "-h"}, false);
        EXPECT_EQ(ended.code, kDone) << name;
        EXPECT_EQ(ended.err, "");
        EXPECT_NE(ended.out.find("Usage: samovar " + name), std::string::npos) << ended.out;
        EXPECT_NE(ended.out.find("Example:\n  samovar " + name), std::string::npos) << ended.out;
        EXPECT_NE(ended.out.find("--json: "), std::string::npos) << ended.out;
        EXPECT_NE(ended.out.find("--socket PATH"), std::string::npos) << ended.out;
        EXPECT_NE(ended.out.find("5 too late or cancelled"), std::string::npos) << ended.out;
    }
}

TEST(Commands, NoLineOfAHelpIsWiderThanAWideTerminal) {
    for (const Command* command : commands()) {
        const Ended ended = run({std::string(command->name).c_str(), "-h"}, false);
        std::size_t begin = 0;
        for (std::size_t end; (end = ended.out.find('\n', begin)) != ended.out.npos;
             begin = end + 1)
            EXPECT_LE(end - begin, 110U) << ended.out.substr(begin, end - begin);
    }
}

TEST(CommandLine, TheHelpListsTheCommandsAndTheExitCodes) {
    const Ended ended = run({"--help"}, false);
    EXPECT_EQ(ended.code, kDone);
    for (const Command* command : commands())
        EXPECT_NE(ended.out.find(command->summary), std::string::npos) << command->name;
    EXPECT_NE(ended.out.find("3 no daemon"), std::string::npos);
}

TEST(CommandLine, TheVersionIsOneLine) {
    const Ended ended = run({"--version"}, false);
    EXPECT_EQ(ended.code, kDone);
    EXPECT_EQ(ended.out, "samovar " SAMOVAR_VERSION "\n");
}

TEST(CommandLine, NothingIsAskedForTheHelp) {
    const Ended ended = run({}, false);
    EXPECT_EQ(ended.code, kUsage);
    EXPECT_EQ(ended.out, "");
    EXPECT_NE(ended.err.find("Usage: samovar"), std::string::npos);
}

TEST(CommandLine, AMisspeltCommandIsRecognised) {
    EXPECT_EQ(run({"lod", "selfie"}).code, kUsage);
    EXPECT_NE(run({"lod", "selfie"}).err.find("did you mean `samovar load`?"), std::string::npos);
    EXPECT_NE(run({"--json", "modles"}).err.find("did you mean `samovar models`?"),
              std::string::npos);
    EXPECT_NE(run({"frobnicate"}).err.find("`samovar -h` lists them"), std::string::npos);
}

TEST(CommandLine, WrongArgumentsAreUsageAndPointToTheHelp) {
    for (const auto& words :
         std::vector<std::vector<const char*>>{{"load"},
                                               {"load", "a", "b"},
                                               {"ping", "--frob"},
                                               {"run"},
                                               {"run", "m", "x", "--timeout", "0"},
                                               {"run", "m", "x", "--timeout", "soon"},
                                               {"info"}}) {
        const Ended ended = run(words);
        EXPECT_EQ(ended.code, kUsage) << words.front();
        EXPECT_EQ(ended.out, "");
        EXPECT_NE(ended.err.find(std::string("`samovar ") + words.front() + " -h`"),
                  std::string::npos)
            << ended.err;
    }
}

TEST(CommandLine, WhatRunFindsWrongBeforeItAsksIsUsage) {
    for (const auto& words :
         std::vector<std::vector<const char*>>{{"run", "m", "x.png", "--param", "output"},
                                               {"run", "m", "x.png", "--param", "=x"},
                                               {"run", "m", "--input", "x"},
                                               {"run", "m", "-", "-"},
                                               {"run", "m", "x.png", "-o", "-", "--json"}}) {
        const Ended ended = run(words);
        EXPECT_EQ(ended.code, kUsage) << ended.err;
        EXPECT_EQ(ended.err.find("samovar: "), 0U) << ended.err;
    }
}

TEST(CommandLine, SeveralParametersAreTaken) {
    const Ended ended = run({"run", "m", "--param", "a=1", "x.png", "--param", "b=2"});
    EXPECT_EQ(ended.code, kNoDaemon) << ended.err;
}

TEST(CommandLine, EveryCommandWithoutADaemonSaysHowToStartOne) {
    for (const auto& words : std::vector<std::vector<const char*>>{{"ping"},
                                                                   {"ps"},
                                                                   {"models"},
                                                                   {"reload"},
                                                                   {"info", "m"},
                                                                   {"load", "m"},
                                                                   {"unload", "m"},
                                                                   {"remove", "m"},
                                                                   {"add", "folder"},
                                                                   {"run", "m", "x.png"}}) {
        const Ended ended = run(words);
        EXPECT_EQ(ended.code, kNoDaemon) << words.front();
        EXPECT_EQ(ended.out, "") << words.front();
        EXPECT_NE(ended.err.find("/nowhere/s"), std::string::npos) << ended.err;
        EXPECT_NE(ended.err.find("samovard --socket"), std::string::npos) << ended.err;
    }
}

TEST(CommandLine, WithJsonTheErrorIsADocumentToo) {
    for (const auto& words : std::vector<std::vector<const char*>>{
             {"ping", "--json"}, {"--json", "ping"}, {"run", "m", "x.png", "--json"}}) {
        const Ended ended = run(words);
        EXPECT_EQ(ended.code, kNoDaemon);
        const Json json = Json::parse(ended.out);
        EXPECT_EQ(json["error"]["code"], "no_daemon");
        EXPECT_FALSE(json["error"]["message"].get<std::string>().empty());
        EXPECT_FALSE(json["error"]["hint"].get<std::string>().empty());
        EXPECT_NE(ended.err, "");
    }
}

TEST(CommandLine, TheSocketMayStandBeforeTheCommand) {
    const Ended ended = run({"--socket", "/elsewhere/s", "ping"}, false);
    EXPECT_EQ(ended.code, kNoDaemon);
    EXPECT_NE(ended.err.find("/elsewhere/s"), std::string::npos);
}

}  // namespace
}  // namespace samovar::cli
