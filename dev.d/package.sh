#!/usr/bin/env bash
# ./dev package           build the Debian packages into build/packages/, and check them
#
# With the compiler's flags of Debian, so everything is compiled. SAMOVAR_FLAGS=own takes those of ./dev
# build, which ccache knows. lintian reads what comes of it; as root, it is installed on a copy of this
# machine that nothing else sees, used, installed again and removed (tests/package/check.sh).
source dev.d/lib/setup.sh

check_install() {
    local torch=("$(readlink -f .venv)"/lib/python3*/site-packages/torch)
    tests/package/check.sh build/packages "${torch[0]}" build/models/tiny
}

need_packages "${build_packages[@]}" "${package_packages[@]}"
need_venv
need_downloads
need_test_models
rm -rf build/packages
mkdir -p build/packages
export DEB_RULES_REQUIRES_ROOT=no
# debhelper gives its programs another home.
CCACHE_DIR=$(ccache --get-config cache_dir)
export CCACHE_DIR
if [[ ${SAMOVAR_FLAGS:-} == own ]]; then
    export DEB_CXXFLAGS_SET="" DEB_CPPFLAGS_SET="" DEB_LDFLAGS_SET=""
fi
step "building packages" debian/rules clean binary
mkdir -p build/packages/debug
mv build/packages/*-dbgsym_*.deb build/packages/debug/
step "checking with lintian" lintian --allow-root --fail-on error,warning build/packages/*.deb
if ((EUID == 0)); then
    step "installing and removing them" check_install
else
    echo "They were not installed to try them, which takes root: sudo ./dev package"
fi
ls build/packages/*.deb
