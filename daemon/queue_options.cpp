#include "daemon/queue_options.hpp"

#include <samovar/limits.hpp>

#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

// All that waits has to fit into the way to one worker (WorkerProcess).
constexpr std::uint64_t kMostQueueBytes = 512u << 20;
// So that a job with all its tensors in its message is taken where nothing waits.
constexpr std::uint64_t kLeastQueueBytes = kMaxTensors * kMaxInlineBytes;
constexpr double kLeastRate = 0.001, kMostRate = 1e6;

std::uint64_t read_count(TomlReader& reader, std::string_view key, std::size_t most) {
    return static_cast<std::uint64_t>(reader.integer(key, 1, static_cast<std::int64_t>(most)));
}

std::uint64_t read_bytes_up_to(TomlReader& reader, std::string_view key, std::uint64_t most) {
    const std::string word = reader.text(key);
    const auto bytes = ipc::parse_bytes(word);
    if (!bytes || *bytes < kLeastQueueBytes || *bytes > most)
        reader.fail(key, "\"" + word + "\" is no amount from " +
                             ipc::bytes_in_words(kLeastQueueBytes) + " to " +
                             ipc::bytes_in_words(most) + ", such as \"4MiB\"");
    return *bytes;
}

}  // namespace

ModelBounds read_model_bounds(TomlReader& top) {
    ModelBounds bounds;
    auto reader = top.table("limits");
    if (!reader) return bounds;
    reader->allow({"jobs", "rate"});
    if (reader->has("jobs")) bounds.jobs = read_queue_jobs(*reader, "jobs");
    if (reader->has("rate")) bounds.rate = read_rate(*reader, "rate");
    reader->finish();
    return bounds;
}

QueueOptions read_queue(TomlReader& top) {
    QueueOptions options;
    auto reader = top.table("queue");
    if (!reader) return options;
    reader->allow({"session_jobs", "session_bytes", "jobs", "bytes"});
    auto& [session, all] = options.limits;
    if (reader->has("session_jobs"))
        session.jobs = read_count(*reader, "session_jobs", kMaxJobsPerSession);
    if (reader->has("session_bytes"))
        session.bytes = read_bytes_up_to(*reader, "session_bytes", kMaxInlineBytesPerSession);
    if (reader->has("jobs")) all.jobs = read_queue_jobs(*reader, "jobs");
    if (reader->has("bytes")) all.bytes = read_queue_bytes(*reader, "bytes");
    reader->finish();
    return options;
}

std::uint64_t read_queue_jobs(TomlReader& reader, std::string_view key) {
    return read_count(reader, key, kMaxJobs);
}

std::uint64_t read_queue_bytes(TomlReader& reader, std::string_view key) {
    return read_bytes_up_to(reader, key, kMostQueueBytes);
}

double read_rate(TomlReader& reader, std::string_view key) {
    const double rate = reader.number(key);
    if (!(rate >= kLeastRate && rate <= kMostRate))
        reader.fail(key, "must be from 0.001 to 1000000 jobs a second");
    return rate;
}

}  // namespace samovar::daemon
