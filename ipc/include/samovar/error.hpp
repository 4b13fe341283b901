#pragma once
// Errors as users see them: what was wrong, the limit it broke, and the way out.

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <samovar/export.hpp>

namespace samovar {

// Every way a request can fail. The numbers are part of the wire protocol and never change.
enum class Errc : std::uint16_t {
    ok = 0,
    // The request itself.
    protocol = 1,          // a frame or body that does not follow docs/protocol.md
    version = 2,           // no protocol version in common
    not_permitted = 3,     // the peer's role does not allow this request
    invalid_argument = 4,  // a field is out of its range
    // Models.
    unknown_model = 10,
    bad_model = 11,     // model.toml or an artefact is missing, corrupt or contradictory
    model_failed = 12,  // the model could not be loaded; the message says why
    no_device = 13,     // the model asks for a device that this machine does not have
    model_exists = 14,
    // Tensors and channels.
    bad_input = 20,         // dtype, rank, shape, count or alignment of an input
    bad_output = 21,        // the model returned something else than model.toml declares
    output_too_small = 22,  // Error::needed holds the bytes that would do
    unknown_channel = 23,
    out_of_bounds = 24,   // a slot that is not inside its channel
    quota = 25,           // more channels or bytes than the peer may hold
    bad_descriptor = 26,  // a passed descriptor that is no sealed memfd of the right size
    bad_image = 27,       // a corrupt, unsupported or too large JPEG or PNG
    // Running.
    busy = 30,  // a queue is full; Error::retry_after_ms says when to come back
    cancelled = 31,
    inference_failed = 32,  // the model threw; the message is its first useful line
    out_of_memory = 33,
    run_limit = 34,      // the job ran longer than the model's max_run
    worker_died = 35,    // the job killed its worker twice
    worker_failed = 36,  // the worker cannot be started; the message says why
    shutting_down = 37,
    too_late = 38,  // the job could not be done before its deadline
    // The way to the daemon (made by the client library, never on the wire).
    no_daemon = 50,
    disconnected = 51,
    timed_out = 52,
    io = 53,
    slot_in_use = 54,  // a slot lent to a running job was used again
};

// The name of a code as it stands in JSON and in the log: "unknown_model".
SAMOVAR_EXPORT std::string_view to_string(Errc code) noexcept;

struct Error {
    Errc code = Errc::ok;
    std::string message;               // what was wrong, and the limit
    std::string hint;                  // the way out; may be empty
    std::uint64_t needed = 0;          // bytes that would do, for output_too_small
    std::uint64_t retry_after_ms = 0;  // for busy, worker_failed, worker_died, model_failed

    friend bool operator==(const Error&, const Error&) = default;
};

// "message; hint" on one line.
SAMOVAR_EXPORT std::string describe(const Error& error);

// errno as an Error of code `io`: "WHAT: strerror".
SAMOVAR_EXPORT Error io_error(std::string_view what, int errno_value);

// Throws std::runtime_error with describe(error).
[[noreturn]] SAMOVAR_EXPORT void throw_error(const Error& error);

// A value or the Error that stands in its place.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    // For programs that have nothing better to do with an error: throws std::runtime_error where
    // there is one. Of a temporary it gives the value itself, not a reference into what is gone at
    // the end of the line.
    T& value() & { return *checked(*this); }
    const T& value() const& { return *checked(*this); }
    T value() && { return std::move(*checked(*this)); }

    // For callers that have looked: undefined unless has_value().
    T& operator*() & noexcept { return *std::get_if<0>(&state_); }
    const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
    T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
    T* operator->() noexcept { return std::get_if<0>(&state_); }
    const T* operator->() const noexcept { return std::get_if<0>(&state_); }

    // Undefined if has_value().
    Error& error() & noexcept { return *std::get_if<1>(&state_); }
    const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
    Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

  private:
    template <class Self>
    static auto checked(Self& self) {
        if (!self.has_value()) throw_error(self.error());
        return std::get_if<0>(&self.state_);
    }

    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)), ok_(false) {}

    bool has_value() const noexcept { return ok_; }
    explicit operator bool() const noexcept { return ok_; }
    // As in the general case: throws std::runtime_error where there is an error.
    void value() const {
        if (!ok_) throw_error(error_);
    }
    Error& error() & noexcept { return error_; }
    const Error& error() const& noexcept { return error_; }
    Error&& error() && noexcept { return std::move(error_); }

  private:
    Error error_;
    bool ok_ = true;
};

}  // namespace samovar
