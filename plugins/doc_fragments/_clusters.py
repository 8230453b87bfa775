# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How clusters are described to a module (private to the collection): once, under the names that options have.

The default is a list named C(clusters).
"""

from __future__ import annotations

_OPTION = r"""
options:
  {option}:
    description:
      - {meaning}
    type: {type}
    required: {required}
    suboptions:
      name:
        description: Name of the cluster, as its brokers' C(brokerClusterName) {says}.
        type: str
        required: true
      nameservers:
        description: Addresses of B(every) name server of the cluster, each C(host:port).
        type: list
        elements: str
        required: true
      brokers:
        description:
          - {brokers}
        type: list
        elements: dict
        suboptions:
          name:
            description: The C(brokerName); a master and its slaves share it.
            type: str
            required: true
          id:
            description: The C(brokerId); V(0) is the master.
            type: int
            required: true
          address:
            description: Address of the broker's listen port, C(host:port).
            type: str
            required: true
"""
_LOOKED_UP = (
    "The brokers that must exist, masters and slaves.",
    "If left out, the brokers that the name servers list under O({name}) are taken; one of these has to answer, in "
    "check mode too.",
    "A broker that is down is then not missed; give the list wherever something depends on completeness.",
)


def _cluster(option: str, *meaning: str, required: bool = True, planned: bool = False) -> str:
    """One cluster, or several where the option's name is a plural. planned: it need not exist yet."""
    many = option.endswith("s")
    brokers = ("All brokers, masters and slaves.",) if planned else _LOOKED_UP
    return _OPTION.format(
        option=option,
        meaning="\n      - ".join(meaning),
        type="list\n    elements: dict" if many else "dict",
        required=str(required).lower(),
        says="will say" if planned else "says",
        brokers="\n          - ".join(brokers).format(name=f"{option}[].name" if many else f"{option}.name"),
    )


class ModuleDocFragment:
    """By name below."""


# Set and not written in the class, where ansible-test takes nothing but a literal.
for _name, _text in {
    "DOCUMENTATION": _cluster(
        "clusters",
        "The clusters to work on, in this order.",
        "Where two clusters are being merged, list the old side first.",
    ),
    "CLUSTER": _cluster("cluster", "The cluster to work on."),
    "SOURCES": _cluster("sources", "The old clusters, from which a migration moves away."),
    "TARGET": _cluster("target", "The new cluster, to which a migration moves."),
    # Of rocketmq_plan and rocketmq_preflight_info.
    "PLANNED_SOURCES": _cluster(
        "sources",
        "The old clusters. Required with O(state=present), where the list may be empty once every source is done.",
        "With O(state=check), the members are compared with those of the plan when they are given.",
        required=False,
    ),
    "PLANNED_TARGET": _cluster(
        "target",
        "The new cluster, which need not exist yet; its list of brokers is needed. Required with O(state=present).",
        required=False,
        planned=True,
    ),
    "UNITED_SOURCES": _cluster("sources", "The clusters to look at."),
    "UNITED_TARGET": _cluster(
        "target",
        "The cluster that they are to become, which need not exist yet; its list of brokers is needed.",
        planned=True,
    ),
    # Of rocketmq_offset_lag.
    "GROWING_TARGET": _cluster(
        "target",
        "The cluster that takes the traffic over. It is only looked at for O(abort_on.target_growth).",
        required=False,
    ),
}.items():
    setattr(ModuleDocFragment, _name, _text)
