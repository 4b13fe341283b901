#pragma once
// A trace that the daemon kept: what `samovar events --calls --json` prints.

#include <map>
#include <string>
#include <vector>

#include "scheduler/calendar/zone.hpp"
#include "scheduler/simulate/trace.hpp"

namespace samovar::cli {

// A function a model, from the hour of the first call to the minute of the last. Holds the minutes
// with calls; that is a day of a model in 6 kB at most.
class CallsTrace : public scheduler::TraceReader {
  public:
    // Reads all of `text`; `name` stands in the errors. Throws scheduler::TraceError.
    CallsTrace(std::istream& text, std::string name);

    bool next(scheduler::CalledMinutes& function) override;
    // When its first minute was.
    scheduler::Instant start() const;

  private:
    void take(const std::string& line);
    [[noreturn]] void refuse(const std::string& what) const;

    std::string name_;
    std::size_t line_number_ = 0;
    std::map<std::string, std::vector<std::uint32_t>> minutes_;  // since 1970, by model
    std::map<std::string, std::vector<std::uint32_t>>::const_iterator next_;
    std::uint32_t first_ = 0, last_ = 0;
};

// Whether a file holds objects in place of the columns of a trace. Reads nothing.
bool is_calls_trace(std::istream& text);

}  // namespace samovar::cli
