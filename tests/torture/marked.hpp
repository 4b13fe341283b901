#pragma once
#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace samovar::torture {

// A name in the environment that a process leaves to all that it starts: by it they are known, also
// when their parent is gone.
class Mark {
  public:
    // From now on orphans come to this process, which reaps those that are marked: else a dead one
    // would lie about until the first process of the machine cares, and look alive.
    Mark();

    // NAME=VALUE, for the daemon's environment.
    const std::string& variable() const { return variable_; }
    // Those that live, whoever's children they are.
    std::vector<pid_t> bearers() const;
    // How long it took until none of `orphans` was there any more; `patience` where some are.
    static std::chrono::nanoseconds wait_for_end(const std::vector<pid_t>& orphans,
                                                 std::chrono::nanoseconds patience);

  private:
    std::string variable_;
};

}  // namespace samovar::torture
