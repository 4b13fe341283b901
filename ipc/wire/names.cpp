#include "ipc/wire/message_type.hpp"
#include "ipc/wire/residency_messages.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::ipc {

std::string_view to_string(MessageType type) noexcept {
    switch (type) {
        case MessageType::error: return "error";
        case MessageType::ok: return "ok";
        case MessageType::greeting: return "greeting";
        case MessageType::hello: return "hello";
        case MessageType::ping: return "ping";
        case MessageType::pong: return "pong";
        case MessageType::open_channel: return "open_channel";
        case MessageType::channel_opened: return "channel_opened";
        case MessageType::resume_channel: return "resume_channel";
        case MessageType::close_channel: return "close_channel";
        case MessageType::submit: return "submit";
        case MessageType::done: return "done";
        case MessageType::cancel: return "cancel";
        case MessageType::progress: return "progress";
        case MessageType::list_models: return "list_models";
        case MessageType::model_list: return "model_list";
        case MessageType::describe_model: return "describe_model";
        case MessageType::model_info: return "model_info";
        case MessageType::load_model: return "load_model";
        case MessageType::model_loaded: return "model_loaded";
        case MessageType::unload_model: return "unload_model";
        case MessageType::add_model: return "add_model";
        case MessageType::remove_model: return "remove_model";
        case MessageType::reload: return "reload";
        case MessageType::reload_report: return "reload_report";
        case MessageType::set_residency: return "set_residency";
        case MessageType::explain_model: return "explain_model";
        case MessageType::explanation: return "explanation";
        case MessageType::watch_events: return "watch_events";
        case MessageType::lend: return "lend";
        case MessageType::lent: return "lent";
        case MessageType::event: return "event";
        case MessageType::describe_warmth: return "describe_warmth";
        case MessageType::warmth: return "warmth";
        case MessageType::status: return "status";
        case MessageType::status_report: return "status_report";
        case MessageType::read_metrics: return "read_metrics";
        case MessageType::metrics: return "metrics";
        case MessageType::who_am_i: return "who_am_i";
        case MessageType::identity: return "identity";
        case MessageType::worker_hello: return "worker_hello";
        case MessageType::map_channel: return "map_channel";
        case MessageType::unmap_channel: return "unmap_channel";
        case MessageType::worker_load: return "worker_load";
        case MessageType::worker_loaded: return "worker_loaded";
        case MessageType::worker_unload: return "worker_unload";
        case MessageType::worker_health: return "worker_health";
        case MessageType::worker_health_report: return "worker_health_report";
        case MessageType::worker_park: return "worker_park";
        case MessageType::worker_wake: return "worker_wake";
        case MessageType::run_job: return "run_job";
        case MessageType::job_digest: return "job_digest";
        case MessageType::job_done: return "job_done";
        case MessageType::drop_job: return "drop_job";
    }
    return "unknown";
}

std::string_view to_string(Residency residency) noexcept {
    switch (residency) {
        case Residency::cold: return "cold";
        case Residency::loading: return "loading";
        case Residency::hot: return "hot";
        case Residency::unloading: return "unloading";
        case Residency::failed: return "failed";
        case Residency::parking: return "parking";
        case Residency::parked: return "parked";
        case Residency::waking: return "waking";
    }
    return "unknown";
}

std::string_view to_string(WorkerState state) noexcept {
    switch (state) {
        case WorkerState::stopped: return "stopped";
        case WorkerState::starting: return "starting";
        case WorkerState::ready: return "ready";
        case WorkerState::backing_off: return "backing_off";
        case WorkerState::failed: return "failed";
    }
    return "unknown";
}

std::string_view to_string(Confinement confinement) noexcept {
    switch (confinement) {
        case Confinement::none: return "off";
        case Confinement::partly: return "partly";
        case Confinement::full: return "on";
    }
    return "unknown";
}

std::string_view to_string(Task task) noexcept {
    switch (task) {
        case Task::tensor: return "tensor";
        case Task::mask: return "mask";
        case Task::classify_text: return "classify-text";
        case Task::embed_text: return "embed-text";
    }
    return "unknown";
}

std::string_view to_string(Precision precision) noexcept {
    switch (precision) {
        case Precision::as_it_is: return "";
        case Precision::fp32: return "fp32";
        case Precision::fp16: return "fp16";
        case Precision::bf16: return "bf16";
    }
    return "unknown";
}

std::string_view to_string(Wish wish) noexcept {
    switch (wish) {
        case Wish::load: return "load";
        case Wish::park: return "park";
        case Wish::unload: return "unload";
        case Wish::pin: return "pin";
        case Wish::hold: return "hold";
        case Wish::release: return "release";
    }
    return "unknown";
}

}  // namespace samovar::ipc
