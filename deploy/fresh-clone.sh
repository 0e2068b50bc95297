#!/usr/bin/env bash
# fresh-clone.sh [TARGET...]: what a newcomer sees. Clones HEAD, then runs each target (default: demo test) with an empty
# home, an empty cache, and a PATH of nothing but make, a shell, coreutils, git, tar, gzip and Python: no Go, no compiler.
# PYTHON=/path/to/python chooses the Python; KEEP=1 leaves the folder for a look.
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)
python=$("${PYTHON:-python3}" -c 'import sys; print(sys.executable)')
place=$(mktemp -d)
[ -n "${KEEP:-}" ] || trap 'rm -rf "$place"' EXIT

mkdir "$place/bin" "$place/home"
# The names are those of GNU coreutils, plus what the first paragraph lists.
tools="arch b2sum base32 base64 basename cat chgrp chmod chown cksum comm cp cut date dd df dir dirname du echo env expand
  expr factor false fmt fold groups head id install join link ln logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl
  nohup nproc numfmt od paste pathchk pr printenv printf pwd readlink realpath rm rmdir seq sha1sum sha256sum sha512sum
  shred shuf sleep sort split stat stdbuf stty sum sync tac tail tee test timeout touch tr true truncate tsort tty uname
  unexpand uniq unlink users wc who whoami yes make sh bash git tar gzip"
for tool in $tools; do
    if found=$(command -v "$tool") && [ -x "$found" ]; then
        ln -s "$found" "$place/bin/$tool"
    elif [ -x "/usr/bin/$tool" ]; then # the shell's own echo, printf, test ...
        ln -s "/usr/bin/$tool" "$place/bin/$tool"
    fi
done
# Not a link: Python finds its library by the path it was started from.
printf '#!/bin/sh\nexec "%s" "$@"\n' "$python" >"$place/bin/python3"
chmod +x "$place/bin/python3"

git clone --quiet "$checkout" "$place/interline"
cd "$place/interline"
for target in "${@:-demo test}"; do
    for one in $target; do
        echo "== make $one"
        begun=$SECONDS
        env -i PATH="$place/bin" HOME="$place/home" make "$one"
        echo "== make $one took $((SECONDS - begun)) s"
    done
done
