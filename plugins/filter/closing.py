# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters about what is written to topics and sources that are closed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.migration import writers
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.told import told


def reopened(
    known: dict[str, Any], sources: list[dict[str, Any]], read: dict[str, Any], answers: dict[str, Any]
) -> dict[str, Any]:
    """What is known of drained sources once some were opened again: their proofs end, what they have missed is added.

    known holds "ends" by master's address, "broadcast_topics" and "missed" by source. read is what rocketmq_write_stop
    has returned about the time since these ends, answers what the machines have answered to C(ss -tn). A broadcasting
    consumer gets a queue back at its end; so whatever was written to its topics is missed, and what was not read
    counts as written.
    """
    try:
        ends, topics = dict(known["ends"]), dict(known["broadcast_topics"])
        missed = {name: list(lines) for name, lines in known["missed"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(f"reopened: drained.json has an unexpected shape: {error!r}") from error
    for source in sources:
        name, unread = source["name"], read.get("unread")
        masters = {broker["address"]: broker["name"] for broker in source["brokers"] if int(broker["id"]) == 0}
        closed = [broker for address, broker in masters.items() if ends.pop(address, None) is not None]
        broadcast = topics.pop(name, [])
        if not closed or not broadcast:
            continue
        lines = writers(
            [one for one in read.get("offenders", []) if one["cluster"] == name and one["topic"] in broadcast], answers
        )
        for broker in closed:
            why = read.get("msg", "nothing was read") if unread is None else unread.get(f"{name}/{broker}")
            if why:
                names = ", ".join(broadcast)
                lines.append(f"perhaps {names} on {name}/{broker}, whose commit log could not be read: {why}")
        if lines:
            before = missed.get(name, [])
            missed[name] = before + [line for line in lines if line not in before]
    return {"ends": ends, "broadcast_topics": topics, "missed": missed}


def written_since(ends: dict[str, dict[str, int]], now: dict[str, dict[str, int]]) -> list[str]:
    """Where messages were added to topics, a line each, by two results C(topic_ends) of rocketmq_offset_lag.

    A topic whose end is not among the second ones is named too: nobody knows what it was sent. One that is among the
    second only was made since.
    """
    lines = []
    for address, topics in ends.items():
        later = now.get(address) or {}
        for topic in sorted({*topics, *later}):
            if topic not in later:
                lines.append(f"perhaps {topic} on {address}, which could not be read again")
            elif later[topic] != topics.get(topic, 0):
                lines.append(f"{later[topic] - topics.get(topic, 0)} in {topic} on {address}")
    return lines


@told
def rows_behind(first: list[dict[str, Any]], now: list[dict[str, Any]], waived: Iterable[str] = ()) -> list[str]:
    """A line for each queue that a group has not read up to where it ended at first.

    first, now: the rows of two looks with O(mqops.rocketmq.rocketmq_offset_lag#module:detail=all). waived: subjects,
    C(cluster/group/topic), that need not be read.
    """
    keys = ("cluster", "group", "topic", "broker", "queue", "client")
    later = {tuple(row[key] for key in keys): row for row in now}
    behind = []
    for row in first:
        at = later.get(tuple(row[key] for key in keys), {}).get("committed")
        subject = f"{row['cluster']}/{row['group']}/{row['topic']}"
        # What lies below the minimum is gone: nobody can read it any more.
        if row["max"] > max(at or 0, row["min"]) and subject not in waived:
            behind.append(f"{subject} on {row['broker']} queue {row['queue']}: {at or 0} of {row['max']}")
    return behind


class FilterModule:
    """The collection's filters about what is closed."""

    def filters(self) -> dict[str, Any]:
        return {"reopened": reopened, "rows_behind": rows_behind, "written_since": written_since}
