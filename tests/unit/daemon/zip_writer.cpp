#include "tests/unit/daemon/zip_writer.hpp"

#include <minizip/zip.h>

#include <stdexcept>

namespace samovar::tests {

void write_zip(const std::filesystem::path& file,
               const std::vector<std::pair<std::string, std::string>>& entries) {
    const zipFile zip = zipOpen64(file.c_str(), APPEND_STATUS_CREATE);
    if (!zip) throw std::runtime_error("zipOpen64");
    for (const auto& [name, content] : entries) {
        const zip_fileinfo info{};
        const int fault = zipOpenNewFileInZip64(zip, name.c_str(), &info, nullptr, 0, nullptr, 0,
                                                nullptr, 0 /* stored */, 0, 0);
        if (fault != ZIP_OK || zipWriteInFileInZip(zip, content.data(),
                                                   static_cast<unsigned>(content.size())) != ZIP_OK)
            throw std::runtime_error("writing a zip file");
        zipCloseFileInZip(zip);
    }
    zipClose(zip, nullptr);
}

}  // namespace samovar::tests
