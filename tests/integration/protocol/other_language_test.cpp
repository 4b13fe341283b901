// docs/protocol.md is enough: a client that was written from it, in another language, gets its jobs
// done.

#include <gmock/gmock.h>

#include "tests/integration/protocol/bystander.hpp"

namespace samovar::tests {
namespace {

class OtherLanguage : public WithBystander {
  protected:
    OtherLanguage() : WithBystander({"invert"}) {
        // Loads the model, so that the worker's descriptors are in the accounts.
        bystander.get<ipc::ModelLoaded>(ipc::LoadModel{"invert"});
    }
};

TEST_F(OtherLanguage, PlainPythonGreetsOpensAChannelAndRunsJobs) {
    const Ended ended =
        run_to_end({{SAMOVAR_PYTHON, SAMOVAR_PROTOCOL_CLIENT, daemon.socket().string(), "invert"},
                    {},
                    daemon.folder() / "client"});
    EXPECT_EQ(ended.exit_status, 0) << ended.output;
    EXPECT_THAT(ended.output, testing::HasSubstr("ok: the picture is inverted"));
}

}  // namespace
}  // namespace samovar::tests
