#pragma once
#include <string>

#include <samovar/error.hpp>

namespace samovar::worker {

// Call inside `catch (...)`: what is sent for the exception in flight. A JobError is sent as it is;
// want of memory becomes `out_of_memory`; everything else gets `otherwise` with the first useful
// line of LibTorch's text, or of `said` (what went to std::cerr) where that explains a bare status.
// The full text goes to the log, after `where`.
Error caught_error(Errc otherwise, const std::string& where, const std::string& said);

}  // namespace samovar::worker
