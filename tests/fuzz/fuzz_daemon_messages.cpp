// Every message that samovard may send to a client.

#include "tests/fuzz/messages.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    return samovar::fuzz::check_messages<samovar::tests::FromDaemon>(bytes, size);
}
