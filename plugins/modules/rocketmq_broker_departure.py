#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_broker_departure
short_description: Take brokers out of name servers in whose list they are no more, and prove that they stay away
description:
  - A name server of RocketMQ 4.4.0 lists a broker for 120 seconds after its last registration. For brokers that have
    been given a list without this name server, this module ends that at once, and then waits until none of them has
    come back for O(window) seconds.
  - A broker that comes back still has the name server in its list. Until its next registration clients do not find it
    there, so the module is for brokers of which it is proved that they have taken their new list over. It fails at
    once, naming the broker.
  - A name server that does not answer never passes.
options:
  nameservers:
    description: Addresses of the name servers that the brokers leave, each C(host:port).
    type: list
    elements: str
    required: true
  window:
    description:
      - Seconds for which no broker may come back.
      - A broker registers at all name servers of its list every 30 seconds, unless its C(registerNameServerPeriod)
        says otherwise, at most 60.
    type: float
    default: 65.0
  timeout:
    default: 120.0
  interval:
    default: 2.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.cluster
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: mqops.rocketmq.rocketmq_broker_pin
  - module: mqops.rocketmq.rocketmq_registration
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Let the target leave the name server of a source
  mqops.rocketmq.rocketmq_broker_departure:
    cluster:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
        - {name: hub-a, id: 1, address: "198.18.10.84:10911"}
    nameservers: ["198.18.10.20:9876"]
"""

RETURN = r"""
listed:
  description: Who was listed in the beginning, each as name server, broker, id and address.
  returned: always
  type: list
  elements: str
  sample: ["198.18.10.20:9876 hub-a 0 198.18.10.81:10911"]
elapsed:
  description: Seconds that the wait took.
  returned: always
  type: float
requests:
  description: The changing requests that were sent, in this order, each with its fields and its answer.
  returned: always
  type: list
  elements: str
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import ClusterInfo, ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.nameserver import cluster_info, unregister_broker
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    PROGRESS_EVERY,
    REMEDY,
    ArgumentError,
    RocketmqModule,
    answers_of,
    cluster_option,
    clusters_from,
    gate_spec,
    run_module,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import Waited, wait_until

# A name server, and a broker that it lists: its name, id and address.
Entry = tuple[str, str, int, str]


@dataclass(frozen=True)
class Away:
    """C(listed): who is there. C(silent): name servers that did not answer. C(seconds): since when nobody is there,
    by looks that were all answered."""

    listed: tuple[Entry, ...]
    silent: tuple[str, ...]
    seconds: float
    window: float

    @property
    def ok(self) -> bool:
        # Who has come back is told at once; nothing would come of waiting.
        return bool(self.listed) or (not self.silent and self.seconds >= self.window)


def entries(cluster: ClusterSpec, servers: Sequence[str], answers: Sequence[Any]) -> tuple[Entry, ...]:
    """Who of the cluster is listed where. By name and address: another cluster may have a broker of the same name."""
    own = {broker.address for broker in cluster.brokers}
    return tuple(
        (server, name, number, address)
        for server, answer in zip(servers, answers, strict=True)
        if isinstance(answer, ClusterInfo)
        for name, data in sorted(answer.brokers.items())
        for number, address in sorted(data.addresses.items())
        if address in own
    )


def shown(found: Sequence[Entry]) -> list[str]:
    return [" ".join(map(str, one)) for one in found]


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "cluster": cluster_option(),
            "nameservers": {"type": "list", "elements": "str", "required": True},
            "window": {"type": "float", "default": 65.0},
            **gate_spec(timeout=120.0),
        },
        supports_check_mode=True,
    )
    params = module.params
    (cluster,) = module.clusters("cluster")
    servers = clusters_from({"name": cluster.name, "nameservers": params["nameservers"]})[0].nameservers
    if set(servers) & set(cluster.nameservers):
        raise ArgumentError(f"nameservers: {cluster.name} would leave name servers of its own")

    answers = answers_of(module, {server: cluster_info(server) for server in servers}, "nothing was changed")
    there = entries(cluster, servers, list(answers.values()))
    before, after = ({"listed": shown(there)}, {"listed": []}) if there else (None, None)
    if module.check_mode:
        module.exit(changed=bool(there), before=before, after=after, listed=shown(there), elapsed=0.0)
    module.admin.ask_all(
        unregister_broker(server, cluster.name, name, address, number) for server, name, number, address in there
    )

    def look() -> list[Any]:
        return module.admin.ask_all(cluster_info(server) for server in servers)

    # When the last look had ended, and since when all looks were answered; None: the last one was not.
    elapsed = 0.0
    since: float | None = 0.0
    said = -PROGRESS_EVERY

    def judge(answers: list[Any]) -> Away:
        silent = tuple(str(answer) for answer in answers if isinstance(answer, AdminError))
        seconds = 0.0 if since is None else elapsed - since
        return Away(entries(cluster, servers, answers), silent, seconds, params["window"])

    def tell(waited: Waited[list[Any], Away]) -> None:
        nonlocal elapsed, since, said
        elapsed = waited.elapsed
        if waited.last is None or waited.last.silent:
            # A name server that was away has forgotten who registered before.
            since = None
        elif since is None:
            since = elapsed
        if waited.last is not None and waited.elapsed - said >= PROGRESS_EVERY:
            said = waited.elapsed
            module.progress(f"{cluster.name} has left for {waited.last.seconds:.0f} of {params['window']:.0f} s")

    waited = wait_until(
        look, judge, timeout=params["timeout"], interval=params["interval"], on_sample=tell,
    )  # fmt: skip
    result = {"listed": shown(there), "elapsed": round(waited.elapsed, 1)}
    if waited.last is not None and waited.last.listed:
        module.fail(
            f"these brokers were taken out and came back, so they still have that name server in their list: "
            f"{'; '.join(shown(waited.last.listed))}. See with which list they run, then run this again.",
            before, after, changed=module.acknowledged, **result,
        )  # fmt: skip
    if not waited.ok:
        seen = "; ".join(waited.last.silent) if waited.last else "nobody answered"
        module.fail(
            f"not proved {waited.why()} that the brokers stay away for {params['window']:.0f} s: "
            f"{seen or 'the time is up'}. {REMEDY}",
            before, after, changed=module.acknowledged, **result,
        )  # fmt: skip
    module.exit(changed=bool(there), before=before, after=after, **result)


if __name__ == "__main__":
    main()
