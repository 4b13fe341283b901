#include "client/address.hpp"

#include <gtest/gtest.h>

#include <map>

namespace samovar::client {
namespace {

using Paths = std::vector<std::string>;

Environment with(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    };
}

TEST(SocketCandidates, AGivenPathIsTheOnlyOne) {
    EXPECT_EQ(socket_candidates("/a", with({{"SAMOVAR_SOCKET", "/b"}})), Paths{"/a"});
}

TEST(SocketCandidates, TheVariableComesBeforeTheDefaults) {
    EXPECT_EQ(
        socket_candidates("", with({{"SAMOVAR_SOCKET", "/b"}, {"XDG_RUNTIME_DIR", "/run/user/1"}})),
        Paths{"/b"});
}

TEST(SocketCandidates, TheUsersDaemonComesBeforeTheSystems) {
    EXPECT_EQ(socket_candidates("", with({{"XDG_RUNTIME_DIR", "/run/user/1"}})),
              (Paths{"/run/user/1/samovar/samovar.sock", "/run/samovar/samovar.sock"}));
    EXPECT_EQ(socket_candidates("", with({})), Paths{"/run/samovar/samovar.sock"});
    EXPECT_EQ(socket_candidates("", with({{"SAMOVAR_SOCKET", ""}, {"XDG_RUNTIME_DIR", ""}})),
              Paths{"/run/samovar/samovar.sock"});
}

TEST(ConnectTo, TellsAPathThatNoSocketCanHave) {
    const auto socket = connect_to("/" + std::string(200, 'x'));
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, Errc::invalid_argument);
    EXPECT_NE(socket.error().message.find("201 bytes"), std::string::npos);
}

TEST(ConnectTo, TellsWhereNobodyListensAndHowToStartADaemon) {
    const auto socket = connect_to("/nowhere/samovar.sock");
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, Errc::no_daemon);
    EXPECT_EQ(socket.error().message, "no samovard listens at /nowhere/samovar.sock");
    EXPECT_NE(socket.error().hint.find("samovard --socket /nowhere/samovar.sock"),
              std::string::npos);
}

TEST(NobodyListens, NamesEveryPlaceThatWasTried) {
    EXPECT_EQ(nobody_listens({"/a", "/b"}).message, "no samovard listens at /a or /b");
}

}  // namespace
}  // namespace samovar::client
