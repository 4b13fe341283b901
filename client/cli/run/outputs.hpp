#pragma once
// What a job writes: how much room it needs, and what is made of it.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <samovar/client.hpp>
#include <samovar/limits.hpp>

#include "client/cli/run/places.hpp"
#include "client/cli/run/report.hpp"

namespace samovar::cli {

// The bytes that an output has in a job whose axes have these sizes; nothing where that is known
// only afterwards.
std::optional<std::uint64_t> expected_bytes(const TensorSpec& spec,
                                            const std::map<std::string, std::uint64_t>& sizes);

// Bytes for an output. Where they are not known, tries tell: each learns one more output's at
// least.
struct Room {
    std::uint64_t bytes = 0;
    bool known = false;
};
inline constexpr std::size_t kMostRoomTries = kMaxTensors + 2;

// A place for each: a slot, or none for what comes in the message. Errors: those of Client::take().
Result<std::vector<Slot>> take_rooms(Client& client, std::span<const Room> rooms);
// After `output_too_small`, which names bytes but not the output: all that are not known get them.
// False where that makes none larger.
bool grow(std::span<Room> rooms, std::uint64_t needed);

// Whether an output is a picture: uint8 [height, width, 1, 3 or 4], or an alpha, uint8
// [height, width], of task "mask".
bool is_picture(const Output& output, bool of_mask) noexcept;

// Writes an output where it belongs, or makes it ready for standard output: a picture as PNG, all
// else as .npy, or as numbers where nothing was said and it is small. `job` numbers the files.
// Errors: `io`; `bad_output` where -o names a .png and the output is no picture.
Result<Kept> keep(const Output& output, const Places& places, std::size_t job, bool of_mask);

}  // namespace samovar::cli
