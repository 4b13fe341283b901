#!/usr/bin/env python3
"""cold starts of the forecast at the idle minutes of a fixed 10-minute keep-alive, on functions it never saw

The defaults are learned on three quarters of the functions of tests/data/azure2019 and judged on the fourth,
four times. No model's forecast knows another's calls, so each function starts from the defaults alone.
"""

import gzip
import json
import subprocess
from pathlib import Path

from harness import report
from harness.places import BUILD, ROOT, program

GOAL = 0.25
GROUP_GOAL = 0.30
TRACE = ROOT / "tests" / "data" / "azure2019" / "invocations.csv.gz"
KEEP = 10  # minutes
LEAST, MOST = 0.1, 2.7  # of the idle minutes of fixed:10, where the curve must not be above the fixed one
IDLE, COLD, LOADS = range(3)


def total(groups: list[dict], name: str) -> list[list[float]]:
    """The curve of several groups together, point by point."""
    return [[sum(values) for values in zip(*points)] for points in zip(*(group[name] for group in groups))]


def cold_at(curve: list[list[float]], idle: float) -> float:
    """Cold starts of a curve at so many idle minutes, between neighbours in proportion."""
    points = sorted(curve)
    if idle <= points[0][IDLE]:
        return points[0][COLD]
    for low, high in zip(points, points[1:]):
        if low[IDLE] <= idle < high[IDLE]:
            part = (idle - low[IDLE]) / (high[IDLE] - low[IDLE])
            return low[COLD] + part * (high[COLD] - low[COLD])
    return points[-1][COLD]


def at_fixed(groups: list[dict]) -> float:
    """The forecast's cold starts over those of fixed:10, at its idle minutes."""
    fixed = total(groups, "fixed")
    return cold_at(total(groups, "forecast"), fixed[KEEP][IDLE]) / fixed[KEEP][COLD]


def worst_on_curve(groups: list[dict]) -> float:
    fixed = total(groups, "fixed")
    unit = fixed[KEEP][IDLE]
    return max(point[COLD] / cold_at(fixed, point[IDLE]) for point in total(groups, "forecast")
               if LEAST * unit <= point[IDLE] <= MOST * unit)


def apart(groups: list[dict]) -> float:
    """As at_fixed(), where each group of ten has the idle minutes of its own fixed:10."""
    cold = sum(cold_at(group["forecast"], group["fixed"][KEEP][IDLE]) for group in groups)
    return cold / sum(group["fixed"][KEEP][COLD] for group in groups)


def main() -> None:
    options = report.arguments(__doc__)
    report.say(report.machine())
    folder = BUILD.parent / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    trace, plot = folder / "azure2019.csv", folder / ("quick.svg" if options.quick else "forecast.svg")
    trace.write_bytes(gzip.decompress(TRACE.read_bytes()))
    command = [program("bench_forecast"), str(trace), str(plot), *(["--quick"] if options.quick else [])]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)

    folds = found["folds"]
    everyone = [group for groups in folds for group in groups]
    fixed, forecast = total(everyone, "fixed"), total(everyone, "forecast")
    unit = fixed[KEEP]
    rows = [[f"fixed:{keep}", fixed[keep]] for keep in (1, 2, 5, 10, 20, 40, 60)]
    rows += [["hybrid", [sum(group["hybrid"][i] for group in everyone) for i in range(3)]]]
    rows += [[f"forecast:price={price:.2g}", point] for price, point in list(zip(found["prices"], forecast))[::3]]
    rows += [["oracle", [sum(group["oracle"][i] for group in everyone) for i in range(3)]]]
    report.table(["all folds", "cold starts", "idle minutes", "loads", "of fixed:10's idle", "of its cold"],
                 [[name, p[COLD], p[IDLE], p[LOADS], p[IDLE] / unit[IDLE], p[COLD] / unit[COLD]] for name, p in rows])
    at = [at_fixed(groups) for groups in folds]
    worst = [worst_on_curve(groups) for groups in folds]
    grouped = [apart(groups) for groups in folds]
    report.table(["fold", "at fixed:10's idle", "worst, of the fixed curve", "groups of ten, each at its own"],
                 [[str(i), *values] for i, values in enumerate(zip(at, worst, grouped))])
    made = found["self_made"]
    report.table(["self-made arrivals", "", "over the better of never and 10 minutes"],
                 [["cases", made["cases"], ""], ["in the mean", "", made["mean"]], ["the worst", "", made["worst"]],
                  ["the worst of long ones", "", made["worst_of_long"]], ["above 1.1", made["above"], ""]])
    report.table(["microseconds", "p50", "p99"],
                 [[name, found[key]["p50"], found[key]["p99"]]
                  for name, key in (("decision", "decision_us"), ("a minute observed", "observe_us"))])
    report.say(f"plot: {Path(plot).relative_to(ROOT) if plot.is_relative_to(ROOT) else plot}")
    report.finish("forecast", sum(at) / len(at), GOAL, "lower", {
        "folds": at, "worst_on_curve": max(worst), "worst_on_curve_goal": 1.0,
        "self_made": made, "self_made_worst_goal": 1.1,
        "groups_of_ten": sum(grouped) / len(grouped), "groups_of_ten_goal": GROUP_GOAL,
        "decision_us_p99": found["decision_us"]["p99"], "decision_us_p99_goal": 5.0,
        "fixed_10_cold_starts": unit[COLD], "fixed_10_idle_minutes": unit[IDLE], "plot": str(plot)})


if __name__ == "__main__":
    main()
