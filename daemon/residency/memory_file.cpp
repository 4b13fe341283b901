#include "daemon/residency/memory_file.hpp"

#include <algorithm>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace samovar::daemon {
namespace {

using scheduler::Memory;
using scheduler::WallTime;

// The last character counts versions: an older daemon sets a newer file aside.
constexpr std::string_view kMark = "samovar residency 1\n";
constexpr std::size_t kHeadBytes = kMark.size() + sizeof(std::uint64_t);
constexpr std::size_t kMostNumbers = 4096;  // of a forecast

std::uint64_t checksum(std::span<const std::byte> bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

template <class Archive>
void archive_time(Archive& ar, WallTime& time) {
    std::int64_t ns = time.time_since_epoch().count();
    ar(ns);
    time = WallTime(scheduler::Duration(ns));
}

template <class Archive, class T, class Each>
void archive_optional(Archive& ar, std::optional<T>& value, Each each) {
    bool there = value.has_value();
    ar(there);
    if (!there) return value.reset();
    if (!value) value.emplace();
    each(*value);
}

struct Entry {
    std::string name;
    Remembered what;
};

template <class Archive>
void serialize(Archive& ar, Entry& entry) {
    const auto time = [&](WallTime& each) { archive_time(ar, each); };
    Memory& memory = entry.what.memory;
    ar(ipc::bounded(entry.name, kMaxNameBytes));
    time(entry.what.at);
    archive_optional(ar, memory.last_use, time);
    archive_optional(ar, memory.last_warm, time);
    archive_optional(ar, memory.last_release, time);
    auto cause = static_cast<std::uint8_t>(memory.warmed_by);
    ar(cause);
    if (cause > static_cast<std::uint8_t>(scheduler::Cause::fault))
        throw ipc::CodecFault("a cause that there is not");
    memory.warmed_by = static_cast<scheduler::Cause>(cause);
    archive_optional(ar, memory.wish, [&](Memory::Wished& wish) {
        auto kind = static_cast<std::uint8_t>(wish.kind);
        ar(kind);
        if (kind > static_cast<std::uint8_t>(scheduler::Wish::Kind::unload))
            throw ipc::CodecFault("a wish that there is not");
        wish.kind = static_cast<scheduler::Wish::Kind>(kind);
        time(wish.since);
        archive_optional(ar, wish.until, time);
    });
    std::int64_t lead = memory.lead.count();
    ar(lead);
    memory.lead = scheduler::Duration(std::max<std::int64_t>(lead, 0));
    archive_optional(ar, memory.forecast, [&](scheduler::ForecastSnapshot& snapshot) {
        ar(snapshot.version, snapshot.minute, ipc::bounded(snapshot.numbers, kMostNumbers));
    });
}

struct Body {
    std::vector<Entry> entries;
};
template <class Archive>
void serialize(Archive& ar, Body& body) {
    ar(ipc::bounded(body.entries, kMaxModels));
}

Error not_whole(const std::string& why) {
    return {Errc::io, "it is no memory of models, or not whole: " + why, "", 0, 0};
}

}  // namespace

ipc::Bytes encode_memories(const Memories& memories) {
    Body body;
    for (const auto& [name, what] : memories)
        body.entries.push_back({name, what});
    if (body.entries.size() > kMaxModels) {
        std::ranges::stable_sort(body.entries, std::greater(),
                                 [](const Entry& entry) { return entry.what.at; });
        body.entries.resize(kMaxModels);
    }
    ipc::Bytes bytes;
    ipc::Writer writer(bytes);
    writer(body);
    const std::uint64_t sum = checksum(bytes);
    const auto append = [](ipc::Bytes& file, std::span<const std::byte> part) {
        file.insert(file.end(), part.begin(), part.end());
    };
    ipc::Bytes file;
    file.reserve(kHeadBytes + bytes.size());
    append(file, std::as_bytes(std::span(kMark)));
    append(file, std::as_bytes(std::span(&sum, 1)));
    append(file, bytes);
    return file;
}

Result<Memories> decode_memories(std::span<const std::byte> file) {
    if (file.size() < kHeadBytes || std::memcmp(file.data(), kMark.data(), kMark.size()) != 0)
        return not_whole("it does not begin like one");
    std::uint64_t sum = 0;
    std::memcpy(&sum, file.data() + kMark.size(), sizeof sum);
    const auto bytes = file.subspan(kHeadBytes);
    if (checksum(bytes) != sum) return not_whole("its checksum is wrong");
    try {
        Body body;
        ipc::Reader reader(bytes);
        reader(body);
        Memories memories;
        for (Entry& entry : body.entries)
            memories.insert_or_assign(std::move(entry.name), std::move(entry.what));
        return memories;
    } catch (const ipc::CodecFault& fault) {
        return not_whole(fault.what());
    }
}

}  // namespace samovar::daemon
