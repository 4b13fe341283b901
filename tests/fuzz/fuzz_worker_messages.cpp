// Every message between samovard and a worker, either way.

#include "tests/fuzz/messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    return samovar::fuzz::check_messages<samovar::tests::OfWorker>(bytes, size);
}
