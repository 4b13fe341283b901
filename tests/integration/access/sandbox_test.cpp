// What a model's code gets at from inside its worker, with the sandbox and without: the second
// shows that the first could fail.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <fstream>
#include <sstream>

#include "ipc/os/landlock_version.hpp"
#include "ipc/os/unique_fd.hpp"
#include "tests/support/daemon_under_test.hpp"
#include "tests/unit/daemon/zip_writer.hpp"

namespace samovar::tests {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::Each;
using testing::HasSubstr;
using testing::Pair;

constexpr const char* kModel = R"(
task = "tensor"
[[code]]
file = "model.pt2"
[[input]]
name = "x"
dtype = "uint8"
shape = [1]
[[output]]
name = "y"
dtype = "uint8"
shape = [1]
)";

// A socket in the abstract namespace, which no folder hides.
ipc::UniqueFd listen_abstract(const std::string& name) {
    ipc::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{AF_UNIX, {}};
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + 1);
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(fd.get(), 4) != 0)
        throw std::runtime_error("listening on an abstract socket");
    return fd;
}

// A daemon whose worker has loaded "add", and then a model that attacks whatever it can reach.
class Attacked {
  public:
    explicit Attacked(const std::string& sandbox)
        : daemon_({.models = {"add"},
                   .arguments = {"--sandbox", sandbox, "--linger", "600"},
                   .environment = {"HOSTILE_TARGETS=" + targets_.path().string()}}) {
        fs::create_symlink(daemon_.socket(), targets_.path() / "socket");
        fs::create_symlink(daemon_.state(), targets_.path() / "state");
        fs::create_symlink(daemon_.store(), targets_.path() / "store");
        fs::create_directories(daemon_.state());
        std::ofstream(daemon_.state() / "secret") << "who called what";
        const ipc::UniqueFd listener = listen_abstract((targets_.path() / "abstract").string());
        const fs::directory_iterator artefact_of_add(daemon_.store() / "blobs");
        fs::create_symlink(artefact_of_add->path(), targets_.path() / "other-model");
        add_hostile_model();
        TestClient client(daemon_.socket());
        client.get<ipc::ReloadReport>(ipc::Reload{});
        load_ = client.call(ipc::LoadModel{"hostile"}).error();
        worker_ = daemon_.worker();
    }

    // What became of each attack: "done", or "refused (EPERM)".
    std::map<std::string, std::string> attacks() const {
        std::map<std::string, std::string> ends;
        std::istringstream log(daemon_.log());
        constexpr std::string_view kBegin = "attack ";
        for (std::string line; std::getline(log, line);)
            if (const std::size_t colon = line.find(": ");
                line.starts_with(kBegin) && colon != line.npos)
                ends[line.substr(kBegin.size(), colon - kBegin.size())] = line.substr(colon + 2);
        return ends;
    }
    const Error& load() const { return load_; }
    const ipc::WorkerStatus& worker() const { return worker_; }
    const DaemonUnderTest& daemon() const { return daemon_; }

  private:
    void add_hostile_model() const {
        const fs::path folder = daemon_.models() / "hostile";
        fs::create_directory(folder);
        std::ofstream(folder / "model.toml") << kModel;
        write_zip(folder / "model.pt2",
                  {{"model/data/aotinductor/model/x.wrapper.so", text_of(SAMOVAR_HOSTILE_MODEL)}});
    }

    TemporaryFolder targets_;
    DaemonUnderTest daemon_;
    Error load_;
    ipc::WorkerStatus worker_;
};

// All that the code tries, but to read what was given to it.
std::map<std::string, std::string> attempts(const Attacked& attacked) {
    std::map<std::string, std::string> all = attacked.attacks();
    EXPECT_EQ(all["read-own-model"], "done");
    all.erase("read-own-model");
    EXPECT_GE(all.size(), 28U);
    EXPECT_THAT(attacked.daemon().log(), HasSubstr("attack over"));
    return all;
}

TEST(AHostileModel, is_refused_whatever_it_tries) {
    ASSERT_GT(ipc::landlock_version(), 0) << "this test needs a kernel that has Landlock";
    const Attacked attacked("require");
    EXPECT_THAT(attempts(attacked),
                Each(Pair(testing::_, AnyOf("refused (EPERM)", "refused (EACCES)"))));
    EXPECT_EQ(attacked.worker().sandbox, ipc::Confinement::full);
    EXPECT_EQ(attacked.load().code, Errc::model_failed) << describe(attacked.load());
    EXPECT_EQ(text_of(attacked.daemon().state() / "secret"), "who called what");
}

TEST(AHostileModel, gets_at_everything_without_the_sandbox) {
    const Attacked attacked("off");
    std::map<std::string, std::string> all = attempts(attacked);
    // Not of a debugger's rights alone, which a machine can keep to root: ptrace_scope.
    for (const char* attack : {"trace", "read-memory", "open-memory", "take-descriptor"})
        if (::geteuid() != 0) all.erase(attack);
    EXPECT_THAT(all, Each(Pair(testing::_, "done")));
    EXPECT_EQ(attacked.worker().sandbox, ipc::Confinement::none);
}

// Nobody but root looks into a daemon whose workers are confined, though they are of its user.
TEST(TheDaemon, leaves_no_core_and_is_not_read_where_workers_are_confined) {
    const DaemonUnderTest confining, other({.arguments = {"--sandbox", "off"}});
    const auto owner_of_environment = [](const DaemonUnderTest& daemon) {
        struct stat info {};
        ::stat(("/proc/" + std::to_string(daemon.pid()) + "/environ").c_str(), &info);
        return info.st_uid;
    };
    EXPECT_EQ(owner_of_environment(confining), 0U);
    EXPECT_EQ(owner_of_environment(other), ::geteuid());
}

class ARoom : public testing::Test {
  protected:
    static std::size_t files_in(const fs::path& folder) {
        std::error_code fault;
        std::size_t count = 0;
        for (fs::recursive_directory_iterator entry(folder, fault), end; !fault && entry != end;
             entry.increment(fault))
            count += entry->is_regular_file(fault) ? 1 : 0;
        return count;
    }
    std::size_t files() const { return files_in(daemon.store() / "rooms"); }
    std::size_t rooms() const {
        std::error_code fault;
        const fs::directory_iterator all(daemon.store() / "rooms", fault);
        return fault ? 0 : static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    DaemonUnderTest daemon{{.models = {"add", "tiny-pt2"}, .arguments = {"--linger", "600"}}};
    TestClient client{daemon.socket()};
};

TEST_F(ARoom, holds_what_is_loaded_and_nothing_else) {
    EXPECT_EQ(files(), 0U);
    ASSERT_TRUE(client.call(ipc::LoadModel{"add"}).is<ipc::ModelLoaded>());
    EXPECT_EQ(files(), 1U);
    ASSERT_TRUE(client.call(ipc::LoadModel{"tiny-pt2"}).is<ipc::ModelLoaded>());
    EXPECT_GT(files(), 2U);
    EXPECT_EQ(rooms(), 1U);
    ASSERT_TRUE(client.call(ipc::UnloadModel{"tiny-pt2"}).is<ipc::Ok>());
    EXPECT_TRUE(wait_until([&] { return files() == 1; }));
    ASSERT_TRUE(client.call(ipc::UnloadModel{"add"}).is<ipc::Ok>());
    EXPECT_TRUE(wait_until([&] { return files() == 0; }));
}

TEST_F(ARoom, goes_with_its_worker) {
    ASSERT_TRUE(client.call(ipc::LoadModel{"add"}).is<ipc::ModelLoaded>());
    const pid_t first = static_cast<pid_t>(daemon.worker().pid);
    ::kill(first, SIGKILL);
    // What was hot is loaded again, into a room of its own.
    EXPECT_TRUE(wait_until([&] {
        const ipc::WorkerStatus now = daemon.worker();
        return now.state == ipc::WorkerState::ready && static_cast<pid_t>(now.pid) != first;
    }));
    EXPECT_TRUE(wait_until([&] { return rooms() == 1 && files() == 1; }));
    EXPECT_EQ(daemon.worker().sandbox,
              ipc::landlock_version() > 0 ? ipc::Confinement::full : ipc::Confinement::partly);
}

TEST_F(ARoom, goes_at_the_next_start_where_the_daemon_was_killed) {
    ASSERT_TRUE(client.call(ipc::LoadModel{"tiny-pt2"}).is<ipc::ModelLoaded>());
    daemon.kill();
    EXPECT_EQ(rooms(), 1U);
    daemon.start();
    EXPECT_EQ(rooms(), 0U);
    TestClient again(daemon.socket());
    EXPECT_TRUE(again.call(ipc::LoadModel{"tiny-pt2"}).is<ipc::ModelLoaded>());
}

}  // namespace
}  // namespace samovar::tests
