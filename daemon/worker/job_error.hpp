#pragma once
#include <exception>
#include <string>
#include <utility>

#include <samovar/error.hpp>

namespace samovar::worker {

// How loading and tasks report what is wrong. LibTorch throws in any case, so there is one boundary
// (engine/faults.hpp) where every exception becomes the Error that is sent.
class JobError : public std::exception {
  public:
    explicit JobError(Error error) noexcept : error_(std::move(error)) {}
    JobError(Errc code, std::string message, std::string hint = "", std::uint64_t needed = 0)
        : error_{code, std::move(message), std::move(hint), needed, 0} {}

    const Error& error() const noexcept { return error_; }
    const char* what() const noexcept override { return error_.message.c_str(); }

  private:
    Error error_;
};

// The value of a Result, or its Error thrown.
template <class T>
T take_or_throw(Result<T> result) {
    if (!result) throw JobError(std::move(result).error());
    return std::move(result).value();
}

}  // namespace samovar::worker
