// A trace of calls by function and minute: whatever it holds, every function has as many minutes as
// there are headings, and an error is short, printable and names its place.

#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "scheduler/simulate/trace.hpp"
#include "tests/fuzz/must.hpp"

using namespace samovar::scheduler;
using samovar::fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::istringstream text(std::string(reinterpret_cast<const char*>(bytes), size));
    try {
        InvocationsCsv trace(text, "trace");
        must(trace.minutes() > 0, "a trace has minutes");
        for (CalledMinutes function; trace.next(function);)
            must(function.size() == trace.minutes(), "a function has every minute");
    } catch (const TraceError& error) {
        constexpr std::size_t kLongestError = 300;
        const std::string_view message = error.what();
        must(message.starts_with("trace"), "an error names the file");
        must(message.size() < kLongestError, "an error is short");
        for (const char c : message)
            must(c >= ' ' && c <= '~', "an error is one printable line");
    }
    return 0;
}
