// Several jobs in one inference.

#include <ATen/ops/cat.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/worker/job_error.hpp"
#include "daemon/worker/tasks/infer.hpp"
#include "daemon/worker/tasks/lengths.hpp"
#include "daemon/worker/tasks/prepared_job.hpp"
#include "daemon/worker/tasks/task.hpp"

namespace samovar::worker {
namespace {

using Tensors = std::vector<at::Tensor>;

class Batch final : public PreparedBatch {
  public:
    Batch(const LoadedModel& model, std::span<const BatchJob> jobs, Device& device,
          const TellError& tell)
        : model_(model), members_(jobs.size()) {
        for (std::size_t i = 0; i < jobs.size(); ++i)
            attempt(members_[i], tell, [&] {
                members_[i].prepared = prepare_job(model, *jobs[i].job, *jobs[i].slots, device);
                members_[i].wanted = jobs[i].wanted;
            });
    }
    // Also puts the rows of all together, where there is time for it before they run.
    void join() {
        groups_ = groups();
        for (Group& group : groups_)
            if (group.members.size() > 1) group.inputs = joined(group.members);
    }

    void drop(std::size_t job, Error why) override {
        if (!members_[job].error) members_[job].error = std::move(why);
        groups_.clear();
    }
    std::vector<Result<ipc::JobDone>> run(Device& device, StageClock& clock,
                                          const TellError& tell) override {
        clock.prepared();
        if (groups_.empty()) groups_ = groups();
        for (Group& group : groups_) {
            if (group.members.size() > 1 && infer_together(group, device, tell)) continue;
            for (Member* member : group.members)
                attempt(*member, tell, [&] {
                    member->results =
                        worker::infer(model_, member->prepared->inputs, device, member->wanted);
                });
        }
        clock.inferred();
        for (Member& member : members_)
            attempt(member, tell,
                    [&] { member.outputs = member.prepared->finish(member.results); });
        return answers(clock.finish());
    }

  private:
    struct Member {
        std::unique_ptr<PreparedJob> prepared;
        StillWanted wanted;
        Tensors results;
        std::vector<ipc::OutputTensor> outputs;
        std::optional<Error> error;
    };

    // Jobs that differ in nothing but rows and lengths.
    struct Group {
        std::vector<Member*> members;
        Tensors inputs;  // of all, where they were joined
    };

    // A step of a job that has not failed yet.
    template <class Step>
    static void attempt(Member& member, const TellError& tell, Step step) {
        if (member.error) return;
        try {
            step();
        } catch (...) {
            member.error = tell();
        }
    }
    std::vector<Result<ipc::JobDone>> answers(const ipc::Timings& timings) {
        std::vector<Result<ipc::JobDone>> answers;
        for (Member& member : members_) {
            if (member.error) {
                answers.emplace_back(std::move(*member.error));
                continue;
            }
            ipc::JobDone done;
            done.outputs = std::move(member.outputs);
            done.timings = timings;
            answers.emplace_back(std::move(done));
        }
        return answers;
    }

    // Whether two jobs differ in nothing but their number of rows, and in lengths of one bucket.
    // The daemon sends only such, but knows them by a hash.
    bool are_alike(const Member& a, const Member& b) const {
        const Tensors &left = a.prepared->inputs, &right = b.prepared->inputs;
        for (std::size_t i = 0; i < left.size(); ++i) {
            if (left[i].dim() == 0 || left[i].scalar_type() != right[i].scalar_type() ||
                row_form(model_, i, left[i]) != row_form(model_, i, right[i]))
                return false;
        }
        return true;
    }
    std::vector<Group> groups() {
        std::vector<Group> groups;
        for (Member& member : members_) {
            if (member.error) continue;
            const auto own = std::ranges::find_if(groups, [&](const Group& group) {
                return are_alike(*group.members.front(), member);
            });
            if (own == groups.end() || model_.batch.rows == 0)
                groups.push_back({{&member}, {}});
            else
                own->members.push_back(&member);
        }
        return groups;
    }

    // The rows of all, as long as the longest.
    Tensors joined(const std::vector<Member*>& group) const {
        std::int64_t longest = 0;
        for (const Member* member : group)
            longest = std::max(longest, length_of(model_, member->prepared->inputs));
        std::vector<Tensors> rows(group.front()->prepared->inputs.size());
        for (const Member* member : group) {
            Tensors inputs = member->prepared->inputs;
            pad_rows(model_, inputs, longest);
            for (std::size_t i = 0; i < inputs.size(); ++i)
                rows[i].push_back(std::move(inputs[i]));
        }
        Tensors inputs;
        for (const Tensors& of_input : rows)
            inputs.push_back(at::cat(of_input));
        return inputs;
    }

    // False where the network refused: it is not known whose rows it was.
    bool infer_together(Group& group, Device& device, const TellError& tell) {
        const StillWanted by_any = [&] {
            return std::ranges::any_of(group.members, [](const Member* member) {
                return !member->wanted || member->wanted();
            });
        };
        Tensors results;
        try {
            if (group.inputs.empty()) group.inputs = joined(group.members);
            results = worker::infer(model_, std::move(group.inputs), device, by_any);
        } catch (...) {
            static_cast<void>(tell());
            return false;
        }
        std::int64_t begin = 0;
        for (Member* member : group.members) {
            const Tensors& inputs = member->prepared->inputs;
            const std::int64_t rows = inputs.front().size(0);
            for (const at::Tensor& result : results)
                member->results.push_back(result.narrow(0, begin, rows));
            cut_rows(model_, member->results, length_of(model_, inputs));
            begin += rows;
        }
        return true;
    }

    const LoadedModel& model_;
    std::vector<Member> members_;
    std::vector<Group> groups_;
};

}  // namespace

bool can_be_staged(const LoadedModel& model, const Device& device) {
    return ipc::is_of_texts(model.task) ||
           (model.task == ipc::Task::tensor && device.torch().is_cpu());
}

std::unique_ptr<PreparedBatch> stage_batch(const LoadedModel& model, std::span<const BatchJob> jobs,
                                           Device& device, const TellError& tell) {
    if (ipc::is_of_texts(model.task)) return prepare_texts(model, jobs, tell);
    auto batch = std::make_unique<Batch>(model, jobs, device, tell);
    batch->join();
    return batch;
}

std::unique_ptr<PreparedBatch> prepare_batch(const LoadedModel& model,
                                             std::span<const BatchJob> jobs, Device& device,
                                             const TellError& tell) {
    if (ipc::is_of_texts(model.task)) return prepare_texts(model, jobs, tell);
    return std::make_unique<Batch>(model, jobs, device, tell);
}

}  // namespace samovar::worker
