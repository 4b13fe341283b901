# The Python environment and the downloads. Both lie in a cache folder that all checkouts share,
# under names that hold the hash of what was asked for; deleting the folder is safe.
# shellcheck shell=bash

[[ -n ${XDG_CACHE_HOME:-}${HOME:-} ]] || die "Set HOME or XDG_CACHE_HOME: one says where the cache goes."
cache="${XDG_CACHE_HOME:-${HOME:-}/.cache}/samovar"
# Debian's own: the pins are wheels for CPython 3.11, and a version manager's shim may be any other.
python=${SAMOVAR_PYTHON:-/usr/bin/python3}
requirements=client/python/requirements.txt
# Pip's own cache would keep the gigabytes a second time.
pip_options=(
    --no-input --no-cache-dir --progress-bar off --disable-pip-version-check
    --only-binary :all: --require-hashes
)

# key_of FILE...: a name for what the files ask for.
key_of() { cat "$@" | sha256sum | cut -c 1-12; }

# once DIR COMMAND...: runs COMMAND, which fills DIR, unless an earlier run has finished it.
# Two checkouts do not meet in it, and what an interrupted run left is thrown away.
once() {
    local dir=$1 lock status=0
    shift
    mkdir -p "$cache" && exec {lock}>"$dir.lock" && flock "$lock" || return
    if [[ ! -e $dir/.complete ]]; then
        rm -rf "$dir" && mkdir "$dir" && "$@" "$dir" && touch "$dir/.complete" || status=$?
    fi
    exec {lock}>&-
    return "$status"
}

# install_venv REQUIREMENTS BELOW DIR: a virtual environment that also sees the packages of the
# environment BELOW, where that is not empty.
install_venv() {
    local file=$1 below=$2 dir=$3 packages=lib/python3.11/site-packages
    "$python" -m venv "$dir" && mkdir "$dir/tmp" || return
    [[ -z $below ]] || printf '%s\n' "$below/$packages" >"$dir/$packages/below.pth"
    # Gigabytes of wheels: not in /tmp, which may be memory.
    TMPDIR="$dir/tmp" "$dir/bin/python" -m pip install "${pip_options[@]}" -r "$file" &&
        rm -rf "$dir/tmp"
}

# download_wheels DIR: fetches the wheels that only hold data, by hash, and takes the photograph out.
download_wheels() {
    .venv/bin/python -m pip download "${pip_options[@]}" --no-deps --dest "$1" \
        -r client/python/requirements-data.txt &&
        "$python" -m zipfile -e "$1"/scikit_image-*.whl "$1/scikit-image" &&
        mv "$1/scikit-image/skimage/data/astronaut.png" "$1/" &&
        rm -rf "$1/scikit-image"
}

# link_to TARGET LINK: makes LINK point to TARGET, at once.
link_to() {
    [[ $(readlink "$2") != "$1" ]] || return 0
    [[ -L $2 || ! -e $2 ]] || die "$2 is in the way: ./dev keeps a link of that name. Move it away."
    ln -s "$1" "$2.new.$$" && mv -T "$2.new.$$" "$2"
}

# need_venv: .venv, with LibTorch and what the export and the tests use.
need_venv() {
    local version dir
    version=$("$python" -c 'import platform; print(platform.machine(), platform.python_version())')
    [[ $version == "x86_64 3.11."* ]] || die \
        "The pinned wheels are for x86_64 and Python 3.11; $python here is: $version." \
        "Another interpreter can be named: SAMOVAR_PYTHON=/path/to/python3.11 ./dev ..."
    dir="$cache/venv-$(key_of "$requirements")"
    [[ -e $dir/.complete ]] ||
        step "installing PyTorch in $dir" once "$dir" install_venv "$requirements" ""
    link_to "$dir" .venv
}

# need_bench_venv: build/venv-bench, .venv with the peers that a bench measures beside us.
need_bench_venv() {
    local file=client/python/requirements-bench.txt dir below
    below=$(readlink .venv)
    dir="$cache/venv-bench-$(key_of "$requirements" "$file")"
    [[ -e $dir/.complete ]] ||
        step "installing the peers in $dir" once "$dir" install_venv "$file" "$below"
    mkdir -p build
    link_to "$dir" build/venv-bench
}

# need_text_venv: build/venv-text, with transformers, the reference for texts.
need_text_venv() {
    local file=client/python/requirements-tokenizers.txt dir
    dir="$cache/venv-text-$(key_of "$file")"
    [[ -e $dir/.complete ]] ||
        step "installing the reference in $dir" once "$dir" install_venv "$file" ""
    mkdir -p build
    link_to "$dir" build/venv-text
}

# need_downloads: build/downloads, with the wheels of the real models and astronaut.png.
need_downloads() {
    local dir
    dir="$cache/downloads-$(key_of client/python/requirements-data.txt)"
    [[ -e $dir/.complete ]] || step "downloading to $dir" once "$dir" download_wheels
    mkdir -p build
    link_to "$dir" build/downloads
}
