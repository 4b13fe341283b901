#!/usr/bin/env bash
# ./dev build [PRESET]    build release (or core, asan, tsan, fuzz) in build/PRESET/
source dev.d/lib/setup.sh

preset=${1:-release}
presets=$(sed -n 's/.*"configurePreset": "\([a-z]*\)".*/\1/p' CMakePresets.json | sort -u | xargs)
[[ " $presets " == *" $preset "* ]] || die "There is no preset \"$preset\". There are: $presets."
need_to_build "$preset"
build_preset "$preset"
