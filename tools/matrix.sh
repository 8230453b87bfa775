#!/usr/bin/env bash
# The long chains, outside CI: undo after each phase, kills at many points, faults that each phase meets, one source after
# another, a source that joins and leaves again, what 4.4.0 doubles by itself, what a restart costs, failures while traffic
# shifts, machines that fail and the way to them, fidelity of the copy, every ansible-core that is
# supported, units of a real systemd in a virtual machine.
# At production's pace, unless PACE=quick is given, where time is not the claim (cores has it by itself).
# Usage: tools/matrix.sh [undo|kills|faults|sequence|sequence-containers|attach|baseline|restarts|traffic|machines|fidelity|cores|systemd]...
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

chains=(undo kills faults sequence sequence-containers attach baseline restarts traffic machines fidelity cores systemd)
[ $# -gt 0 ] || set -- "${chains[@]}"
for chain in "$@"; do
  case $chain in
    undo | kills | faults | sequence | attach) python tests/matrix/cutover.py "$chain" ;;
    sequence-containers) python tests/matrix/cutover.py sequence --second rot-sc ;;
    baseline | restarts | machines | cores | systemd) python "tests/matrix/$chain.py" ;;
    fidelity) python tests/matrix/fidelity/run.py ;;
    traffic)
      # The slow and the late group wait for their owners, who act in the chain.
      export LAB=traf ESTATE=shift LEDGER_OPTIONS='{"SLOW_UNTIL": "7200", "LATE_AFTER": "7200", "LATE_ONLINE": "30"}'
      tools/lab.sh down traf
      ansible-playbook molecule/traffic/open.yml
      python tests/matrix/traffic.py --lab traf --long
      tools/lab.sh down traf
      ;;
    *) echo "error: there is no chain '$chain'; there are: ${chains[*]}" >&2; exit 2 ;;
  esac
done
