#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "daemon/dispatch/dispatcher.hpp"
#include "daemon/sessions/channels.hpp"

namespace samovar::daemon {

// What a job of zeros at the model's smallest sizes asks for, with places in one channel, whose
// number is still to be filled in, for all that does not fit into a message. The channel's memory
// is new, and therefore zeros.
struct SyntheticJob {
    ipc::Submit submit;
    std::uint64_t channel_bytes = 0;  // 0: it needs none
};
// Errors: `out_of_bounds`, of a model whose smallest job is larger than a channel.
Result<SyntheticJob> make_synthetic_job(const ModelFile& model);

// Sends jobs of the daemon's own to hot models, the way that all jobs go: through the queue to the
// worker and its device. They are no uses of a model. Loop thread only.
class SyntheticJobs {
  public:
    // How long the job took, from its coming to a good answer; none where there was none.
    using Took = std::optional<scheduler::Duration>;
    using Done = std::function<void(scheduler::ModelId, Took)>;
    // `done` is called once for each run(), however it went, never from within it.
    SyntheticJobs(const asio::any_io_executor& loop, Dispatcher& dispatcher, ChannelTable& channels,
                  Done done);
    ~SyntheticJobs();

    void run(const ModelPtr& model);

  private:
    class Runner;
    std::shared_ptr<Runner> runner_;
};

}  // namespace samovar::daemon
