#!/usr/bin/env bash
# ./dev train-forecast [--check]  learn the forecast's defaults anew; --check only compares
#
# The same trace gives the same scheduler/forecast/defaults.inc, bit for bit. So a difference means
# that the forecast or its trainer was changed and the defaults were not made again.
source dev.d/lib/setup.sh

defaults=scheduler/forecast/defaults.inc
trace=tests/data/azure2019/invocations.csv.gz
made=build/defaults.inc

learn() { gzip -dc "$trace" | build/release/bin/samovar_train_forecast >"$made"; }

[[ $# == 0 || $* == --check ]] || die "./dev train-forecast takes --check, or nothing."
need_to_build release
build_preset release samovar_train_forecast
step "learning from $trace" learn
if cmp -s "$made" "$defaults"; then
    echo "$defaults is what the trace teaches" >&2
elif [[ ${1:-} == --check ]]; then
    die "$defaults is not what the trace teaches: run ./dev train-forecast, and judge the change" \
        "with ./dev bench forecast."
else
    cp "$made" "$defaults"
    echo "$defaults is new" >&2
fi
