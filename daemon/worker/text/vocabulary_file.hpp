#pragma once
// Vocabulary files: reading one, and saying what is wrong with it.

#include <string>
#include <string_view>
#include <vector>

#include <samovar/error.hpp>

#include "daemon/worker/text/piece_trie.hpp"

namespace samovar::worker::text {

// "NAME WHAT", of code `bad_model`.
Error bad_vocabulary(const std::string& name, const std::string& what);

// The file's bytes. Errors: `bad_model` (missing, empty, no file, larger than
// kMaxVocabularyBytes), `io`.
Result<std::string> read_vocabulary(const std::string& path);

// The lines of a vocab.txt, each with its number, from 0, as its id; of lines that are alike the
// last counts. Errors: `bad_model` (a line that is empty or no UTF-8; a carriage return inside of
// one).
Result<std::vector<Piece>> pieces_of_lines(std::string_view content, const std::string& name);

}  // namespace samovar::worker::text
