#pragma once
#include <cstddef>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "scheduler/simulate/policy.hpp"

namespace samovar::scheduler {

// Where and why a trace cannot be read: "FILE, line 3, column 17 (minute 13): what; the way out".
class TraceError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Functions and their minutes, one after the other, from whatever holds them.
class TraceReader {
  public:
    TraceReader() = default;
    TraceReader(const TraceReader&) = delete;
    TraceReader& operator=(const TraceReader&) = delete;
    virtual ~TraceReader() = default;

    // Replaces `function` by the next one; false at the end. Throws TraceError.
    virtual bool next(CalledMinutes& function) = 0;
};

// The files of the Azure Functions 2019 trace: a line of headings, then a line a function: owner,
// application, function, trigger, and the number of calls in each minute. Reads line by line.
class InvocationsCsv : public TraceReader {
  public:
    // `text` outlives the reader; `name` stands in the errors. Reads the headings: throws
    // TraceError.
    InvocationsCsv(std::istream& text, std::string name);

    bool next(CalledMinutes& function) override;
    std::size_t minutes() const noexcept { return minutes_; }

  private:
    bool next_line();
    void read_headings();
    // `column` from 1, 0 where all of the line is meant.
    [[noreturn]] void refuse(std::size_t column, const std::string& what) const;

    std::istream& text_;
    std::string name_, line_;
    std::size_t line_number_ = 0, minutes_ = 0;
};

}  // namespace samovar::scheduler
