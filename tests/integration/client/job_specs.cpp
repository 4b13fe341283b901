#include "tests/integration/client/job_specs.hpp"

#include <cstring>

namespace samovar::tests {
namespace {

template <class Element>
Input inline_element(DType dtype, Element element) {
    Input input{.dtype = dtype, .shape = {1}};
    input.data.resize(sizeof element);
    std::memcpy(input.data.data(), &element, sizeof element);
    return input;
}

std::byte element(std::size_t index, unsigned seed) {
    return static_cast<std::byte>((index + seed) % 251);
}

}  // namespace

JobSpec adding(float x, float y) {
    JobSpec spec{.model = "add"};
    spec.inputs.push_back(inline_element(DType::float32, x));
    spec.inputs.push_back(inline_element(DType::float32, y));
    return spec;
}

float sum_of(const JobResult& result) {
    float sum = 0;
    const auto bytes = result.outputs.at(0).bytes();
    if (bytes.size() != sizeof sum) throw std::runtime_error("the result is no single float");
    std::memcpy(&sum, bytes.data(), sizeof sum);
    return sum;
}

JobSpec sleeping(std::int64_t count) {
    JobSpec spec{.model = "sleepy"};
    spec.inputs.push_back(inline_element(DType::int64, count));
    return spec;
}

JobSpec inverting(Client& client, std::uint64_t width, std::uint64_t height, unsigned seed) {
    JobSpec spec{.model = "invert"};
    Slot picture = client.take(width * height * 3).value();
    for (std::size_t i = 0; i < picture.size(); ++i)
        picture.bytes()[i] = element(i, seed);
    spec.inputs.push_back(
        {.dtype = DType::uint8, .shape = {height, width, 3}, .slot = std::move(picture)});
    spec.outputs.push_back(client.take(width * height * 3).value());
    return spec;
}

std::size_t wrong_elements(const JobResult& result, unsigned seed) {
    const auto bytes = result.outputs.at(0).bytes();
    std::size_t wrong = bytes.empty() ? 1 : 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        wrong += bytes[i] == ~element(i, seed) ? 0 : 1;
    return wrong;
}

}  // namespace samovar::tests
