#!/bin/sh
# Have a Chromium for the pictures of the Temporal UI: the one on PATH, else Debian's package when this is root.
set -eu

if command -v chromium >/dev/null; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "chromium is not on PATH. On Debian or Ubuntu: sudo apt-get install chromium" >&2
    exit 1
fi
echo "installing Debian's chromium"
apt-get update --quiet=2
DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends chromium >/dev/null
