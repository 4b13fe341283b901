#include "client/cli/bench/generator.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace samovar::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kShortestPause{1};
// How long a look lasts where nothing is due: the socket may be another one after it was lost.
constexpr nanoseconds kLook = std::chrono::milliseconds(100);

// What ends one call ends all.
bool ends_all(Errc code) {
    return code == Errc::disconnected || code == Errc::no_daemon || code == Errc::shutting_down ||
           code == Errc::unknown_model || code == Errc::not_permitted;
}

timespec as_timespec(nanoseconds time) {
    const nanoseconds positive = std::max(time, nanoseconds());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(positive);
    return {static_cast<time_t>(seconds.count()), static_cast<long>((positive - seconds).count())};
}

std::size_t jobs_that_fit(const Client& client, const Workload& workload, std::uint64_t memory) {
    const std::uint64_t most = client.daemon().jobs;
    const std::uint64_t each = workload.slot_bytes();
    return static_cast<std::size_t>(each == 0 ? most
                                              : std::clamp<std::uint64_t>(memory / each, 1, most));
}

}  // namespace

Generator::Generator(Client& client, Workload& workload, int stop_fd, std::uint64_t memory)
    : client_(client),
      workload_(workload),
      stop_fd_(stop_fd),
      most_open_(jobs_that_fit(client, workload, memory)) {}

void Generator::begin(nanoseconds length, milliseconds patience) {
    begun_ = Clock::now();
    length_ = length;
    patience_ = patience;
    calls_.clear();
    next_.reset();
}

Result<std::vector<Call>> Generator::closed(std::size_t callers, nanoseconds length,
                                            milliseconds patience) {
    std::vector<Flight> flights(callers);
    begin(length, patience);
    while (!over()) {
        nanoseconds due = length_;
        for (Flight& flight : flights) {
            if (flight.job) continue;
            if (Clock::now() >= flight.resume) {
                if (Result<void> sent = send(flight, now()); !sent) return sent.error();
            }
            if (!flight.job) due = std::min<nanoseconds>(due, flight.resume - begun_);
        }
        if (Result<void> waited = wait(due); !waited) return waited.error();
        if (const auto taken = take_answers(flights); !taken) return taken.error();
    }
    if (Result<void> finished = finish(flights); !finished) return finished.error();
    return std::move(calls_);
}

Result<std::vector<Call>> Generator::open(Arrivals arrivals, nanoseconds length,
                                          milliseconds patience) {
    std::vector<Flight> flights(most_open_);
    begin(length, patience);
    next_ = arrivals.next();
    while (!over()) {
        if (Result<void> sent = send_due(flights, arrivals); !sent) return sent.error();
        if (Result<void> waited = wait(std::min(*next_, length_)); !waited) return waited.error();
        if (const auto taken = take_answers(flights); !taken) return taken.error();
    }
    // What was due before the end is sent, however late.
    if (Result<void> sent = send_due(flights, arrivals); !sent) return sent.error();
    if (Result<void> finished = finish(flights); !finished) return finished.error();
    return std::move(calls_);
}

Result<void> Generator::send_due(std::vector<Flight>& flights, Arrivals& arrivals) {
    while (*next_ < length_ && *next_ <= now()) {
        const auto free = std::find_if(flights.begin(), flights.end(),
                                       [](const Flight& flight) { return !flight.job; });
        const nanoseconds due = std::exchange(next_, arrivals.next()).value();
        if (free == flights.end()) {
            calls_.push_back({due, now(), Call::End::busy, {}});
            continue;
        }
        if (Result<void> sent = send(*free, due); !sent) return sent;
    }
    return {};
}

Result<void> Generator::send(Flight& flight, nanoseconds due) {
    Result<Prepared> prepared = workload_.take();
    if (!prepared) return prepared.error();
    flight.payload = prepared->payload;
    // Of a closed loop a call begins when its job is ready.
    flight.call = Call{next_ ? due : now(), {}, Call::End::done, {}};
    Result<Job> job = client_.submit(std::move(prepared->spec));
    if (job) {
        flight.job = *std::move(job);
        return {};
    }
    workload_.give_back(*std::move(prepared));
    const Result<milliseconds> pause = refuse(flight.call, job.error());
    if (!pause) return pause.error();
    flight.resume = Clock::now() + *pause;
    return {};
}

Result<milliseconds> Generator::refuse(Call call, const Error& error) {
    if (ends_all(error.code)) return error;
    call.answered = now();
    call.end = error.code == Errc::busy       ? Call::End::busy
               : error.code == Errc::too_late ? Call::End::too_late
                                              : Call::End::failed;
    if (call.end == Call::End::failed && !fault_) fault_ = error;
    calls_.push_back(call);
    return std::max(kShortestPause, milliseconds(error.retry_after_ms));
}

Result<std::size_t> Generator::take_answers(std::vector<Flight>& flights) {
    std::size_t running = 0;
    for (Flight& flight : flights) {
        if (!flight.job) continue;
        if (!flight.job.done()) {
            ++running;
            continue;
        }
        if (Result<void> taken = take_answer(flight); !taken) return taken.error();
    }
    return running;
}

Result<void> Generator::take_answer(Flight& flight) {
    flight.call.answered = now();
    Result<JobResult> result = flight.job.wait(milliseconds());
    Job job = std::exchange(flight.job, Job());
    if (result) {
        flight.call.timings = result->timings;
        calls_.push_back(flight.call);
        workload_.give_back(flight.payload, *std::move(result));
        return {};
    }
    if (!ends_all(result.error().code)) workload_.give_back({flight.payload, job.take_spec()});
    const Result<milliseconds> pause = refuse(flight.call, result.error());
    if (!pause) return pause.error();
    flight.resume = Clock::now() + *pause;
    return {};
}

Result<void> Generator::wait(nanoseconds due) {
    const timespec left = as_timespec(std::min(due - now(), kLook));
    pollfd watched[] = {{client_.fd(), client_.events(), 0}, {stop_fd_, POLLIN, 0}};
    const int ready = ::ppoll(watched, 2, &left, nullptr);
    if (ready < 0 && errno != EINTR) return io_error("ppoll", errno);
    if (ready > 0 && watched[1].revents != 0)
        return Error{Errc::cancelled, "interrupted", "", 0, 0};
    if (ready > 0) {
        const Result<std::size_t> dispatched = client_.dispatch();
        if (!dispatched) return dispatched.error();
    }
    return {};
}

Result<void> Generator::finish(std::vector<Flight>& flights) {
    const nanoseconds end = now() + patience_;
    while (true) {
        const Result<std::size_t> running = take_answers(flights);
        if (!running) return running.error();
        if (*running == 0) return {};
        if (now() >= end) break;
        if (Result<void> waited = wait(end); !waited) return waited.error();
    }
    client_.cancel_all();
    return Error{Errc::timed_out, "a call had no answer in time after the last was sent",
                 "give a longer --timeout", 0, 0};
}

}  // namespace samovar::cli
