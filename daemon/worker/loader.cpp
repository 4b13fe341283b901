#include "daemon/worker/loader.hpp"

#include <c10/core/InferenceMode.h>
#include <sys/prctl.h>

#include <algorithm>
#include <utility>

#include <samovar/limits.hpp>

#include "daemon/worker/engine/cerr_capture.hpp"
#include "daemon/worker/engine/faults.hpp"
#include "daemon/worker/log.hpp"
#include "daemon/worker/process.hpp"
#include "daemon/worker/tasks/batch_curve.hpp"
#include "daemon/worker/tasks/warm_up.hpp"

namespace samovar::worker {
namespace {

// More than a daemon can have: one load and one unload of each model.
constexpr std::size_t kMaxOrders = 2 * kMaxModels;

std::string milliseconds(std::uint64_t ns) {
    return std::to_string(ns / 1'000'000) + " ms";
}

}  // namespace

Result<void> Loader::enqueue(Order order) {
    {
        const std::lock_guard lock(guard_);
        if (orders_.size() >= kMaxOrders)
            return Error{Errc::busy, "too many loads are waiting", "", 0, 0};
        orders_.push_back(std::move(order));
        ++pending_;
    }
    arrived_.notify_one();
    return {};
}

Loader::Order Loader::next() {
    std::unique_lock lock(guard_);
    arrived_.wait(lock, [this] { return !orders_.empty(); });
    Order order = std::move(orders_.front());
    orders_.pop_front();
    return order;
}

void Loader::run() {
    prctl(PR_SET_NAME, "loader");
    lower_priority();
    device_.enter_thread(Work::loads);
    const c10::InferenceMode inference;
    for (;;) {
        const Order order = next();
        std::visit([&](const auto& what) { carry_out(what, order.request); }, order.what);
    }
}

void Loader::carry_out(const ipc::WorkerLoad& load, std::uint64_t request) {
    const std::string title = "loading " + load.name + " from " + load.code.label;
    const CerrCapture said;
    try {
        const std::uint64_t free_before = device_.free_bytes();
        LoadSteps steps([&](const ipc::Progress& progress) { control_.send(progress, request); });
        thread_count_.use(threads_of(load, threads_));
        const std::shared_ptr<LoadedModel> model = load_model(load, threads_, device_, steps);
        model->pictures = pictures_;
        const std::string warm = warm_up(*model, load, device_, steps);
        const std::vector<BatchTime> curve = measure_batches(*model, load, device_, steps);
        finish_report(*model, load.options, device_, warm, steps);
        for (ipc::LoadFact& fact : facts_of(*model, curve))
            if (model->report.facts.size() < kMaxLoadFacts)
                model->report.facts.push_back(std::move(fact));
        models_.add(load.model, model);
        log::info(title + ": hot after " + milliseconds(model->report.total_ns));
        --pending_;
        const std::uint64_t free_now = device_.free_bytes();
        control_.send(
            ipc::WorkerLoaded{model->report, model->network->can_park(),
                              free_before - std::min(free_before, free_now), model->batch.rows},
            request);
        model->network->keep_in_memory();
    } catch (...) {
        Error error = caught_error(Errc::bad_model, title, said.text());
        device_.release_memory();
        error.message = load.code.label + ": " + error.message;
        --pending_;
        control_.fail(std::move(error), request);
    }
}

void Loader::carry_out(const ipc::WorkerPark& park, std::uint64_t request) {
    const std::shared_ptr<LoadedModel> model = models_.find(park.model);
    if (model == nullptr) return refuse_unknown(park.model, request);
    const std::string title = "parking " + model->name;
    const CerrCapture said;
    try {
        model->network->park();
        if (model->results) model->results->clear();
        if (pictures_) pictures_->clear();  // somebody wants memory
        device_.synchronize();
        device_.release_memory();
        log::info(title);
        --pending_;
        control_.send(ipc::Ok{}, request);
    } catch (...) {
        Error error = caught_error(Errc::out_of_memory, title, said.text());
        --pending_;
        control_.fail(std::move(error), request);
    }
}

void Loader::carry_out(const ipc::WorkerWake& wake, std::uint64_t request) {
    const std::shared_ptr<LoadedModel> model = models_.find(wake.model);
    if (model == nullptr) return refuse_unknown(wake.model, request);
    const std::string title = "waking " + model->name;
    const CerrCapture said;
    try {
        LoadSteps steps([&](const ipc::Progress& progress) { control_.send(progress, request); });
        model->network->wake(steps);
        device_.synchronize();
        ipc::WorkerLoaded woken{model->report, model->network->can_park()};
        woken.report.phases = steps.finish();
        woken.report.total_ns = steps.total_ns();
        log::info(title + ": hot after " + milliseconds(woken.report.total_ns));
        --pending_;
        control_.send(woken, request);
        model->network->keep_in_memory();
    } catch (...) {
        Error error = caught_error(Errc::bad_model, title, said.text());
        models_.remove(wake.model);
        device_.release_memory();
        --pending_;
        control_.fail(std::move(error), request);
    }
}

void Loader::refuse_unknown(std::uint32_t model, std::uint64_t request) {
    --pending_;
    control_.fail({Errc::unknown_model,
                   "model number " + std::to_string(model) + " is not loaded here", "", 0, 0},
                  request);
}

void Loader::carry_out(const ipc::WorkerUnload& unload, std::uint64_t request) {
    {
        const std::shared_ptr<LoadedModel> model = models_.remove(unload.model);
        if (model != nullptr) log::info("unloading " + model->name);
    }
    if (pictures_) pictures_->clear();
    device_.release_memory();
    --pending_;
    control_.send(ipc::Ok{}, request);
}

}  // namespace samovar::worker
