#pragma once
// Clients that keep to the protocol and are a nuisance all the same.

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "tests/support/process.hpp"
#include "tests/torture/shared.hpp"

namespace samovar::torture {

struct Rude {
    std::string_view name;
    // Until the process is killed. `at_it`: from when on it is a nuisance.
    void (*behave)(const std::filesystem::path& socket, std::atomic<bool>& at_it);
};
std::span<const Rude> rude_kinds();

// A process of another user, which root alone can have; else of this one.
class Neighbour {
  public:
    static constexpr uid_t kUser = 61001;

    // `behave` sets its argument when it is where it wants to be.
    explicit Neighbour(const std::function<void(std::atomic<bool>& at_it)>& behave);

    // Throws where it does not get there.
    void wait_until_at_it() const;
    bool is_at_it() const { return **at_it_; }
    // SIGKILL; whether it was there until then.
    bool kill();

  private:
    std::unique_ptr<Shared<std::atomic<bool>>> at_it_;
    std::unique_ptr<tests::Process> process_;
};

// As many descriptors as the system lets a process have: before many connections are made.
void allow_descriptors();

}  // namespace samovar::torture
