#include "tests/torture/work.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <samovar/limits.hpp>

namespace samovar::torture {
namespace {

// Mixes a number, so that neighbours have nothing in common (splitmix64 of Steele, Lea and Flood).
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

constexpr float kAddend = 0.5F;

}  // namespace

std::uint64_t between(Chance& chance, std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(chance);
}

Work Work::draw(Chance& chance, std::uint64_t number, std::uint64_t side) {
    Work work;
    work.number_ = number;
    work.picture_ = between(chance, 0, 3) != 0;
    work.in_place_ = between(chance, 0, 1) != 0;
    // Most pictures are small: their way counts, not the arithmetic.
    const std::uint64_t most =
        between(chance, 0, 7) == 0 ? side : std::min<std::uint64_t>(side, 64);
    work.height_ = between(chance, 1, most);
    work.width_ = between(chance, 1, most);
    return work;
}

std::vector<std::byte> Work::pixels() const {
    std::vector<std::byte> bytes((height_ * width_ * 3 + 7) / 8 * 8);
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        const std::uint64_t word = mixed(number_ ^ (i << 32));
        std::memcpy(bytes.data() + i, &word, sizeof word);
    }
    bytes.resize(height_ * width_ * 3);
    return bytes;
}

std::vector<float> Work::numbers() const {
    std::vector<float> values(width_);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(mixed(number_ + i) >> 44);  // 20 bits: sums are exact
    return values;
}

Result<JobSpec> Work::spec(Client& client) const {
    JobSpec spec;
    if (!picture_) {
        spec.model = "add";
        const std::vector<float> values = numbers(), halves(values.size(), kAddend);
        for (const std::vector<float>* input : {&values, &halves}) {
            const auto bytes = std::as_bytes(std::span(*input));
            spec.inputs.push_back(
                {"", DType::float32, {values.size()}, {}, {bytes.begin(), bytes.end()}});
        }
        return spec;
    }
    spec.model = "invert";
    const std::vector<std::byte> bytes = pixels();
    Result<Slot> slot = client.take(bytes.size());
    if (!slot) return slot.error();
    std::ranges::copy(bytes, slot->bytes().begin());
    spec.inputs.push_back({"", DType::uint8, {height_, width_, 3}, std::move(*slot), {}});
    if (in_place_ || bytes.size() > kMaxInlineBytes) {
        Result<Slot> place = client.take(bytes.size());
        if (!place) return place.error();
        spec.outputs.push_back(std::move(*place));
    }
    return spec;
}

bool Work::is_right(const JobResult& result) const {
    if (result.outputs.size() != 1) return false;
    const std::span<const std::byte> answer = result.outputs.front().bytes();
    if (picture_) {
        const std::vector<std::byte> expected = pixels();
        return answer.size() >= expected.size() &&
               std::equal(expected.begin(), expected.end(), answer.begin(),
                          [](std::byte in, std::byte out) { return ~in == out; });
    }
    std::vector<float> expected = numbers();
    for (float& value : expected)
        value += kAddend;
    return answer.size() >= expected.size() * sizeof(float) &&
           std::memcmp(answer.data(), expected.data(), expected.size() * sizeof(float)) == 0;
}

}  // namespace samovar::torture
