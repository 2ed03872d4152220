# Packs a folder as a container image without any container engine. Sourced, never run.
# shellcheck shell=bash

# pack NAME ROOT SETTINGS FILE: writes a docker-archive of one layer. NAME is repository:tag, SETTINGS the image
# configuration as JSON (User, Entrypoint, Env, ...). Times and owners are fixed: same content, same image id.
pack() {
  local name=$1 root=$2 settings=$3 file=$4 stage layer config
  stage=$(mktemp -d)
  tar -C "$root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$stage/layer.tar" .
  layer=$(sha256sum "$stage/layer.tar" | cut -d' ' -f1)
  jq -cn --argjson settings "$settings" --arg layer "sha256:$layer" \
    '{architecture: "amd64", os: "linux", created: "1970-01-01T00:00:00Z", config: $settings,
      rootfs: {type: "layers", diff_ids: [$layer]}, history: [{created: "1970-01-01T00:00:00Z"}]}' >"$stage/config.json"
  config=$(sha256sum "$stage/config.json" | cut -d' ' -f1)
  mv "$stage/config.json" "$stage/$config.json"
  mv "$stage/layer.tar" "$stage/$layer.tar"
  jq -cn --arg config "$config.json" --arg name "$name" --arg layer "$layer.tar" \
    '[{Config: $config, RepoTags: [$name], Layers: [$layer]}]' >"$stage/manifest.json"
  mkdir -p "$(dirname "$file")"
  tar -C "$stage" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$file.new" .
  mv "$file.new" "$file"
  rm -rf "$stage"
}

# new_root FOLDER: a root with the folders, accounts and name service settings every program expects, nothing else.
new_root() {
  local root=$1
  rm -rf "${root:?}"
  mkdir -p "$root"/{etc,tmp,proc,sys,dev,run,home/nonroot} "$root"/usr/{bin,lib/x86_64-linux-gnu,lib64}
  ln -s usr/bin "$root/bin"
  ln -s usr/lib "$root/lib"
  ln -s usr/lib64 "$root/lib64"
  chmod 1777 "$root/tmp"
  printf '%s\n' 'root:x:0:0:root:/:/sbin/nologin' 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'nonroot:x:65532:' >"$root/etc/group"
  printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
}

# add_certificates FOLDER: the public authorities as their package ships them, without this machine's own additions.
add_certificates() {
  mkdir -p "$1/etc/ssl/certs"
  cat /usr/share/ca-certificates/mozilla/*.crt >"$1/etc/ssl/certs/ca-certificates.crt"
}

# add_libraries FOLDER FILE...: the shared libraries that the files need, each at its own place.
add_libraries() {
  local root=$1 file library
  shift
  for file in "$@"; do
    [ -f "$file" ] || continue
    # A statically linked file has none: that is no error.
    { ldd "$file" 2>/dev/null || true; } | { grep -oE '/[^ ]+' || true; } | while read -r library; do
      add_file "$root" "$library"
    done
  done
}

# add_file FOLDER FILE: the file under the name it is asked for, whatever links lead to it; /lib is /usr/lib.
add_file() {
  local root=$1 file=$2 place
  case $file in
    /lib/* | /lib64/* | /bin/*) place=$root/usr$file ;;
    *) place=$root$file ;;
  esac
  [ -e "$place" ] && return 0
  mkdir -p "$(dirname "$place")"
  cp -L "$file" "$place"
}

# add_named_libraries FOLDER NAME...: libraries that a program opens by name at run time, with what they need.
add_named_libraries() {
  local root=$1 name path
  shift
  for name in "$@"; do
    path=$(/sbin/ldconfig -p | awk -v name="$name" '$1 == name && !path { path = $NF } END { print path }')
    [ -n "$path" ] || fail "this machine has no $name"
    add_file "$root" "$path"
    add_libraries "$root" "$path"
  done
}
