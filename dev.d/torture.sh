#!/usr/bin/env bash
# ./dev torture [NAME] [OPTIONS]   kill and count (docs/reliability.md); without NAME list campaigns
#
# OPTIONS: --for DURATION or --count N, --seed N, --plant FAULT, --slack FACTOR.
source dev.d/lib/setup.sh

need_to_build release
build_preset release
need_test_models
(($#)) || set -- --list
exec build/release/tests/samovar-torture "$@"
