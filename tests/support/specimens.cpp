#include "tests/support/specimens.hpp"

namespace samovar::tests {

using namespace ipc;

namespace {

Bytes bytes_of(std::initializer_list<unsigned> values) {
    Bytes bytes;
    for (const unsigned value : values)
        bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

}  // namespace

template <>
ErrorReply specimen<ErrorReply>() {
    return {{Errc::output_too_small, "output \"mask\" has 10 bytes", "give it 20", 20, 1500}};
}
// Messages without fields have one value.
template <>
Ok specimen<Ok>() {
    return {};
}
template <>
Ping specimen<Ping>() {
    return {};
}
template <>
Cancel specimen<Cancel>() {
    return {};
}
template <>
ListModels specimen<ListModels>() {
    return {};
}
template <>
Reload specimen<Reload>() {
    return {};
}

template <>
Greeting specimen<Greeting>() {
    Greeting m;
    m.oldest_version = 1;
    m.newest_version = 1;
    m.daemon = "samovard 0.1.0";
    m.roles = kRoleSubmit | kRoleAdmin;
    m.limits = {0x00120000, 0x00010000, 0x80000000, 0x100000000, 16, 256, 0x800000};
    return m;
}
template <>
Hello specimen<Hello>() {
    return {1, "samovar 0.1.0"};
}
template <>
Pong specimen<Pong>() {
    return {86'400'001, 4242};
}

template <>
OpenChannel specimen<OpenChannel>() {
    return {12'582'912};
}
template <>
ChannelOpened specimen<ChannelOpened>() {
    return {7, 12'582'912};
}
template <>
ResumeChannel specimen<ResumeChannel>() {
    return {8'388'608};
}
template <>
CloseChannel specimen<CloseChannel>() {
    return {7};
}

template <>
Submit specimen<Submit>() {
    Submit m;
    m.model = "selfie";
    m.inputs.push_back({"image", DType::uint8, {1080, 1920, 3}, 7, 64, {}});
    m.inputs.push_back({"", DType::float32, {1}, kInline, 0, bytes_of({0, 0, 0x80, 0x3f})});
    m.outputs.push_back({7, 6'220'864, 8'294'400});
    m.outputs.push_back({kInline, 0, 4096});
    m.params.push_back({"output", "cutout"});
    m.progress = true;
    m.keep = Keep::for_time;
    m.keep_alive_ms = 600'000;
    m.priority = Priority::background;
    m.deadline_us = 250'000;
    m.no_cache = true;
    return m;
}
template <>
Done specimen<Done>() {
    Done m;
    m.outputs.push_back({"cutout", DType::uint8, {1080, 1920, 4}, 7, 6'220'864, {}});
    m.outputs.push_back({"score", DType::float16, {2}, kInline, 0, bytes_of({1, 2, 3, 4})});
    m.timings = {1'001, 2'002, 3'003, 4'004, 10'010, true};
    m.details.push_back({"tokens", "2806"});
    return m;
}
template <>
Progress specimen<Progress>() {
    return {"to_device", 1'048'576, 268'435'456};
}

template <>
ModelList specimen<ModelList>() {
    ModelList m;
    m.models.push_back(
        {"invert", "255 - x", "tensor", "auto", "0123456789abcdef", Residency::cold, ""});
    m.models.push_back({"selfie", "cuts people out", "mask", "cuda:0", "fedcba9876543210",
                        Residency::failed, "model.toml:3: key \"taks\" is not known"});
    return m;
}
template <>
DescribeModel specimen<DescribeModel>() {
    return {"selfie"};
}
template <>
LoadModel specimen<LoadModel>() {
    return {"selfie", 7'200'000};
}
template <>
UnloadModel specimen<UnloadModel>() {
    return {"selfie", 86'400'000};
}
template <>
SetResidency specimen<SetResidency>() {
    return {"selfie", Wish::pin, 7'200'000};
}
template <>
ExplainModel specimen<ExplainModel>() {
    return {"selfie"};
}
template <>
Explanation specimen<Explanation>() {
    return {Residency::parked, "idle", 64'000, "parked",           "keep-alive", true,
            176'000,           "cold", "idle", "selfie is parked."};
}
template <>
WatchEvents specimen<WatchEvents>() {
    return {1'795'000'000'000, true, false};
}
template <>
Lend specimen<Lend>() {
    return {"cuda:0", 8'000'000'000};
}
template <>
Lent specimen<Lent>() {
    return {"cuda:0", 7'500'000'000, 500'000'000};
}
template <>
Event specimen<Event>() {
    return {1'795'000'000'123, "selfie",  Residency::loading, Residency::hot,
            "schedule",        4'500'000, 268'435'456,        0};
}
template <>
RemoveModel specimen<RemoveModel>() {
    return {"selfie"};
}

namespace {

LoadReport load_report() {
    return {"model.pt2",
            "cpu",
            268'435'456,
            true,
            2,
            5'000'005,
            {{"spawn", 200'000, 0}, {"read", 3'000'000, 268'435'456}},
            {{"precision", "float32"}, {"load_threads", "4"}}};
}
TensorSpec picture() {
    return {"image", DType::uint8, {{"height", 1, 4096}, {"width", 2, 8192}, {"", 3, 3}}, true};
}

}  // namespace

template <>
ModelLoaded specimen<ModelLoaded>() {
    return {false, load_report()};
}
template <>
ModelInfo specimen<ModelInfo>() {
    ModelInfo m;
    m.summary = {"selfie",
                 "cuts people out",
                 "mask",
                 "cpu",
                 "fedcba9876543210",
                 Residency::hot,
                 "model.toml:9: the newer version was not taken"};
    m.folder = "/var/lib/samovar/models/selfie";
    m.inputs.push_back(picture());
    m.outputs.push_back({"mask", DType::float32, {{"", 1, 1}}, false});
    m.isolation = "device";
    m.max_run_ms = 30'000;
    m.jobs_done = 1'000;
    m.jobs_failed = 3;
    m.queued = 5;
    m.in_flight = 2;
    m.last_load = load_report();
    m.held_bytes = 301'989'888;
    m.measured = true;
    m.labels = {{"negative"}, {"positive"}};
    m.batch_rows = 32;
    m.batch_delay_ms = 5;
    m.batches = 125;
    m.cache = {4'194'304, {2'097'152, 2}, 77};
    return m;
}
template <>
AddModel specimen<AddModel>() {
    return {"/home/user/models/selfie"};
}
template <>
ReloadReport specimen<ReloadReport>() {
    return {{{"invert", "unchanged", ""}, {"selfie", "rejected", "model.toml:3: no such key"}}};
}
template <>
Status specimen<Status>() {
    return {true};
}
template <>
DescribeWarmth specimen<DescribeWarmth>() {
    return {"selfie"};
}
template <>
Warmth specimen<Warmth>() {
    return {1'000,
            3,
            {{"cold", 3, 200'000'000, 250'000'000}, {"hot", 990, 3'000'000, 9'000'000}},
            {{"schedule", 7, 5, 1, 3'600'000, 966'367'641'600, true, 985, true, 1'250'000}},
            1'790'000'000'000};
}
template <>
WhoAmI specimen<WhoAmI>() {
    return {};
}
template <>
Identity specimen<Identity>() {
    Identity m;
    m.uid = 1000;
    m.groups = {1000, 27};
    m.models = {{{"selfie"}, {"moods-*"}}, "samovard.toml:2: policy.user.anna.models"};
    m.verbs = {{{"load"}}, "samovard.toml:3: policy.user.anna.verbs"};
    m.priority = Priority::background;
    m.priority_rule = "samovard.toml:4: policy.user.anna.priority";
    m.sessions = {256, 4, "h"};
    m.channel_bytes = {536'870'912, 12'582'912, "a"};
    m.jobs = {64, 3, "b"};
    m.bytes = {8'388'608, 1'024, "c"};
    m.session_jobs = {256, 2, "d"};
    m.session_bytes = {4'194'304, 512, "e"};
    m.weight = {500, 0, "f"};
    m.rate = {20'000, 0, "g"};
    return m;
}
template <>
StatusReport specimen<StatusReport>() {
    StatusReport m;
    m.daemon = "samovard 0.1.0";
    m.pid = 4242;
    m.uptime_ms = 86'400'001;
    m.sessions = 3;
    m.channels = 4;
    m.channel_bytes = 50'331'648;
    m.jobs = 6;
    m.workers.push_back(
        {"cpu", WorkerState::ready, 4243, 1, 2, 125'829'120, "", Confinement::full});
    m.workers.push_back(
        {"cuda:0", WorkerState::backing_off, 0, 4, 0, 0, "killed by signal 9", Confinement::none});
    m.models.push_back({"selfie",    Residency::hot,
                        "cpu",       5,
                        2,           1'000,
                        3,           268'435'456,
                        250,         "cpu",
                        268'435'456, 1'024,
                        1'010,       4,
                        true,        49'750,
                        "parked",    "keep-alive",
                        true,        {4'194'304, {2'097'152, 2}, 77}});
    m.devices.push_back({"cuda:0", "NVIDIA H200", "GPU-8932f937", 150'754'820'096, 149'000'000'000,
                         268'435'456, 120'000'000'000, 8'000'000'000, "no answer"});
    m.parked = 536'870'912;
    m.parked_limit = 17'179'869'184;
    return m;
}

template <>
ReadMetrics specimen<ReadMetrics>() {
    return {};
}
template <>
Metrics specimen<Metrics>() {
    return {"# TYPE samovar_sessions gauge\nsamovar_sessions 3\n"};
}

template <>
WorkerHello specimen<WorkerHello>() {
    return {"0.1.0",
            "2.11.0",
            "cuda:0",
            "NVIDIA H200",
            "no room",
            250'000'000,
            Confinement::partly,
            "Landlock, no filter of system calls: seccomp: refused"};
}
template <>
MapChannel specimen<MapChannel>() {
    return {9, 12'582'912};
}
template <>
UnmapChannel specimen<UnmapChannel>() {
    return {9};
}
template <>
WorkerLoad specimen<WorkerLoad>() {
    WorkerLoad m;
    m.model = 11;
    m.name = "selfie";
    m.task = Task::mask;
    m.code = {"/store/model", CodeFormat::pt2, "/store/weights.safetensors", "model.pt2"};
    m.inputs.push_back(picture());
    m.outputs.push_back({"mask", DType::float32, {{"", 1, 1}}, false});
    m.mask = {256,   128,  Interpolation::bicubic, true, 0.5F, {1, 2, 3}, {4, 5, 6}, true,
              0.25F, 0.75F};
    m.threads = 2;
    m.options = {4, Precision::bf16, true, true, true, 536'870'912};
    m.warm_ups = {{{{{1, 16}, Fill::file, "/store/x.npy", 128}, {{7}, Fill::zeros, "", 0}}}};
    m.warm_ups_may_fail = true;
    m.batch = {8, {1, 8}, true, "length", 8'192, {128, 512}, true};
    m.version = "fedcba9876543210";
    m.text = {Vocabulary::sentencepiece,
              "/store/vocabulary",
              "spm.model",
              false,
              false,
              false,
              true,
              128'100,
              {{TextTensor::input_ids}, {TextTensor::attention_mask}},
              512,
              2,
              Activation::sigmoid,
              Pooling::cls,
              false};
    m.cache_bytes = 67'108'864;
    return m;
}
template <>
WorkerLoaded specimen<WorkerLoaded>() {
    return {load_report(), true, 300'000'000, 16};
}
template <>
WorkerUnload specimen<WorkerUnload>() {
    return {11};
}
template <>
WorkerPark specimen<WorkerPark>() {
    return {12};
}
template <>
WorkerWake specimen<WorkerWake>() {
    return {13};
}
template <>
WorkerHealth specimen<WorkerHealth>() {
    return {};
}
template <>
WorkerHealthReport specimen<WorkerHealthReport>() {
    return {77, 1'500'000, true, 2, 3};
}
template <>
RunJob specimen<RunJob>() {
    const Submit submit = specimen<Submit>();
    return {
        11,  submit.inputs, submit.outputs, submit.params, true, {{1, 2}, {3, 4}}, 3, 1'000'000'000,
        true};
}
template <>
DropJob specimen<DropJob>() {
    return {86'001, 1'203};
}
template <>
JobDigest specimen<JobDigest>() {
    return {{5, 6}};
}
template <>
JobDone specimen<JobDone>() {
    const Done done = specimen<Done>();
    return {done.outputs, done.timings, done.details, {2'097'152, 2}};
}

}  // namespace samovar::tests
