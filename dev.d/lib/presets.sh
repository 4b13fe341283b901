# Configuring and building the presets of CMakePresets.json.
# shellcheck shell=bash

# Readable stacks from the sanitizers.
symbolizer=/usr/lib/llvm-16/bin/llvm-symbolizer
export ASAN_SYMBOLIZER_PATH=$symbolizer
export ASAN_OPTIONS=print_legend=0
export TSAN_OPTIONS="external_symbolizer_path=$symbolizer"
export UBSAN_OPTIONS=print_stacktrace=1

# Another checkout of the same sources compiles the same: its path is no part of the question.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
# What is compiled with a precompiled header is kept, too.
export CCACHE_SLOPPINESS=pch_defines,time_macros

# configuration_of PRESET: a hash of what a configured build folder depends on and ninja cannot see.
configuration_of() {
    { cat CMakePresets.json; readlink .venv; printf '%s' "$1 ${SAMOVAR_WERROR:-} ${SAMOVAR_UNITY:-}"; } | sha256sum
}

# configure_preset PRESET: makes build/PRESET, or makes it anew where its preset or LibTorch changed.
# ninja itself configures again after a change to a CMakeLists.txt.
configure_preset() {
    local dir=build/$1 configuration
    configuration=$(configuration_of "$1")
    if [[ ! -e $dir/build.ninja || $(cat "$dir/.configured" 2>/dev/null) != "$configuration" ]]; then
        SAMOVAR_WERROR=${SAMOVAR_WERROR:-OFF} SAMOVAR_UNITY=${SAMOVAR_UNITY:-OFF} \
            step "configuring $1" cmake --preset "$1" || return
        printf '%s\n' "$configuration" >"$dir/.configured"
    fi
}

# build_preset PRESET [TARGET...]: configures and builds; silent where there is nothing to do.
build_preset() {
    local preset=$1 dir=build/$1
    shift
    configure_preset "$preset" || return
    [[ $(ninja -C "$dir" -n "$@") != *"no work to do"* ]] || return 0
    step "building $preset" without_random_addresses "$preset" ninja -C "$dir" -j "$jobs" "$@"
}

# without_random_addresses PRESET COMMAND...: ThreadSanitizer of clang 16 cannot start where the
# kernel spreads addresses over more than 28 bits; its programs run in the build, too.
without_random_addresses() {
    local preset=$1
    shift
    if [[ $preset == tsan ]] && (($(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28) > 28)); then
        setarch --addr-no-randomize "$@"
    else
        "$@"
    fi
}
