#include "tests/support/fault_board.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cstring>
#include <new>
#include <system_error>

#include "ipc/os/unique_fd.hpp"

namespace samovar::tests {

std::string describe(const CallFault& fault) {
    std::string words = std::string(kFailingCalls[fault.call].name) + " " +
                        (fault.error == kShort ? "short" : ::strerrorname_np(fault.error)) +
                        " after " + std::to_string(fault.after);
    if (fault.times > 1) words += ", " + std::to_string(fault.times) + " times";
    return words;
}

FaultBoard::FaultBoard(const std::filesystem::path& folder) : path_(folder / "faults") {
    const ipc::UniqueFd file(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file || ::ftruncate(file.get(), sizeof(BoardMemory)) != 0)
        throw std::system_error(errno, std::generic_category(), path_.string());
    void* const place =
        ::mmap(nullptr, sizeof(BoardMemory), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (place == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), path_.string());
    memory_ = new (place) BoardMemory;
}

FaultBoard::~FaultBoard() {
    ::munmap(memory_, sizeof(BoardMemory));
}

std::vector<std::string> FaultBoard::environment() const {
    return {"LD_PRELOAD=" SAMOVAR_FAULT_PRELOAD, "SAMOVAR_FAULT_BOARD=" + path_.string()};
}

void FaultBoard::arm(ProgramFaults& program, const CallFault& fault) {
    program.armed = 0;
    program.error = fault.error;
    program.left = fault.after;
    program.times = fault.times;
    program.struck = 0;
    program.armed = fault.call + 1;
}

void FaultBoard::disarm() {
    memory_->daemon.armed = 0;
    memory_->worker.armed = 0;
}

}  // namespace samovar::tests
