#!/usr/bin/env bash
# Packs the images that the cluster itself needs: pause (holds a pod's namespaces) and busybox (for trials).
source "$(dirname "${BASH_SOURCE[0]}")/../cluster/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/archive.sh"

IMAGES=$CACHE_DIR/images
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

pack_pause() {
  local root=$work/pause
  mkdir -p "$root"
  gcc -Os -static -Wall -Werror -o "$root/pause" "$here/pause.c"
  strip "$root/pause"
  pack playbook-pause:dev "$root" '{"User": "65535:65535", "Entrypoint": ["/pause"]}' "$IMAGES/playbook-pause.tar"
}

pack_busybox() {
  local root=$work/busybox tool
  new_root "$root"
  cp /bin/busybox "$root/bin/busybox"
  for tool in $(/bin/busybox --list); do [ "$tool" = busybox ] || ln -s busybox "$root/bin/$tool"; done
  pack playbook-busybox:dev "$root" '{"User": "65532:65532", "Cmd": ["sh"], "Env": ["PATH=/bin"]}' "$IMAGES/playbook-busybox.tar"
}

if [ -e "$IMAGES/playbook-pause.tar" ] && [ -e "$IMAGES/playbook-busybox.tar" ] && [ "$IMAGES/playbook-pause.tar" -nt "$here/pause.c" ]; then
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pack_pause
pack_busybox
give_back
