#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_drift
short_description: Prove that several clusters and the new one have the same topics and groups
description:
  - Compares the merged tables of all masters of O(sources) with every master of O(target), item by item, by the rules
    of M(mqops.rocketmq.rocketmq_metadata), and names what the target lacks.
  - Unless told otherwise it looks the other way too, because a topic or group that exists on the target alone is lost
    when the migration is turned back.
  - Changes nothing. Whatever did not answer counts as different.
options:
  target_only:
    description:
      - What is thought of topics and groups that exist on the target alone.
      - V(refuse) is right while the sources take writes; V(allow) afterwards, as new names then belong to the target.
    type: str
    choices: [refuse, allow]
    default: refuse
  owners:
    description:
      - Which source a topic or group of the target belongs to, where neither its readers nor what it reads tells. The
        first entry that matches counts.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Shell pattern for names of topics and groups.
        type: str
        required: true
      source:
        description: Name of a cluster of O(sources).
        type: str
        required: true
  wait:
    description: Wait until both sides are equal, and fail if they do not become so. Otherwise look once and tell.
    type: bool
    default: true
  timeout:
    default: 10.0
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._gate
  - mqops.rocketmq._gate.waivers
  - mqops.rocketmq._connection
  - mqops.rocketmq._attributes.info_module
seealso:
  - module: mqops.rocketmq.rocketmq_metadata
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Refuse to go on while something is missing on either side
  mqops.rocketmq.rocketmq_drift:
    sources:
      - {name: mro, nameservers: ["198.18.10.20:9876"]}
      - {name: mdm, nameservers: ["198.18.10.40:9876"]}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]

- name: See what exists on the new cluster alone
  mqops.rocketmq.rocketmq_drift:
    sources:
      - {name: mro, nameservers: ["198.18.10.20:9876"]}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
    wait: false
  register: drift
"""

RETURN = r"""
equal:
  description: Whether nothing differs, waived differences apart.
  returned: always
  type: bool
one_sided:
  description: What the target alone has, by the source that it belongs to.
  returned: always
  type: list
  elements: dict
  contains:
    source:
      description: Name of the source, V(null) where nothing tells it.
      type: str
    topics:
      description: Topics as O(mqops.rocketmq.rocketmq_topic#module:topics) takes them, with the settings of the target.
      type: list
      elements: dict
    narrow:
      description: Topics that the source has with less permission, each with the C(name) and the C(perm) of the target.
      type: list
      elements: dict
    groups:
      description: Groups as O(mqops.rocketmq.rocketmq_group#module:groups) takes them, with the settings of the target.
      type: list
      elements: dict
closed:
  description: Topics that have less permission on the target than on the sources.
  returned: always
  type: list
  elements: str
reasons:
  description: What differs, and notices. See the catalogue of reasons for the meaning of the codes.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the reason.
      returned: always
      type: str
      sample: TOPIC_NOT_ON_TARGET
    subject:
      description: Name of the topic or group, or a path that ends with it.
      returned: always
      type: str
      sample: orders
    evidence:
      description: What was seen.
      returned: always
      type: dict
    severity:
      description: V(blocking), V(waivable) or V(notice).
      returned: always
      type: str
waived:
  description: Reasons that a waiver covers, each with its waiver.
  returned: always
  type: list
  elements: dict
unused_waivers:
  description: Waivers that covered nothing.
  returned: always
  type: list
  elements: dict
elapsed:
  description: Seconds that it took.
  returned: always
  type: float
requests:
  description: Changing requests that were sent, always none.
  returned: always
  type: list
  elements: str
"""

import dataclasses
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.client import Admin
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.masters import READ_WRITE
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.snapshot import take_all
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import drift, merge, metadata
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drift import OneSided
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons import (
    CATALOGUE,
    Judged,
    Reason,
    Waiver,
    WaiverError,
    apply_waivers,
    parse_waivers,
    summary,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ArgumentError,
    RocketmqModule,
    cluster_option,
    clusters_option,
    gate_spec,
    run_module,
    waivers_option,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._wait import wait_until

SOURCE_PARTS = frozenset({"topics", "groups", "offsets", "clients"})
TARGET_PARTS = SOURCE_PARTS | {"stats"}


@dataclass(frozen=True)
class State:
    """One look."""

    judged: Judged
    one_sided: OneSided
    closed: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return self.judged.ok


class Look:
    """Reads all clusters once and compares them."""

    def __init__(
        self, admin: Admin, sources: list[ClusterSpec], target: ClusterSpec, params: dict[str, Any],
        waivers: Iterable[Waiver],
    ) -> None:
        self.admin, self.sources, self.target = admin, sources, target
        self.both_ways = params["target_only"] == "refuse"
        self.owners, self.waivers = params["owners"], tuple(waivers)

    def __call__(self) -> State:
        # The sources first: what appears between the two looks is found missing rather than overlooked.
        tables = take_all(self.admin, self.sources, SOURCE_PARTS)
        seen = take_all(self.admin, [self.target], TARGET_PARTS)[0]
        wishes = merge.merge(tables, self.target)
        orders = {
            address: view.order_conf for snapshot in (*tables, seen) for address, view in snapshot.nameservers.items()
        }
        work = metadata.compare(wishes, seen, orders)
        reasons = drift.unanswered((*wishes.gaps, *work.gaps))
        if not reasons and not wishes.topics and not wishes.groups:
            reasons.append(Reason("NOTHING_SEEN", ", ".join(spec.name for spec in self.sources)))
        reasons += drift.lacking(work)
        found = OneSided()
        if self.both_ways and not reasons_unknown(reasons):
            names = merge.taken_names((*tables, seen), self.target)
            found = drift.one_sided(wishes, seen, names, [spec.name for spec in self.sources], self.owners)
            reasons += drift.alone(found)
        today = datetime.datetime.now(tz=datetime.UTC).date()
        closed = tuple(reason.subject for reason in reasons if reason.code == "TOPIC_CLOSED_ON_TARGET")
        return State(apply_waivers(reasons, self.waivers, today), found, closed)


def reasons_unknown(reasons: Iterable[Reason]) -> bool:
    """Whether something did not answer: then what the target has alone cannot be told."""
    return any(reason.code in ("BROKER_UNKNOWN", "NAMESERVER_UNKNOWN") for reason in reasons)


def by_source(found: OneSided) -> list[dict[str, Any]]:
    """C(one_sided) of the result: settings as the modules for topics and groups take them."""
    sides: dict[str | None, dict[str, Any]] = {}

    def side(name: str) -> dict[str, Any]:
        source = found.owners.get(name)
        return sides.setdefault(source, {"source": source, "topics": [], "narrow": [], "groups": []})

    for name, topic in found.topics.items():
        # The order flag of a broker follows its name server; a topic of the target alone has no entry there to copy.
        settings = {key: value for key, value in dataclasses.asdict(topic).items() if key != "order"}
        side(name)["topics"].append({**settings, "perm": topic.perm & READ_WRITE})
    for name, topic in found.narrow.items():
        side(name)["narrow"].append({"name": name, "perm": topic.perm & READ_WRITE})
    for name, group in found.groups.items():
        side(name)["groups"].append(dataclasses.asdict(group))
    return sorted(sides.values(), key=lambda one: one["source"] or "")


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(),
            "target_only": {"type": "str", "choices": ["refuse", "allow"], "default": "refuse"},
            "owners": {
                "type": "list", "elements": "dict", "default": [],
                "options": {"name": {"type": "str", "required": True}, "source": {"type": "str", "required": True}},
            },
            "wait": {"type": "bool", "default": True},
            "waivers": waivers_option(),
            **gate_spec(timeout=10.0),
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        waivers = parse_waivers(params["waivers"])
    except WaiverError as error:
        raise ArgumentError(str(error)) from error
    sources, target = module.clusters("sources"), module.clusters("target")[0]
    if not sources:
        raise ArgumentError("sources is empty: there is nothing to compare with")
    for spec in (*sources, target):
        if not spec.masters:
            raise ArgumentError(f"cluster {spec.name} has no master")
    strangers = sorted({rule["source"] for rule in params["owners"]} - {spec.name for spec in sources})
    if strangers:
        raise ArgumentError(f"owners names {', '.join(strangers)}, which is no source")
    waited = wait_until(
        Look(module.admin, sources, target, params, waivers), lambda state: state,
        timeout=params["timeout"] if params["wait"] else 0.0, interval=params["interval"],
    )
    state = waited.last
    # what does not answer is in the state as unknown
    if state is None:
        raise AssertionError("the wait ended without a look")
    result = {
        "equal": state.ok, "closed": list(state.closed), "one_sided": by_source(state.one_sided),
        **state.judged.as_result(), "elapsed": round(waited.elapsed, 1),
    }
    unknown = reasons_unknown(state.judged.blocking)
    if state.ok or not (params["wait"] or unknown):
        module.exit(**result)
    what = "it is not known whether" if unknown else "not"
    blocking = state.judged.blocking
    remedy = CATALOGUE[blocking[0].code].remedy
    module.fail(f"{what} equal: {len(blocking)} difference(s): {summary(blocking)}. {remedy}", **result)


if __name__ == "__main__":
    main()
