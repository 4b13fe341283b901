#!/usr/bin/env bash
# ./dev gpu [--carry]     the tests and benchmarks that need an NVIDIA GPU; without one build them
#
# With --carry they are packed into build/gpu, for a machine that has a GPU and PyTorch 2.11 but none
# of the rest: there, dev.d/gpu.sh --carried runs them with its python3, or $SAMOVAR_PYTHON, and the
# LibTorch of that, or the one in $SAMOVAR_TORCH.
source dev.d/lib/setup.sh

benches=(overhead throughput)
# Networks of tests/support/networks.py, as NAME=CLASS. Compiling for a GPU needs the GPU.
compiled=(signature=Signature invert=Invert tiny=Tiny)
carry=build/gpu
# What the machine with the GPU has of its own.
of_the_system='linux-vdso|ld-linux|libc[.]|libm[.]|libpthread|libdl|librt|libstdc|libgcc_s'
of_torch='libtorch|libc10|libcudart|libgomp|libcup|libnv|libshm'

# export_for_gpu PYTHON MODELS: compiles for the GPU of this machine what can be compiled here.
export_for_gpu() {
    local python=$1 to=$2 each
    export PYTHONPATH=client/python:tests/support
    for each in "${compiled[@]}"; do
        "$python" -m samovar.export "networks:${each#*=}" -o "$to/${each%=*}-cuda" --format pt2 \
            --device cuda --force || return
    done
    # The demo's network comes out of a wheel that a carried run does not have.
    if compgen -G 'build/downloads/mediapipe-*.whl' >/dev/null; then
        "$python" -m samovar.export --recipe selfie --wheel build/downloads/mediapipe-*.whl \
            -o "$to/selfie-cuda" --format pt2 --device cuda --force
    fi
}

# measure PYTHON: what runs on the GPU, once all is built and exported.
measure() {
    local failed=0
    "$1" -m unittest discover -v -s tests/gpu || failed=1
    for bench in "${benches[@]}"; do
        SAMOVAR_DEVICE=cuda "$1" "tests/bench/$bench.py" || failed=1
    done
    return $failed
}

# pack: programs without debug symbols, the libraries that only Debian's packages bring, models.
pack() {
    local program library
    rm -rf "$carry" && mkdir -p "$carry"/{bin,tests/bench,lib,models} || return
    for program in build/release/bin/* build/release/tests/bench/bench_*; do
        [[ -f $program ]] || continue
        strip -o "$carry/${program#build/release/}" "$program" || return
        while read -r library; do cp -nL "$library" "$carry/lib/"; done < <(ldd "$program" |
            sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | grep -vE "/($of_the_system|$of_torch)")
    done
    cp -r $models/{signature,invert,tiny,selfie-pt} "$carry/models/" || return
    du -sh "$carry"
}

# run_carried: on the machine with the GPU, from the root of this tree with build/gpu in it.
run_carried() {
    local python=${SAMOVAR_PYTHON:-python3} torch
    torch=${SAMOVAR_TORCH:-$("$python" -c 'import torch; print(torch.__path__[0])')}
    export SAMOVAR_BUILD=$PWD/$carry SAMOVAR_TEST_MODELS=$PWD/$carry/models
    export_for_gpu "$python" "$carry/models"
    # After the export: a compiler started by it is to have its own libraries.
    LD_LIBRARY_PATH=$PWD/$carry/lib:$torch/lib:$(printf '%s:' "$torch"/../nvidia/*/lib)
    export LD_LIBRARY_PATH
    measure "$python"
}

gpu_is_here() { compgen -G '/dev/nvidia[0-9]*' >/dev/null; }

if [[ ${1:-} == --carried ]]; then
    gpu_is_here || die "There is no NVIDIA GPU here: no /dev/nvidia0."
    run_carried
    exit
fi

need_to_build release
need_downloads
build_preset release
need_selfie
need_test_models

if [[ ${1:-} == --carry ]]; then
    step "packing $carry" pack
    printf 'Packed in %s, %s. On a machine with a GPU and PyTorch, in a copy of this tree: %s\n' \
        "$carry" "$(du -sh "$carry" | cut -f 1)" "dev.d/gpu.sh --carried"
    exit
fi
if ! gpu_is_here; then
    printf 'Built in build/release:'
    for program in bin/samovar-worker-cuda tests/bench/bench_{throughput,copies}_cuda; do
        [[ -e build/release/$program ]] || die "" "$program was not built: CMake found no CUDA." \
            "It is in the wheel; see build/log/configuring-release.log."
        printf ' %s' "${program##*/}"
    done
    printf '.\nNot run, for there is no NVIDIA GPU here:\n'
    printf '    exports for it        %s selfie\n' "${compiled[*]%=*}"
    printf '    tests/gpu             %s tests\n' "$(grep -c 'def test_' tests/gpu/test_gpu.py)"
    printf '    benchmarks on cuda    %s\n' "${benches[*]}"
    exit
fi

step "exporting for this GPU" export_for_gpu .venv/bin/python $models
export SAMOVAR_BUILD=$PWD/build/release
measure .venv/bin/python
