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
    sequence-containers) python tests/matrix/sequence.py --second rot-sc ;;
    fidelity) python tests/matrix/fidelity/run.py ;;
    *)
      if [[ " ${chains[*]} " != *" $chain "* ]]; then
        echo "error: there is no chain '$chain'; there are: ${chains[*]}" >&2
        exit 2
      fi
      python "tests/matrix/$chain.py"
      ;;
  esac
done
