#include "client/cli/run/places.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "client/cli/exit_code.hpp"
#include "client/cli/files.hpp"

namespace samovar::cli {
namespace {

namespace fs = std::filesystem;

Places::Kind kind_of(const RunRequest& request) {
    std::error_code fault;
    if (request.out.empty()) return Places::Kind::unsaid;
    if (request.out == "-") return Places::Kind::standard;
    if (request.out.ends_with("/") || fs::is_directory(request.out, fault))
        return Places::Kind::folder;
    return request.files.size() > 1 ? Places::Kind::folder : Places::Kind::file;
}

std::string name_of(const std::string& file) {
    return file == "-" ? "stdin" : fs::path(file).stem().string();
}

// A part of a file's name that stays one: the daemon's word is not to name other folders.
std::string as_part(std::string text) {
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20; }, '_');
    return text;
}

}  // namespace

Result<Places> Places::make(const RunRequest& request, const ModelInfo& model) {
    Places places;
    places.kind_ = kind_of(request);
    places.out_ = request.out;
    places.model_ = as_part(request.model);
    places.several_outputs_ = model.outputs.size() > 1;
    for (const std::string& file : request.files)
        places.names_.push_back(name_of(file));
    if (places.kind_ == Kind::standard || places.kind_ == Kind::file)
        if (Result<void> one = places.check_one_output(request, model); !one) return one.error();
    if (Result<void> there = places.check_folder(request); !there) return there.error();
    if (Result<void> names = places.check_names(request, model); !names) return names.error();
    return places;
}

// Before anything is run, so that no result is made in vain.
Result<void> Places::check_folder(const RunRequest& request) const {
    std::error_code fault;
    const auto bad = [this](const std::string& what, const std::string& hint) {
        return Error{Errc::io, "-o " + out_ + ": " + what, hint, 0, 0};
    };
    if (kind_ == Kind::file) {
        const fs::path folder = fs::path(out_).parent_path();
        if (folder.empty() || fs::is_directory(folder, fault)) return {};
        if (fs::exists(folder, fault))
            return bad(folder.string() + " is no folder", "name a file in a folder");
        return bad("there is no folder " + folder.string(),
                   "`mkdir -p " + folder.string() + "` makes it; -o " + folder.string() +
                       "/ does, too, and names the result itself");
    }
    if (kind_ != Kind::folder) return {};
    const fs::path folder = out_.ends_with("/") ? fs::path(out_).parent_path() : fs::path(out_);
    if (fs::exists(folder, fault) && !fs::is_directory(folder, fault))
        return bad(folder.string() + " is a file, and no folder",
                   request.jobs() > 1
                       ? "the results of several files go to a folder: name another with -o"
                       : "-o " + folder.string() + " replaces it; a folder needs another name");
    fs::create_directories(folder, fault);
    if (fault)
        return bad("making " + folder.string() + ": " + fault.message(), "name another with -o");
    return {};
}

Result<void> Places::check_one_output(const RunRequest& request, const ModelInfo& model) const {
    if (request.jobs() > 1)
        return usage_error(fmt::format("{} files do not go to standard output", request.jobs()),
                           "name a folder: -o FOLDER/");
    if (several_outputs_)
        return usage_error(fmt::format("{} gives {} outputs, and -o {} holds one", request.model,
                                       model.outputs.size(), request.out),
                           "name a folder: -o FOLDER/");
    if (kind_ == Kind::standard) return {};
    static const std::set<std::string> kPictures{".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"};
    static const std::set<std::string> kJpegs{".jpg", ".jpeg"};
    static const std::set<std::string> kArrays{".json", ".txt", ".csv", ".npz", ".pt"};
    const std::string suffix = wanted_suffix();
    const auto encode =
        std::ranges::find(request.params, "encode", &std::pair<std::string, std::string>::first);
    const bool jpeg = encode != request.params.end() && encode->second == "jpeg";
    if (suffix == ".png" && jpeg)
        return usage_error("encode=jpeg makes a JPEG, and " + out_ + " says otherwise",
                           "name it " + fs::path(out_).replace_extension(".jpg").string());
    if (kPictures.contains(suffix) || (kJpegs.contains(suffix) && !jpeg))
        return usage_error("pictures are written as PNG or JPEG, and " + out_ + " says otherwise",
                           "name it " + fs::path(out_).replace_extension(".png").string());
    if (kArrays.contains(suffix))
        return usage_error("arrays are written as .npy, and " + out_ + " says otherwise",
                           "name it " + fs::path(out_).replace_extension(".npy").string() +
                               ", or redirect what is printed without -o");
    return {};
}

std::string Places::wanted_suffix() const {
    std::string suffix = kind_ == Kind::file ? fs::path(out_).extension().string() : "";
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return suffix;
}

Result<void> Places::check_names(const RunRequest& request, const ModelInfo& model) const {
    std::map<FileId, std::string> read;
    const auto add = [&](const std::string& file) {
        if (const auto id = file_id(file)) read.emplace(*id, file);
    };
    std::for_each(request.files.begin(), request.files.end(), add);
    for (const auto& [name, value] : request.inputs)
        add(value);

    std::map<std::string, std::string> taken;
    for (std::size_t job = 0; job < request.jobs(); ++job) {
        if (kind_ == Kind::standard) continue;
        const std::string& file = request.files.empty() ? request.model : request.files[job];
        const auto [other, first] = taken.emplace(stem(job), file);
        if (!first)
            return usage_error(fmt::format("the results of {} and {} would have the same name, {}",
                                           other->second, file, path(job, "", ".png")),
                               "run them one after the other, each with an -o of its own");
        for (const TensorSpec& output : model.outputs)
            for (const char* suffix : {".png", ".npy", ".jpg"}) {
                const std::string result = path(job, output.name, suffix);
                const auto id = file_id(result);
                if (id && read.contains(*id))
                    return usage_error(fmt::format("the result {} would replace the input {}",
                                                   result, read.at(*id)),
                                       "name another file or folder with -o");
            }
    }
    return {};
}

std::string Places::stem(std::size_t job) const {
    return names_.empty() ? model_ : names_[job] + "-" + model_;
}

std::string Places::path(std::size_t job, const std::string& output,
                         const std::string& suffix) const {
    if (kind_ == Kind::file) return out_;
    const std::string name =
        stem(job) + (several_outputs_ && !output.empty() ? "-" + as_part(output) : "") + suffix;
    return kind_ == Kind::folder ? (fs::path(out_) / name).string() : name;
}

}  // namespace samovar::cli
