#!/bin/sh
# Have a command that we do not install ourselves: the one on PATH, else Debian's package when this is root.
# usage: debian.sh COMMAND PACKAGE
set -eu

command=$1 package=$2
if command -v "$command" >/dev/null; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "$command is not on PATH. On Debian or Ubuntu: sudo apt-get install $package" >&2
    exit 1
fi
echo "installing Debian's $package"
apt-get update --quiet=2
DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "$package" >/dev/null
