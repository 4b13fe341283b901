# The model folders that the demo, the tests and the benchmarks run, in build/models/.
# shellcheck shell=bash

models=build/models

# models_key: changes when the export, the test networks, the pins or this machine's vector
# instructions do, for compiled code fits one instruction set.
models_key() {
    {
        find client/python/samovar tests/support -name '*.py' -print0 | sort -z | xargs -0 cat
        cat "$requirements" client/python/requirements-data.txt
        grep -m 1 '^flags' /proc/cpuinfo
    } | sha256sum
}

# make_models NAME COMMAND...: a step, unless an earlier run made the models NAME of these sources.
make_models() {
    local stamp=$models/.$1 key
    key=$(models_key)
    [[ $(cat "$stamp" 2>/dev/null) != "$key" ]] || return 0
    mkdir -p $models
    step "exporting $1" "${@:2}" && printf '%s\n' "$key" >"$stamp"
}

# export_selfie NAME OPTION...: the real segmentation network, from the downloaded weights.
export_selfie() {
    PYTHONPATH=client/python .venv/bin/python -m samovar.export --recipe selfie \
        --wheel build/downloads/mediapipe-*.whl -o "$models/$1" --force "${@:2}"
}

# need_selfie: selfie (.pt2, its weights apart) and selfie-pt (TorchScript).
need_selfie() {
    make_models selfie export_selfie selfie --format pt2 &&
        make_models selfie-pt export_selfie selfie-pt --format pt
}

# need_test_models: the networks of tests/support/networks.py.
need_test_models() {
    make_models test-models .venv/bin/python tests/support/models.py "$models" all
}
