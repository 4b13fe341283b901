// The texts of a job: whatever a client says of their ends, each is a part of its bytes, and is in
// one batch.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "daemon/worker/text/batch_plan.hpp"
#include "daemon/worker/text/job_texts.hpp"
#include "daemon/worker/text/utf8.hpp"
#include "tests/fuzz/must.hpp"

using namespace samovar;
using fuzz::must;
namespace text = worker::text;

namespace {

void check_batches(const text::JobTexts& texts, std::uint8_t setting) {
    text::BatchLimits limits;
    limits.buckets = {4, 16, 1u << 20};
    limits.pad_to_bucket = setting % 2 == 0;
    limits.rows = 1u + setting / 16;
    limits.tokens = 1u + setting;
    std::vector<std::uint32_t> lengths;
    for (std::size_t i = 0; i < texts.size(); ++i)
        lengths.push_back(static_cast<std::uint32_t>(texts[i].size()) + 2);
    std::vector<int> seen(texts.size(), 0);
    for (const text::TextBatch& batch : text::plan_batches(lengths, limits)) {
        must(!batch.rows.empty() && batch.rows.size() <= limits.rows, "a batch keeps its limit");
        for (const std::uint32_t row : batch.rows) {
            must(lengths[row] <= batch.length, "a row has room in its batch");
            ++seen[row];
        }
    }
    must(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }),
         "each text is in one batch");
}

}  // namespace

// A setting, how many ends, the ends, and the texts' bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size < 2) return -1;
    const auto all = std::as_bytes(std::span(bytes, size));
    const std::size_t ends = std::min<std::size_t>(8u * (bytes[1] % 32u), (size - 2) / 8 * 8);
    const auto texts = text::JobTexts::take(all.subspan(2 + ends), all.subspan(2, ends));
    if (!texts) {
        must(texts.error().code == Errc::bad_input && !texts.error().hint.empty(),
             "a refusal names the way out");
        return 0;
    }
    std::size_t sum = 0;
    for (std::size_t i = 0; i < texts->size(); ++i) {
        sum += (*texts)[i].size();
        must(!text::first_fault((*texts)[i]), "a text is UTF-8");
    }
    must(sum == size - 2 - ends, "the texts are all of the bytes");
    check_batches(*texts, bytes[0]);
    return 0;
}
