#include "daemon/residency/synthetic_jobs.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace samovar::daemon {
namespace {

using Sizes = std::map<std::string, std::uint64_t>;

// A name stands for one size wherever it is used: the least that all of them allow.
void note_sizes(const std::vector<ipc::TensorSpec>& tensors, Sizes& sizes) {
    for (const ipc::TensorSpec& tensor : tensors)
        for (const ipc::Axis& axis : tensor.shape)
            if (!axis.name.empty()) sizes[axis.name] = std::max(sizes[axis.name], axis.min);
}

// Of an input: the least that its axes allow, or what their names stand for.
Shape least_shape(const ipc::TensorSpec& tensor, const Sizes& sizes) {
    Shape shape;
    for (const ipc::Axis& axis : tensor.shape) {
        const auto known = sizes.find(axis.name);
        shape.push_back(known == sizes.end() ? axis.min : known->second);
    }
    return shape;
}

// Of an output: what its axes can come to, where the inputs do not say.
Shape largest_shape(const ipc::TensorSpec& tensor, const Sizes& sizes) {
    Shape shape;
    for (const ipc::Axis& axis : tensor.shape) {
        const auto known = sizes.find(axis.name);
        shape.push_back(known == sizes.end() ? axis.max : known->second);
    }
    return shape;
}

class Layout {
  public:
    explicit Layout(SyntheticJob& job) : job_(job) {}

    // Where so many bytes begin in the channel.
    std::uint64_t take(std::uint64_t bytes) {
        const std::uint64_t offset = job_.channel_bytes;
        const std::uint64_t slot = (bytes + kSlotAlignment - 1) / kSlotAlignment * kSlotAlignment;
        fits_ = fits_ && slot <= kMaxChannelBytes - offset;
        if (fits_) job_.channel_bytes += slot;
        return offset;
    }
    bool fits() const { return fits_; }

  private:
    SyntheticJob& job_;
    bool fits_ = true;
};

// In the job, until the channel is there and has a number.
constexpr std::uint32_t kChannelToCome = ipc::kInline + 1;

void set_channel(ipc::Submit& submit, std::uint32_t channel) {
    for (ipc::InputTensor& input : submit.inputs)
        if (input.channel == kChannelToCome) input.channel = channel;
    for (ipc::OutputPlace& output : submit.outputs)
        if (output.channel == kChannelToCome) output.channel = channel;
}

}  // namespace

Result<SyntheticJob> make_synthetic_job(const ModelFile& model) {
    Sizes sizes;
    note_sizes(model.inputs, sizes);
    // A picture of one pixel would be no work: the network's own size is.
    if (model.task == ipc::Task::mask)
        sizes = {{"height", model.mask.height}, {"width", model.mask.width}};
    const Error too_large{Errc::out_of_bounds,
                          "a synthetic job of model " + model.name + " takes more than " +
                              std::to_string(kMaxChannelBytes) + " bytes",
                          "remove self_warm from its model.toml", 0, 0};
    SyntheticJob job;
    job.submit.model = model.name;
    job.submit.no_cache = true;  // else only the first would reach the network
    Layout layout(job);
    for (const ipc::TensorSpec& spec : model.inputs) {
        ipc::InputTensor input;
        input.name = spec.name;
        input.dtype = spec.dtype;
        input.shape = least_shape(spec, sizes);
        const auto bytes = tensor_bytes(input.dtype, input.shape);
        if (!bytes) return too_large;
        if (*bytes <= kMaxInlineBytes) {
            input.channel = ipc::kInline;
            input.data.resize(static_cast<std::size_t>(*bytes));
        } else {
            input.channel = kChannelToCome;
            input.offset = layout.take(*bytes);
        }
        job.submit.inputs.push_back(std::move(input));
    }
    for (const ipc::TensorSpec& spec : model.outputs) {
        const auto bytes = tensor_bytes(spec.dtype, largest_shape(spec, sizes));
        if (!bytes) return too_large;
        ipc::OutputPlace place;
        if (*bytes > kMaxInlineBytes) place = {kChannelToCome, layout.take(*bytes), *bytes};
        job.submit.outputs.push_back(place);
    }
    if (!layout.fits()) return too_large;
    return job;
}

class SyntheticJobs::Runner final : public Requester, public std::enable_shared_from_this<Runner> {
  public:
    Runner(asio::any_io_executor loop, Dispatcher& dispatcher, ChannelTable& channels, Done done)
        : loop_(std::move(loop)),
          dispatcher_(dispatcher),
          channels_(channels),
          done_(std::move(done)) {}

    void run(const ModelPtr& model) {
        asio::co_spawn(loop_, run_one(shared_from_this(), model), asio::detached);
    }
    void stop() { stopped_ = true; }

  private:
    static asio::awaitable<void> run_one(std::shared_ptr<Runner> self, ModelPtr model) {
        if (const Result<void> sent = co_await self->send(model); !sent) {
            spdlog::warn("model {} does not warm itself: {}", model->file.name,
                         describe(sent.error()));
            self->ended(model->id, std::nullopt);
        }
    }
    asio::awaitable<Result<void>> send(ModelPtr model) {
        Result<SyntheticJob> job = make_synthetic_job(model->file);
        if (!job) co_return job.error();
        ChannelPtr channel;
        if (job->channel_bytes > 0) {
            const ChannelOwner owner{::geteuid(), {kMaxChannelBytesPerUser, "the daemon's own"}};
            Result<ChannelPtr> made = co_await channels_.create(owner, job->channel_bytes);
            if (!made) co_return made.error();
            channel = std::move(*made);
            set_channel(job->submit, channel->id());
        }
        Result<CheckedJob> checked = check_job(
            std::move(job->submit), model->file,
            [&](std::uint32_t id) { return channel && channel->id() == id ? channel : nullptr; });
        if (!checked) co_return checked.error();
        // It must bring up nothing: what has gone down meanwhile is left there.
        if (stopped_ || dispatcher_.draining() ||
            dispatcher_.residency(*model) != ipc::Residency::hot) {
            ended(model->id, std::nullopt);
            co_return Result<void>();
        }
        NewJob submitted{model,     std::move(*checked), weak_from_this(),
                         model->id, ::geteuid(),         false};
        submitted.synthetic = true;
        submitted.checked.priority = scheduler::Priority::background;
        dispatcher_.submit(std::move(submitted));
        co_return Result<void>();
    }

    void ended(scheduler::ModelId model, Took took) {
        asio::post(loop_, [self = shared_from_this(), model, took] {
            if (!self->stopped_) self->done_(model, took);
        });
    }

    // Requester
    void job_done(std::uint64_t request, ipc::Done done) override {
        spdlog::debug("model number {}: warmed itself in {} us", request,
                      done.timings.total / 1000);
        ended(static_cast<scheduler::ModelId>(request),
              std::chrono::nanoseconds(done.timings.total));
    }
    void request_failed(std::uint64_t request, const Error& error) override {
        // One whose model went down, or whose worker died, is dropped.
        if (error.code != Errc::cancelled)
            spdlog::warn("model number {}: a synthetic job failed: {}", request, describe(error));
        ended(static_cast<scheduler::ModelId>(request), std::nullopt);
    }
    void progressed(std::uint64_t, const ipc::Progress&) override {}
    void model_loaded(std::uint64_t, const ipc::ModelLoaded&) override {}
    void model_unloaded(std::uint64_t) override {}

    asio::any_io_executor loop_;
    Dispatcher& dispatcher_;
    ChannelTable& channels_;
    Done done_;
    bool stopped_ = false;
};

SyntheticJobs::SyntheticJobs(const asio::any_io_executor& loop, Dispatcher& dispatcher,
                             ChannelTable& channels, Done done)
    : runner_(std::make_shared<Runner>(loop, dispatcher, channels, std::move(done))) {}

SyntheticJobs::~SyntheticJobs() {
    runner_->stop();
}

void SyntheticJobs::run(const ModelPtr& model) {
    runner_->run(model);
}

}  // namespace samovar::daemon
