#pragma once
#include <cstddef>
#include <cstdint>

#include "daemon/worker/engine/load_steps.hpp"
#include "daemon/worker/engine/mapped_file.hpp"

namespace samovar::worker {

// How many threads read a file: as many as were asked for, or where that is 0 what is best here.
std::size_t read_threads(std::uint32_t asked);

// The phase `read`: all of the file, by so many threads. Throws JobError (`io`).
void read_ahead(const MappedFile& file, std::size_t threads, LoadSteps& steps);

}  // namespace samovar::worker
