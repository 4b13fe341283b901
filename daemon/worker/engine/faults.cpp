#include "daemon/worker/engine/faults.hpp"

#include <c10/util/Exception.h>

#include <exception>
#include <new>

#include "daemon/worker/engine/error_text.hpp"
#include "daemon/worker/job_error.hpp"
#include "daemon/worker/log.hpp"

namespace samovar::worker {
namespace {

struct Told {
    std::string full, plain;  // with and without C++ stacks
    bool memory = false;
};

Told ask_exception() {
    try {
        throw;
    } catch (const c10::OutOfMemoryError& fault) {
        return {fault.what(), fault.what_without_backtrace(), true};
    } catch (const c10::Error& fault) {
        return {fault.what(), fault.what_without_backtrace(), false};
    } catch (const std::bad_alloc&) {
        return {"std::bad_alloc", "the allocation of memory failed", true};
    } catch (const std::exception& fault) {
        return {fault.what(), fault.what(), false};
    } catch (...) {
        return {"an exception of an unknown type", "an exception of an unknown type", false};
    }
}

Error ran_out(const std::string& line) {
    return {Errc::out_of_memory, "memory ran out: " + line,
            "use a smaller input, or unload other models", 0, 0};
}

// AOTInductor's runner: "run_func_( ... ) API call failed at ...", the reason went to std::cerr.
bool is_bare_status(const std::string& text) {
    return text.find("API call failed at") != std::string::npos;
}

}  // namespace

Error caught_error(Errc otherwise, const std::string& where, const std::string& said) {
    try {
        throw;
    } catch (const JobError& fault) {
        if (!said.empty()) log::warning(where + ": " + said);
        if (fault.error().code == Errc::io && tells_of_memory(fault.error().message))
            return ran_out(fault.error().message);
        return fault.error();
    } catch (...) {
        const Told told = ask_exception();
        log::error(where + ": " + told.full + (said.empty() ? "" : "\n" + said));
        std::string line = is_bare_status(told.plain) ? first_useful_line(said) : std::string();
        if (line.empty()) line = first_useful_line(told.plain);
        if (line.empty()) line = "LibTorch gave no reason";
        if (told.memory || tells_of_memory(told.plain) || tells_of_memory(said))
            return ran_out(line);
        return {otherwise, std::move(line), "", 0, 0};
    }
}

}  // namespace samovar::worker
