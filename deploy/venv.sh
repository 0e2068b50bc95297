#!/bin/sh
# venv.sh FOLDER: a fresh virtual environment with pip, from the first Python 3.11 or newer found on PATH.
set -eu

folder=$1
newest_first="python3.14 python3.13 python3.12 python3.11 python3"

# Debian splits ensurepip off into python3-venv; a system pip can fill an environment from outside instead.
whole='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
split='import sys, venv, pip; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for name in $newest_first; do
        if "$name" -c "$1" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    return 1
}

rm -rf "$folder"
if python=$(find_python "$whole"); then
    echo "making $folder with $("$python" --version)"
    "$python" -m venv "$folder"
elif python=$(find_python "$split"); then
    echo "making $folder with $("$python" --version), which has no ensurepip: pip comes from the package index"
    "$python" -m venv --without-pip "$folder"
    "$python" -m pip --python "$folder/bin/python" --disable-pip-version-check --quiet install pip
else
    echo "No Python 3.11 or newer with venv and pip on PATH. On Debian or Ubuntu: apt-get install python3-venv" >&2
    exit 1
fi
