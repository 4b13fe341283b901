// Whatever decodes can be sent on: each message fits a frame with all its fields at their limits.
// If not, a client could make the daemon fail to send a job to a worker, or a listing to everybody.

#include <gtest/gtest.h>

#include "ipc/wire/access_messages.hpp"
#include "ipc/wire/frame.hpp"
#include "ipc/wire/worker_messages.hpp"

namespace samovar::tests {
namespace {

using namespace ipc;

std::string text(std::size_t length) {
    return std::string(length, 'x');
}

InputTensor input() {
    return {text(kMaxNameBytes), DType::uint8, Shape(kMaxRank, 1), 1, 0, Bytes(kMaxInlineBytes)};
}
OutputTensor output() {
    return {text(kMaxNameBytes), DType::uint8, Shape(kMaxRank, 1), 1, 0, Bytes(kMaxInlineBytes)};
}
Param param() {
    return {text(kMaxNameBytes), text(kMaxParamBytes)};
}
TensorSpec spec() {
    return {text(kMaxNameBytes), DType::uint8, {kMaxRank, Axis{text(kMaxNameBytes), 1, 2}}, true};
}
ModelSummary summary() {
    const std::string name = text(kMaxNameBytes);
    return {name,           text(kMaxDescriptionBytes), name, name, name,
            Residency::hot, text(kMaxProblemBytes)};
}
LoadReport report() {
    return {text(kMaxPathBytes),
            text(kMaxTextBytes),
            1,
            true,
            1,
            1,
            {kMaxPhases, Phase{text(kMaxNameBytes), 1, 1}},
            {kMaxLoadFacts, LoadFact{text(kMaxNameBytes), text(kMaxNameBytes)}}};
}

template <class Message>
std::size_t size_of(const Message& message) {
    const Result<Bytes> frame = encode(message, 1);
    if (!frame) {
        ADD_FAILURE() << frame.error().message;
        return 0;
    }
    return frame->size() - kHeaderBytes;
}

TEST(LargestMessage, SubmitFits) {
    Submit m;
    m.model = text(kMaxNameBytes);
    m.inputs.assign(kMaxTensors, input());
    m.outputs.resize(kMaxTensors);
    m.params.assign(kMaxParams, param());
    EXPECT_GT(size_of(m), kMaxTensors * kMaxInlineBytes);
}

TEST(LargestMessage, RunJobFitsAndIsWithinATenthOfTheLimit) {
    RunJob m;
    m.inputs.assign(kMaxTensors, input());
    m.outputs.resize(kMaxTensors);
    m.params.assign(kMaxParams, param());
    m.refused.resize(kMaxRefusedDigests);
    // Otherwise the limit is larger than it needs to be.
    EXPECT_GT(size_of(m), kMaxFrameBytes / 10 * 9);
}

TEST(LargestMessage, DoneFits) {
    Done m;
    m.outputs.assign(kMaxTensors, output());
    m.details.assign(kMaxDetails, {text(kMaxNameBytes), text(kMaxNameBytes)});
    EXPECT_GT(size_of(m), 0U);
    JobDone of_worker;
    of_worker.outputs = m.outputs;
    of_worker.details = m.details;
    EXPECT_GT(size_of(of_worker), 0U);
}

TEST(LargestMessage, ModelListFits) {
    ModelList m;
    m.models.assign(kMaxModels, summary());
    EXPECT_GT(size_of(m), 0U);
}

TEST(LargestMessage, ModelInfoFits) {
    ModelInfo m;
    m.summary = summary();
    m.folder = text(kMaxPathBytes);
    m.inputs.assign(kMaxTensors, spec());
    m.outputs.assign(kMaxTensors, spec());
    m.isolation = text(kMaxNameBytes);
    m.last_load = report();
    m.labels.assign(kMaxLabels, {text(kMaxNameBytes)});
    EXPECT_GT(size_of(m), 0U);
}

TEST(LargestMessage, ReloadReportFits) {
    ReloadReport m;
    m.entries.assign(2 * kMaxModels,
                     {text(kMaxNameBytes), text(kMaxNameBytes), text(kMaxProblemBytes)});
    EXPECT_GT(size_of(m), 0U);
}

TEST(LargestMessage, IdentityFits) {
    Identity m;
    m.groups.assign(kMaxListedGroups, 1);
    m.models.names.assign(kMaxListedPatterns, {text(kMaxNameBytes)});
    m.models.rule = text(kMaxRuleBytes);
    m.verbs = m.models;
    m.priority_rule = text(kMaxRuleBytes);
    for (AllowedAmount* amount : {&m.sessions, &m.channel_bytes, &m.jobs, &m.bytes, &m.session_jobs,
                                  &m.session_bytes, &m.weight, &m.rate})
        amount->rule = text(kMaxRuleBytes);
    EXPECT_GT(size_of(m), 0U);
}

TEST(LargestMessage, StatusReportFits) {
    StatusReport m;
    m.daemon = text(kMaxNameBytes);
    WorkerStatus worker;
    worker.name = text(2 * kMaxNameBytes);
    worker.problem = text(kMaxProblemBytes);
    ModelStatus model;
    model.name = text(kMaxNameBytes);
    model.worker = text(2 * kMaxNameBytes);
    m.workers.assign(kMaxWorkers, worker);
    model.device = model.next_rung = model.next_rule = text(kMaxNameBytes);
    m.models.assign(kMaxModels, model);
    DeviceStatus device;
    device.name = text(kMaxNameBytes);
    device.description = device.uuid = text(kMaxDescriptionBytes);
    device.problem = text(kMaxProblemBytes);
    m.devices.assign(kMaxDevices, device);
    EXPECT_GT(size_of(m), 0U);
}

TEST(LargestMessage, MetricsFit) {
    EXPECT_GT(size_of(Metrics{text(kMaxMetricsPartBytes)}), kMaxMetricsPartBytes);
}

TEST(LargestMessage, WorkerLoadFits) {
    WorkerLoad m;
    const std::string path = text(kMaxPathBytes);
    m.name = text(kMaxNameBytes);
    m.code = {path, CodeFormat::pt2, path, path};
    m.inputs.assign(kMaxTensors, spec());
    m.outputs.assign(kMaxTensors, spec());
    const WarmUpInput input{Shape(kMaxRank, 1), Fill::file, path, 1};
    m.warm_ups.assign(kMaxWarmUps, WarmUp{std::vector(kMaxTensors, input)});
    m.batch.sizes.resize(kMaxBatchSizes);
    m.batch.length = text(kMaxNameBytes);
    m.batch.buckets.resize(kMaxBuckets);
    m.version = text(kMaxNameBytes);
    m.text.file = m.text.label = path;
    m.text.inputs.resize(kMaxTextTensors);
    EXPECT_GT(size_of(m), 0U);
}

TEST(LargestMessage, ErrorFits) {
    const ErrorReply m{{Errc::busy, text(kMaxTextBytes), text(kMaxTextBytes), 1, 1}};
    EXPECT_GT(size_of(m), 0U);
}

}  // namespace
}  // namespace samovar::tests
