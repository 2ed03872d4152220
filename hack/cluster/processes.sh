# Starting and ending the cluster's processes by recorded identity. Sourced, never run.
# shellcheck shell=bash

# A process id alone may be another program's by now; with its start time it is unmistakable.
start_time_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

is_alive() {
  local file=$PID_DIR/$1 pid started
  [ -s "$file" ] || return 1
  read -r pid started <"$file"
  [ -n "$started" ] && [ "$(start_time_of "$pid")" = "$started" ] && ! is_zombie "$pid"
}

is_zombie() { [ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c1)" = Z ]; }

# start NAME COMMAND...: runs it apart from this shell, with its output in logs/NAME.log.
start() {
  local name=$1 pid
  shift
  # The lock of the starting script must not live on in the process.
  CLUSTER_LOCKED="" setsid "$@" >>"$LOG_DIR/$name.log" 2>&1 </dev/null 9>&- &
  pid=$!
  echo "$pid $(start_time_of "$pid")" >"$PID_DIR/$name"
  disown "$pid"
}

# stop NAME [SECONDS]: asks the process and its children, waits, then insists. Quiet when it is not running.
stop() {
  local name=$1 seconds=${2:-5} end pid
  if is_alive "$name"; then
    read -r pid _ <"$PID_DIR/$name"
    kill -- "-$pid" 2>/dev/null || true
    end=$((SECONDS + seconds))
    while is_alive "$name" && [ $SECONDS -lt $end ]; do sleep 0.1; done
    if is_alive "$name"; then kill -9 -- "-$pid" 2>/dev/null || true; fi
  fi
  rm -f "${PID_DIR:?}/$name"
}

# Process ids whose command line holds the given text as one whole argument.
pids_with_argument() {
  local file
  for file in /proc/[0-9]*/cmdline; do
    if tr '\0' '\n' 2>/dev/null <"$file" | grep -qxF -- "$1"; then file=${file%/cmdline}; echo "${file#/proc/}"; fi
  done
}

# Process ids in our control groups: every process of every pod, whoever its parent is by now.
pids_in_pods() {
  local root
  for root in $(cgroup_roots); do
    [ -d "$root" ] || continue
    find "$root" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -un
}

# Our top folder in each control group hierarchy of the machine (version 1: many; version 2: one).
cgroup_roots() {
  awk -v name="$CGROUP_ROOT" '$3 == "cgroup" || $3 == "cgroup2" { print $2 "/" name }' /proc/mounts
}
