#!/usr/bin/env bash
# ./dev fuzz [SECONDS]    run each fuzz target for SECONDS (60), from a copy of its corpus
source dev.d/lib/setup.sh

seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "SECONDS is a whole number above 0, not \"$seconds\"."
need_to_build fuzz
build_preset fuzz fuzzers

found=0
for target in build/fuzz/bin/fuzz_*; do
    name=${target##*/}
    work=build/fuzz/run/$name
    [[ -d tests/fuzz/corpus/$name ]] || die "$target has no corpus: make tests/fuzz/corpus/$name."
    rm -rf "$work"
    mkdir -p "$work/corpus" "$work/found"
    cp -r "tests/fuzz/corpus/$name/." "$work/corpus/"
    if ! step "fuzzing with $name" "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$work/found/" "$work/corpus"; then
        found=$((found + 1))
        printf 'Reproduce with: %s %s\n' "$target" "$(find "$work/found" -type f | head -n 1)" >&2
    fi
done
printf '%d of the fuzz targets found a fault.\n' "$found"
((found == 0))
