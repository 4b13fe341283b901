#!/usr/bin/env python3
"""Writes tests/data/cron/: make_cron_tables.py [OUTDIR]

Random cron entries and instants, and when others say that each fires next: croniter (from PyPI, 7.0.0
was used; CRONITER_ROWS rows) and systemd-analyze (252; SYSTEMD_ROWS rows), which read none of this
project's code. The results are committed; run this again only to change them.

A line is: entry, tab, instant, tab, the next instant (all UTC).

croniter reads clocks without a zone, and Python's zoneinfo translates to and from UTC. What a clock
change does to an entry is a matter of taste on which they differ from us and from each other: rows with
a clock change within a day of either instant are left out (cron_dst_test.cpp is their table). Rows in
zones lie in the past, so that a new law somewhere changes no answer.
"""

import random
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from croniter import croniter

CRONITER_ROWS = 1500
SYSTEMD_ROWS = 500

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Tokyo",
]
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DAYS = "sun mon tue wed thu fri sat".split()
UTC = timezone.utc
DAY = timedelta(days=1)

# Of each field: least, most, names (of least and on).
FIELDS = [(0, 59, []), (0, 23, []), (1, 31, []), (1, 12, MONTHS), (0, 6, DAYS)]


def value(rng, number, field):
    """A number, or sometimes its name in some case."""
    least, _, names = field
    if not names or rng.random() < 0.4:
        return str(number)
    return rng.choice([str.lower, str.upper, str.title])(names[number - least])


def item(rng, field):
    least, most, _ = field
    kind = rng.random()
    if kind < 0.25:
        return f"*/{rng.randint(1, most - least)}"
    if kind < 0.6:
        return value(rng, rng.randint(least, most), field)
    first, last = sorted(rng.sample(range(least, most + 1), 2))
    text = f"{value(rng, first, field)}-{value(rng, last, field)}"
    return text if kind < 0.85 else f"{text}/{rng.randint(1, last - first)}"


def random_field(rng, field, star):
    if rng.random() < star:
        return "*"
    return ",".join(item(rng, field) for _ in range(rng.choice([1, 1, 1, 2, 3])))


def random_fields(rng):
    stars = [0.15, 0.3, 0.5, 0.6, 0.5]
    return [random_field(rng, field, star) for field, star in zip(FIELDS, stars)]


def random_instant(rng, first_year, last_year):
    first = datetime(first_year, 1, 1, tzinfo=UTC)
    seconds = (datetime(last_year, 1, 1, tzinfo=UTC) - first).total_seconds()
    return first + timedelta(seconds=rng.randrange(int(seconds)))


def changes_near(zone, instant):
    """Whether the clock of the zone is changed within a day."""
    offsets = {(instant + hours * DAY / 24).astimezone(zone).utcoffset() for hours in range(-25, 26)}
    return len(offsets) > 1


def stamp(instant):
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def of_croniter(fields, zone, after):
    clock = after.astimezone(zone).replace(tzinfo=None)
    # "implement_cron_bug": a day field that begins with * must match beside the other, as in Vixie's.
    cron = croniter(" ".join(fields), clock, ret_type=datetime, implement_cron_bug=True)
    return cron.get_next().replace(tzinfo=zone).astimezone(UTC)


def values(text, field):
    """All that a field allows."""
    least, most, names = field
    allowed = set()
    for part in text.lower().split(","):
        for number, name in enumerate(names, least):
            part = part.replace(name, str(number))
        span, _, step = part.partition("/")
        first, _, last = span.replace("*", f"{least}-{most}").partition("-")
        allowed.update(range(int(first), int(last or first) + 1, int(step or 1)))
    return allowed


def to_systemd(text, field):
    """A field of cron in systemd.time's spelling.

    Steps are written out as lists: from 23:53 on systemd 252 finds 00:49 for *:0/49 and 00:00 for
    *:0,49. It has neither steps of weekdays nor ranges past the end of the week.
    """
    least, _, names = field
    if "/" in text or names is DAYS:
        numbers = sorted(values(text, field))
        return ",".join(DAYS[day] for day in numbers) if names is DAYS else ",".join(map(str, numbers))
    for number, name in enumerate(names, least):
        text = text.lower().replace(name, str(number))
    return text.replace("-", "..")


def of_systemd(fields, zone, after):
    minute, hour, day, month = (to_systemd(text, field) for text, field in zip(fields, FIELDS[:4]))
    weekday = "" if fields[4] == "*" else to_systemd(fields[4], FIELDS[4]) + " "
    calendar = f"{weekday}*-{month}-{day} {hour}:{minute}:00 {zone.key}"
    run = subprocess.run(
        ["systemd-analyze", "calendar", "--base-time", after.strftime("%Y-%m-%d %H:%M:%S UTC"), calendar],
        env={"TZ": "UTC", "LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    if "Resource deadlock avoided" in run.stderr:  # systemd 252 gives some zones up
        return None
    run.check_returncode()
    line = next(line for line in run.stdout.splitlines() if "Next elapse:" in line)
    words = line.split()[2:]
    if words == ["never"]:
        return None
    return datetime.strptime(" ".join(words[1:3]), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def written(rng, fields, zone):
    text = " ".join(fields)
    if zone.key == "UTC" and rng.random() < 0.5:
        return text
    return f"CRON_TZ={zone.key} {text}" if rng.random() < 0.5 else f"{text} {zone.key}"


def never_fires(fields):
    """Days that no month has, where a weekday is not enough: we refuse them (cron_test.cpp)."""
    clock = datetime(2000, 1, 1)
    try:
        croniter(" ".join(fields), clock, implement_cron_bug=True, max_years_between_matches=500).get_next()
    except Exception:  # croniter's own errors of several kinds
        return True
    return False


def is_plain(fields):
    """Whether no day field allows everything without saying so by a star.

    croniter takes "sun-sat" for "*", by which the other day field alone decides; here, as in Vixie's
    cron, what does not begin with a star is restricted, and one of the two fields is enough.
    """
    return not any(
        not text.startswith("*") and len(values(text, field)) == field[1] - field[0] + 1
        for text, field in ((fields[2], FIELDS[2]), (fields[4], FIELDS[4]))
    )


def rows(rng, count, answer, wanted):
    made = []
    while len(made) < count:
        in_zone = rng.random() < 0.6
        zone = ZoneInfo(rng.choice(ZONES) if in_zone else "UTC")
        after = random_instant(rng, 2000, 2024 if in_zone else 2060)
        fields = random_fields(rng)
        if not wanted(fields) or never_fires(fields):
            continue
        due = answer(fields, zone, after)
        if due is None or (in_zone and due.year > 2025):
            continue
        if changes_near(zone, after) or changes_near(zone, due):
            continue
        made.append(f"{written(rng, fields, zone)}\t{stamp(after)}\t{stamp(due)}\n")
    return made


def one_day_field(fields):
    """systemd has no "one of both is enough"."""
    return fields[2].startswith("*") or fields[4].startswith("*")


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    croniter_rows = rows(random.Random(20260101), CRONITER_ROWS, of_croniter, is_plain)
    (folder / "croniter.tsv").write_text("".join(croniter_rows))
    systemd_rows = rows(random.Random(20260102), SYSTEMD_ROWS, of_systemd, one_day_field)
    (folder / "systemd.tsv").write_text("".join(systemd_rows))


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[3] / "data" / "cron"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
