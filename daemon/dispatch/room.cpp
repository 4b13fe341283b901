#include "daemon/dispatch/room.hpp"

#include <stdlib.h>

#include <cerrno>
#include <system_error>

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

Error broken(const fs::path& path, const std::error_code& fault) {
    return {Errc::io, "a worker's room: " + path.string() + ": " + fault.message(),
            "see that the store can be written and its disk is not full", 0, 0};
}

// A file system without links, or a file that is somebody else's: a copy does as well.
void link_or_copy(const fs::path& from, const fs::path& to, std::error_code& fault) {
    fs::create_hard_link(from, to, fault);
    if (!fault || fault == std::errc::file_exists) return fault.clear();
    fs::copy_file(from, to, fault);
}

// A file, or a folder with all that it holds.
void bring(const fs::path& from, const fs::path& to, std::error_code& fault) {
    if (!fs::is_directory(from, fault)) return link_or_copy(from, to, fault);
    fs::create_directory(to, fault);
    if (fault) return;
    for (fs::recursive_directory_iterator entry(from, fault), end; !fault && entry != end;) {
        const fs::path there = to / entry->path().lexically_relative(from);
        if (entry->is_directory(fault))
            fs::create_directory(there, fault);
        else
            link_or_copy(entry->path(), there, fault);
        if (!fault) entry.increment(fault);
    }
}

}  // namespace

Result<Room> Room::make(const fs::path& rooms) {
    std::error_code fault;
    fs::create_directories(rooms, fault);
    if (fault) return broken(rooms, fault);
    std::string name = (rooms / "XXXXXX").string();
    if (!::mkdtemp(name.data())) return broken(rooms, {errno, std::generic_category()});
    return Room(std::move(name));
}

Result<void> Room::bring_in(ipc::WorkerLoad& load) {
    std::vector<std::string*> paths{&load.code.file, &load.code.weights, &load.text.file};
    for (ipc::WarmUp& warm_up : load.warm_ups)
        for (ipc::WarmUpInput& input : warm_up.inputs)
            paths.push_back(&input.file);
    for (std::string* path : paths) {
        if (path->empty()) continue;
        const fs::path here = folder_ / std::to_string(next_++);
        models_.emplace(load.model, here);
        std::error_code fault;
        bring(*path, here, fault);
        if (!fault && here.native().size() > kMaxPathBytes)
            fault = std::make_error_code(std::errc::filename_too_long);
        if (fault) return broken(*path, fault);
        *path = here.string();
    }
    return {};
}

std::vector<fs::path> Room::take_out(std::uint32_t model) {
    std::vector<fs::path> files;
    const auto [begin, end] = models_.equal_range(model);
    for (auto entry = begin; entry != end; ++entry)
        files.push_back(std::move(entry->second));
    models_.erase(begin, end);
    return files;
}

}  // namespace samovar::daemon
