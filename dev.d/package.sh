#!/usr/bin/env bash
# ./dev package           build the Debian packages, into build/packages/
#
# With the compiler's flags of Debian, so everything is compiled; the checks of ./dev test take those of
# its own build (SAMOVAR_FLAGS=own), which ccache has.
source dev.d/lib/setup.sh

need_packages "${build_packages[@]}" "${package_packages[@]}"
need_venv
rm -rf build/packages
mkdir -p build/packages
export DEB_RULES_REQUIRES_ROOT=no
if [[ ${SAMOVAR_FLAGS:-} == own ]]; then
    export DEB_CXXFLAGS_SET="" DEB_CPPFLAGS_SET="" DEB_LDFLAGS_SET=""
fi
step "building packages" debian/rules clean binary
ls build/packages
