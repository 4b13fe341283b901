// The zip file that a .pt2 is: nothing that it holds lands outside the folder it is unpacked into.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>

#include "daemon/models/unpack.hpp"
#include "ipc/os/unique_fd.hpp"
#include "tests/fuzz/must.hpp"

using namespace samovar;
using fuzz::must;
namespace fs = std::filesystem;

namespace {

// A folder of its own for this process, in memory where there is such a place.
const fs::path& scratch() {
    static const fs::path path = [] {
        std::string name = fs::exists("/dev/shm") ? "/dev/shm/" : fs::temp_directory_path() / "";
        name += "samovar-fuzz-package-XXXXXX";
        must(::mkdtemp(name.data()) != nullptr, "a scratch folder can be made");
        return fs::path(name);
    }();
    return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const ipc::UniqueFd file(::memfd_create("package", MFD_CLOEXEC));
    must(::write(file.get(), bytes, size) == static_cast<ssize_t>(size),
         "the input can be written");

    const fs::path into = scratch() / "a" / "into";
    fs::create_directories(into);
    const Result<void> unpacked =
        daemon::unpack_package("/proc/self/fd/" + std::to_string(file.get()), into);
    if (!unpacked) must(!unpacked.error().message.empty(), "a refusal says why");

    for (const fs::path& outside : {scratch(), scratch() / "a"})
        must(std::distance(fs::directory_iterator(outside), fs::directory_iterator()) == 1,
             "nothing lands outside the folder");
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(into))
        must(entry.symlink_status().type() == fs::file_type::regular ||
                 entry.symlink_status().type() == fs::file_type::directory,
             "only files and folders are made");
    fs::remove_all(scratch() / "a");
    return 0;
}
