#!/bin/sh
# Prints the lists that are served, since when, and who has fetched one; "end=" last, so that a cut answer shows. Runs in a
# container with its volumes. What strangers have asked for is in the log, too: it is bounded, and read as text only.
cd /var/lib/rocketmq/addresses/rocketmq || exit 3
inert() { head -c 8192 "$1" 2> /dev/null | base64 | tr -d '\n'; }
echo "now=$(date +%s.%N)"
echo "started=$(cat /var/log/addresses/started 2> /dev/null)"
for name in *; do
  [ -f "$name" ] || continue
  since=$(head -c 40 ".$name.since" 2> /dev/null) text=$(inert "$name") before=$(inert ".$name.before")
  echo "list=$name ${since:--} ${text:--} ${before:--}"
done
for file in /var/log/addresses/@*.[su] /var/log/addresses/current; do
  # A broker tells which RocketMQ it is; other askers, such as these playbooks, have not taken a list over.
  [ ! -f "$file" ] ||
    grep -aE '^[0-9]{1,12}[.][0-9]{1,9} 200 GET /rocketmq/[A-Za-z0-9_][A-Za-z0-9._-]{0,199} [A-Za-z0-9_.-]*[0-9][A-Za-z0-9_.-]{0,40}$' "$file"
done | tail -n 5000 | sed 's/^/fetch=/'
echo end=
