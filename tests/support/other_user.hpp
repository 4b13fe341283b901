#pragma once
// Work done by another user, which only root can have done.

#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ipc/os/unique_fd.hpp"

namespace samovar::tests {

// A process of another user that runs `work` and tells what it returned.
class OtherUser {
  public:
    OtherUser(uid_t uid, std::vector<gid_t> groups, const std::function<std::string()>& work) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
        told_.reset(ends[0]);
        const ipc::UniqueFd tell(ends[1]);
        child_ = ::fork();
        if (child_ != 0) return;
        std::string text;
        try {
            if (::setgroups(groups.size(), groups.data()) != 0 || ::setgid(uid) != 0 ||
                ::setuid(uid) != 0)
                ::_exit(2);
            text = "." + work();
        } catch (const std::exception& fault) {
            text = std::string("!") + fault.what();
        }
        for (std::size_t at = 0; at < text.size();) {
            const ssize_t written = ::write(tell.get(), text.data() + at, text.size() - at);
            if (written <= 0) ::_exit(3);
            at += static_cast<std::size_t>(written);
        }
        ::_exit(0);
    }
    OtherUser(OtherUser&& other) noexcept
        : child_(std::exchange(other.child_, -1)), told_(std::move(other.told_)) {}
    OtherUser& operator=(OtherUser&&) = delete;
    ~OtherUser() {
        if (child_ > 0) ::waitpid(child_, nullptr, 0);
    }

    // Waits for it. Throws where it threw.
    std::string answer() {
        std::string text;
        char some[4096];
        for (ssize_t got; (got = ::read(told_.get(), some, sizeof some)) > 0;)
            text.append(some, static_cast<std::size_t>(got));
        if (text.empty()) throw std::runtime_error("the other user's process failed");
        if (text.front() == '!') throw std::runtime_error("the other user: " + text.substr(1));
        return text.substr(1);
    }

  private:
    pid_t child_ = -1;
    ipc::UniqueFd told_;
};

}  // namespace samovar::tests
