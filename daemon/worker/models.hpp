#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "daemon/worker/engine/load.hpp"

namespace samovar::worker {

// The loaded models by the daemon's numbers. Any thread.
class Models {
  public:
    void add(std::uint32_t id, std::shared_ptr<LoadedModel> model) {
        const std::lock_guard lock(guard_);
        models_[id] = std::move(model);
    }
    // Null for an unknown one. A job that holds it keeps it until it ends.
    std::shared_ptr<LoadedModel> find(std::uint32_t id) const {
        const std::lock_guard lock(guard_);
        const auto found = models_.find(id);
        return found == models_.end() ? nullptr : found->second;
    }
    // Hands it out, so that the caller chooses where it is destroyed; null for an unknown one.
    std::shared_ptr<LoadedModel> remove(std::uint32_t id) {
        const std::lock_guard lock(guard_);
        const auto found = models_.find(id);
        if (found == models_.end()) return nullptr;
        std::shared_ptr<LoadedModel> model = std::move(found->second);
        models_.erase(found);
        return model;
    }
    std::size_t count() const {
        const std::lock_guard lock(guard_);
        return models_.size();
    }

  private:
    mutable std::mutex guard_;
    std::unordered_map<std::uint32_t, std::shared_ptr<LoadedModel>> models_;
};

}  // namespace samovar::worker
