// Clients of several users. Only root can be several.

#include <deque>
#include <numeric>

#include "tests/integration/queue/queue.hpp"
#include "tests/support/other_user.hpp"

namespace samovar::tests {
namespace {

// Clients that keep so many jobs each in the queue until `stop` is at its end; how many nanoseconds
// of the worker's time they got.
std::uint64_t keep_asking(const std::filesystem::path& socket, int clients, std::size_t depth,
                          int stop) {
    struct Asking {
        TestClient client;
        std::deque<std::uint64_t> asked{};
    };
    std::deque<Asking> all;
    for (int i = 0; i < clients; ++i)
        all.push_back({TestClient(socket)});
    std::uint64_t had = 0;
    for (std::size_t next = 0;; next = (next + 1) % all.size()) {
        Asking& asking = all[next];
        while (asking.asked.size() < depth)
            asking.asked.push_back(asking.client.ask(sleep_job(2)));
        const auto spent = asking.client.answer(asking.asked.front()).as<ipc::Done>().timings;
        had += spent.prepared + spent.inferred + spent.finished;
        asking.asked.pop_front();
        char byte = 0;
        if (::read(stop, &byte, 1) == 0) return had;
    }
}

// 1 where all have the same, 1/n where one has all.
double jain(const std::vector<std::uint64_t>& shares) {
    double sum = 0, squares = 0;
    for (const std::uint64_t share : shares) {
        const auto part = static_cast<double>(share);
        sum += part;
        squares += part * part;
    }
    return sum * sum / (static_cast<double>(shares.size()) * squares);
}

class Users : public WithQueue {
  protected:
    static constexpr uid_t kFirst = 61001;

    explicit Users(const std::string& config = "")
        : WithQueue("[policy.everyone]\nmodels = [\"*\"]\n" + config) {
        namespace fs = std::filesystem;
        fs::permissions(daemon.folder(), fs::perms::others_exec, fs::perm_options::add);
        fs::permissions(daemon.socket(), fs::perms::all & ~fs::perms::others_exec);
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("pipe");
        stopped_.reset(ends[0]);
        go_on_.reset(ends[1]);
    }
    OtherUser asking(uid_t uid, int clients, std::size_t depth) {
        return OtherUser(uid, {}, [this, clients, depth] {
            go_on_.reset();  // this process's own
            return std::to_string(keep_asking(daemon.socket(), clients, depth, stopped_.get()));
        });
    }
    // What each had of the worker when about `jobs` were done.
    std::vector<std::uint64_t> shares(std::vector<OtherUser> users, std::uint64_t jobs) {
        EXPECT_TRUE(wait_until([&] { return client.info("sleepy")->jobs_done >= jobs; }));
        go_on_.reset();
        std::vector<std::uint64_t> shares;
        for (OtherUser& user : users)
            shares.push_back(std::stoull(user.answer()));
        return shares;
    }

  private:
    ipc::UniqueFd stopped_, go_on_;
};

TEST_F(Users, who_are_greedy_get_no_more_than_who_are_polite) {
    std::vector<OtherUser> users;
    users.push_back(asking(kFirst, 16, 8));     // 128 jobs at a time
    users.push_back(asking(kFirst + 1, 1, 4));  // 4
    const auto had = shares(std::move(users), 400);
    // Whose process gets no processor in time has nothing in the queue; ./dev bench overload says
    // what the index is where nothing else runs.
    EXPECT_GE(jain(had), 0.9) << had[0] << " and " << had[1];
}

TEST_F(Users, with_sixteen_clients_each_share_the_device) {
    std::vector<OtherUser> users;
    for (uid_t i = 0; i < 4; ++i)
        users.push_back(asking(kFirst + i, 16, 1 + 2 * i));
    const auto had = shares(std::move(users), 600);
    EXPECT_GE(jain(had), 0.9) << had[0] << ", " << had[1] << ", " << had[2] << ", " << had[3];
}

class UsersOfWeight : public Users {
  protected:
    UsersOfWeight() : Users("[policy.user.61001]\nweight = 3\n") {}
};

TEST_F(UsersOfWeight, three_get_three_times_as_much) {
    std::vector<OtherUser> users;
    users.push_back(asking(kFirst, 4, 4));
    users.push_back(asking(kFirst + 1, 4, 4));
    const auto had = shares(std::move(users), 400);
    EXPECT_GT(had[0], 2 * had[1]);
    EXPECT_LT(had[0], 4 * had[1]);
}

class UsersInGroups : public Users {
  protected:
    UsersInGroups() : Users("[policy.group.daemon]\nverbs = [\"*\"]\n") {}

    std::uint32_t roles(uid_t uid, std::vector<gid_t> groups) {
        const auto greeted = [this] {
            TestClient visitor(daemon.socket(), false);
            return std::to_string(visitor.next().as<ipc::Greeting>().roles);
        };
        return static_cast<std::uint32_t>(
            std::stoul(OtherUser(uid, std::move(groups), greeted).answer()));
    }
};

TEST_F(UsersInGroups, administer_where_their_group_does) {
    const gid_t group = ::getgrnam("daemon")->gr_gid;
    EXPECT_EQ(roles(kFirst, {}), ipc::kRoleSubmit);
    EXPECT_EQ(roles(kFirst, {group + 12345}), ipc::kRoleSubmit);
    EXPECT_EQ(roles(kFirst, {group}), ipc::kRoleSubmit | ipc::kRoleAdmin);
    EXPECT_EQ(roles(0, {}), ipc::kRoleSubmit | ipc::kRoleAdmin);
}

}  // namespace
}  // namespace samovar::tests
