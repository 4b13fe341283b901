#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/calendar/cron_fields.hpp"
#include "scheduler/calendar/zone.hpp"

namespace samovar::scheduler {

// A cron entry: minute, hour, day of the month, month, weekday, as in crontab(5), in a time zone.
//
//     */15 8-18 * * mon-fri                        every quarter of an hour from 8:00 to 18:45
//     CRON_TZ=Europe/Berlin 30 7 * * 1-5           half past seven in Berlin
//     30 7 * * 1-5 Europe/Berlin                   the same
//     @daily America/New_York                      @hourly @daily @midnight @weekly @monthly
//                                                  @yearly @annually
//
// - Names (jan to dec, sun to sat) in any case; 0 and 7 are Sunday; lists, ranges, steps. Ranges of
//   weekdays may pass the end of the week (fri-mon), others may not.
// - Where both day fields are restricted (do not begin with `*`), one of them is enough.
// - Daylight-saving time. An entry that names hours (its hour field neither begins with `*` nor
//   allows all 24) happens once for each time that it names: where the clock skips that time, at
//   the end of the gap, once for all that is skipped; where the time comes twice, at the first.
//   An entry that does not name hours follows the clock: nothing in a gap, and twice in an overlap.
//   So "30 2 * * *" is never missed or doubled, and "*/15 * * * *" is never 75 minutes apart.
//
// A value; any thread.
class Cron {
  public:
    // Throws std::invalid_argument: what is wrong, at which column, what is allowed.
    // `otherwise`: the zone of an entry that names none; the machine's is what people expect of
    // cron.
    static Cron parse(std::string_view text, const Zone& otherwise);

    // When it fires next, strictly later than `after`. None where that is outside the calendar's
    // years or further away than any entry can be. About a microsecond for an entry of every week,
    // some tens for 29 February on a given weekday.
    std::optional<Instant> next_after(Instant after) const;

    const Zone& zone() const { return zone_; }

  private:
    Cron(CronFields fields, const Zone& zone) : fields_(fields), zone_(zone) {}

    std::optional<Instant> next_named_time(Instant after) const;
    std::optional<Instant> next_by_the_clock(Instant after) const;

    CronFields fields_;
    Zone zone_;
};

// The earliest time after `after` at which one of the entries fires.
std::optional<Instant> next_of(const std::vector<Cron>& entries, Instant after);

}  // namespace samovar::scheduler
