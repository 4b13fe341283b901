// Workers that do not answer while a model moves: stopped, or stuck in the kernel. They are killed
// when the time for a load is over; until then whoever waits is told.

#include <algorithm>
#include <utility>

#include "daemon/dispatch/dispatcher.hpp"

namespace samovar::daemon {
namespace {

using scheduler::Clock;

// A worker's control thread does nothing but answer.
constexpr std::chrono::seconds kAskEach{1}, kSilence{3};

bool is_moving(scheduler::Residency residency) {
    return !is_at_rest(residency);
}

}  // namespace

bool Dispatcher::moves_models(scheduler::WorkerId id) const {
    return places_[id].process &&
           dispatch_.view_worker(id).state == scheduler::WorkerState::ready &&
           std::any_of(models_.begin(), models_.end(), [&](const auto& model) {
               return dispatch_.worker_of(model.first) == id &&
                      is_moving(dispatch_.view_model(model.first).residency);
           });
}

std::string Dispatcher::silence(const Place& place) const {
    if (!place.process || !place.asked_at) return "";
    const auto silent = Clock::now() - *place.asked_at;
    if (silent < kSilence) return "";
    return "worker " + std::to_string(place.process->pid()) + " has not answered for " +
           std::to_string(std::chrono::floor<std::chrono::seconds>(silent).count()) + " s";
}

std::string Dispatcher::silence(const ModelVersion& model) const {
    const auto place = place_names_.find(model.worker);
    return place == place_names_.end() ? "" : silence(places_[place->second]);
}

// To be called when a model begins to move.
void Dispatcher::listen_soon() {
    if (shut_down_ || std::exchange(listens_, true)) return;
    silence_timer_.expires_after(kAskEach);
    silence_timer_.async_wait([this](boost::system::error_code fault) {
        listens_ = false;
        if (!fault && listen_to_workers()) listen_soon();
    });
}

// Whether there is anything to listen to.
bool Dispatcher::listen_to_workers() {
    bool any = false;
    for (scheduler::WorkerId id = 0; id < places_.size(); ++id) {
        if (!moves_models(id)) continue;
        any = true;
        Place& place = places_[id];
        if (!place.asked_at) {
            place.asked_at = Clock::now();
            place.process->request(ipc::WorkerHealth{}, -1,
                                   [this, id](const ipc::Frame&) { places_[id].asked_at.reset(); });
        }
        const std::string words = silence(place);
        if (words.empty()) continue;
        for (const auto& [model, version] : models_)
            if (dispatch_.worker_of(model) == id &&
                dispatch_.view_model(model).residency != scheduler::Residency::hot)
                load_progressed(model, {words, 0, 0});
    }
    return any;
}

}  // namespace samovar::daemon
