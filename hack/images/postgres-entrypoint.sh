#!/bin/sh
# Starts PostgreSQL, after creating its files at the first start. Understands the variables of the usual public image:
# PGDATA, POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB.
set -eu
: "${PGDATA:=/var/lib/postgresql/data/pgdata}" "${POSTGRES_USER:=postgres}" "${POSTGRES_DB:=$POSTGRES_USER}"
: "${POSTGRES_PASSWORD:?is not set}"

create_database() {
  # Files appear under another name first: a pod killed in the middle starts again from nothing.
  rm -rf "$PGDATA.new"
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata="$PGDATA.new" --username="$POSTGRES_USER" --pwfile=/tmp/password --encoding=UTF8 --locale=C.UTF-8 \
    --auth-local=trust --auth-host=scram-sha-256 >/tmp/initdb.log || { cat /tmp/initdb.log; exit 1; }
  rm -f /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA.new/pg_hba.conf"
  if [ "$POSTGRES_DB" != postgres ]; then
    echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$PGDATA.new" postgres >/dev/null
  fi
  mv "$PGDATA.new" "$PGDATA"
}

[ "${1:-postgres}" = postgres ] || exec "$@"
[ -s "$PGDATA/PG_VERSION" ] || create_database
# A second container of the same pod volume cannot be alive here: a lock left by a killed one is stale.
rm -f "$PGDATA/postmaster.pid"
[ $# -gt 0 ] && shift
exec postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/tmp -c jit=off "$@"
