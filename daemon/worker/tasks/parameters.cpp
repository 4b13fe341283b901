#include "daemon/worker/tasks/parameters.hpp"

#include <charconv>
#include <map>
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

constexpr const char* kEncodings =
    "encode = jpeg or png, with quality = 1 to 100 of a JPEG, and optimise = true or false";

// Takes those of these keys out of the parameters. None may stand twice.
Result<std::map<std::string, std::string>> take(std::vector<ipc::Param>& params) {
    std::map<std::string, std::string> taken;
    std::vector<ipc::Param> left;
    for (ipc::Param& param : params) {
        if (param.key != "encode" && param.key != "quality" && param.key != "optimise")
            left.push_back(std::move(param));
        else if (!taken.emplace(param.key, param.value).second)
            return wrong("parameter '" + param.key + "' is given twice", kEncodings);
    }
    params = std::move(left);
    return taken;
}

std::optional<int> number_in(const std::string& text) {
    int number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

Result<std::optional<Encoding>> take_encoding(std::vector<ipc::Param>& params) {
    Result<std::map<std::string, std::string>> taken = take(params);
    if (!taken) return std::move(taken).error();
    if (taken->empty()) return std::optional<Encoding>();
    const auto refused = [&](const std::string& key) {
        return wrong("parameter " + key + " = '" + (*taken)[key] + "' is not known", kEncodings);
    };
    Encoding encoding;
    const std::string format = (*taken)["encode"];
    if (format.empty()) return wrong("there is nothing to encode", kEncodings);
    if (format != "jpeg" && format != "png") return refused("encode");
    encoding.format = format == "jpeg" ? image::ImageFormat::jpeg : image::ImageFormat::png;
    if (taken->contains("quality")) {
        const std::optional<int> quality = number_in((*taken)["quality"]);
        if (!quality || *quality < 1 || *quality > 100) return refused("quality");
        if (format != "jpeg") return wrong("a PNG has no quality: it loses nothing", kEncodings);
        encoding.quality = *quality;
    }
    if (taken->contains("optimise")) {
        const std::string optimise = (*taken)["optimise"];
        if (optimise != "true" && optimise != "false") return refused("optimise");
        encoding.optimise = optimise == "true";
    }
    return std::optional(encoding);
}

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
