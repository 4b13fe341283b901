#include "daemon/self_check.hpp"

#include <minizip/unzip.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "daemon/models/writers.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxHeaderBytes = 8u << 20;  // as the worker takes it
constexpr const char* kCopyAgain = "copy or export it again";

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

class CheckLines {
  public:
    void ok(const std::string& subject, const std::string& what) { add("ok", subject, what, ""); }
    void warn(const std::string& subject, const std::string& what, const std::string& way_out) {
        add("warn", subject, what, way_out);
    }
    void fail(const std::string& subject, const std::string& what, const std::string& way_out) {
        check.good = false;
        add("fail", subject, what, way_out);
    }
    SelfCheck check;

  private:
    void add(const char* level, const std::string& subject, const std::string& what,
             const std::string& way_out) {
        check.lines +=
            text_of({{"level", level}, {"subject", subject}, {"what", what}, {"way_out", way_out}});
    }
};

Json places_of(const Options& options) {
    return {{"places",
             {{"socket", options.listener.socket.string()},
              {"metrics_socket", options.metrics.socket.string()},
              {"models", options.models.string()},
              {"store", options.store.string()},
              {"state", options.state.string()},
              {"worker_folder", options.worker_folder.string()}}}};
}

std::uint64_t little_endian(const std::array<char, 8>& bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return value;
}

// What is wrong with a safetensors file, as far as its first bytes tell; empty where nothing is.
std::string fault_of_weights(const fs::path& file, std::uintmax_t bytes) {
    std::ifstream in(file, std::ios::binary);
    std::array<char, 8> length{};
    if (!in.read(length.data(), length.size())) return "is no safetensors file: it is too short";
    const std::uint64_t header = little_endian(length);
    if (header > kMaxHeaderBytes || header > bytes - length.size())
        return "is no safetensors file, or was cut: its header would have " +
               std::to_string(header) + " bytes";
    std::string text(static_cast<std::size_t>(header), '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in || !Json::accept(text)) return "is no safetensors file: its header is no JSON";
    return "";
}

// Code is a zip file, and its directory stands at its end: one that was cut has none.
std::string fault_of_code(const fs::path& file) {
    struct Close {
        void operator()(void* zip) const noexcept { unzClose(zip); }
    };
    const std::unique_ptr<void, Close> zip(unzOpen64(file.c_str()));
    if (!zip || unzGoToFirstFile(zip.get()) != UNZ_OK)
        return "is no zip file, or was cut when it was copied";
    return "";
}

std::string fault_of_file(const ModelFile& model, const fs::path& file) {
    std::error_code fault;
    const std::uintmax_t bytes = fs::file_size(file, fault);
    if (fault) return fault.message();
    if (bytes == 0) return "is empty";
    if (::access(file.c_str(), R_OK) != 0) return std::generic_category().message(errno);
    for (const CodeEntry& code : model.codes) {
        if (file.filename() == code.file) return fault_of_code(file);
        if (file.filename() == code.weights) return fault_of_weights(file, bytes);
    }
    return "";
}

void check_model(const fs::path& folder, const Devices& devices, CheckLines& lines) {
    const std::string subject = "model " + folder.filename().string();
    const fs::path file = folder / "model.toml";
    ModelFile model;
    try {
        model = parse_model_file(read_small_file(file, kMaxModelFileBytes), file.string(),
                                 folder.filename().string());
    } catch (const std::exception& fault) {
        return lines.fail(subject, fault.what(), "mend it, then `samovar reload`");
    }
    for (const std::string& name : files_of(model))
        if (const std::string fault = fault_of_file(model, folder / name); !fault.empty())
            return lines.fail(subject, (folder / name).string() + ": " + fault, kCopyAgain);
    if (const auto open = writable_by_anybody(folder, "code from there would run as the service"))
        return lines.warn(subject, open->message, open->hint);
    if (model.device.starts_with("cuda") && devices.cuda_devices == 0)
        return lines.warn(
            subject,
            "asks for device " + model.device + ", and there is none: " + devices.cuda_problem,
            "set device = \"auto\" or \"cpu\" in its model.toml");
    lines.ok(subject, "model.toml and its files can be read");
}

}  // namespace

SelfCheck check_models(const Options& options, const Devices& devices) {
    CheckLines lines;
    lines.check.lines = text_of(places_of(options));
    lines.ok("configuration", "can be read");
    const std::string subject = "models folder";
    const std::string& folder = options.models.string();
    const auto folders = model_folders(options.models);
    if (!folders) {
        const bool missing = folders.error().code == Errc::unknown_model;
        (missing
             ? lines.warn(subject, "there is no folder " + folder,
                          "make it; `samovar add FOLDER` and model folders go there")
             : lines.fail(subject, folders.error().message,
                          "see that the user who runs the daemon may read it; run this as root, or "
                          "as that user"));
        return std::move(lines.check);
    }
    if (const auto open = writable_by_anybody(options.models, "code from there would run"))
        lines.fail(subject, open->message, open->hint);
    else
        lines.ok(subject, folder + " holds " + std::to_string(folders->size()) + " models");
    for (const fs::path& model : *folders)
        check_model(model, devices, lines);
    return std::move(lines.check);
}

}  // namespace samovar::daemon
