#pragma once
// Numbers as people read them.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <samovar/models.hpp>

#include "ipc/words.hpp"

namespace samovar::cli {

using ipc::bytes_in_words;
// "85 us", "3.42 ms", "1.20 s".
std::string time_in_words(std::chrono::nanoseconds time);
// "45 s", "3 min", "5 h 12 min", "2 d 3 h".
std::string age_in_words(std::chrono::milliseconds age);
using ipc::count_of;
// "uint8 [height, width, 3]", and below a line for what each name may be.
std::string tensor_in_words(const TensorSpec& tensor);
// "[=====>    ]" of `width` characters between the brackets; `share` from 0 to 1.
std::string bar(double share, std::size_t width);
// "read 120.0 MB of 268.6 MB".
std::string progress_in_words(const Progress& progress);

}  // namespace samovar::cli
