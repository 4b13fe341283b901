#pragma once
#include <filesystem>
#include <set>
#include <vector>

namespace samovar::torture {

// /dev/shm, /tmp and /run of this process's own, empty but for the way to what is `kept`: whatever
// is found there was left by it or by what it started. Throws where the machine does not allow it.
class PrivatePlaces {
  public:
    explicit PrivatePlaces(std::vector<std::filesystem::path> kept);

    // What lies there now, without the insides of `folders`.
    std::set<std::filesystem::path> found(const std::set<std::filesystem::path>& folders) const;

  private:
    std::set<std::filesystem::path> kept_, ways_;  // and the folders that lead there
};

}  // namespace samovar::torture
