#!/usr/bin/env bash
# ./dev test [PATTERN]    set up, build and run every test; with PATTERN those of release that match
source dev.d/lib/setup.sh

passed=0
failed=0

# count PART START PASSED FAILED [RERUN]: adds to the total and prints the part's line.
count() {
    passed=$((passed + $3))
    failed=$((failed + $4))
    printf '%s: %s passed, %s failed (%s)\n' "$1" "$3" "$4" "$(seconds_since "$2")"
    (($4 == 0)) || printf '    again: %s\n' "$5"
}

# part_failed PART START WHY RERUN: a part that did not get as far as its tests counts as one failure.
part_failed() {
    printf '%s: %s\n' "$1" "$3" >&2
    count "$1" "$2" 0 1 "$4"
}

# count_junit PART START FILE RERUN: counts a JUnit file; an empty or missing one is a failure.
# In RERUN, {} stands for the names of the failed tests as one regular expression.
count_junit() {
    local tally good bad names
    mapfile -t tally < <("$python" dev.d/tally.py "$3")
    read -r good bad <<<"${tally[0]}"
    if ((good + bad == 0)); then
        part_failed "$1" "$2" "no test ran" "${4%' -R {}'}"
        return
    fi
    names=$(printf '%s\n' "${tally[@]:1}" | sed 's/[^a-zA-Z0-9_-]/./g' | paste -sd '|')
    count "$1" "$2" "$good" "$bad" "${4//'{}'/"'$names'"}"
}

# test_preset PRESET [CTEST OPTION...]: builds a preset and runs what ctest finds there.
test_preset() {
    local preset=$1 start results=$PWD/build/test/$1.xml
    shift
    if ! build_preset "$preset"; then
        part_failed "$preset" "$EPOCHREALTIME" "did not build" "./dev build $preset"
        return
    fi
    start=$EPOCHREALTIME
    rm -f "$results"
    without_random_addresses "$preset" ctest --test-dir "build/$preset" -j "$jobs" --timeout 300 \
        --label-exclude gpu --output-junit "$results" "$@" >"build/test/$preset.log" 2>&1 </dev/null || true
    count_junit "$preset" "$start" "$results" \
        "ctest --test-dir build/$preset --output-on-failure -R {}"
}

# replay_fuzz_corpora: each fuzz target over the inputs in tests/fuzz/corpus/TARGET/, once.
replay_fuzz_corpora() {
    local start=$EPOCHREALTIME target corpus log good=0 bad=()
    if ! build_preset fuzz fuzzers; then
        part_failed fuzz "$start" "did not build" "./dev build fuzz"
        return
    fi
    start=$EPOCHREALTIME
    for target in build/fuzz/bin/fuzz_*; do
        corpus=tests/fuzz/corpus/${target##*/}
        log=build/test/${target##*/}.log
        if [[ -d $corpus ]] &&
            "$target" -runs=0 -timeout=20 -artifact_prefix="$log." "$corpus" >"$log" 2>&1 </dev/null; then
            good=$((good + 1))
            continue
        fi
        bad+=("$target -runs=0 $corpus;")
        if [[ -d $corpus ]]; then tail -n 60 "$log"; else echo "$target: no folder $corpus"; fi >&2
    done
    count fuzz "$start" "$good" "${#bad[@]}" "${bad[*]}"
}

# test_core: that everything but the worker builds without LibTorch, and as one, which is quick.
test_core() {
    local start=$EPOCHREALTIME
    if build_preset core; then
        count core "$start" 1 0
    else
        part_failed core "$start" "did not build" "./dev build core"
    fi
}

# test_python PART FOLDER: the Python tests in a folder, with the environment that ./dev keeps.
test_python() {
    local start=$EPOCHREALTIME results=build/test/$1.xml
    rm -f "$results"
    PYTHONPATH=client/python .venv/bin/python dev.d/run_unittests.py "$2" "$results" \
        >"build/test/$1.log" 2>&1 </dev/null || true
    count_junit "$1" "$start" "$results" \
        "PYTHONPATH=client/python .venv/bin/python -m unittest discover -s $2 -v"
}

need_packages "${build_packages[@]}" "${check_packages[@]}"
need_venv
need_downloads
need_bench_venv
mkdir -p build/test
{ need_selfie && need_test_models; } ||
    part_failed models "$EPOCHREALTIME" "could not be exported" "./dev test"
if (($#)); then
    test_preset release --tests-regex "$1"
else
    test_preset release
    test_python dev dev.d/tests
    test_python python client/python/tests
    test_core
    test_preset asan
    test_preset tsan
    replay_fuzz_corpora
fi
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
