# What every ./dev command starts from: strict mode, the root of the checkout, steps.
# shellcheck shell=bash
set -euo pipefail

# Compilers and tests at once.
jobs=${SAMOVAR_JOBS:-$(nproc)}

# seconds_since START: the time since START, a value of $EPOCHREALTIME, as "12.3 s".
seconds_since() {
    local tenths=$(((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}) / 100000))
    printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# die LINE...: says why on standard error and ends the command.
die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# step NAME COMMAND...: runs COMMAND and says NAME and how long it took in one line on standard
# error. Its output goes to build/log/ and is shown where it failed. COMMAND runs inside a condition:
# a function given here must chain its commands with &&, for bash ignores `set -e` there.
step() {
    local name=$1 start=$EPOCHREALTIME
    local log="build/log/${name//[^a-zA-Z0-9]/-}.log"
    shift
    if ! { mkdir -p build/log && [[ -w build/log ]]; }; then
        die "Cannot write to $PWD/build: is the checkout yours?"
    fi
    printf '%s ... ' "$name" >&2
    if "$@" >"$log" 2>&1 </dev/null; then
        printf '%s\n' "$(seconds_since "$start")" >&2
        return 0
    fi
    printf 'failed after %s\n' "$(seconds_since "$start")" >&2
    tail -n 80 "$log" | sed 's/^/    /' >&2
    printf 'All of its output: %s\n' "$log" >&2
    return 1
}
