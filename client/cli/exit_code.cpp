#include "client/cli/exit_code.hpp"

#include <utility>

namespace samovar::cli {

ExitCode exit_code(Errc code) noexcept {
    switch (code) {
        case Errc::ok: return kDone;
        case Errc::no_daemon:
        case Errc::disconnected:
        case Errc::version: return kNoDaemon;
        case Errc::timed_out:
        case Errc::too_late:
        case Errc::cancelled: return kTooLate;
        case Errc::protocol:
        case Errc::not_permitted:
        case Errc::invalid_argument:
        case Errc::unknown_model:
        case Errc::bad_model:
        case Errc::no_device:
        case Errc::model_exists:
        case Errc::bad_input:
        case Errc::unknown_channel:
        case Errc::out_of_bounds:
        case Errc::quota:
        case Errc::bad_descriptor:
        case Errc::busy:
        case Errc::shutting_down: return kRefused;
        case Errc::model_failed:
        case Errc::bad_output:
        case Errc::output_too_small:
        case Errc::bad_image:
        case Errc::inference_failed:
        case Errc::out_of_memory:
        case Errc::run_limit:
        case Errc::worker_died:
        case Errc::worker_failed:
        case Errc::io:
        case Errc::slot_in_use: return kFailed;
    }
    return kFailed;  // a newer daemon's code
}

Error usage_error(std::string what, std::string hint) {
    return {Errc::invalid_argument, std::move(what), std::move(hint), 0, 0};
}

}  // namespace samovar::cli
