#!/usr/bin/env bash
# install.sh PACKAGE…: sees to it that these Debian packages are there, as root or through sudo, or says what to install.
set -euo pipefail
missing=()
for package in "$@"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" -eq 0 ]; then root=(); elif command -v sudo >/dev/null; then root=(sudo); else
  echo "error: install these packages first: ${missing[*]}" >&2
  exit 1
fi
echo "installing ${missing[*]}"
install() { DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1; }
install || { "${root[@]}" apt-get update >/dev/null && install; } || { echo "error: could not install ${missing[*]}" >&2; exit 1; }
