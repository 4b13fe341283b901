#include "daemon/worker/engine/compiled_network.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "daemon/worker/engine/element_types.hpp"
#include "daemon/worker/engine/mapped_file.hpp"
#include "daemon/worker/engine/package.hpp"
#include "daemon/worker/engine/precision.hpp"
#include "daemon/worker/engine/read_ahead.hpp"
#include "daemon/worker/engine/safetensors.hpp"
#include "daemon/worker/job_error.hpp"
#include "ipc/words.hpp"

namespace samovar::worker {
namespace {

// One copy to the device between two reports of progress.
constexpr std::uint64_t kCopyBytes = 64u << 20;
// Where a constant must begin on a GPU for the widest load of the compiled kernels.
constexpr std::uint64_t kDeviceAlignment = 16;

// Where a constant of a CPU's code ends: AOTInductor counts its bytes up to here, padding included.
constexpr std::uint64_t kConstantEnd = 64;

using Constants = std::unordered_map<std::string, at::Tensor>;

class CompiledNetwork final : public Network {
  public:
    std::vector<at::Tensor> forward(std::vector<at::Tensor> inputs) override {
        return code->run(inputs);
    }
    std::uint64_t weight_bytes() const override { return bytes; }
    std::vector<ipc::LoadFact> facts() const override {
        return {{"precision", std::string(precision)},
                {"load_threads", std::to_string(load_threads)}};
    }
    bool weights_are_mapped() const override { return mapped; }
    void keep_in_memory() noexcept override {
        if (mapped) file->lock();
    }
    bool can_park() const override { return file.has_value(); }
    void park() override;
    void wake(LoadSteps& steps) override;

    // In this order: the code goes first, then the tensors, then the memory under them.
    std::optional<MappedFile> file;    // of weights that are not inside the code
    std::vector<StoredTensor> stored;  // where they lie in it
    at::Tensor parked;                 // of a GPU: the file's bytes in pinned memory, while parked
    Constants constants;
    std::unique_ptr<CompiledCode> code;
    std::uint64_t bytes = 0;
    bool mapped = false;  // the file's own pages are the constants
    Device* device = nullptr;
    std::string_view precision;  // of most of its floating-point constants
    std::size_t load_threads = 1;
};

void check_machine(const Package& package, const ipc::CodeSpec& code, const Device& device) {
    const std::string here = device.torch().is_cuda() ? "cuda" : "cpu";
    if (!package.device.empty() && package.device != here)
        throw JobError(Errc::no_device,
                       code.label + " was compiled for " + package.device +
                           " and the model runs on " + device.name(),
                       "add a [[code]] for " + here + ", or change `device` in model.toml");
    if (here != "cpu") return;
    static const std::set<std::string> flags = read_cpu_flags();
    const std::vector<std::string> missing = missing_vectors(package.vectors, flags);
    if (missing.empty()) return;
    throw JobError(Errc::no_device,
                   code.label + " was compiled for processors with " + missing.front() +
                       ", which this one does not have",
                   "export it here, or with --simdlen 256 for AVX2, or add a TorchScript [[code]]");
}

std::vector<std::int64_t> sizes_of(const Shape& shape) {
    return {shape.begin(), shape.end()};
}

at::Tensor view_of(const MappedFile& file) {
    auto* bytes = const_cast<std::byte*>(file.bytes().data());  // a tensor has no const
    return at::from_blob(bytes, {static_cast<std::int64_t>(file.bytes().size())}, at::kByte);
}

// The bytes as they are in memory, or copied to the device as one block.
at::Tensor bring_to_device(const at::Tensor& view, const Device& device, LoadSteps& steps) {
    if (device.torch().is_cpu()) return view;
    const auto size = static_cast<std::uint64_t>(view.numel());
    steps.begin("to_device", size);
    at::Tensor block = at::empty({static_cast<std::int64_t>(size)},
                                 at::TensorOptions(at::kByte).device(device.torch()));
    for (std::uint64_t at = 0; at < size; at += kCopyBytes) {
        const auto from = static_cast<std::int64_t>(at);
        const auto to = static_cast<std::int64_t>(std::min(size, at + kCopyBytes));
        block.slice(0, from, to).copy_(view.slice(0, from, to));
        steps.advance(static_cast<std::uint64_t>(to));
    }
    return block;
}

at::Tensor tensor_in(const at::Tensor& block, const StoredTensor& stored) {
    const c10::ScalarType type = *to_scalar_type(stored.dtype);
    const auto begin = static_cast<std::int64_t>(stored.offset);
    if (block.is_cpu())
        return at::from_blob(block.mutable_data_ptr<std::uint8_t>() + begin, sizes_of(stored.shape),
                             type);
    at::Tensor bytes = block.slice(0, begin, begin + static_cast<std::int64_t>(stored.bytes));
    if (stored.offset % kDeviceAlignment != 0) bytes = bytes.clone();
    return bytes.view(type).view(sizes_of(stored.shape));
}

std::string in_words(c10::ScalarType type) {
    const std::optional<DType> dtype = to_dtype(type);
    return dtype ? std::string(to_string(*dtype)) : std::string(c10::toString(type));
}

bool fits(const StoredTensor& stored, const CodeConstant& constant) {
    const std::uint64_t padded = (stored.bytes + kConstantEnd - 1) / kConstantEnd * kConstantEnd;
    return to_scalar_type(stored.dtype) == constant.type &&
           (stored.bytes == constant.bytes || padded == constant.bytes);
}

// Every constant that the code needs, from the file, under both of its names.
void match_constants(const at::Tensor& block, CompiledNetwork& network) {
    const std::vector<CodeConstant> wanted = network.code->constants();
    std::unordered_map<std::string, const StoredTensor*> by_name;
    for (const StoredTensor& tensor : network.stored)
        by_name.emplace(tensor.name, &tensor);
    network.bytes = 0;
    std::vector<std::string> missing;
    for (const CodeConstant& constant : wanted) {
        auto found = by_name.find(constant.original);
        if (found == by_name.end()) found = by_name.find(constant.internal);
        if (found == by_name.end()) {
            missing.push_back(constant.original);
            continue;
        }
        const StoredTensor& tensor = *found->second;
        if (!fits(tensor, constant))
            throw JobError(Errc::bad_model,
                           "constant '" + constant.original + "' is " + in_words(constant.type) +
                               " of " + std::to_string(constant.bytes) + " bytes in the code and " +
                               std::string(to_string(tensor.dtype)) + " " +
                               to_string(tensor.shape) + " of " + std::to_string(tensor.bytes) +
                               " bytes in the weights",
                           "code and weights must come from one export, or from equal networks");
        at::Tensor value = tensor_in(block, tensor);
        network.constants[constant.internal] = value;
        network.constants[constant.original] = value;
        network.bytes += tensor.bytes;
    }
    if (missing.empty()) return;
    throw JobError(Errc::bad_model,
                   "the weights lack " + std::to_string(missing.size()) + " of " +
                       std::to_string(wanted.size()) + " constants of the code, first '" +
                       missing.front() + "'",
                   "code and weights must come from one export, or from equal networks");
}

// What a .pt2 was compiled with is what it computes with.
void check_options(const ipc::LoadOptions& options, const std::string& label,
                   CompiledNetwork& network) {
    const std::vector<CodeConstant> constants = network.code->constants();
    FloatingTypes types;
    for (const CodeConstant& constant : constants)
        types.add(constant.type, constant.bytes);
    network.precision = types.most();
    const auto baked = [&](const std::string& asked, const std::string& is) {
        return JobError(Errc::bad_model,
                        asked + " was asked of " + label + ", which was exported " + is,
                        "what a .pt2 computes with is settled by its export: remove the key from "
                        "model.toml, export it so, or put a TorchScript [[code]] first");
    };
    if (options.channels_last) throw baked("channels_last", "with a layout of its own");
    if (options.freeze) throw baked("freeze", "with all that can be folded, or for exchange");
    const std::optional<c10::ScalarType> asked = scalar_type_of(options.precision);
    if (asked && in_words(*asked) != network.precision)
        throw baked("precision = \"" + std::string(to_string(options.precision)) + "\"",
                    "with " + std::string(network.precision));
}

void take_weights(const ipc::CodeSpec& code, LoadSteps& steps, CompiledNetwork& network) {
    network.file.emplace(take_or_throw(MappedFile::open(code.weights)));
    const MappedFile& file = *network.file;
    read_ahead(file, network.load_threads, steps);
    network.stored = take_or_throw(parse_safetensors_header(file.bytes()));
    network.mapped = network.device->torch().is_cpu();
    const at::Tensor block = bring_to_device(view_of(file), *network.device, steps);

    steps.begin("build");
    match_constants(block, network);
    network.code->use_constants(network.constants);
    // What is on the device is not needed here: the page cache may have its pages back.
    if (!network.mapped) file.let_go();
}

// On the CPU the pages stay where they are, for the kernel to take where it must. From a GPU the
// weights go to pinned memory: from there they come back at the speed of the bus.
void CompiledNetwork::park() {
    if (mapped) return file->let_go();
    parked = at::empty({static_cast<std::int64_t>(file->bytes().size())},
                       at::TensorOptions(at::kByte).pinned_memory(true));
    parked.copy_(view_of(*file));
    constants.clear();
}

void CompiledNetwork::wake(LoadSteps& steps) {
    if (mapped) return read_ahead(*file, load_threads, steps);
    const at::Tensor block = bring_to_device(parked, *device, steps);
    steps.begin("build");
    match_constants(block, *this);
    code->use_constants(constants);
    code->fold_constants();
    parked.reset();
}

void check_inner_weights(const ipc::CodeSpec& code, CompiledNetwork& network) {
    const std::vector<CodeConstant> wanted = network.code->constants();
    for (const CodeConstant& constant : wanted)
        network.bytes += constant.bytes;
    const std::size_t present = network.code->constants_present();
    if (present >= wanted.size()) return;
    throw JobError(Errc::bad_model,
                   code.label + " was compiled without its weights and no weights are named",
                   "name the safetensors file as `weights` of its [[code]] in model.toml");
}

}  // namespace

std::unique_ptr<Network> load_compiled(const ipc::WorkerLoad& request, std::size_t inputs,
                                       Device& device, LoadSteps& steps) {
    const ipc::CodeSpec& code = request.code;
    steps.begin("open");
    const Package package = take_or_throw(read_package(code.file));
    check_machine(package, code, device);
    auto network = std::make_unique<CompiledNetwork>();
    network->device = &device;
    network->load_threads = read_threads(request.options.load_threads);
    network->code = device.open_code(package.library, package.folder);
    if (const std::size_t takes = network->code->input_count(); takes != inputs)
        throw JobError(Errc::bad_model,
                       code.label + " takes " + ipc::count_of(takes, "input") +
                           " and model.toml declares " + std::to_string(inputs),
                       "make the [[input]]s of model.toml those of the network");
    check_options(request.options, code.label, *network);
    if (code.weights.empty()) {
        steps.begin("build");
        check_inner_weights(code, *network);
    } else {
        take_weights(code, steps, *network);
    }
    network->code->fold_constants();
    return network;
}

}  // namespace samovar::worker
