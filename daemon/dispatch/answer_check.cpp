#include "daemon/dispatch/answer_check.hpp"

namespace samovar::daemon {

std::optional<std::string> not_as_asked(const std::vector<ipc::OutputTensor>& outputs,
                                        const std::vector<ipc::OutputPlace>& places) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const ipc::OutputTensor& output = outputs[i];
        const ipc::OutputPlace place = i < places.size() ? places[i] : ipc::OutputPlace{};
        const std::string what = "output " + std::to_string(i) + " of its answer ";
        const auto bytes = tensor_bytes(output.dtype, output.shape);
        if (!bytes) return what + "has more bytes than 64 bits can count";
        if (output.channel != place.channel ||
            (output.channel != ipc::kInline && output.offset != place.offset))
            return what + "is in channel " + std::to_string(output.channel) + " at " +
                   std::to_string(output.offset) + ", which was not asked for";
        if (output.channel == ipc::kInline ? output.data.size() != *bytes : !output.data.empty())
            return what + "brings " + std::to_string(output.data.size()) +
                   " bytes that its shape does not have";
        if (*bytes > place.capacity)
            return what + "has " + std::to_string(*bytes) + " bytes in a place of " +
                   std::to_string(place.capacity);
    }
    return std::nullopt;
}

}  // namespace samovar::daemon
