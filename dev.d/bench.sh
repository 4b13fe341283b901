#!/usr/bin/env bash
# ./dev bench [NAME]      measure; without NAME list what can be measured
#
# A benchmark is tests/bench/NAME.py. The first line of its docstring is its description, and a line
# "Needs: models, peers" in it names what it takes beside the build: the folders in build/models, the
# environment with the peers (build/venv-bench), the sentence model (build/models/minilm). It prints
# its table to standard error and one line of JSON to standard output. SAMOVAR_BUILD is the folder
# with bin/.
source dev.d/lib/setup.sh

shopt -s nullglob
if (($# == 0)); then
    for file in tests/bench/*.py; do
        description=$(sed -n '1,5s/^"""\(.*\)/\1/p' "$file" | head -n 1)
        name=$(basename "$file" .py)
        printf '%-18s %s\n' "${name//_/-}" "${description%\"\"\"}"
    done
    exit
fi

file=tests/bench/${1//-/_}.py
[[ -e $file ]] || die "There is no benchmark \"$1\". ./dev bench lists them."
need_to_build release
build_preset release
needs=$(sed -n 's/^Needs: //p' "$file" | head -n 1)
if [[ $needs == *models* ]]; then
    need_downloads
    need_selfie
    need_test_models
fi
[[ $needs != *peers* ]] || need_bench_venv
[[ $needs != *minilm* || $* == *--quick* ]] || ./dev export-text minilm
export SAMOVAR_BUILD=$PWD/build/release PYTHONPATH=client/python
exec .venv/bin/python "$file" "${@:2}"
