#include "daemon/residency/memory_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace samovar::daemon {
namespace {

using scheduler::Memory;
using scheduler::WallTime;

// The character before the end counts versions: an older daemon sets a newer file aside. The first
// had neither records of warmth nor loans, the second did not say what can be parked.
constexpr std::string_view kMark = "samovar residency 3\n";
constexpr std::size_t kVersionAt = kMark.size() - 2;
constexpr std::size_t kHeadBytes = kMark.size() + sizeof(std::uint64_t);
constexpr std::size_t kMostNumbers = 4096;  // of a forecast
constexpr double kMostJoules = 1e15,
                 kMostByteSeconds = 1e19;  // a terabyte for three months: fits 64 bits

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

struct Name {
    std::string text;
};
template <class Archive>
void serialize(Archive& ar, Name& name) {
    ar(ipc::bounded(name.text, kMaxNameBytes));
}

template <class Archive>
void archive_duration(Archive& ar, scheduler::Duration& duration) {
    std::int64_t ns = duration.count();
    ar(ns);
    if (ns < 0) throw ipc::CodecFault("a time that is less than none");
    duration = scheduler::Duration(ns);
}

// Of the arrays only what is not empty, each with its place.
struct TimesOfKind {
    std::uint8_t kind = 0;
    scheduler::LatencyCounts counts;
};
template <class Archive>
void serialize(Archive& ar, TimesOfKind& times) {
    ar(times.kind, ipc::bounded(times.counts.steps, 256), ipc::bounded(times.counts.counts, 256));
    archive_duration(ar, times.counts.least);
    archive_duration(ar, times.counts.most);
    archive_duration(ar, times.counts.total);
    if (times.kind >= scheduler::kCallKinds) throw ipc::CodecFault("a call that there is not");
}

struct LoadsOfCause {
    std::uint8_t cause = 0;
    scheduler::BroughtUp up;
};
template <class Archive>
void serialize(Archive& ar, LoadsOfCause& loads) {
    scheduler::BroughtUp& up = loads.up;
    ar(loads.cause, up.times, up.met, up.unmet, up.idle_byte_seconds, up.met_from_parked);
    archive_optional(ar, up.idle_joules, [&](double& joules) { ar(joules); });
    archive_duration(ar, up.idle);
    if (loads.cause >= scheduler::kCauses) throw ipc::CodecFault("a cause that there is not");
    // Also where it is no number.
    up.idle_byte_seconds = std::fmin(std::fmax(up.idle_byte_seconds, 0), kMostByteSeconds);
    if (up.idle_joules) up.idle_joules = std::fmin(std::fmax(*up.idle_joules, 0), kMostJoules);
    if (up.met_from_parked > up.met) throw ipc::CodecFault("a part that is more than the whole");
}

struct Warmth {
    scheduler::WarmthMemory memory;
};
template <class Archive>
void serialize(Archive& ar, Warmth& warmth) {
    const auto time = [&](WallTime& each) { archive_time(ar, each); };
    scheduler::WarmthMemory& memory = warmth.memory;
    archive_optional(ar, memory.since, time);
    archive_optional(ar, memory.last_use, time);
    ar(memory.uses, memory.cold_starts);
    std::vector<TimesOfKind> calls;
    std::vector<LoadsOfCause> loads;
    for (std::size_t i = 0; i < scheduler::kCallKinds; ++i)
        if (!memory.latencies[i].steps.empty())
            calls.push_back({static_cast<std::uint8_t>(i), memory.latencies[i]});
    for (std::size_t i = 0; i < scheduler::kCauses; ++i)
        if (memory.brought_up[i].times > 0)
            loads.push_back({static_cast<std::uint8_t>(i), memory.brought_up[i]});
    ar(ipc::bounded(calls, scheduler::kCallKinds), ipc::bounded(loads, scheduler::kCauses));
    for (TimesOfKind& each : calls)
        memory.latencies[each.kind] = std::move(each.counts);
    for (const LoadsOfCause& each : loads)
        memory.brought_up[each.cause] = each.up;
}

struct Lent {
    LoanMemory memory;
};
template <class Archive>
void serialize(Archive& ar, Lent& lent) {
    LoanMemory& loan = lent.memory;
    ar(ipc::bounded(loan.device, kMaxNameBytes), loan.bytes, loan.held_then,
       ipc::bounded(loan.asked_by, kMaxTextBytes), loan.borrower.pid, loan.borrower.started,
       ipc::bounded(loan.borrower.boot, kMaxNameBytes));
    std::vector<Name> left;
    left.reserve(loan.left.size());
    for (std::string& name : loan.left)
        left.push_back({std::move(name)});
    ar(ipc::bounded(left, kMaxModels));
    loan.left.clear();
    for (Name& each : left)
        loan.left.push_back(std::move(each.text));
}

struct Body {
    std::vector<Entry> entries;
    std::vector<Warmth> warmths;  // of each of them
    std::vector<Lent> loans;
    std::vector<std::uint8_t> can_park;  // each of them, 0 or 1
};
void write(ipc::Writer& ar, Body& body) {
    ar(ipc::bounded(body.entries, kMaxModels), ipc::bounded(body.warmths, kMaxModels),
       ipc::bounded(body.loans, kMaxSessions), ipc::bounded(body.can_park, kMaxModels));
}
void read(ipc::Reader& ar, Body& body, char version) {
    ar(ipc::bounded(body.entries, kMaxModels));
    body.warmths.resize(body.entries.size());
    body.can_park.resize(body.entries.size(), 1);
    if (version == '1') return;
    ar(ipc::bounded(body.warmths, kMaxModels), ipc::bounded(body.loans, kMaxSessions));
    if (version != '2') ar(ipc::bounded(body.can_park, kMaxModels));
    if (body.warmths.size() != body.entries.size() || body.can_park.size() != body.entries.size())
        throw ipc::CodecFault("not a record for each model");
}

Error not_whole(const std::string& why) {
    return {Errc::io, "it is no memory of models, or not whole: " + why, "", 0, 0};
}

}  // namespace

ipc::Bytes encode_state(const State& state) {
    Body body;
    for (const LoanMemory& loan : state.loans)
        if (body.loans.size() < kMaxSessions) body.loans.push_back({loan});
    for (const auto& [name, what] : state.models)
        body.entries.push_back({name, what});
    if (body.entries.size() > kMaxModels) {
        std::ranges::stable_sort(body.entries, std::greater(),
                                 [](const Entry& entry) { return entry.what.at; });
        body.entries.resize(kMaxModels);
    }
    for (Entry& entry : body.entries) {
        body.warmths.push_back({std::move(entry.what.memory.warmth)});
        body.can_park.push_back(entry.what.memory.can_park ? 1 : 0);
    }
    ipc::Bytes bytes;
    ipc::Writer writer(bytes);
    write(writer, body);
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

Result<State> decode_state(std::span<const std::byte> file) {
    if (file.size() < kHeadBytes) return not_whole("it does not begin like one");
    std::string mark(kMark.size(), '\0');
    std::memcpy(mark.data(), file.data(), mark.size());
    const char version = std::exchange(mark[kVersionAt], kMark[kVersionAt]);
    if (mark != kMark || version < '1' || version > kMark[kVersionAt])
        return not_whole("it does not begin like one");
    std::uint64_t sum = 0;
    std::memcpy(&sum, file.data() + kMark.size(), sizeof sum);
    const auto bytes = file.subspan(kHeadBytes);
    if (checksum(bytes) != sum) return not_whole("its checksum is wrong");
    try {
        Body body;
        ipc::Reader reader(bytes);
        read(reader, body, version);
        if (reader.remaining() > 0) throw ipc::CodecFault("it goes on behind its end");
        State state;
        for (Lent& lent : body.loans)
            state.loans.push_back(std::move(lent.memory));
        for (std::size_t i = 0; i < body.entries.size(); ++i) {
            Entry& entry = body.entries[i];
            entry.what.memory.warmth = std::move(body.warmths[i].memory);
            entry.what.memory.can_park = body.can_park[i] != 0;
            state.models.insert_or_assign(std::move(entry.name), std::move(entry.what));
        }
        return state;
    } catch (const ipc::CodecFault& fault) {
        return not_whole(fault.what());
    }
}

}  // namespace samovar::daemon
