#pragma once
// The results of a model's earlier jobs, and the pixels of files, which are results, too. No
// LibTorch.

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "ipc/wire/worker_messages.hpp"

namespace samovar::worker {

// All that the result of a job depends on, but for its model: the inputs' elements, in the message,
// and the parameters. `digest` is that of the whole.
struct ResultKey {
    std::vector<ipc::InputTensor> inputs;
    std::vector<ipc::Param> params;
    ipc::Digest digest{};
};
// Whether two keys are of jobs that cannot be told apart. Names do not count: inputs are in the
// model's order.
bool are_equal(const ResultKey& a, const ResultKey& b);

// All that a job gave, its tensors in the message.
struct KeptResult {
    std::vector<ipc::OutputTensor> outputs;
    std::vector<ipc::Detail> details;
};

// Bounded in bytes, those of the keys among them; what was not used for longest goes first. Any
// thread.
class ResultCache {
  public:
    explicit ResultCache(std::uint64_t limit) : limit_(limit) {}

    // Whether a job of so many bytes of input could be kept, if it gave nothing.
    bool could_keep(std::uint64_t input_bytes) const;
    // Of a job that is equal in every byte; null where there is none. Counts as a use.
    std::shared_ptr<const KeptResult> find(const ResultKey& key);
    // In the place of one with the same digest; does nothing where it alone is over the bound.
    void keep(ResultKey key, std::shared_ptr<const KeptResult> result);
    void clear();
    ipc::KeptResults kept() const;

  private:
    struct Entry {
        ResultKey key;
        std::shared_ptr<const KeptResult> result;
        std::uint64_t bytes;
    };
    using Entries = std::list<Entry>;
    void erase(Entries::iterator entry);

    const std::uint64_t limit_;
    mutable std::mutex guard_;
    Entries entries_;  // the last that was used first
    std::map<ipc::Digest, Entries::iterator> by_digest_;
    std::uint64_t bytes_ = 0;
};

}  // namespace samovar::worker
