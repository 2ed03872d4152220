#!/usr/bin/env bash
# Packs Debian's PostgreSQL 15 with only what it links: an evaluation database for machines without a registry.
source "$(dirname "${BASH_SOURCE[0]}")/../cluster/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/archive.sh"

IMAGES=$CACHE_DIR/images
VERSION=15
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

is_fresh() {
  [ "$IMAGES/playbook-postgres.tar" -nt "$here/postgres-entrypoint.sh" ] && [ "$IMAGES/playbook-postgres.tar" -nt "$here/postgres.sh" ]
}

copy_programs() {
  local programs=$root/usr/lib/postgresql/$VERSION/bin source=/usr/lib/postgresql/$VERSION name
  mkdir -p "$programs" "$root/usr/lib/postgresql/$VERSION/lib"
  for name in postgres initdb psql pg_isready pg_ctl pg_dump; do cp "$source/bin/$name" "$programs/"; done
  for name in plpgsql dict_snowball pgcrypto pg_stat_statements libpqwalreceiver; do
    if [ -e "$source/lib/$name.so" ]; then cp "$source/lib/$name.so" "$root/usr/lib/postgresql/$VERSION/lib/"; fi
  done
  find "$source/lib" -maxdepth 1 -name '*_and_*.so' -exec cp {} "$root/usr/lib/postgresql/$VERSION/lib/" \;
}

copy_shared() {
  mkdir -p "$root/usr/share/postgresql" "$root/usr/share/zoneinfo"
  cp -r "/usr/share/postgresql/$VERSION" "$root/usr/share/postgresql/"
  rm -rf "$root/usr/share/postgresql/$VERSION/man"
  # Debian keeps even the plain UTF-8 locale in a folder.
  if [ -d /usr/lib/locale/C.utf8 ]; then
    mkdir -p "$root/usr/lib/locale"
    cp -r /usr/lib/locale/C.utf8 "$root/usr/lib/locale/"
  fi
  cp -rL /usr/share/zoneinfo/Etc /usr/share/zoneinfo/UTC "$root/usr/share/zoneinfo/"
}

add_shell() {
  local tool
  cp /bin/busybox "$root/bin/busybox"
  for tool in sh cat rm mv mkdir id sleep ls env; do ln -s busybox "$root/bin/$tool"; done
}

is_fresh && exit 0
need_packages postgresql-$VERSION busybox-static jq libc-bin
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
new_root "$root"
chmod 755 "$root"
copy_programs
copy_shared
add_shell
add_libraries "$root" "$root/usr/lib/postgresql/$VERSION"/bin/* "$root/usr/lib/postgresql/$VERSION"/lib/*.so
mkdir -p "$root/var/lib/postgresql/data"
chmod 777 "$root/var/lib/postgresql/data"
install -m 755 "$here/postgres-entrypoint.sh" "$root/bin/postgres-entrypoint"
pack playbook-postgres:dev "$root" "$(jq -cn --arg bin "/usr/lib/postgresql/$VERSION/bin" '{User: "65532:65532",
  Entrypoint: ["/bin/postgres-entrypoint"], Cmd: ["postgres"], ExposedPorts: {"5432/tcp": {}}, StopSignal: "SIGINT",
  Env: ["PATH=\($bin):/bin", "LANG=C.UTF-8", "TZ=UTC", "PGDATA=/var/lib/postgresql/data/pgdata", "PGHOST=/tmp"]}')" \
  "$IMAGES/playbook-postgres.tar"
say "playbook-postgres:dev $(du -h "$IMAGES/playbook-postgres.tar" | cut -f1)"
