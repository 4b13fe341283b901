#pragma once
#include "daemon/worker/activity.hpp"
#include "daemon/worker/channels.hpp"
#include "daemon/worker/loader.hpp"
#include "daemon/worker/models.hpp"
#include "daemon/worker/outbox.hpp"
#include "daemon/worker/unwanted.hpp"
#include "ipc/wire/frame.hpp"

namespace samovar::worker {

// Answers the control socket at all times, whatever loads or runs, and ends the process as soon as
// either socket is at its end.
class ControlLoop {
  public:
    ControlLoop(Channels& channels, const Models& models, Loader& loader, const Activity& activity,
                UnwantedJobs& unwanted, Outbox& answers)
        : channels_(channels),
          models_(models),
          loader_(loader),
          activity_(activity),
          unwanted_(unwanted),
          answers_(answers) {}

    // The main thread's life.
    [[noreturn]] void run();

  private:
    void take(ipc::Frame frame);
    void map(const ipc::Frame& frame);
    void unmap(const ipc::Frame& frame);
    void health(std::uint64_t request);
    void drop(const ipc::Frame& frame);
    template <class Order>
    void pass_on(const ipc::Frame& frame);

    Channels& channels_;
    const Models& models_;
    Loader& loader_;
    const Activity& activity_;
    UnwantedJobs& unwanted_;
    Outbox& answers_;
};

}  // namespace samovar::worker
