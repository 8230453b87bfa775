#!/usr/bin/env bash
# Reads one machine and changes nothing: a fact a line, the name and then its value; "end" last, so that a cut answer
# shows. Needs bash and coreutils; ss, getent and awk where there is something for them to tell.
# Arguments: asked=TIME to hand back, data=DIRECTORY of the container engine, wait=SECONDS for one connection, and as often
# as needed tool=NAME that has to be there, connect=ADDRESS:PORT, resolve=NAME.
export LC_ALL=C
echo "clock $(date +%s.%N)"

reach() { # address:port, seconds. A refusal is an answer: the way is free, and no process listens yet.
  local said result
  said=$(timeout "$2" bash --norc -c "exec 3<>'/dev/tcp/${1%:*}/${1##*:}'" 2>&1)
  case $?:$said in
    0:*) result=open ;;
    124:*) result='no answer' ;;
    *'Connection refused'*) result=refused ;;
    *) result=${said##*: } ;;
  esac
  # One short write, so that lines of connections tried at the same time do not mix.
  echo "connect $1 ${result:-failed}"
}

look_up() { # name
  local addresses
  addresses=$(getent ahostsv4 "$1" | awk '!seen[$1]++ {print $1}' | tr '\n' ' ')
  echo "resolved $1 $addresses"
  awk -v name="$1" '$1 !~ /^#/ {for (i = 2; i <= NF && $i !~ /^#/; i++) if (tolower($i) == tolower(name)) print "pinned", name, $1}' /etc/hosts
}

data=/
seconds=3
for word in "$@"; do
  case $word in
    asked=*) echo "asked ${word#*=}" ;;
    data=*) data=${word#*=} ;;
    wait=*) seconds=${word#*=} ;;
    tool=*) command -v "${word#*=}" > /dev/null || echo "missing ${word#*=}" ;;
  esac
done

echo "cores $(nproc)"
while read -r key kilobytes _; do
  case $key in
    MemTotal:) echo "memory $((kilobytes * 1024))" ;;
    MemAvailable:) echo "memory_free $((kilobytes * 1024))" ;;
  esac
done < /proc/meminfo

# The directory may not exist before the engine's first start.
while [ ! -e "$data" ]; do data=$(dirname "$data"); done
df -Pk "$data" | while read -r _ total used free _; do
  case $total in *[!0-9]* | '') ;; *) echo "disk $((total * 1024)) $((used * 1024)) $((free * 1024))" ;; esac
done

# A container gets the engine's limits, a process without one those of this session; a JVM raises itself to the hard one.
files=
for process in /proc/[0-9]*; do
  if read -r name < "$process/comm" && [ "$name" = dockerd ]; then
    while read -r first second third _ hard _; do
      [ "$first $second $third" = 'Max open files' ] && files=$hard
    done < "$process/limits"
  fi
done 2> /dev/null
echo "open_files ${files:-$(ulimit -Hn)}"
echo "mappings $(cat /proc/sys/vm/max_map_count)"

if command -v ss > /dev/null; then
  # The first line is a header: an ss of 2014 has no option against it.
  ss -ltnp | while read -r state _ _ local _ process; do [ "$state" != LISTEN ] || echo "listen $local $process"; done
fi
while read -r key value _; do
  [ "$key" = nameserver ] && echo "resolver $value"
done 2> /dev/null < /etc/resolv.conf

for word in "$@"; do
  case $word in
    connect=*) reach "${word#*=}" "$seconds" & ;;
    resolve=*) look_up "${word#*=}" & ;;
  esac
done
wait
echo end
