#include "client/cli/run/outputs.hpp"

#include "client/cli/files.hpp"
#include "client/cli/npy.hpp"
#include "client/cli/values.hpp"
#include "ipc/image/encode.hpp"
#include "ipc/image/image.hpp"

namespace samovar::cli {
namespace {

// Numbers that a screen can show; more goes to a file.
constexpr std::uint64_t kMostPrinted = 1024;

bool is_small(const Shape& shape) {
    // Lists count, too: [100000, 0] has no elements, and many lists.
    std::uint64_t lists = 1;
    for (const std::uint64_t size : shape) {
        if (size > kMostPrinted || lists * size > kMostPrinted) return false;
        lists *= size == 0 ? 1 : size;
    }
    return true;
}

Result<std::vector<std::byte>> png_of(const Output& output) {
    image::Pixels pixels;
    pixels.height = static_cast<std::uint32_t>(output.shape[0]);
    pixels.width = static_cast<std::uint32_t>(output.shape[1]);
    pixels.format = static_cast<image::PixelFormat>(output.shape.size() == 3 ? output.shape[2] : 1);
    pixels.bytes = output.bytes();
    return image::encode_png(pixels);
}

Result<std::vector<std::byte>> file_of(const Output& output, bool picture) {
    if (picture) return png_of(output);
    return make_npy(output.dtype, output.shape, output.bytes());
}

Result<void> put(std::vector<std::byte> file, const std::string& path, const Places& places,
                 Kept& kept) {
    if (places.kind() == Places::Kind::standard) {
        kept.stream = std::move(file);
        return {};
    }
    if (Result<void> written = write_file(path, file); !written) return written;
    kept.file = path;
    return {};
}

Error misnamed(const std::string& output, bool jpeg) {
    const std::string format = jpeg ? "JPEG" : "PNG";
    return {
        Errc::bad_output, "output " + output + " was encoded as " + format,
        jpeg ? "name a .jpg file with -o, or a folder" : "name a .png file with -o, or a folder", 0,
        0};
}

// A picture that the worker has encoded, as it is.
Result<Kept> keep_file(const Output& output, const Places& places, std::size_t job) {
    Kept kept{output.name, output.dtype, output.shape, "", std::nullopt, {}};
    const Result<image::ImageInfo> info = image::probe(output.bytes());
    if (!info) return info.error();
    const bool jpeg = info->format == image::ImageFormat::jpeg;
    const std::string suffix = places.wanted_suffix();
    const bool fits =
        suffix.empty() || (jpeg ? suffix == ".jpg" || suffix == ".jpeg" : suffix == ".png");
    if (places.kind() == Places::Kind::file && !fits) return misnamed(output.name, jpeg);
    const auto bytes = output.bytes();
    const Result<void> done =
        put({bytes.begin(), bytes.end()}, places.path(job, output.name, jpeg ? ".jpg" : ".png"),
            places, kept);
    if (!done) return done.error();
    return kept;
}

}  // namespace

std::optional<std::uint64_t> expected_bytes(const TensorSpec& spec,
                                            const std::map<std::string, std::uint64_t>& sizes) {
    Shape shape;
    for (const Axis& axis : spec.shape) {
        const auto known = sizes.find(axis.name);
        if (!axis.name.empty() && known == sizes.end() && axis.min != axis.max) return std::nullopt;
        shape.push_back(axis.name.empty() || known == sizes.end() ? axis.max : known->second);
    }
    return tensor_bytes(spec.dtype, shape);
}

Result<std::vector<Slot>> take_rooms(Client& client, std::span<const Room> rooms) {
    std::vector<Slot> slots;
    for (const Room& room : rooms) {
        if (room.bytes <= kMaxInlineBytes) {
            slots.emplace_back();
            continue;
        }
        Result<Slot> slot = client.take(room.bytes);
        if (!slot) return slot.error();
        slots.push_back(std::move(*slot));
    }
    return slots;
}

bool grow(std::span<Room> rooms, std::uint64_t needed) {
    bool grown = false;
    for (Room& room : rooms) {
        if (room.known || room.bytes >= needed) continue;
        room.bytes = needed;
        grown = true;
    }
    return grown;
}

bool is_picture(const Output& output, bool of_mask) noexcept {
    const Shape& shape = output.shape;
    if (output.dtype != DType::uint8 || shape.size() < 2) return false;
    if (shape[0] == 0 || shape[1] == 0 || shape[0] > image::kMaxImageSide ||
        shape[1] > image::kMaxImageSide)
        return false;
    if (shape.size() == 2) return of_mask;
    return shape.size() == 3 && (shape[2] == 1 || shape[2] == 3 || shape[2] == 4);
}

Result<Kept> keep(const Output& output, const Places& places, std::size_t job, bool of_mask) {
    Kept kept{output.name, output.dtype, output.shape, "", std::nullopt, {}};
    if (output.dtype == DType::encoded_image) return keep_file(output, places, job);
    bool picture = is_picture(output, of_mask);
    if (places.kind() == Places::Kind::unsaid && !picture && is_small(output.shape)) {
        kept.values = values_of(output.dtype, output.shape, output.bytes());
        return kept;
    }
    const std::string path = places.path(job, output.name, picture ? ".png" : ".npy");
    if (places.kind() == Places::Kind::file) {
        const std::string suffix = places.wanted_suffix();
        if (suffix == ".png" && !picture)
            return Error{Errc::bad_output,
                         "output " + output.name + " is " + std::string(to_string(output.dtype)) +
                             " " + to_string(output.shape) + ", which is no picture",
                         "name a .npy file with -o, or a folder", 0, 0};
        picture = picture && suffix != ".npy";
    }
    Result<std::vector<std::byte>> file = file_of(output, picture);
    if (!file) return file.error();
    if (Result<void> done = put(std::move(*file), path, places, kept); !done) return done.error();
    return kept;
}

}  // namespace samovar::cli
