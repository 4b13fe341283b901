#pragma once
// What a call of `samovar bench` brings: read from files as `samovar run` reads them, or made up
// from what the model says that it takes.

#include <map>
#include <string>
#include <vector>

#include <samovar/client.hpp>

#include "client/cli/run/request.hpp"
#include "client/cli/values.hpp"

namespace samovar::cli {

struct NamedTensor {
    std::string name;
    Tensor tensor;
};
using Payload = std::vector<NamedTensor>;

// Sizes of named axes: {"height": 1080}.
using Sizes = std::map<std::string, std::uint64_t>;

// Tensors of the model's shapes: pictures of 512 x 512 (or as near as they may be), other named
// axes as small as they may be, unless `sizes` says otherwise. Pictures and floating-point elements
// differ from their neighbours; integers are 0, which any index may be. Errors: `invalid_argument`
// for a size without an axis, out of its bounds, or of more than a slot can hold.
Result<Payload> made_up(const ModelInfo& model, const Sizes& sizes);

// As a job of a model of texts brings them.
Payload of_texts(const std::vector<std::string>& texts);

// One for each file; one of all that is given by name; or one that is made up. Errors: those of
// made_up(), and of Inputs and FileInput; `invalid_argument` for sizes beside what is given.
Result<std::vector<Payload>> payloads_of(const RunRequest& request, const ModelInfo& model,
                                         const Sizes& sizes, Client& client);

}  // namespace samovar::cli
