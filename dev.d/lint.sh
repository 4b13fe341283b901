#!/usr/bin/env bash
# ./dev lint [--fix]      check formats, includes, scripts, Python, clang-tidy; --fix formats first
source dev.d/lib/setup.sh

# tracked PATTERN...: the files of the project that match, new ones included, NUL-separated.
tracked() {
    local file
    git -c 'safe.directory=*' ls-files -z --cached --others --exclude-standard --deduplicate -- "$@" |
        while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done
}

check_format() {
    local bad
    bad=$(tracked '*.cpp' '*.hpp' '*.h' | xargs -0 -r clang-format-16 --dry-run 2>&1 |
        sed -n 's/^\(.*\):[0-9]*:[0-9]*: warning: .*/\1/p' | sort -u)
    [[ -z $bad ]] && return
    printf 'Not formatted (mend with ./dev lint --fix):\n%s\n' "$bad"
    return 1
}
format() { tracked '*.cpp' '*.hpp' '*.h' | xargs -0 -r clang-format-16 -i; }
check_shell() {
    tracked dev .ci/run 'dev.d/*.sh' 'tests/*.sh' ':!dev.d/lib' | xargs -0 -r shellcheck -x -a
}
check_python() {
    tracked '*.py' | xargs -0 -r .venv/bin/ruff check --cache-dir build/ruff --target-version py311 \
        --line-length 120 --select E,F,W,B --ignore B905 "$@"
}
# The precompiled headers are all that it needs built: the commands it reads name them.
check_tidy() {
    ninja -C build/analysis -t targets all | sed -n 's/\(.*[.]pch\): .*/\1/p' |
        xargs -r ninja -C build/analysis -j "$jobs" >/dev/null &&
        "$python" dev.d/tidy.py build/analysis "$jobs"
}

need_packages "${build_packages[@]}" "${check_packages[@]}"
need_venv

if [[ ${1:-} == --fix ]]; then
    step "formatting" format
    step "mending Python" check_python --fix
fi

failed=0
step "checking the tree" "$python" dev.d/check_tree.py || failed=$((failed + 1))
step "checking formats" check_format || failed=$((failed + 1))
step "checking shell scripts" check_shell || failed=$((failed + 1))
step "checking Python" check_python || failed=$((failed + 1))
# Of clang's own, one file at a time, and without LibTorch, whose headers take clang-tidy minutes.
{ configure_preset analysis && step "checking with clang-tidy" check_tidy; } || failed=$((failed + 1))

printf 'lint: %d of 5 checks failed\n' "$failed"
((failed == 0))
