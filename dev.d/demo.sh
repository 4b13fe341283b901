#!/usr/bin/env bash
# ./dev demo              set everything up and cut a person out of a photograph
source dev.d/lib/setup.sh

need_to_build release
need_downloads
build_preset release
need_selfie
exec .venv/bin/python dev.d/demo.py build/release/bin "$models" build/downloads/astronaut.png build/demo
