#pragma once
// Jobs: what goes in, the handle of one that runs, what comes out.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <samovar/error.hpp>
#include <samovar/export.hpp>
#include <samovar/models.hpp>
#include <samovar/slot.hpp>
#include <samovar/tensor.hpp>

namespace samovar {

namespace client {
class RunningJob;
class Session;
struct JobAccess;
}  // namespace client

// A tensor that a job reads, elements in C order: either in a slot, from its first byte, or (small
// ones, at most kMaxInlineBytes) inside the message.
struct Input {
    std::string name{};  // of the model's input; empty: by position
    DType dtype{};
    Shape shape{};
    Slot slot{};
    std::vector<std::byte> data{};  // used where `slot` is empty
};

// As JobSpec::keep_alive: the model stays until somebody takes it away.
inline constexpr std::chrono::milliseconds kForever = std::chrono::milliseconds::max();

// Whose turn it is first, among the jobs that wait for the same device. Within a priority each user
// gets the same share of the device, and within that each session; who waits long rises.
enum class Priority : std::uint8_t { normal = 0, interactive = 1, background = 2 };

struct JobSpec {
    std::string model{};
    std::vector<Input> inputs{};
    // Where the first outputs go, by position. Others, and those whose slot here is empty, come
    // inside the answer, which holds at most kMaxInlineBytes of each.
    std::vector<Slot> outputs{};
    std::vector<std::pair<std::string, std::string>> params{};
    // How long the model stays after this job, in place of its own keep-alive and until its next
    // job: 0 to 30 days, or kForever. Out of range: `invalid_argument`.
    std::optional<std::chrono::milliseconds> keep_alive{};
    Priority priority{};
    // When it must be done. A job that cannot be done by then, by what the model's jobs take, ends
    // as `too_late` at once; one whose turn does not come in time, without having run. At most a
    // day from now: `invalid_argument`.
    std::optional<std::chrono::steady_clock::time_point> deadline{};
    // The job is computed, also where its model has kept the result of an equal one, and its own
    // is not kept.
    bool no_cache = false;
    // Called while the job waits for its model to load; see Client for the thread, and for when it
    // may be called last.
    std::function<void(const Progress&)> on_progress{};
};

// A tensor that a job gave.
struct Output {
    std::string name{};
    DType dtype{};
    Shape shape{};
    Slot slot{};                    // the slot that was lent for it, or empty
    std::vector<std::byte> data{};  // where there was none

    // The elements, wherever they are: valid as long as this Output is not moved from.
    SAMOVAR_EXPORT std::span<const std::byte> bytes() const noexcept;
};

// Where a job's time went. queued + prepared + inferred + finished <= total, all in daemon and
// worker; the way to the daemon and back is not in it.
struct Timings {
    std::chrono::nanoseconds queued{};    // until it was sent to a worker
    std::chrono::nanoseconds prepared{};  // viewing, copying to the device, preprocessing
    std::chrono::nanoseconds inferred{};  // the model's forward, and nothing else
    std::chrono::nanoseconds finished{};  // postprocessing and writing the outputs
    std::chrono::nanoseconds total{};     // from its arrival in the daemon to the answer
    bool cached = false;                  // the model had kept the result of an equal job
};

struct JobResult {
    std::vector<Output> outputs;  // in the model's order
    Timings timings;
    std::vector<Slot> inputs;  // the slots that were lent for inputs, in their order
    // What the model's task tells beside: {"tokens", "2806"}; docs/models.md has the names.
    std::vector<std::pair<std::string, std::string>> details;
};

// The handle of a job that was submitted. Dropping it neither cancels nor waits: the job's slots
// are given back when it is done. Cancel and done may be called from any thread, all else from one
// thread at a time.
class SAMOVAR_EXPORT Job {
  public:
    Job() noexcept;
    Job(Job&&) noexcept;
    Job& operator=(Job&&) noexcept;
    ~Job();

    explicit operator bool() const noexcept { return running_ != nullptr; }

    // Whether the answer is there. Never blocks, and reads nothing from the socket.
    bool done() const;

    // Waits for the answer and takes it: once. Errors: the job's own (see Errc), to be handled by
    // whoever asked for the result; `disconnected` when the daemon went away, and the job may or
    // may not have run; `timed_out` when it is not done in `timeout`, after which it still runs,
    // keeps its slots, and can be waited for again; `invalid_argument` when the answer was taken
    // before.
    Result<JobResult> wait(std::chrono::milliseconds timeout);

    // Asks the daemon to forget the job; it ends as `cancelled`, unless it was done already.
    // Returns at once; the slots are still lent until wait() has the answer.
    void cancel();

    // What was submitted, with its slots, of a job that failed, so that it can be tried again:
    // once, after wait() told of the failure; an empty spec otherwise. After `disconnected` the
    // output slots are missing: nobody can tell whether a worker still writes there.
    JobSpec take_spec();

  private:
    friend struct client::JobAccess;
    std::shared_ptr<client::Session> session_;
    std::shared_ptr<client::RunningJob> running_;
};

// Gets a job's end, exactly once; see Client for the thread.
using JobCallback = std::function<void(Result<JobResult>)>;

}  // namespace samovar
