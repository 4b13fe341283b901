#include "daemon/worker/text/vocabulary_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "daemon/worker/engine/store_file.hpp"
#include "daemon/worker/text/tokenizer.hpp"
#include "daemon/worker/text/utf8.hpp"

namespace samovar::worker::text {

Error bad_vocabulary(const std::string& name, const std::string& what) {
    return {Errc::bad_model, name + " " + what,
            "take the file that the model was trained with, as it was published", 0, 0};
}

Result<std::string> read_vocabulary(const std::string& path) {
    const Result<StoreFile> file = open_store_file(path);
    if (!file) return file.error();
    if (file->size > kMaxVocabularyBytes)
        return bad_vocabulary(path, "has " + std::to_string(file->size) +
                                        " bytes, and a vocabulary has at most " +
                                        std::to_string(kMaxVocabularyBytes));
    std::string content(file->size, '\0');
    for (std::size_t done = 0; done < content.size();) {
        const ssize_t got = ::read(file->fd.get(), content.data() + done, content.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return io_error("read " + path, errno);
        if (got == 0) return bad_vocabulary(path, "became shorter while it was read");
        done += static_cast<std::size_t>(got);
    }
    return content;
}

Result<std::vector<Piece>> pieces_of_lines(std::string_view content, const std::string& name) {
    std::vector<Piece> pieces;
    while (!content.empty()) {
        const std::string where = name + ":" + std::to_string(pieces.size() + 1) + ":";
        const std::size_t end = content.find('\n');
        std::string_view line = content.substr(0, end);
        content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) return bad_vocabulary(where, "an empty line");
        if (line.find('\r') != std::string_view::npos)
            return bad_vocabulary(where, "a carriage return inside a line");
        std::string repaired;
        if (well_formed(line, repaired) != line) return bad_vocabulary(where, "not UTF-8");
        pieces.push_back({std::string(line), static_cast<std::int32_t>(pieces.size())});
    }
    return pieces;
}

}  // namespace samovar::worker::text
