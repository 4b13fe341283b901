# The Debian packages, and the only step that needs root.
# shellcheck shell=bash

# To build and run everything.
build_packages=(
    g++ cmake ninja-build ccache pkg-config git
    libboost1.81-dev libcereal-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libcli11-dev
    nlohmann-json3-dev libsystemd-dev libturbojpeg0-dev libjpeg62-turbo-dev libpng-dev
    libminizip-dev zlib1g-dev libxxhash-dev libgtest-dev libgmock-dev libbenchmark-dev
    libhowardhinnant-date-dev libicu-dev tzdata python3-venv python3-dev scdoc
)

# For sanitizers, fuzzers and lint on top. llvm-16 makes the sanitizers' stacks readable. The tests of
# the service boot systemd in namespaces.
check_packages=(
    clang-16 libclang-rt-16-dev llvm-16 lld-16 clang-format-16 clang-tidy-16 shellcheck
    systemd util-linux
)

# For ./dev package on top.
# shellcheck disable=SC2034  # of package.sh
package_packages=(debhelper patchelf lintian)

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
    # shellcheck disable=SC2016  # dpkg-query fills these in, not the shell
    comm -23 <(printf '%s\n' "$@" | sort) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
            sed -n 's/^installed //p' | sort)
}

# need_packages NAME...: installs what is missing; without root or sudo says what to run, and ends.
need_packages() {
    local missing install as_root=()
    [[ -z ${SAMOVAR_SKIP_PACKAGES:-} ]] || return 0
    command -v dpkg-query >/dev/null || die \
        "This set-up installs Debian packages, and this is no Debian. Install the counterparts of" \
        "    $*" \
        "and run ./dev again with SAMOVAR_SKIP_PACKAGES=1."
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0

    install="apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}"
    if ((EUID != 0)); then
        # Without a terminal nobody could type a password.
        if ! sudo -n true 2>/dev/null && ! { [[ -t 0 ]] && command -v sudo >/dev/null; }; then
            die "Debian packages are missing, and installing them needs root. Run this once as root:" \
                "    $install"
        fi
        as_root=(sudo)
    fi
    printf 'Debian packages to install: %s\n' "${missing[*]}" >&2
    step "installing ${#missing[@]} Debian packages" \
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c "$install"
}
