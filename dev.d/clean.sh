#!/usr/bin/env bash
# ./dev clean             remove build/; the cache stays
source dev.d/lib/setup.sh

rm -rf build
printf 'Removed build/. The Python environment and the downloads stay in %s; deleting it is safe.\n' "$cache"
