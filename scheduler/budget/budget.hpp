#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "scheduler/budget/plan.hpp"

namespace samovar::scheduler {

using DeviceId = std::uint32_t;

// Why a model does not fit, for the error that says so.
struct Shortage {
    Bytes wanted = 0;
    Bytes limit = 0;   // what all models together may hold of the device now
    Bytes pinned = 0;  // held by pinned models
    Bytes busy = 0;    // held by models that work, or come or go
    Bytes idle = 0;    // held by those that could leave

    bool operator==(const Shortage&) const = default;
};

// A load may begin: its bytes are set aside until the model has moved on, or forgoes them.
struct RoomMade {
    ModelId model;
};
// A load cannot begin: there is no room, nor will there be soon.
struct NoRoom {
    ModelId model;
    Shortage shortage;
};
// A model that was displaced fits again.
struct Restore {
    ModelId model;
};
using BudgetAction = std::variant<Displace, RoomMade, NoRoom, Restore>;

// Keeps account of what models hold of each device, and of the host's memory where they are parked;
// says which idle ones step down for a load, and when there is room for them again. A pure machine:
// what happens comes in with the time, actions come out. Not thread-safe.
//
// Bytes that a model takes are estimates until they have been measured, so that a device can come
// to hold more than its limit; idle models then leave until it does not. No move of this class's
// own goes beyond a limit. Who is pinned, has jobs or is on its way is never displaced. A model
// that comes without anybody having to yield for it is a guest: where it turns out to be larger
// than was thought it leaves again, and no other for it, unless somebody wanted it meanwhile.
class Budget {
  public:
    // How long a load waits for models that work before it is refused.
    static constexpr Duration kPatience = std::chrono::seconds(10);

    DeviceId add_device();
    // What models may hold; kUnlimited to begin with. May be lowered at any time.
    void set_limit(DeviceId device, Bytes limit, Time now);
    void set_host_limit(Bytes limit, Time now);

    // A cold model that is thought to need so much. `instead_of`: the version that it replaces,
    // whose uses become its own.
    void add(ModelId model, DeviceId device, Bytes estimate,
             std::optional<ModelId> instead_of = std::nullopt);
    void remove(ModelId model, Time now);

    // ---- What is known of a model --------------------------------------------------------------
    void set_pinned(ModelId model, bool pinned, Time now);
    // Bytes on the device while hot, and of the host while parked; what bringing it back takes.
    void measured(ModelId model, Bytes on_device, Bytes on_host, Duration load_time, Time now);
    void set_can_park(ModelId model, bool can_park) { models_.at(model).can_park = can_park; }
    // Somebody wants it: it is no guest any more.
    void wanted(ModelId model) { models_.at(model).guest = false; }

    // ---- What happened -------------------------------------------------------------------------
    void job_came(ModelId model, Time now);
    void job_ended(ModelId model, Time now);
    void moved(ModelId model, Residency residency, Time now);
    // It rests, and is on its way nowhere: a step down that was asked for has not come about.
    void settled(ModelId model, Time now);

    // ---- Loads ---------------------------------------------------------------------------------
    // A load wants to begin; answered by RoomMade or NoRoom, in time. Where idle models are not
    // `to_yield` to it, it is answered at once.
    void ask(ModelId model, bool to_yield, Time now);
    // It found less memory than there was thought to be: until it is hot, has failed or forgoes its
    // room, models hold all there is, and as much as it needs has to leave.
    void ran_out(ModelId model);
    // The load will not begin.
    void forgo(ModelId model, Time now);

    // ---- Time ----------------------------------------------------------------------------------
    std::optional<Time> next_tick() const;
    void tick(Time now);
    std::vector<BudgetAction> take() { return std::exchange(actions_, {}); }

    // ---- Views ---------------------------------------------------------------------------------
    Bytes held(DeviceId device) const { return devices_.at(device).held; }
    Bytes limit(DeviceId device) const { return devices_.at(device).limit; }
    Bytes host_held() const { return host_held_; }
    Bytes host_limit() const { return host_limit_; }
    // Whether models have left it that would come back if there were room.
    bool has_displaced(DeviceId device) const { return !devices_.at(device).displaced.empty(); }
    // Who is hot and may leave, now or when its jobs are done.
    std::vector<ModelId> evictable(DeviceId device) const;
    Bytes bytes(ModelId model) const { return models_.at(model).on_device; }
    // Who holds what, against so much that is wanted.
    // What pinned models other than this one hold, or would if they were hot.
    Bytes pinned(DeviceId device, ModelId beside) const;
    Shortage account(DeviceId device, Bytes wanted) const;

  private:
    enum class Room { none, asked, granted };
    struct Model {
        DeviceId device = 0;
        Bytes on_device = 0, on_host = 0;  // while hot, while parked
        Residency residency = Residency::cold;
        Room room = Room::none;
        std::size_t jobs = 0;
        bool pinned = false, can_park = true;
        bool leaving = false;  // was told to step down, and has not begun
        bool guest = false;    // nobody has to yield for it, until it is hot
        bool measured = false;
        Usage usage;
        Time last_use{};
        double cost = 0;                      // seconds
        Bytes charged = 0, charged_host = 0;  // what the accounts hold of it now
        Bytes charged_going = 0;              // and of those that step down

        bool goes() const {
            return leaving || residency == Residency::parking || residency == Residency::unloading;
        }
        bool comes() const {
            return room == Room::granted || residency == Residency::loading ||
                   residency == Residency::waking;
        }
        bool may_leave(Residency from) const {
            return residency == from && !goes() && jobs == 0 && !pinned && room == Room::none;
        }
    };
    struct Wait {
        ModelId model;
        std::optional<Time> until;  // none: it is answered at once
    };
    struct Device {
        Bytes limit = kUnlimited;
        Bytes held = 0;
        Bytes going = 0;                  // of it, by models that step down
        std::optional<ModelId> short_of;  // whose load ran out of memory, when there was but
        Bytes there_was = 0;              // so much of it
        std::set<ModelId> models;
        std::deque<Wait> waits;
        std::set<ModelId> displaced;
    };

    void charge(Model& model);
    static void end_shortage(Device& device, ModelId of);
    void review(DeviceId id, Time now);
    bool serve(DeviceId id, const Wait& wait, Bytes& reserved, Time now);
    void relieve(Device& device, Time now);
    void relieve_by(std::vector<Candidate> idle, Bytes over);
    void relieve_host(Time now);
    void restore(Device& device, Time now);
    void displace(const std::vector<Displace>& steps);
    std::vector<Candidate> idle_of(const Device& device, Time now) const;
    Candidate candidate(ModelId id, Time now) const;

    std::map<ModelId, Model> models_;
    std::vector<Device> devices_;
    Bytes host_limit_ = kUnlimited, host_held_ = 0;
    std::vector<BudgetAction> actions_;
};

}  // namespace samovar::scheduler
