#pragma once
#include <cstdint>
#include <map>
#include <mutex>

namespace samovar::worker {

// The jobs that nobody waits for any more, by the daemon's word. Such a word comes by another way
// than the job: before it is read, or after it was answered. So batches are counted, and what was
// said of one is forgotten when that is over. Any thread.
class UnwantedJobs {
  public:
    // `batch`: the how-manieth that came, from 1.
    void add(std::uint64_t job, std::uint64_t batch) {
        const std::lock_guard lock(guard_);
        if (batch > over_) jobs_[job] = batch;
    }
    bool contains(std::uint64_t job) const {
        const std::lock_guard lock(guard_);
        return jobs_.contains(job);
    }
    // This one, and all before it: nothing of them is run any more.
    void batch_over(std::uint64_t batch) {
        const std::lock_guard lock(guard_);
        over_ = batch;
        std::erase_if(jobs_, [batch](const auto& job) { return job.second <= batch; });
    }

  private:
    mutable std::mutex guard_;
    std::map<std::uint64_t, std::uint64_t> jobs_;  // and their batches
    std::uint64_t over_ = 0;
};

}  // namespace samovar::worker
