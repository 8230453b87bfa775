#!/usr/bin/env bash
# The body of `make test`. Stages: lint, sanity, unit; then, side by side because the migration mostly waits for its
# clients, the migration on the compact estate, and all other scenarios one after the other.
# The labs run at quick pace: periods of clients, brokers and gates are about a third of production's, set from outside.
# STAGES="lint unit" runs only those. Each stage writes build/test/<stage>.log.
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

export PACE=${PACE:-quick}
logs=$repo/build/test
in_labs='image modules preflight metadata plan1 traffic migration'
known="lint sanity unit $in_labs"
stages=${STAGES:-$known}
began=$SECONDS

for stage in $stages; do
  case " $known " in
    *" $stage "*) rm -f "$logs/$stage".{log,status,seconds} ;;
    *) echo "error: there is no stage '$stage' (stages: $known)" >&2; exit 2 ;;
  esac
done

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }

# The lines of a stage's log that say why it failed: at the end of the output, for whoever reads only that.
explain() {
  [ -f "$logs/$1.log" ] || return 0
  echo "Where $1 failed (build/test/$1.log):"
  grep -nE '^(fatal|FAILED|ERROR|E  )|FAILED|\[ERROR\]|^  *"?msg"?:' "$logs/$1.log" | tail -n 12 | cut -c1-700 | sed 's/^/    /' || true
  tail -n 12 "$logs/$1.log" | cut -c1-300 | sed 's/^/    /'
  echo
}

wanted() { case " $stages " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

# Runs one stage to its end; its status goes into a file, because some stages run in a subshell.
run() {
  local stage=$1 status=0 start=$SECONDS command
  wanted "$stage" || return 0
  case $stage in
    lint | sanity | unit) command=("tools/$stage.sh") ;;
    modules) command=(tools/molecule.sh rocketmq_topic rocketmq_broker_perm rocketmq_offset_lag dns_record bad_input) ;;
    image | preflight | metadata | plan1 | traffic | migration) command=(tools/molecule.sh "$stage") ;;
  esac
  say "$stage: begins"
  "${command[@]}" > "$logs/$stage.log" 2>&1 || status=$?
  echo $((SECONDS - start)) > "$logs/$stage.seconds"
  echo "$status" > "$logs/$stage.status"
  if [ "$status" -eq 0 ]; then
    say "$stage: passed after $((SECONDS - start)) s"
  else
    # One write, so that two stages that fail together do not mix their lines.
    printf '%s\n' "$(say "$stage: FAILED (exit $status) after $((SECONDS - start)) s; the end of build/test/$stage.log:"
      tail -n 80 "$logs/$stage.log" | sed 's/^/    /')"
  fi
}

passed() { [ "$(cat "$logs/$1.status" 2> /dev/null)" = 0 ]; }

running=()
stop() {
  trap - INT TERM
  say "interrupted"
  for pid in "${running[@]}"; do
    kill -TERM -- "-$pid" 2> /dev/null || true
  done
  for stage in $stages; do
    if [ -f "$logs/$stage.status" ] && ! passed "$stage"; then
      explain "$stage"
    fi
    printf '%-10s %5s s\n' "$stage" "$(cat "$logs/$stage.seconds" 2> /dev/null || echo -)"
  done
  exit 130
}
trap stop INT TERM

for stage in lint sanity unit; do
  run "$stage"
done

scenarios=no
for stage in $in_labs; do
  if wanted "$stage"; then
    scenarios=yes
  fi
done
quick=passed
for stage in lint sanity unit; do
  if wanted "$stage" && ! passed "$stage"; then
    quick=failed
  fi
done

# Before anything runs side by side: two builds of one image would take each other's files away.
if [ $quick = passed ] && [ "$scenarios" = yes ]; then
  say "images: begins"
  if ! tools/lab.sh image > "$logs/images.log" 2>&1; then
    quick=failed
    printf '%s\n' "$(say "images: FAILED; the end of build/test/images.log:"; tail -n 80 "$logs/images.log" | sed 's/^/    /')"
  fi
fi

if [ $quick = passed ]; then
  set -m # a process group each, so that an interruption reaches everything they started
  (for stage in image modules preflight metadata plan1 traffic; do run "$stage"; done) &
  running+=($!)
  (run migration) &
  running+=($!)
  set +m
  while [ -n "$(jobs -r)" ]; do
    for _ in {1..60}; do
      [ -n "$(jobs -r)" ] || break
      sleep 1
    done
    for stage in $in_labs; do
      if wanted "$stage" && [ -f "$logs/$stage.log" ] && [ ! -f "$logs/$stage.status" ]; then
        say "$stage: $(grep -v '^[[:space:]]*$' "$logs/$stage.log" | tail -n 1 | cut -c1-140)"
      fi
    done
  done
  wait
else
  say "no scenario is run, because a quick stage or the images failed"
fi

echo
echo "What the test runners said last:"
failed=()
for stage in $stages; do
  case $stage in
    lint | sanity) lines=$(grep -E "^$stage: .* passed" "$logs/$stage.log" 2> /dev/null || true) ;;
    *) lines=$(grep -E '^=* ?[0-9]+ (passed|failed).* in [0-9.]+s|^=+ .*(passed|failed|error).* in [0-9.]+s' "$logs/$stage.log" 2> /dev/null || true) ;;
  esac
  # A stage that says nothing about what it ran has not shown that it ran anything.
  if ! passed "$stage" || ! grep -q passed <<< "$lines"; then
    failed+=("$stage")
  fi
  printf '%-10s %5s s  %s\n' "$stage" "$(cat "$logs/$stage.seconds" 2> /dev/null || echo -)" "$(head -n 1 <<< "${lines:-nothing}")"
  tail -n +2 <<< "$lines" | sed 's/^/                    /'
done
echo

for stage in "${failed[@]}"; do
  explain "$stage"
done

if [ ${#failed[@]} -gt 0 ]; then
  say "make test: FAILED after $((SECONDS - began)) s: ${failed[*]}"
  exit 1
fi
say "make test: passed after $((SECONDS - began)) s"
