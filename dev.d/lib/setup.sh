# Everything a ./dev command may need. Read from the root of the checkout.
# shellcheck shell=bash source-path=SCRIPTDIR
source dev.d/lib/steps.sh
source dev.d/lib/packages.sh
source dev.d/lib/python.sh
source dev.d/lib/presets.sh
source dev.d/lib/models.sh

# need_to_build PRESET: the packages and the environment that building PRESET takes.
need_to_build() {
    if [[ $1 == release ]]; then
        need_packages "${build_packages[@]}"
        need_venv
    else
        need_packages "${build_packages[@]}" "${check_packages[@]}"
    fi
}
