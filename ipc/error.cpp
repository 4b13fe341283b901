#include <samovar/error.hpp>

#include <stdexcept>
#include <system_error>

namespace samovar {

std::string_view to_string(Errc code) noexcept {
    switch (code) {
        case Errc::ok: return "ok";
        case Errc::protocol: return "protocol";
        case Errc::version: return "version";
        case Errc::not_permitted: return "not_permitted";
        case Errc::invalid_argument: return "invalid_argument";
        case Errc::unknown_model: return "unknown_model";
        case Errc::bad_model: return "bad_model";
        case Errc::model_failed: return "model_failed";
        case Errc::no_device: return "no_device";
        case Errc::model_exists: return "model_exists";
        case Errc::bad_input: return "bad_input";
        case Errc::bad_output: return "bad_output";
        case Errc::output_too_small: return "output_too_small";
        case Errc::unknown_channel: return "unknown_channel";
        case Errc::out_of_bounds: return "out_of_bounds";
        case Errc::quota: return "quota";
        case Errc::bad_descriptor: return "bad_descriptor";
        case Errc::bad_image: return "bad_image";
        case Errc::busy: return "busy";
        case Errc::cancelled: return "cancelled";
        case Errc::inference_failed: return "inference_failed";
        case Errc::out_of_memory: return "out_of_memory";
        case Errc::run_limit: return "run_limit";
        case Errc::worker_died: return "worker_died";
        case Errc::worker_failed: return "worker_failed";
        case Errc::shutting_down: return "shutting_down";
        case Errc::too_late: return "too_late";
        case Errc::no_daemon: return "no_daemon";
        case Errc::disconnected: return "disconnected";
        case Errc::timed_out: return "timed_out";
        case Errc::io: return "io";
        case Errc::slot_in_use: return "slot_in_use";
    }
    return "unknown";
}

std::string describe(const Error& error) {
    std::string text = error.message.empty() ? std::string(to_string(error.code)) : error.message;
    if (!error.hint.empty()) text += "; " + error.hint;
    return text;
}

void throw_error(const Error& error) {
    throw std::runtime_error(describe(error));
}

Error io_error(std::string_view what, int errno_value) {
    return {Errc::io, std::string(what) + ": " + std::generic_category().message(errno_value), "",
            0, 0};
}

}  // namespace samovar
