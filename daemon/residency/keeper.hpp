#pragma once
#include <map>
#include <memory>
#include <optional>

#include "daemon/devices/gpu_probe.hpp"
#include "daemon/dispatch/dispatcher.hpp"
#include "daemon/residency/call_log.hpp"
#include "daemon/residency/clocks.hpp"
#include "daemon/residency/device_memory.hpp"
#include "daemon/residency/event_log.hpp"
#include "daemon/residency/host_watch.hpp"
#include "daemon/residency/idle_energy.hpp"
#include "daemon/residency/loans.hpp"
#include "daemon/residency/state_folder.hpp"
#include "daemon/residency/synthetic_jobs.hpp"
#include "daemon/residency/writes.hpp"
#include "scheduler/residency/foresight.hpp"
#include "scheduler/residency/ladder.hpp"

namespace samovar::daemon {

// Keeps models where their rules want them: tells scheduler::Ladder what the dispatcher does and
// what time it is, and has the dispatcher do what the ladder asks for. Holds no policy. Loop thread
// only; does not throw, as the dispatcher does not (see Server).
class Keeper final : public DispatchWatcher {
  public:
    // `disk`: the thread that waits for disks.
    Keeper(const asio::any_io_executor& loop, Dispatcher& dispatcher, const BudgetOptions& budgets,
           ChannelTable& channels, asio::thread_pool& disk);

    // Looks which GPUs with limits there are. Before the models are read.
    void look_at_gpus_first();
    // Goes on from what an earlier life of the daemon left. Before the models are read.
    void recall(StateFolder state);
    // Has what the next life needs written down.
    void remember();
    // The same, of the last there is.
    void remember_all();
    // After the models were read for the first time: brings up those to preload. What was lent by
    // an earlier life of the daemon still is.
    void preload();
    // No moves from here on: the daemon ends.
    void stop();

    // An operator's wish, for so long; zero: without an end. Errors: `invalid_argument` (unknown,
    // too long, nothing to take back, a model that cannot be parked), `not_permitted` (it is held).
    Result<void> wish(const ModelVersion& model, ipc::Wish wish, std::chrono::milliseconds length);
    // An operator's load or unload, for so long; the dispatcher is asked by whoever waits for the
    // outcome. Errors: `invalid_argument` (too long).
    Result<void> wished_for(const ModelVersion& model, scheduler::Wish::Kind kind,
                            std::chrono::milliseconds length);
    ipc::Explanation explain(const ModelVersion& model) const;
    // What it has been used for, and what comes next.
    void fill(ipc::ModelStatus& status, const ModelVersion& model) const;
    ipc::Warmth warmth(const ModelVersion& model) const;
    EventLog& events() { return events_; }
    // The minutes with calls that are over, none from before `since_ms`.
    std::vector<ipc::Event> calls(std::uint64_t since_ms);
    const DeviceMemory& memory() const { return memory_; }
    // Tells `then`, at once or soon, when what is known of the devices is not older than a second.
    void refresh_devices(std::function<void()> then);
    void fill(ipc::StatusReport& report) const;
    Loans& loans() { return loans_; }
    // What stands in a job's way, or nothing.
    std::optional<Error> refusal(const ModelVersion& model) const;

    // Lets a test have time pass: 8 bytes on `fd`, little-endian nanoseconds, are let pass at once,
    // and come back when what is due then has been begun.
    void follow_clock(int fd);

  private:
    // DispatchWatcher
    void version_added(const ModelVersion& model,
                       std::optional<scheduler::ModelId> instead_of) override;
    void version_gone(scheduler::ModelId model) override;
    scheduler::CallKind job_came(scheduler::ModelId model,
                                 std::optional<scheduler::KeepAlive> asked) override;
    void job_ended(scheduler::ModelId model, const JobEnd& end) override;
    void moved(const ModelVersion& model, const scheduler::ModelMoved& move) override;
    void settled(const ModelVersion& model, scheduler::Residency residency, bool moves_on) override;
    void room_wanted(scheduler::ModelId model, bool to_yield) override;
    void room_forgone(scheduler::ModelId model) override;
    std::string ran_out(const ModelVersion& model) override;
    void loaded(const ModelVersion& model, bool can_park) override;
    void park_refused(const ModelVersion& model) override;

    // A version of the same model that is on its way out, since its folder was away.
    std::optional<scheduler::ModelId> leaving_version(const std::string& name) const;
    void obey(const ModelVersion& model, scheduler::Wish::Kind kind,
              std::optional<scheduler::Duration> length);
    std::optional<Error> not_parkable(const ModelVersion& model) const;

    // keeper_memory.cpp: what comes of budgets.
    // Tells the budget whether the model is pinned by now, and the dispatcher whether it is held.
    void take_wish(scheduler::ModelId model);
    scheduler::Displaced displaced(scheduler::ModelId model, scheduler::Rung to) const;
    void perform(const scheduler::Displace& action);
    void perform(const scheduler::RoomMade& action);
    void perform(const scheduler::NoRoom& action);
    void perform(const scheduler::Restore& action);
    void look_at_others();
    void look_at_gpus(const std::set<std::string>& devices, std::function<void()> then);
    std::string name_of(scheduler::ModelId model) const;
    bool sent_down(scheduler::ModelId model) const;
    void bring_back(const std::string& model);
    std::vector<LoanMemory> loan_memories() const;

    // keeper_energy.cpp: what comes of energy.
    void watch_energy();
    void let_gpus_go();
    void share_energy(const GpuReadings& readings);

    // keeper_time.cpp: what comes of time, and of the machines' decisions.
    void carry_out();
    void warm(scheduler::ModelId model);
    void arm_timer();
    void tick();
    void look_ahead(const scheduler::Now& now);
    scheduler::Foresight::Cost cost_of(const ModelVersion& model) const;
    void recall(const ModelVersion& model, const scheduler::Now& now);
    void keep_event(const ipc::Event& event);
    void keep_calls(const std::vector<ipc::Event>& minutes);
    void remember_soon();
    void remember_by(scheduler::Time time);
    Remembered memory_of(scheduler::ModelId model, const scheduler::Now& now) const;
    ipc::Bytes memories();
    void read_clock();

    Dispatcher& dispatcher_;
    Clocks clocks_;
    scheduler::Ladder ladder_;
    scheduler::Foresight foresight_;
    DeviceMemory memory_;
    Loans loans_;
    HostWatch watch_;
    GpuProbe gpus_;
    bool looking_at_gpus_ = false;                  // because a second has passed
    std::map<scheduler::ModelId, bool> room_asks_;  // that wait for a look: whether others yield
    scheduler::Time gpus_seen_at_{};
    std::set<scheduler::ModelId> changes_with_time_;
    // Of one model: its versions share it, and only the newest one's moves count.
    struct Record {
        std::string name;
        scheduler::ModelId newest = 0;
        scheduler::Warmth warmth;
    };

    EventLog events_;
    CallLog calls_;
    std::map<scheduler::ModelId, std::shared_ptr<Record>> records_;
    SyntheticJobs synthetic_;
    asio::thread_pool& disk_;
    std::optional<StateFolder> state_;
    Memories remembered_;                 // also of models that are gone, for a while
    std::vector<LoanMemory> loans_then_;  // before the models were read, and after stop()
    Writes writes_of_events_{"events"}, writes_of_calls_{"calls"};
    Writes writes_of_memories_{"memories of models"};  // the thread for disks'
    asio::steady_timer timer_, energy_timer_;
    IdleEnergy energy_;
    bool watching_energy_ = false, energy_told_ = false;
    std::optional<scheduler::Time> timer_at_;
    std::optional<scheduler::Time> remember_at_;
    asio::posix::stream_descriptor clock_;
    std::uint64_t leap_ns_ = 0;
    scheduler::Duration wall_ahead_;  // of the steady clock, when the ladder was last told the time
    bool stopped_ = false;
};

}  // namespace samovar::daemon
