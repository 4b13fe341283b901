#include "daemon/worker/tasks/parameters.hpp"

#include <utility>

namespace samovar::worker {
namespace {

Error wrong(std::string what, std::string allowed) {
    return {Errc::invalid_argument, std::move(what), std::move(allowed), 0, 0};
}

Result<void> read_none(const std::vector<ipc::Param>& params, const char* who) {
    if (params.empty()) return {};
    return wrong("parameter '" + params.front().key + "' is not known",
                 std::string(who) + " no parameters");
}

}  // namespace

Result<void> read_tensor_params(const std::vector<ipc::Param>& params) {
    return read_none(params, "task tensor takes");
}

Result<void> read_text_params(const std::vector<ipc::Param>& params) {
    return read_none(params, "tasks of texts take");
}

Result<MaskOutput> read_mask_params(const std::vector<ipc::Param>& params) {
    MaskOutput output = MaskOutput::cutout;
    bool given = false;
    for (const ipc::Param& param : params) {
        if (param.key != "output")
            return wrong("parameter '" + param.key + "' is not known",
                         "task mask takes output = alpha or cutout");
        if (std::exchange(given, true))
            return wrong("parameter 'output' is given twice",
                         "give it once: task mask takes output = alpha or cutout");
        if (param.value == "alpha")
            output = MaskOutput::alpha;
        else if (param.value != "cutout")
            return wrong("parameter output = '" + param.value + "' is not known",
                         "task mask takes output = alpha or cutout");
    }
    return output;
}

}  // namespace samovar::worker
