#include "client/cli/debug_report/archive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <limits>
#include <memory>
#include <numeric>

#include "ipc/os/unique_fd.hpp"
#include "ipc/os/write_all.hpp"

namespace samovar::cli {
namespace {

constexpr std::size_t kTarBlock = 512;
constexpr int kGzipWindow = 15 + 16;  // the largest, with a gzip header

void put(std::string& block, std::size_t at, std::string_view text) {
    block.replace(at, text.size(), text);
}

// The header of one file. Offsets and lengths are those of the format.
std::string tar_header(const ArchiveFile& file, std::time_t now) {
    std::string block(kTarBlock, '\0');
    put(block, 0, file.name);
    put(block, 100, "0000600");
    put(block, 108, "0000000");
    put(block, 116, "0000000");
    put(block, 124, fmt::format("{:011o}", file.text.size()));
    put(block, 136, fmt::format("{:011o}", now));
    put(block, 148, std::string(8, ' '));
    put(block, 156, "0");
    put(block, 257, "ustar");
    put(block, 263, "00");
    const unsigned sum = std::accumulate(
        block.begin(), block.end(), 0U,
        [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
    put(block, 148, fmt::format("{:06o}", sum) + std::string(1, '\0'));
    return block;
}

Result<std::string> gzipped(const std::string& text) {
    z_stream stream{};
    constexpr int kMemory = 8;
    if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemory,
                       Z_DEFAULT_STRATEGY) != Z_OK)
        return io_error("compressing", ENOMEM);
    const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, &::deflateEnd);
    std::string packed(::deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    if (text.size() > std::numeric_limits<uInt>::max() ||
        packed.size() > std::numeric_limits<uInt>::max())
        return io_error("compressing", EFBIG);
    std::string source = text;  // zlib wants one that it may change, and does not
    stream.next_in = reinterpret_cast<Bytef*>(source.data());
    stream.avail_in = static_cast<uInt>(source.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) return io_error("compressing", EIO);
    packed.resize(stream.total_out);
    return packed;
}

}  // namespace

Result<std::string> tar_of(const std::vector<ArchiveFile>& files, std::time_t now) {
    std::string tar;
    for (const ArchiveFile& file : files) {
        if (file.name.empty() || file.name.size() > 99)
            return Error{Errc::invalid_argument,
                         "\"" + file.name + "\": a name in an archive has 1 to 99 bytes", "", 0, 0};
        tar += tar_header(file, now) + file.text;
        tar.resize((tar.size() + kTarBlock - 1) / kTarBlock * kTarBlock, '\0');
    }
    tar.resize(tar.size() + 2 * kTarBlock, '\0');
    return tar;
}

Result<void> write_archive(const std::filesystem::path& path, const std::vector<ArchiveFile>& files,
                           std::time_t now) {
    const Result<std::string> tar = tar_of(files, now);
    if (!tar) return tar.error();
    const Result<std::string> packed = gzipped(*tar);
    if (!packed) return packed.error();
    const ipc::UniqueFd file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) {
        Error error = io_error(path.string(), errno);
        if (errno == EEXIST) error.hint = "name another file, or remove this one";
        return error;
    }
    if (const Result<void> written =
            ipc::write_all(file.get(), path.string(), std::as_bytes(std::span(*packed)));
        !written) {
        ::unlink(path.c_str());
        return written.error();
    }
    return {};
}

}  // namespace samovar::cli
