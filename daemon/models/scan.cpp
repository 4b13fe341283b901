#include "daemon/models/scan.hpp"
#include "daemon/models/npy.hpp"
#include "daemon/models/writers.hpp"

#include <unistd.h>

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

struct Choice {
    const CodeEntry* code = nullptr;
    std::string device;
    Error unusable;
};

const CodeEntry* first_code_for(const ModelFile& model, std::string_view kind) {
    for (const CodeEntry& code : model.codes)
        if (code.device == "any" || code.device == kind) return &code;
    return nullptr;
}

// Which device, and the code for it. Never another kind of device than the one asked for.
Choice choose(const ModelFile& model, const Devices& devices) {
    Choice choice;
    const CodeEntry* for_cpu = first_code_for(model, "cpu");
    const CodeEntry* for_cuda = first_code_for(model, "cuda");
    const bool wants_cuda = model.device.starts_with("cuda");
    const bool cuda =
        wants_cuda || (model.device == "auto" && devices.cuda_devices > 0 && for_cuda);
    choice.code = cuda ? for_cuda : for_cpu;
    choice.device = !cuda ? "cpu" : model.device.starts_with("cuda:") ? model.device : "cuda:0";
    if (!choice.code)
        choice.unusable = {
            Errc::no_device, "model " + model.name + " has no code for device " + choice.device,
            "export it for that device, or set another `device` in model.toml", 0, 0};
    const std::size_t index = cuda ? std::stoul(choice.device.substr(5)) : 0;
    if (cuda && devices.cuda_devices == 0)
        choice.unusable = {Errc::no_device,
                           "model " + model.name + " asks for device " + model.device +
                               ", and there is none: " + devices.cuda_problem,
                           "set device = \"auto\" or \"cpu\" in its model.toml", 0, 0};
    else if (cuda && index >= devices.cuda_devices)
        choice.unusable = {Errc::no_device,
                           "model " + model.name + " asks for device " + model.device +
                               ", and there are " + std::to_string(devices.cuda_devices),
                           "set another `device` in its model.toml", 0, 0};
    return choice;
}

[[noreturn]] void raise(const Error& error) {
    throw TomlFault(describe(error));
}

// What was left by a copy that failed, say. A worker would name the store's copy of it.
void refuse_empty(const fs::path& file) {
    std::error_code missing;  // which the store tells of
    if (fs::is_regular_file(file, missing) && fs::file_size(file, missing) == 0)
        raise({Errc::bad_model, file.string() + ": is empty", "copy or export it again", 0, 0});
}

std::string sum_of(const ModelFile& model, const std::string& file) {
    const auto sum = model.sha256.find(file);
    return sum == model.sha256.end() ? "" : sum->second;
}

void refuse_writable(const fs::path& path, Writers writers) {
    if (writers == Writers::anybody) return;
    const std::string harm = "code from there would run as user " + std::to_string(::geteuid());
    if (const auto error = writable_by_anybody(path, harm)) raise(*error);
}

// Every code of the folder is taken in, not only the chosen one: a missing file is found now.
ipc::CodeSpec take_code(const CodeEntry& entry, const fs::path& folder, Store& store,
                        Candidate& into) {
    ipc::CodeSpec spec;
    spec.format = entry.format;
    spec.label = entry.file;
    refuse_empty(folder / entry.file);
    const std::string sum = sum_of(into.file, entry.file);
    auto code = entry.format == ipc::CodeFormat::pt2 ? store.take_package(folder / entry.file, sum)
                                                     : store.take_file(folder / entry.file, sum);
    if (!code) raise(code.error());
    spec.file = code->path.string();
    into.hashes.push_back(code->hash);
    if (!entry.weights.empty()) {
        refuse_empty(folder / entry.weights);
        auto weights = store.take_file(folder / entry.weights, sum_of(into.file, entry.weights));
        if (!weights) raise(weights.error());
        spec.weights = weights->path.string();
        into.hashes.push_back(weights->hash);
    }
    return spec;
}

// What is wrong with it a load finds; whether it is there is known now.
void take_vocabulary(const fs::path& folder, Store& store, Candidate& into) {
    const TextTable& text = into.file.text;
    refuse_empty(folder / text.vocabulary);
    auto taken = store.take_file(folder / text.vocabulary, sum_of(into.file, text.vocabulary));
    if (!taken) raise(taken.error());
    into.vocabulary = taken->path.string();
    into.hashes.push_back(taken->hash);
}

// The files that warm-ups name are taken into the store, and read as far as their shape.
std::vector<ipc::WarmUp> take_warm_ups(const ModelFile& model, const fs::path& folder, Store& store,
                                       std::vector<std::string>& hashes) {
    const auto take = [&](const std::string& name) -> Result<WarmUpFile> {
        auto taken = store.take_file(folder / name, sum_of(model, name));
        if (!taken) return taken.error();
        auto header = read_npy_header(taken->path);
        if (!header) return header.error();
        hashes.push_back(taken->hash);
        return WarmUpFile{taken->path.string(), header->dtype, header->shape, header->data};
    };
    return plan_warm_ups(model.warm_ups, model.inputs, model.mask, take);
}

std::string version_of(std::string_view text, const std::vector<std::string>& hashes) {
    std::string all(text);
    for (const std::string& hash : hashes)
        all += hash;
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx",
                  static_cast<unsigned long long>(XXH3_64bits(all.data(), all.size())));
    return digits;
}

Candidate read_folder(const fs::path& folder, Store& store, const Devices& devices,
                      Writers writers) {
    const fs::path file = folder / "model.toml";
    refuse_writable(folder, writers);
    refuse_writable(file, writers);
    const std::string text = read_small_file(file, kMaxModelFileBytes);
    Candidate candidate;
    candidate.file = parse_model_file(text, file.string(), folder.filename().string());
    candidate.folder = folder;
    for (const std::string& name : files_of(candidate.file))
        refuse_writable(folder / name, writers);
    const Choice choice = choose(candidate.file, devices);
    for (const CodeEntry& entry : candidate.file.codes) {
        ipc::CodeSpec spec = take_code(entry, folder, store, candidate);
        if (&entry == choice.code) candidate.code = std::move(spec);
    }
    for (const std::string& path : {candidate.code.file, candidate.code.weights}) {
        std::error_code folder_or_none;
        const std::uintmax_t bytes = fs::file_size(path, folder_or_none);
        if (!folder_or_none) candidate.artefact_bytes += bytes;
    }
    if (ipc::is_of_texts(candidate.file.task)) take_vocabulary(folder, store, candidate);
    candidate.warm_ups = take_warm_ups(candidate.file, folder, store, candidate.hashes);
    candidate.device = choice.device;
    candidate.unusable = choice.unusable;
    candidate.version = version_of(text, candidate.hashes);
    return candidate;
}

// Two folders may not claim one name: the first in order keeps it.
void reject_twins(Scan& scan) {
    std::vector<Candidate> kept;
    for (Candidate& candidate : scan.candidates) {
        const auto twin = std::find_if(kept.begin(), kept.end(), [&](const Candidate& other) {
            return other.file.name == candidate.file.name;
        });
        if (twin == kept.end() && kept.size() < kMaxModels)
            kept.push_back(std::move(candidate));
        else
            scan.rejected.push_back(
                {candidate.folder,
                 (candidate.folder / "model.toml").string() +
                     (twin == kept.end()
                          ? ": there are more than " + std::to_string(kMaxModels) + " models"
                          : ": name: \"" + candidate.file.name + "\" is taken by " +
                                twin->folder.string())});
    }
    scan.candidates = std::move(kept);
}

std::vector<fs::path> folders_in(const fs::path& directory, std::error_code& fault) {
    std::vector<fs::path> folders;
    fs::directory_iterator entry(directory, fault);
    for (; !fault && entry != fs::directory_iterator(); entry.increment(fault)) {
        // A hidden folder is one that is being written; ext4 puts the other into its root.
        const std::string name = entry->path().filename().string();
        if (name.front() == '.' || name == "lost+found") continue;
        // Whether one that cannot be looked into holds a model, nobody knows: reading it says why.
        std::error_code ignored;
        if (fs::status(entry->path() / "model.toml", ignored).type() != fs::file_type::not_found)
            folders.push_back(entry->path());
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

}  // namespace

ipc::WorkerLoad load_message(const Candidate& candidate, std::uint32_t number) {
    ipc::WorkerLoad load;
    load.model = number;
    load.name = candidate.file.name;
    load.task = candidate.file.task;
    load.code = candidate.code;
    load.inputs = candidate.file.inputs;
    load.outputs = candidate.file.outputs;
    load.mask = candidate.file.mask;
    load.threads = candidate.file.threads;
    load.batch = candidate.file.batch.spec;
    load.options = candidate.file.options;
    // Halves are slow on most processors: a model that fell to one by "auto" did not ask for them.
    const bool half = load.options.precision == ipc::Precision::fp16 ||
                      load.options.precision == ipc::Precision::bf16;
    if (half && candidate.device == "cpu" && candidate.file.device == "auto")
        load.options.precision = ipc::Precision::as_it_is;
    load.version = candidate.version;
    load.text = candidate.file.text.spec;
    load.text.file = candidate.vocabulary;
    load.cache_bytes = candidate.file.cache_bytes;
    load.warm_ups = candidate.warm_ups;
    load.warm_ups_may_fail = !candidate.file.warm_ups.stated;
    return load;
}

Result<std::vector<fs::path>> model_folders(const fs::path& directory) {
    std::error_code fault;
    std::vector<fs::path> folders = folders_in(directory, fault);
    if (!fault) return folders;
    const bool missing = fault == std::errc::no_such_file_or_directory;
    return Error{missing ? Errc::unknown_model : Errc::io,
                 directory.string() + ": " + fault.message(), "", 0, 0};
}

Scan scan_models(const fs::path& directory, Store& store, const Devices& devices, Writers writers) {
    Scan scan;
    std::error_code fault;
    const std::vector<fs::path> folders = folders_in(directory, fault);
    scan.missing = fault == std::errc::no_such_file_or_directory;
    if (fault && !scan.missing) {
        scan.fault = directory.string() + ": " + fault.message();
        return scan;
    }
    for (const fs::path& folder : folders) {
        try {
            scan.candidates.push_back(read_folder(folder, store, devices, writers));
        } catch (const std::exception& problem) {
            scan.rejected.push_back({folder, problem.what()});
        }
    }
    reject_twins(scan);
    return scan;
}

}  // namespace samovar::daemon
