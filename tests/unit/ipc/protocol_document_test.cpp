// docs/protocol.md says what the code does: its dumps are the golden bytes, and every message,
// error and limit stands in it with its number.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/support/golden.hpp"
#include "tests/support/message_lists.hpp"

namespace samovar::tests {
namespace {

using testing::HasSubstr;

const std::string& document() {
    static const std::string text = [] {
        std::ifstream file(SAMOVAR_TEST_DATA "/../../docs/protocol.md");
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    return text;
}

// The bytes of the block "```hex NAME": of each line what stands before two blanks.
ipc::Bytes dump_of(const std::string& name) {
    const std::string opening = "```hex " + name + "\n";
    const std::size_t at = document().find(opening);
    if (at == std::string::npos) throw std::runtime_error("no dump of " + name);
    const std::size_t begin = at + opening.size();
    std::istringstream block(document().substr(begin, document().find("```", begin) - begin));
    std::string hex;
    for (std::string line; std::getline(block, line);)
        hex += line.substr(0, line.find("  ")) + ' ';
    return from_hex(hex);
}

TEST(ProtocolDocument, DumpsTheGoldenBytes) {
    for (const std::string name :
         {"greeting", "hello", "open_channel", "channel_opened", "submit", "done"})
        EXPECT_EQ(to_hex(dump_of(name)), to_hex(golden_frame(name))) << name;
}

TEST(ProtocolDocument, NamesEveryMessageOfASessionWithItsNumberAndSender) {
    const auto expect = [](const std::string& sender) {
        return [sender](auto identity) {
            constexpr ipc::MessageType kType = decltype(identity)::type::kType;
            EXPECT_THAT(document(),
                        HasSubstr("**" + std::string(to_string(kType)) + "** (" +
                                  std::to_string(static_cast<unsigned>(kType)) + ") " + sender));
        };
    };
    for_each(FromClient(), expect("C"));
    for_each(FromDaemon(), expect("D"));
}

TEST(ProtocolDocument, NamesEveryErrorThatTheDaemonSends) {
    for (unsigned number = 0; number < 50; ++number) {
        const std::string_view name = to_string(static_cast<Errc>(number));
        if (name == "unknown") continue;
        EXPECT_THAT(document(),
                    HasSubstr("| " + std::to_string(number) + " | " + std::string(name) + " |"));
    }
}

TEST(ProtocolDocument, NamesEveryElementType) {
    for (unsigned number = 1; number < 256; ++number) {
        const auto dtype = static_cast<DType>(number);
        if (element_size(dtype) == 0) continue;
        EXPECT_THAT(document(), HasSubstr("| " + std::to_string(number) + " | " +
                                          std::string(to_string(dtype))));
    }
}

TEST(ProtocolDocument, GivesTheLimitsThatHold) {
    const auto row = [](const std::string& what, std::uint64_t value) {
        EXPECT_THAT(document(), HasSubstr("| " + what + " | " + std::to_string(value)));
    };
    row("body of a frame", kMaxFrameBytes);
    row("tensor inside a message", kMaxInlineBytes);
    row("inputs of a job; outputs", kMaxTensors);
    row("axes of a tensor", kMaxRank);
    row("params of a job; bytes of a value", kMaxParams);
    row("texts of a job; their bytes; those of one", kMaxTexts);
    row("labels of a model", kMaxLabels);
    row("details of an answer", kMaxDetails);
    row("a channel", kMaxChannelBytes);
    row("channels of a session", kMaxChannelsPerSession);
    row("channels of a user", kMaxChannelBytesPerUser);
    row("jobs of a session that are not done", kMaxJobsPerSession);
    row("deadline of a job", kMaxDeadlineUs);
    row("jobs of the daemon that are not done", kMaxJobs);
    row("sessions of the daemon", kMaxSessions);
    row("models of the daemon", kMaxModels);
    EXPECT_THAT(document(),
                HasSubstr(std::to_string(kMaxInlineBytesPerSession) + " bytes in all jobs"));
}

}  // namespace
}  // namespace samovar::tests
