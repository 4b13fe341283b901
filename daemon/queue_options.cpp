#include "daemon/queue_options.hpp"

#include <charconv>

#include <samovar/limits.hpp>

#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

using scheduler::Load;

// All that waits has to fit into the way to one worker (WorkerProcess).
constexpr std::uint64_t kMostQueueBytes = 512u << 20;
// So that a job with all its tensors in its message is taken where nothing waits.
constexpr std::uint64_t kLeastQueueBytes = kMaxTensors * kMaxInlineBytes;
constexpr double kLeastWeight = 0.01, kMostWeight = 100;
constexpr double kLeastRate = 0.001, kMostRate = 1e6;

void read_jobs(TomlReader& reader, std::string_view key, std::size_t most, Load& load) {
    load.jobs = static_cast<std::uint64_t>(reader.integer(key, 1, static_cast<std::int64_t>(most),
                                                          static_cast<std::int64_t>(load.jobs)));
}

void read_bytes(TomlReader& reader, std::string_view key, std::uint64_t most, Load& load) {
    if (!reader.has(key)) return;
    const std::string word = reader.text(key);
    const auto bytes = ipc::parse_bytes(word);
    if (!bytes || *bytes < kLeastQueueBytes || *bytes > most)
        reader.fail(key, "\"" + word + "\" is no amount from " +
                             ipc::bytes_in_words(kLeastQueueBytes) + " to " +
                             ipc::bytes_in_words(most) + ", such as \"4MiB\"");
    load.bytes = *bytes;
}

double read_rate(TomlReader& reader, std::string_view key) {
    if (!reader.has(key)) return scheduler::kNoRate;
    const double rate = reader.number(key);
    if (!(rate >= kLeastRate && rate <= kMostRate))
        reader.fail(key, "must be from 0.001 to 1000000 jobs a second");
    return rate;
}

// "1000": a number, since no name is looked up while jobs come.
scheduler::Uid parse_uid(const TomlReader& users, const std::string& key) {
    scheduler::Uid uid = 0;
    const char* end = key.data() + key.size();
    const auto [stop, fault] = std::from_chars(key.data(), end, uid);
    if (fault != std::errc() || stop != end)
        users.fail(key, "is no user's number: write [queue.user.1000]");
    return uid;
}

UserShare read_share(TomlReader& reader, const Load& usual) {
    reader.allow({"jobs", "bytes", "weight", "rate"});
    UserShare share;
    if (reader.has("jobs") || reader.has("bytes")) {
        share.limit = usual;
        read_jobs(reader, "jobs", kMaxJobs, *share.limit);
        read_bytes(reader, "bytes", kMostQueueBytes, *share.limit);
    }
    if (reader.has("rate")) share.rate = read_rate(reader, "rate");
    share.weight = reader.number("weight", 1);
    if (!(share.weight >= kLeastWeight && share.weight <= kMostWeight))
        reader.fail("weight", "must be from 0.01 to 100; other users have 1");
    reader.finish();
    return share;
}

}  // namespace

ModelBounds read_model_bounds(TomlReader& top) {
    ModelBounds bounds;
    auto reader = top.table("limits");
    if (!reader) return bounds;
    reader->allow({"jobs", "rate"});
    if (reader->has("jobs"))
        bounds.jobs = static_cast<std::uint64_t>(
            reader->integer("jobs", 1, static_cast<std::int64_t>(kMaxJobs)));
    bounds.rate = read_rate(*reader, "rate");
    reader->finish();
    return bounds;
}

QueueOptions read_queue(TomlReader& top) {
    QueueOptions options;
    auto reader = top.table("queue");
    if (!reader) return options;
    reader->allow({"session_jobs", "session_bytes", "user_jobs", "user_bytes", "user_rate", "jobs",
                   "bytes", "user"});
    scheduler::AdmissionLimits& limits = options.limits;
    read_jobs(*reader, "session_jobs", kMaxJobsPerSession, limits.session);
    read_bytes(*reader, "session_bytes", kMaxInlineBytesPerSession, limits.session);
    read_jobs(*reader, "user_jobs", kMaxJobs, limits.user);
    read_bytes(*reader, "user_bytes", kMostQueueBytes, limits.user);
    options.user_rate = read_rate(*reader, "user_rate");
    read_jobs(*reader, "jobs", kMaxJobs, limits.all);
    read_bytes(*reader, "bytes", kMostQueueBytes, limits.all);
    if (auto users = reader->table("user")) {
        for (const std::string& key : users->keys()) {
            const scheduler::Uid uid = parse_uid(*users, key);
            auto share = users->table(key);
            options.users[uid] = read_share(*share, limits.user);
        }
        users->finish();
    }
    reader->finish();
    return options;
}

}  // namespace samovar::daemon
