#pragma once
// The limits that both ends of the protocol share. The greeting repeats those that a daemon may set
// lower; a client goes by the greeting.

#include <cstddef>
#include <cstdint>

namespace samovar {

// One frame's body. Every message with all its fields at their limits fits, so that whatever was
// decoded can be sent on, whoever made it; the largest is a RunJob with its inline tensors. A peer
// that claims more is cut off before a byte is allocated.
inline constexpr std::uint32_t kMaxFrameBytes = (1u << 20) + (128u << 10);
// A tensor inside a message: below this a copy is cheaper than opening and mapping a channel.
inline constexpr std::size_t kMaxInlineBytes = 64u << 10;
// Tensors on one side of a job; no network in use has more named inputs than this.
inline constexpr std::size_t kMaxTensors = 15;
// Axes of a tensor: video in batches takes five; eight leaves room and bounds a message.
inline constexpr std::size_t kMaxRank = 8;
// Where a slot may begin: a cache line, and the widest vector load (AVX-512) that code may assume.
inline constexpr std::uint64_t kSlotAlignment = 64;
// Names of models, tensors, parameters.
inline constexpr std::size_t kMaxNameBytes = 64;
// Texts of one job, whose ends then fit a message; and their bytes, which a worker copies.
inline constexpr std::size_t kMaxTexts = kMaxInlineBytes / 8;
inline constexpr std::size_t kMaxTextsBytes = 16u << 20;
// Bytes of one text: more than any network reads, and little enough to be searched for pieces.
inline constexpr std::size_t kMaxOneTextBytes = 1u << 20;
// Tokens of one text: as far as any network in use was trained, with room.
inline constexpr std::size_t kMaxTextTokens = 8192;
// Kinds that a text may be of, and dimensions of an embedding.
inline constexpr std::size_t kMaxLabels = 1024;
inline constexpr std::size_t kMaxEmbeddingDims = 65536;
// What a job's answer tells beside its tensors: six are named, the rest is room to grow.
inline constexpr std::size_t kMaxDetails = 16;
// Parameters of a job, and the bytes of one value.
inline constexpr std::size_t kMaxParams = 32;
inline constexpr std::size_t kMaxParamBytes = 4096;
// Messages for people; longer ones are cut by the sender, the whole text goes to the log.
inline constexpr std::size_t kMaxTextBytes = 2048;
// Paths, as the kernel's PATH_MAX.
inline constexpr std::size_t kMaxPathBytes = 4096;
// A model's one-line description, and what is wrong with it: with these a full listing fits a
// frame.
inline constexpr std::size_t kMaxDescriptionBytes = 160;
inline constexpr std::size_t kMaxProblemBytes = 400;
// Steps of a load: a dozen are named, the rest is room to grow.
inline constexpr std::size_t kMaxPhases = 32;
// What a load tells of how the model is held: half a dozen are named, the rest is room to grow.
inline constexpr std::size_t kMaxLoadFacts = 16;
// Worker processes: one a device, and one a model with `isolation = "model"`.
inline constexpr std::size_t kMaxWorkers = 256;
// Devices in one listing: the CPU, and cuda:0 to cuda:63.
inline constexpr std::size_t kMaxDevices = 65;
// Models in one listing and in one daemon.
inline constexpr std::size_t kMaxModels = 1024;
// Descriptors that one frame may carry: a channel is one.
inline constexpr std::size_t kMaxFrameDescriptors = 1;

// One channel: 64 pictures of 4K RGB with room; larger ones take a second to allocate.
inline constexpr std::uint64_t kMaxChannelBytes = 2ull << 30;
// Channels of one session: one for steady use and a few for outsized pictures.
inline constexpr std::size_t kMaxChannelsPerSession = 16;
// All channels of one user, so that nobody fills the machine's memory.
inline constexpr std::uint64_t kMaxChannelBytesPerUser = 4ull << 30;
// Jobs of one session that are not done; more is answered `busy`.
inline constexpr std::size_t kMaxJobsPerSession = 256;
// Inline bytes of one session's jobs that are not done; a queue of small tensors stays small.
inline constexpr std::size_t kMaxInlineBytesPerSession = 8u << 20;
// The longest keep-alive that has an end, of a model or of a job: 30 days.
inline constexpr std::uint64_t kMaxKeepAliveMs = 30ull * 24 * 3'600'000;
// Sizes of a batch that a model may name, and rows of the largest.
inline constexpr std::size_t kMaxBatchSizes = 16;
inline constexpr std::uint32_t kMaxBatchRows = 4096;
// The furthest deadline of a job: 1 day.
inline constexpr std::uint64_t kMaxDeadlineUs = 24ull * 3'600'000'000;
// How calls find their model, and what brings models up; room for more of either.
inline constexpr std::size_t kMaxCallKinds = 16;
inline constexpr std::size_t kMaxCauses = 16;
// Patterns of models that one table of a policy names, and that one is told of; and groups.
inline constexpr std::size_t kMaxPatterns = 64, kMaxListedPatterns = 256, kMaxListedGroups = 256;
// The rule of a policy: file, line and key. Longer ones are cut by the sender.
inline constexpr std::size_t kMaxRuleBytes = 400;
// A part of the daemon's metrics, which come in as many as they need.
inline constexpr std::size_t kMaxMetricsPartBytes = 512u << 10;
// Jobs in the daemon that are not done, whoever sent them.
inline constexpr std::size_t kMaxJobs = 4096;
// Sessions of one daemon; each costs a descriptor and a few kilobytes.
inline constexpr std::size_t kMaxSessions = 1024;

}  // namespace samovar
