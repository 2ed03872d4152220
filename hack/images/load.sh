#!/usr/bin/env bash
# Gives the packed images to the running cluster: all of them, or those named as arguments (without tag).
source "$(dirname "${BASH_SOURCE[0]}")/../cluster/lib.sh"

IMAGES=$CACHE_DIR/images

load_into_existing() {
  local file
  for file in "$@"; do
    if command -v kind >/dev/null && [ -n "$(kind get clusters 2>/dev/null)" ]; then
      kind load image-archive "$file"
    elif command -v k3d >/dev/null && [ -n "$(k3d cluster list --no-headers 2>/dev/null)" ]; then
      k3d image import "$file"
    else
      say "put $file where the cluster's nodes can pull it"
    fi
  done
}

files=()
if [ $# -eq 0 ]; then files=("$IMAGES"/*.tar); else for name in "$@"; do files+=("$IMAGES/$name.tar"); done; fi
if [ -e "$CLUSTER_DIR/existing" ]; then
  load_into_existing "${files[@]}"
  exit 0
fi
if [ ! -S "$CONTAINERD_SOCKET" ]; then
  say "no cluster is up: the images in $IMAGES are loaded by its next start"
  exit 0
fi
become_root "$@"
for file in "${files[@]}"; do
  ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io images import "$file" >>"$LOG_DIR/images.log" 2>&1 \
    || fail "containerd refused $file (see $LOG_DIR/images.log)"
done
say "loaded ${#files[@]} images"
