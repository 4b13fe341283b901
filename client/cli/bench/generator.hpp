#pragma once
// Sends the calls of one level and waits for them, on one thread and one session: a client that
// costs as little as there is, so that it measures the daemon and not itself.

#include <chrono>
#include <optional>
#include <vector>

#include <samovar/client.hpp>

#include "client/cli/bench/arrivals.hpp"
#include "client/cli/bench/level.hpp"
#include "client/cli/bench/workload.hpp"

namespace samovar::cli {

class Generator {
  public:
    // Both outlive it. `stop_fd`: readable when the user has had enough. `memory`: bytes of slots
    // that jobs may hold in an open loop; a call beyond that is `busy`, as one beyond the session's
    // bound is.
    Generator(Client& client, Workload& workload, int stop_fd, std::uint64_t memory);

    // As many callers, each of which calls again as soon as it has its answer; one that was refused
    // first waits as it was told to, a millisecond at least. All calls, those too whose answer came
    // after `length`. Errors: `cancelled` by the user; what ends every call (`disconnected`,
    // `shutting_down`); `timed_out` where an answer takes longer than `patience` after the end;
    // those of Client::take().
    Result<std::vector<Call>> closed(std::size_t callers, std::chrono::nanoseconds length,
                                     std::chrono::milliseconds patience);
    // A call at each arrival until `length`, whatever became of the others.
    Result<std::vector<Call>> open(Arrivals arrivals, std::chrono::nanoseconds length,
                                   std::chrono::milliseconds patience);

    // What the first failed call said, of all levels; neither refused nor done.
    const std::optional<Error>& first_fault() const noexcept { return fault_; }

  private:
    using Clock = std::chrono::steady_clock;
    struct Flight {
        Job job;  // of a caller that waits for nothing: none
        std::size_t payload = 0;
        Call call;
        Clock::time_point resume;  // of a caller that was refused
    };

    void begin(std::chrono::nanoseconds length, std::chrono::milliseconds patience);
    std::chrono::nanoseconds now() const { return Clock::now() - begun_; }
    bool over() const { return now() >= length_; }
    Result<void> send(Flight& flight, std::chrono::nanoseconds due);
    // How long a refused caller waits, where that is known.
    Result<std::chrono::milliseconds> refuse(Call call, const Error& error);
    Result<std::size_t> take_answers(std::vector<Flight>& flights);
    Result<void> take_answer(Flight& flight);
    Result<void> send_due(std::vector<Flight>& flights, Arrivals& arrivals);
    // Until something can be read, or `due`.
    Result<void> wait(std::chrono::nanoseconds due);
    Result<void> finish(std::vector<Flight>& flights);

    Client& client_;
    Workload& workload_;
    const int stop_fd_;
    const std::size_t most_open_;

    Clock::time_point begun_;
    std::chrono::nanoseconds length_{};
    std::chrono::milliseconds patience_{};
    std::vector<Call> calls_;
    std::optional<std::chrono::nanoseconds> next_;  // of an open loop, when the next call is due
    std::optional<Error> fault_;
};

}  // namespace samovar::cli
