#include "daemon/worker/engine/torchscript_archive.hpp"

#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <span>
#include <string_view>
#include <thread>
#include <utility>

#include "daemon/worker/engine/read_ahead.hpp"
#include "daemon/worker/engine/shared_file.hpp"
#include "daemon/worker/engine/torchscript_weights.hpp"
#include "daemon/worker/job_error.hpp"

namespace samovar::worker {
namespace {

using caffe2::serialize::PyTorchStreamReader;
using caffe2::serialize::ReadAdapterInterface;

// Smaller tensors are copied. Also more than LibTorch reads at a time of a record that is packed.
constexpr std::size_t kMappedBytes = 256u << 10;
// Between two marks in memory that nobody has filled.
constexpr std::size_t kMarkEvery = 1u << 20;

// The file as LibTorch reads it, a tensor at a time: each by several threads, and counted for the
// progress report.
class CopiedFile final : public ReadAdapterInterface {
  public:
    CopiedFile(SharedFile file, std::size_t threads, LoadSteps& steps)
        : file_(std::move(file)), threads_(threads), steps_(steps) {}
    std::size_t size() const override { return file_.size(); }
    std::size_t read(std::uint64_t position, void* into, std::size_t count,
                     const char*) const override {
        if (position >= size()) return 0;
        count = std::min(count, size() - static_cast<std::size_t>(position));
        if (auto done = file_.read(position, {static_cast<std::byte*>(into), count}, threads_);
            !done)
            throw JobError(std::move(done).error());
        steps_.advance(done_ += count);
        return count;
    }

  private:
    SharedFile file_;
    std::size_t threads_;
    LoadSteps& steps_;
    mutable std::uint64_t done_ = 0;
    // So that the disk goes on reading while LibTorch is at something else.
    std::jthread ahead_{[this] { file_.read_ahead(); }};
};

// The file as LibTorch reads it, but for the tensors that are to stay in it: of those it only
// learns for which memory LibTorch asked. That is left as it is, and so costs nothing, but for a
// few marks: LibTorch compares the constants of a graph, and makes one of those that are equal.
class LeftInFile final : public ReadAdapterInterface {
  public:
    explicit LeftInFile(std::shared_ptr<const MappedFile> file) : file_(std::move(file)) {}
    std::size_t size() const override { return file_->bytes().size(); }
    std::size_t read(std::uint64_t position, void* into, std::size_t count,
                     const char*) const override {
        if (position >= size()) return 0;
        count = std::min(count, size() - static_cast<std::size_t>(position));
        const auto stays = staying_.find(position);
        if (stays != staying_.end() && stays->second == count) {
            asked_for_.emplace(into, position);
            mark({static_cast<std::byte*>(into), count}, asked_for_.size());
        } else {
            std::memcpy(into, file_->bytes().data() + position, count);
        }
        return count;
    }

    // Bytes at `position` that stay; within the file.
    void leave(std::uint64_t position, std::size_t bytes) { staying_.emplace(position, bytes); }
    bool leaves_any() const { return !staying_.empty(); }
    // Points the storages at the file. False where one is not to be found any more.
    bool settle(const torch::jit::Module& module) const;

  private:
    static void mark(std::span<std::byte> memory, std::size_t number);

    std::shared_ptr<const MappedFile> file_;
    std::map<std::uint64_t, std::size_t> staying_;
    mutable std::map<const void*, std::uint64_t> asked_for_;
};

// Eight bytes that no other number has, and in which every type finds a common number: no byte of
// them is like the exponent of an infinity, or zero.
void LeftInFile::mark(std::span<std::byte> memory, std::size_t number) {
    std::array<std::byte, 8> bytes{};
    for (std::byte& digit : bytes) {
        digit = static_cast<std::byte>(0x30 + number % 16);
        number /= 16;
    }
    for (std::size_t at = 0; at + bytes.size() <= memory.size(); at += kMarkEvery)
        std::memcpy(memory.data() + at, bytes.data(), bytes.size());
}

bool LeftInFile::settle(const torch::jit::Module& module) const {
    std::size_t settled = 0;
    for (const at::Tensor& tensor : tensors_of(module)) {
        if (!tensor.has_storage()) continue;
        const c10::Storage& storage = tensor.storage();
        const auto found = asked_for_.find(storage.data());
        if (found == asked_for_.end()) continue;
        using Holder = std::shared_ptr<const MappedFile>;
        storage.set_data_ptr_noswap(at::DataPtr(
            file_->writable().data() + found->second, new Holder(file_),
            [](void* holder) { delete static_cast<Holder*>(holder); }, c10::kCPU));
        ++settled;
    }
    return settled == asked_for_.size();
}

std::string_view text_in(const at::DataPtr& data, std::size_t size) {
    return {static_cast<const char*>(data.get()), size};
}

// Whether code of its own, or of a class of LibTorch's, makes something of tensors at the load.
bool computes_at_load(PyTorchStreamReader& reader, const std::vector<std::string>& records) {
    for (const std::string& name : records) {
        if (name.starts_with("code/__torch__/torch/classes/")) return true;
        if (!name.starts_with("code/") || !name.ends_with(".py")) continue;
        const auto [data, size] = reader.getRecord(name);
        if (text_in(data, size).find("__setstate__") != std::string_view::npos) return true;
    }
    return false;
}

void choose(LeftInFile& file, PyTorchStreamReader& reader) {
    const std::vector<std::string> records = reader.getAllRecords();
    std::vector<std::pair<std::uint64_t, std::size_t>> large;
    for (const std::string& name : records) {
        if (!name.starts_with("data/") && !name.starts_with("constants/")) continue;
        const std::size_t bytes = reader.getRecordSize(name);
        if (bytes >= kMappedBytes) large.emplace_back(reader.getRecordOffset(name), bytes);
    }
    if (large.empty() || computes_at_load(reader, records)) return;
    for (const auto& [position, bytes] : large)
        if (position < file.size() && bytes <= file.size() - position) file.leave(position, bytes);
}

torch::jit::Module copy(const std::string& path, c10::Device device, std::size_t threads,
                        LoadSteps& steps) {
    SharedFile file = take_or_throw(SharedFile::open(path));
    steps.begin("read", file.size());
    torch::jit::Module module =
        torch::jit::load(std::make_shared<CopiedFile>(std::move(file), threads, steps), device);
    steps.begin("build");
    return module;
}

}  // namespace

torch::jit::Module copy_module(const std::string& path, c10::Device device, std::size_t threads,
                               LoadSteps& steps) {
    steps.begin("open");
    return copy(path, device, threads, steps);
}

MappedModule map_module(const std::string& path, std::size_t threads, LoadSteps& steps) {
    steps.begin("open");
    const auto mapped = std::make_shared<const MappedFile>(
        take_or_throw(MappedFile::open(path, MappedFile::Writes::copy)));
    const auto file = std::make_shared<LeftInFile>(mapped);
    {
        PyTorchStreamReader reader(file);
        choose(*file, reader);
    }
    if (!file->leaves_any()) return {copy(path, c10::kCPU, threads, steps), nullptr};
    read_ahead(*mapped, threads, steps);
    steps.begin("build");
    torch::jit::Module module = torch::jit::load(file, c10::kCPU);
    if (!file->settle(module)) return {copy(path, c10::kCPU, threads, steps), nullptr};
    // Only now, as the memory that LibTorch had asked for is counted no more.
    if (auto allowed = mapped->allow_writes(); !allowed) throw JobError(std::move(allowed).error());
    return {std::move(module), mapped};
}

}  // namespace samovar::worker
