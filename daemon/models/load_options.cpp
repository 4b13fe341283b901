#include "daemon/models/load_options.hpp"

#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

constexpr std::uint64_t kLargestReserve = std::uint64_t{1} << 42;  // 4 TiB

std::uint64_t read_reserve(TomlReader& reader) {
    if (!reader.has("reserve")) return 0;
    const auto bytes = ipc::parse_bytes(reader.text("reserve"));
    if (!bytes || *bytes > kLargestReserve)
        reader.fail("reserve", "must be a number of bytes up to 4TiB, such as \"512MiB\"");
    return *bytes;
}

ipc::Precision read_precision(TomlReader& reader) {
    if (!reader.has("precision")) return ipc::Precision::as_it_is;
    const std::string word = reader.one_of("precision", {"fp32", "fp16", "bf16"});
    return word == "fp32"   ? ipc::Precision::fp32
           : word == "fp16" ? ipc::Precision::fp16
                            : ipc::Precision::bf16;
}

}  // namespace

ipc::LoadOptions read_load_options(TomlReader& top, bool torchscript) {
    ipc::LoadOptions options;
    options.load_threads = static_cast<std::uint32_t>(top.integer("load_threads", 0, 64, 0));
    options.precision = read_precision(top);
    options.channels_last = top.boolean("channels_last", false);
    options.freeze = top.boolean("freeze", false);
    options.cudnn_benchmark = top.boolean("cudnn_benchmark", false);
    options.reserve_bytes = read_reserve(top);
    const std::string_view baked = options.channels_last ? "channels_last"
                                   : options.freeze      ? "freeze"
                                                         : "";
    if (!baked.empty() && !torchscript)
        top.fail(baked,
                 "is settled when a .pt2 is exported: remove it, or add a TorchScript [[code]]");
    return options;
}

}  // namespace samovar::daemon
