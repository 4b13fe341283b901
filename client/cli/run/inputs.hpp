#pragma once
// What a job reads: numbers and arrays given by name, which all jobs share, and a file of its own.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <samovar/client.hpp>

#include "client/cli/run/request.hpp"
#include "client/cli/values.hpp"

namespace samovar::cli {

// A file that was read and looked at, but not decoded yet.
class FileInput {
  public:
    // A picture or a .npy for the input `spec`. Errors: `io`; `bad_image`, `bad_input`.
    static Result<FileInput> open(const std::string& path, const TensorSpec& spec);

    DType dtype() const noexcept { return dtype_; }
    const Shape& shape() const noexcept { return shape_; }
    std::uint64_t bytes() const noexcept { return bytes_; }
    // Decodes into the first bytes() bytes of `memory`. Errors: `bad_image`.
    Result<void> decode(std::span<std::byte> memory) const;

  private:
    std::vector<std::byte> file_;
    std::span<const std::byte> elements_;  // of a .npy; empty for a picture
    bool picture_ = false, to_bfloat16_ = false;
    DType dtype_{};
    Shape shape_;
    std::uint64_t bytes_ = 0;
};

// Constant once made: for any thread.
class Inputs {
  public:
    // Reads what was given by name. Errors: `invalid_argument` where names and files do not make
    // up the model's inputs, with what it takes; those of FileInput.
    static Result<Inputs> make(const RunRequest& request, const ModelInfo& model);

    // What the files are for; null where all inputs are given by name.
    const TensorSpec* of_file() const noexcept { return of_file_; }
    // Bytes of slots that the inputs given by name take in each job.
    std::uint64_t shared_slot_bytes() const noexcept;
    // The inputs of one job, each in a slot, or inside the message where it is small. Errors: those
    // of Client::take() and of FileInput::decode().
    Result<std::vector<Input>> make_job(const FileInput* file, Client& client) const;

  private:
    struct Named {
        std::string name;
        Tensor tensor;
    };
    std::vector<Named> named_;
    const TensorSpec* of_file_ = nullptr;  // inside the ModelInfo that make() was given
};

// What each name of an axis stands for in a job with these inputs.
std::map<std::string, std::uint64_t> sizes_of(const std::vector<Input>& inputs,
                                              const std::vector<TensorSpec>& specs);

}  // namespace samovar::cli
