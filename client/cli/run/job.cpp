#include "client/cli/run/job.hpp"

namespace samovar::cli {
namespace {

using Clock = std::chrono::steady_clock;

Error not_begun() {
    return {Errc::cancelled, "cancelled before it was begun", "", 0, 0};
}

// One run of the job: its slots, and what is known of its outputs.
class Attempt {
  public:
    Attempt(const Jobs& jobs, std::vector<Input> inputs) : jobs_(jobs) {
        const auto sizes = sizes_of(inputs, jobs.model.inputs);
        for (const TensorSpec& output : jobs.model.outputs) {
            const auto bytes = expected_bytes(output, sizes);
            rooms_.push_back({bytes.value_or(0), bytes.has_value()});
        }
        spec_.model = jobs.request.model;
        spec_.params = jobs.request.params;
        spec_.keep_alive = jobs.request.keep_alive;
        spec_.priority = jobs.request.priority;
        spec_.no_cache = jobs.request.no_cache;
        if (jobs.request.deadline) spec_.deadline = Clock::now() + *jobs.request.deadline;
        spec_.on_progress = jobs.on_progress;
        spec_.inputs = std::move(inputs);
    }

    Result<JobResult> run(JobReport& report) {
        bool lost_once = false;
        for (std::size_t tries = 0;; ++tries) {
            Result<std::vector<Slot>> outputs = take_rooms(jobs_.client, rooms_);
            if (!outputs) return outputs.error();
            spec_.outputs = std::move(*outputs);
            const Clock::time_point begin = Clock::now();
            Result<JobResult> result = jobs_.client.run(std::move(spec_), jobs_.request.timeout);
            report.wall = Clock::now() - begin;
            if (result || tries == kMostRoomTries) return result;
            const Error& error = result.error();
            if (error.code == Errc::output_too_small && grow(rooms_, error.needed)) continue;
            // A daemon that was restarted: an inference can be asked for again.
            if (error.code == Errc::disconnected && !lost_once) {
                lost_once = true;
                continue;
            }
            return result;
        }
    }

  private:
    const Jobs& jobs_;
    JobSpec spec_;
    std::vector<Room> rooms_;
};

std::uint64_t slot_bytes(const Jobs& jobs, const FileInput* file) {
    std::uint64_t bytes = jobs.inputs.shared_slot_bytes();
    if (!file) return bytes;
    bytes += file->bytes();
    // Of a picture, the results of all networks that there are: at most four bytes a pixel.
    return bytes + file->bytes() / 3 * 4;
}

Result<void> run_in(const Jobs& jobs, std::size_t job, const std::stop_token& stop,
                    JobReport& report) {
    std::optional<FileInput> file;
    if (const TensorSpec* spec = jobs.inputs.of_file()) {
        Result<FileInput> opened = FileInput::open(report.file, *spec);
        if (!opened) return opened.error();
        file = std::move(*opened);
    }
    const FileInput* input = file ? &*file : nullptr;
    const auto share = jobs.budget.take(slot_bytes(jobs, input), stop);
    if (!share) return not_begun();
    Result<std::vector<Input>> inputs = jobs.inputs.make_job(input, jobs.client);
    if (!inputs) return inputs.error();
    file.reset();  // its bytes are in the slot now
    if (stop.stop_requested()) return not_begun();

    Attempt attempt(jobs, std::move(*inputs));
    Result<JobResult> result = attempt.run(report);
    if (!result) return result.error();
    report.timings = result->timings;
    result->inputs.clear();
    for (const Output& output : result->outputs) {
        Result<Kept> kept = keep(output, jobs.places, job, jobs.model.summary.task == "mask");
        if (!kept) return kept.error();
        report.outputs.push_back(std::move(*kept));
    }
    return {};
}

}  // namespace

JobReport run_job(const Jobs& jobs, std::size_t job, const std::stop_token& stop) {
    JobReport report;
    if (!jobs.request.files.empty()) report.file = jobs.request.files[job];
    if (Result<void> done = run_in(jobs, job, stop, report); !done) report.error = done.error();
    return report;
}

}  // namespace samovar::cli
