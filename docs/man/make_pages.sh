#!/bin/sh
# make_pages.sh SCDOC FOLDER: has SCDOC make a page of each .scd in FOLDER.
set -eu
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}"
for page in "$2"/*.scd; do
    "$1" <"$page" >"${page%.scd}"
done
