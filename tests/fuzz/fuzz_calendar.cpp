// A schedule's text, as a cron entry and as a window, asked at some instant: whatever it says,
// errors are short and printable, what comes next is later, and it is the same from every moment
// before it.
//
// Input: four bytes, minutes since 1970 (to 2050); one byte, the zone of a text that names none;
// the text.

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "scheduler/calendar/cron.hpp"
#include "scheduler/calendar/windows.hpp"
#include "tests/fuzz/must.hpp"

using namespace samovar::scheduler;
using namespace std::chrono_literals;
using samovar::fuzz::must;

namespace {

// With gaps and overlaps of an hour, of half an hour and at midnight, a day that never was, and
// offsets that are no whole hours or minutes.
constexpr std::array kZones{"UTC",
                            "Europe/Berlin",
                            "America/New_York",
                            "Pacific/Apia",
                            "Asia/Kathmandu",
                            "Australia/Lord_Howe",
                            "Africa/Monrovia",
                            "America/Havana",
                            "America/Sao_Paulo",
                            "Africa/Casablanca"};
constexpr std::uint32_t kEightyYears = 80 * 365 * 24 * 60;  // minutes

void check_error(const std::invalid_argument& error) {
    constexpr std::size_t kLongestText = 256, kLongestError = 4 * kLongestText;
    const std::string_view message = error.what();
    must(message.find(", column ") != message.npos, "an error names the place");
    must(message.size() < kLongestError, "an error is short");
    for (const char c : message)
        must(c >= ' ' && c <= '~', "an error is one printable line");
}

void check_cron(const Cron& cron, Instant now) {
    for (int i = 0; i < 4; ++i) {
        const auto next = cron.next_after(now);
        if (!next) return;
        must(*next > now, "an entry fires later than now");
        must(cron.next_after(*next - 1s) == next, "an entry fires when it says");
        must(cron.next_after(now + (*next - now) / 2) == next, "no entry fires in between");
        // A gap may begin or end at any second, as clocks did when they left the sun's time.
        const auto reading = cron.zone().local(*next).time_since_epoch();
        must(reading % 1min == 0s || cron.zone().period_at(*next).begin == *next,
             "an entry fires at a whole minute or at the end of a gap");
        now = *next;
    }
}

void check_window(const Window& window, Instant now) {
    const auto span = window.at_or_after(now);
    if (!span) return;
    must(span->begin < span->end && span->end > now, "a window is open for a while");
    must(window.contains(span->begin) && window.contains(span->end - 1s), "it is open inside");
    must(window.contains(now) == (span->begin <= now), "it is open now or later");
    if (const auto begin = window.next_begin(now))
        must(*begin > now && window.contains(*begin), "it begins later than now");

    const Windows windows({window});
    if (const auto change = windows.next_change(now)) {
        must(*change > now, "a change is later than now");
        must(windows.contains(*change) != windows.contains(now), "a change changes");
        must(windows.contains(*change - 1s) == windows.contains(now), "nothing changes before it");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    constexpr std::size_t kHead = 5;
    std::uint32_t minutes = 0;
    if (size < kHead) return 0;
    std::memcpy(&minutes, bytes, sizeof minutes);
    const Instant now(std::chrono::minutes(minutes % kEightyYears));
    const Zone zone = Zone::find(kZones.at(bytes[4] % kZones.size()));
    const std::string_view text(reinterpret_cast<const char*>(bytes) + kHead, size - kHead);
    try {
        check_cron(Cron::parse(text, zone), now);
    } catch (const std::invalid_argument& error) {
        check_error(error);
    }
    try {
        check_window(Window::parse(text, zone), now);
    } catch (const std::invalid_argument& error) {
        check_error(error);
    }
    return 0;
}
