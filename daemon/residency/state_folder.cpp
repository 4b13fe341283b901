#include "daemon/residency/state_folder.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "daemon/residency/event_line.hpp"
#include "ipc/os/write_all.hpp"
#include "ipc/words.hpp"

namespace samovar::daemon {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMemories = "residency.state";

// Without what is no event, as it was cut off when the machine went down.
template <class Each>
void read_lines(const LineFile& file, const char* what, Each each) {
    std::uint64_t left_out = 0;
    file.read([&](const std::string& line) {
        if (std::optional<ipc::Event> event = event_of_line(line))
            each(std::move(*event));
        else
            ++left_out;
    });
    if (left_out > 0)
        spdlog::warn("{}: {} left out that cannot be read", what, ipc::count_of(left_out, "line"));
}

// Synced, else a power cut could leave a new name on an empty file.
Result<void> write_synced(const fs::path& path, const ipc::Bytes& bytes) {
    const ipc::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return io_error("writing " + path.string(), errno);
    if (auto written = ipc::write_all(file.get(), path.native(), bytes); !written) return written;
    int status = 0;
    do {
        status = ::fdatasync(file.get());
    } while (status != 0 && errno == EINTR);
    if (status != 0) return io_error("writing " + path.string(), errno);
    return {};
}

}  // namespace

Result<StateFolder> StateFolder::open(const fs::path& folder) {
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault)
        return Error{Errc::io, folder.string() + ": " + fault.message(),
                     "name a folder that can be written with --state", 0, 0};
    const fs::path path = folder / "state.lock";
    ipc::UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock) return io_error("opening " + path.string(), errno);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(lock.get(), F_OFD_SETLK, &whole) != 0)
        return Error{Errc::busy, folder.string() + ": another samovard keeps its state there",
                     "give each a folder of its own with --state", 0, 0};
    StateFolder state(folder, std::move(lock));
    for (const auto& [file, name] :
         {std::pair{&state.events_, "events"}, std::pair{&state.calls_, "calls"}}) {
        Result<LineFile> opened = LineFile::open(folder, name);
        if (!opened) return opened.error();
        *file = std::move(*opened);
    }
    return state;
}

State StateFolder::read_state() {
    const fs::path path = folder_ / kMemories;
    std::ifstream file(path, std::ios::binary);
    if (!file) return {};
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    Result<State> state = decode_state(std::as_bytes(std::span(text)));
    if (state) return std::move(*state);
    std::error_code fault;
    const fs::path aside = folder_ / (std::string(kMemories) + ".broken");
    fs::rename(path, aside, fault);
    spdlog::warn("{}: {}; it is set aside as {}, and all is learned anew", path.string(),
                 state.error().message, aside.filename().string());
    return {};
}

Result<void> StateFolder::write_state(const ipc::Bytes& bytes) {
    const fs::path path = folder_ / kMemories;
    fs::path draft = path;
    draft += ".new";
    Result<void> written = write_synced(draft, bytes);
    if (written && ::rename(draft.c_str(), path.c_str()) != 0)
        written = io_error("naming " + path.string(), errno);
    if (!written) ::unlink(draft.c_str());  // a disk that is full has better use for it
    return written;
}

std::deque<ipc::Event> StateFolder::read_events(std::size_t most) const {
    std::deque<ipc::Event> events;
    read_lines(events_, "events.jsonl", [&](ipc::Event event) {
        if (event.calls > 0) return;
        if (events.size() == most) events.pop_front();
        events.push_back(std::move(event));
    });
    return events;
}

Result<void> StateFolder::write_event(const ipc::Event& event) {
    return events_.add(line_of(event));
}

void StateFolder::read_calls(const std::function<void(const ipc::Event&)>& each) const {
    read_lines(calls_, "calls.jsonl", [&](const ipc::Event& event) {
        if (event.calls > 0) each(event);
    });
}

Result<void> StateFolder::write_calls(const std::vector<ipc::Event>& minutes) {
    std::string lines;
    for (const ipc::Event& minute : minutes)
        lines += line_of(minute);
    return calls_.add(lines);
}

}  // namespace samovar::daemon
