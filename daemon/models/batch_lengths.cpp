#include "daemon/models/batch_lengths.hpp"

#include <array>

#include <samovar/limits.hpp>

namespace samovar::daemon {
namespace {

// As far as padding to one of them wastes at most half.
constexpr std::array<std::uint32_t, 6> kTextBuckets{16, 32, 64, 128, 256, 512};
constexpr std::int64_t kMaxBatchTokens = std::int64_t{1} << 24;
constexpr std::uint32_t kTextTokens = 8192;  // of one inference

std::vector<std::uint32_t> read_buckets(TomlReader& reader, std::uint32_t least,
                                        std::uint64_t most) {
    const toml::array* list = reader.array("buckets");
    if (list == nullptr) return {};
    if (list->size() >= ipc::kMaxBuckets)
        reader.fail("buckets",
                    "has more than " + std::to_string(ipc::kMaxBuckets - 1) + " lengths");
    std::vector<std::uint32_t> buckets;
    for (const toml::node& node : *list) {
        const std::int64_t length = node.is_integer() ? node.as_integer()->get() : 0;
        const std::int64_t low = buckets.empty() ? least : buckets.back() + std::int64_t{1};
        if (length < low || length > static_cast<std::int64_t>(most))
            reader.fail_at(node, "buckets",
                           "must hold rising lengths, from " + std::to_string(least) + " to " +
                               std::to_string(most));
        buckets.push_back(static_cast<std::uint32_t>(length));
    }
    return buckets;
}

bool read_pad_to(TomlReader& reader) {
    return reader.one_of("pad_to", {"longest", "bucket"}, "longest") == "bucket";
}

// The axis of that name, behind the first of some input.
const ipc::Axis* axis_named(const std::string& name, const std::vector<ipc::TensorSpec>& inputs) {
    for (const ipc::TensorSpec& input : inputs)
        for (std::size_t i = 1; i < input.shape.size(); ++i)
            if (input.shape[i].name == name) return &input.shape[i];
    return nullptr;
}

}  // namespace

void read_lengths(TomlReader& reader, const std::vector<ipc::TensorSpec>& inputs,
                  ipc::BatchSpec& spec) {
    if (!reader.has("length")) {
        for (const std::string_view key : {"max_tokens", "buckets", "pad_to"})
            if (reader.has(key))
                reader.fail(key, "goes with `length`, which names the size that it is about");
        return;
    }
    spec.length = reader.text("length");
    const ipc::Axis* axis = spec.length.empty() ? nullptr : axis_named(spec.length, inputs);
    if (axis == nullptr)
        reader.fail("length", "\"" + spec.length +
                                  "\" is no named size of an input behind its first, the rows");
    spec.max_tokens =
        static_cast<std::uint32_t>(reader.integer("max_tokens", 0, kMaxBatchTokens, 0));
    const std::uint64_t most = std::min<std::uint64_t>(axis->max, kMaxBatchTokens);
    spec.buckets = read_buckets(reader, 1, most);
    if (reader.has("buckets") && spec.buckets.empty()) reader.fail("buckets", "holds no length");
    if (reader.has("pad_to") && spec.buckets.empty()) reader.fail("pad_to", "goes with `buckets`");
    spec.pad_to_bucket = read_pad_to(reader);
}

void read_text_lengths(TomlReader* reader, std::uint32_t max_length, ipc::BatchSpec& spec) {
    spec.max_tokens = kTextTokens;
    spec.buckets.assign(kTextBuckets.begin(), kTextBuckets.end());
    if (reader != nullptr) {
        spec.max_tokens = static_cast<std::uint32_t>(
            reader->integer("max_tokens", 1, kMaxBatchTokens, kTextTokens));
        if (reader->has("buckets")) spec.buckets = read_buckets(*reader, 2, kMaxTextTokens);
        spec.pad_to_bucket = read_pad_to(*reader);
    }
    // What is longer is cut before it comes to a bucket; and the longest text has one.
    std::erase_if(spec.buckets, [&](std::uint32_t length) { return length >= max_length; });
    spec.buckets.push_back(max_length);
}

}  // namespace samovar::daemon
