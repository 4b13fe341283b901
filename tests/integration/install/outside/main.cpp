// Every public header, and functions of every part of the library.

#include <samovar/client.hpp>
#include <samovar/error.hpp>
#include <samovar/job.hpp>
#include <samovar/limits.hpp>
#include <samovar/models.hpp>
#include <samovar/slot.hpp>
#include <samovar/tensor.hpp>

#include <cstdio>
#include <utility>

int main() {
    samovar::Options options{.socket = "/nonexistent/samovar.sock"};
    const samovar::Result<samovar::Client> client = samovar::Client::connect(options);
    if (client || client.error().code != samovar::Errc::no_daemon) return 1;
    std::puts(samovar::describe(client.error()).c_str());

    samovar::JobSpec spec{.model = "mlp"};
    spec.inputs.push_back({"x", samovar::DType::float32, {2, 3}, samovar::Slot(), {}});
    const samovar::JobSpec moved = std::move(spec);
    const samovar::Output output{"y", samovar::DType::uint8, {1}, {}, {std::byte{7}}};
    if (output.bytes().size() != 1 || samovar::Job().done()) return 2;
    if (samovar::tensor_bytes(moved.inputs[0].dtype, moved.inputs[0].shape) != 24u) return 3;
    if (samovar::to_string(samovar::Residency::hot) != "hot") return 4;
    return 0;
}
