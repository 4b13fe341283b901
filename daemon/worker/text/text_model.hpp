#pragma once
// What a model of texts is beside its network: its vocabulary. No LibTorch.

#include "daemon/worker/text/job_texts.hpp"
#include "daemon/worker/text/tokenizer.hpp"
#include "ipc/wire/text_spec.hpp"

namespace samovar::worker::text {

// The texts of a job as the network's numbers.
struct EncodedTexts {
    std::vector<std::vector<std::int32_t>> ids;  // of each text
    std::vector<std::uint32_t> lengths;          // their sizes
    std::uint64_t words = 0, tokens = 0;
    std::uint64_t truncated = 0;  // texts that lost their end
};

// Constant, so that threads may share it.
class TextModel {
  public:
    // Reads the vocabulary. Errors: `bad_model`, naming the file; `io`; `invalid_argument` for a
    // specification that no model.toml makes.
    static Result<TextModel> load(ipc::TextSpec spec);

    const ipc::TextSpec& spec() const noexcept { return spec_; }
    std::int32_t pad_id() const noexcept { return tokenizer_.pad_id(); }
    EncodedTexts encode(const JobTexts& texts) const;

  private:
    TextModel(ipc::TextSpec spec, Tokenizer tokenizer)
        : spec_(std::move(spec)), tokenizer_(std::move(tokenizer)) {}

    ipc::TextSpec spec_;
    Tokenizer tokenizer_;
};

}  // namespace samovar::worker::text
