#!/usr/bin/env bash
# A Docker Engine that answers: the one that is there, or Debian's docker.io, installed and started here (as root).
# What it starts keeps to addresses reserved for tests, with data of its own, and stays up: kill $(cat its pidfile) ends it.
set -euo pipefail

state=/var/lib/mqops
pidfile=/run/mqops-dockerd.pid
log=/var/log/mqops-dockerd.log
deadline=90

say() { printf 'engine: %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
answers() { timeout 20 docker version --format '{{.Server.Version}}' 2> /dev/null; }

as_root() { [ "$(id -u)" = 0 ]; }

install_packages() {
  as_root && command -v apt-get > /dev/null || return 1
  say "apt-get install $*"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

# The command and the engine are one package in Debian 12, two in later releases.
engine_packages() {
  echo docker.io
  if apt-cache show docker-cli > /dev/null 2>&1; then echo docker-cli; fi
}

start() {
  mkdir -p "$state/docker"
  say "starting dockerd (data in $state/docker, log in $log)"
  # A broker of 4.4.0 sleeps a millisecond at a time in several loops (ReputMessageService). Where the kernel may put wake-ups
  # together for 10 ms, which what the engine starts inherits, an idle one takes half the processor time.
  (
    echo 10000000 > /proc/self/timerslack_ns || say "the timer slack cannot be set; brokers take more of the processor"
    exec setsid dockerd --data-root "$state/docker" --pidfile "$pidfile" --host unix:///var/run/docker.sock \
      --bip 198.18.255.1/24 --default-address-pool base=198.19.0.0/16,size=24 > "$log" 2>&1
  ) < /dev/null &
  local pid=$! end=$((SECONDS + deadline))
  until answers > /dev/null; do
    if ! kill -0 "$pid" 2> /dev/null; then
      tail -n 15 "$log" >&2
      fail "dockerd ended at once; the end of $log is above. An engine started by other means is used as well."
    fi
    if [ "$SECONDS" -ge "$end" ]; then
      kill "$pid"
      tail -n 15 "$log" >&2
      fail "dockerd did not answer within $deadline s; the end of $log is above"
    fi
    sleep 0.5
  done
}

# A kernel gives all containers together as much of the processor as any single session of processes beside them, and each
# of Ansible's workers is a session of its own: brokers then stand still for seconds, which no jump host does to them.
prefer_containers() {
  local group=/sys/fs/cgroup/docker weight=cpu.weight=1600
  if [ -d /sys/fs/cgroup/cpu ]; then # version 1
    group=/sys/fs/cgroup/cpu/docker weight=cpu.shares=16384
  fi
  if ! { mkdir -p "$group" && [ -f "$group/${weight%=*}" ] && echo "${weight#*=}" > "$group/${weight%=*}"; } 2> /dev/null; then
    say "the containers' part of the processor cannot be raised; brokers may stand still while much else runs"
  fi
}

if ! version=$(answers); then
  if ! command -v docker > /dev/null || ! command -v dockerd > /dev/null; then
    as_root || fail "no Docker Engine answers, and only root can install one: start an engine (and let this user use it),
  or run once as root, or: sudo apt-get install docker.io debootstrap"
    command -v apt-get > /dev/null || fail "no Docker Engine answers, and there is no apt-get: install Docker Engine
  (20.10 or newer) and debootstrap by your system's means, start it, and run this again"
    apt-get update -qq || true
    # shellcheck disable=SC2046
    install_packages $(engine_packages) iptables || fail "apt-get could not install docker.io; install Docker Engine 20.10 or newer, start it, and run this again"
  fi
  # The package may have started it.
  if ! version=$(answers); then
    as_root || fail "the Docker Engine does not answer; start it (e.g. systemctl start docker), and let this user use it"
    prefer_containers
    start
    version=$(answers)
  fi
fi
# Makes the base image where no registry answers.
if ! command -v debootstrap > /dev/null && as_root; then
  install_packages debootstrap || say "debootstrap could not be installed; it is needed only where no registry answers"
fi
# The lab's machines are reached by ssh alone.
if ! command -v ssh > /dev/null; then
  install_packages openssh-client || fail "there is no ssh: install openssh-client"
fi
say "Docker Engine $version answers"
