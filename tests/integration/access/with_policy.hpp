#pragma once
// A daemon that several users may reach, and the policy that it has.

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

#include "ipc/wire/access_messages.hpp"
#include "ipc/wire/residency_messages.hpp"
#include "tests/support/daemon_under_test.hpp"
#include "tests/support/other_user.hpp"

namespace samovar::tests {

class WithPolicy : public testing::Test {
  protected:
    static constexpr uid_t kAnna = 61001, kBert = 61002;

    // `policy`: the text of samovard.toml.
    explicit WithPolicy(const std::string& policy, std::vector<std::string> models = {"add"})
        : file_((folder_.path() / "samovard.toml").string()),
          daemon({.models = std::move(models),
                  .arguments = {"--drain", "0.2", "--socket-mode", "0666", "--config",
                                written(policy)}}),
          root(daemon.socket()) {
        namespace fs = std::filesystem;
        fs::permissions(daemon.folder(), fs::perms::others_exec, fs::perm_options::add);
    }

    std::string written(const std::string& policy) const {
        std::ofstream(file_) << policy;
        return file_;
    }
    // What `work` of another user returns, who has connected.
    std::string as(uid_t uid, const std::function<std::string(TestClient&)>& work,
                   std::vector<gid_t> groups = {}) const {
        return OtherUser(uid, std::move(groups),
                         [&] {
                             TestClient client(daemon.socket());
                             return work(client);
                         })
            .answer();
    }
    // "done", or what was refused: "not_permitted: MESSAGE; HINT".
    template <class Message>
    static std::string told(TestClient& client, const Message& message) {
        const Answer answer = client.call(message);
        if (!answer.is<ipc::ErrorReply>()) return "done";
        const Error error = answer.error();
        return std::string(to_string(error.code)) + ": " + describe(error);
    }
    static ipc::Submit adding() { return job("add", {floats({1}), floats({2})}); }

  private:
    TemporaryFolder folder_;
    std::string file_;

  protected:
    DaemonUnderTest daemon;
    TestClient root;
};

}  // namespace samovar::tests
