#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_dlq
short_description: Export dead-letter queues to files, and send the messages again
description:
  - Dead letters stay on the broker that they died on, and end with it. With O(state=exported) every one of them is
    written into a file, one file for each group of each cluster; with O(state=resent) such files are sent to a cluster.
  - Messages are sent to the retry topic of their group, so that this group alone gets them, with their original topic.
  - RocketMQ 4.4.0 creates dead-letter queues without the permission to read. To export them, each topic gets it for as
    long as it is read, on the masters that hold something, and loses it again.
options:
  state:
    description:
      - V(exported) makes the files hold what the queues hold now. A file that does is left alone. What it holds beyond
        that, because the broker has deleted it since, stays in it.
      - V(resent) sends what the files hold and was not sent yet. What was sent is noted beside each file, in
        C(GROUP-HASH.sent). All files C(*.jsonl) in the directories of O(directory) count. One that is empty, that holds
        anything but dead letters of one group of one cluster, or that is one of two of the same group fails the module
        before anything is sent.
    type: str
    choices: [exported, resent]
    required: true
  directory:
    description:
      - Directory of the files. It is created, and what is made in it, readable for its owner alone, because messages
        may be anything.
      - Each file is C(CLUSTER-HASH/GROUP-HASH.jsonl). Names of groups come from brokers, which check none. So a file's
        name holds what is harmless of the group's name, with the rest percent-quoted, 100 characters at most, and a
        hash of the whole name. Which cluster and group it is of is read from its lines.
      - No symbolic link is followed, neither this directory, nor one of a cluster, nor a file.
    type: path
    required: true
  groups:
    description:
      - Shell patterns of the groups whose dead letters are meant.
      - A pattern that matches none fails the module.
    type: list
    elements: str
    default: ["*"]
  sources:
    description:
      - For O(state=resent), names of the clusters whose messages are sent. All that are in O(directory) if not given.
    type: list
    elements: str
  timeout:
    description: Seconds until a changed permission must be read back.
    default: 30.0
  interval:
    default: 0.5
extends_documentation_fragment:
  - mqops.rocketmq._clusters
  - mqops.rocketmq._gate
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
notes:
  - A send that was not answered may have been stored. It counts as not sent, so that it is repeated the next time; a
    message may then come twice, but none is missing.
  - A run that was killed may leave a C(*.part) beside a file. It is not used again and may be deleted.
  - Files that this module named C(CLUSTER/GROUP.jsonl) in its first form are found and continued.
  - A broker with C(brokerPermission) V(0) refuses to be read. Export before the source is closed.
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Keep what died on the sources
  mqops.rocketmq.rocketmq_dlq:
    state: exported
    clusters: "{{ sources }}"
    directory: /var/lib/mqops/dead-letters
  register: exported

- name: Show which file holds the messages of which group
  ansible.builtin.debug:
    msg: "{{ item.cluster }}/{{ item.group }}: {{ item.messages }} messages in {{ item.file }}"
  loop: "{{ exported.letters }}"
  loop_control:
    label: "{{ item.group }}"

- name: Give billing another chance in the new cluster
  mqops.rocketmq.rocketmq_dlq:
    state: resent
    clusters:
      - name: hub
        nameservers: ["198.18.10.80:9876"]
    directory: /var/lib/mqops/dead-letters
    sources: [mro]
    groups: [mro-billing]
"""

RETURN = r"""
letters:
  description: One entry for each group of each cluster that has dead letters, or a file of them.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: The cluster that they died in.
      type: str
    group:
      description: The group that could not process them.
      type: str
    messages:
      description: How many there are.
      type: int
    file:
      description: The file that holds them, as an absolute path without links.
      type: str
      sample: /var/lib/mqops/dead-letters/mro-3f1b…/mro-billing-9c07….jsonl
    sent:
      description: With O(state=resent), how many were sent now.
      type: int
    changed:
      description: Whether the file was written, or something sent.
      type: bool
    error:
      description: Why it did not succeed; null where it did.
      type: str
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.broker import pull, topic_stats
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    PERM_READ,
    BrokerSpec,
    Message,
    TopicConfig,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.send import send_message
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.system_names import DLQ_PREFIX, retry_topic
from ansible_collections.mqops.rocketmq.plugins.module_utils._letters import Letters, Place
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import dead_letters
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.dead_letters import shown
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ArgumentError,
    ModuleError,
    RocketmqModule,
    clusters_option,
    gate_spec,
    read_masters,
    run_module,
)

BATCH = 32


def held(module: RocketmqModule, side: Any) -> dict[str, list[tuple[BrokerSpec, TopicConfig, int, int, int]]]:
    """By group, what each master holds: master, topic, queue, first and end offset."""
    found: dict[str, list[tuple[BrokerSpec, TopicConfig, int, int, int]]] = {}
    asked = [
        (spec, topic)
        for spec in side.specs
        for topic in side.topics[spec.address].values()
        if topic.name.startswith(DLQ_PREFIX)
    ]
    answers = module.admin.ask_all([topic_stats(spec.address, topic.name) for spec, topic in asked])
    for (spec, topic), answer in zip(asked, answers, strict=True):
        if answer is None or isinstance(answer, AdminError):
            raise ModuleError(
                f"nothing was exported: {side.cluster.name}/{spec.name}: {answer or shown(topic.name) + ' vanished'}"
            )
        group = dead_letters.group_of(topic.name)
        for queue, span in answer.items():
            if span.max > span.min:
                found.setdefault(group, []).append((spec, topic, queue, span.min, span.max))
    return found


def read_queue(
    module: RocketmqModule, spec: BrokerSpec, topic: str, queue: int, start: int, end: int
) -> Iterator[Message]:
    """All messages of a queue; raises AdminError, or ModuleError when the broker tells less or other than it holds."""
    where = f"{shown(topic)} queue {queue} at {spec.address}"
    while start < end:
        result = module.admin.ask(pull(spec.address, topic, queue, start, min(BATCH, end - start)))
        if result.status != "FOUND" or not result.messages:
            raise ModuleError(f"{where}: {result.status} at {start}, expected messages to {end}")
        for message in result.messages[: end - start]:
            if (message.topic, message.queue, message.offset) != (topic, queue, start):
                raise ModuleError(
                    f"{where}: expected message {start}, got {message.offset} of queue {message.queue} of "
                    f"{shown(message.topic)}"
                )
            yield message
            start += 1


def readable(side: Any, parts: list[tuple[BrokerSpec, TopicConfig, int, int, int]], perm: int | None) -> None:
    """Gives the masters' topics one permission (None: back what each had); raises ModuleError when one does not."""
    wanted: dict[str, dict[str, TopicConfig]] = {}
    for spec, topic, *_queue in parts:
        if not topic.perm & PERM_READ:
            wanted.setdefault(spec.address, {})[topic.name] = topic if perm is None else replace(topic, perm=perm)
    failed, _cured = side.change_topics(wanted) if wanted else ({}, [])
    if failed:
        raise ModuleError("; ".join(failed.values()))


def export(module: RocketmqModule, side: Any, group: str, parts: list, letters: Letters) -> dict[str, Any]:
    """One group of one cluster into its file, which appears as a whole or not at all."""
    name = side.cluster.name
    place = letters.own(name, group)
    total = sum(end - start for _spec, _topic, _queue, start, end in parts)
    row = {
        "cluster": name,
        "group": group,
        "messages": total,
        "file": str(letters.path(place)),
        "changed": True,
        "error": None,
    }
    try:
        if not group:
            raise ModuleError(f"the topic {DLQ_PREFIX} names no group, so nothing was exported of its {total} messages")
        place = letters.place(name, group)
        row["file"] = str(letters.path(place))
        # Ranges and not offsets: a broker may say that a queue ends at 10^12.
        there = letters.spans(place, name, group)
        todo = [
            (spec, topic, queue, first, last)
            for spec, topic, queue, start, end in parts
            for first, last in dead_letters.missing(start, end, there.get((spec.name, queue), ()))
        ]
        if not todo:
            return {**row, "changed": False}
        if module.check_mode:
            return row
        readable(side, todo, PERM_READ | 2)
        try:
            letters.add(
                place,
                (
                    dead_letters.line(name, spec.name, message)
                    for spec, topic, queue, first, last in todo
                    for message in read_queue(module, spec, topic.name, queue, first, last)
                ),
            )
        finally:
            readable(side, todo, None)
    except (AdminError, ModuleError) as error:
        return {**row, "changed": module.acknowledged, "error": str(error)}
    return row


def resend(
    module: RocketmqModule, side: Any, cluster: str, group: str, place: Place, letters: Letters
) -> dict[str, Any]:
    """What a file holds and was not sent yet; each message is noted when the broker has acknowledged it."""
    done = letters.sent(place)
    row: dict[str, Any] = {
        "cluster": cluster,
        "group": group,
        "messages": 0,
        "file": str(letters.path(place)),
        "sent": 0,
        "changed": False,
        "error": None,
    }
    todo = 0
    for item in letters.read(place):
        row["messages"] += 1
        todo += not dead_letters.is_noted(item, done)
    if not todo:
        return row
    topic = retry_topic(group)
    # Queues are counted and not listed: a broker believes any number of them.
    places = [
        (spec.address, queues)
        for spec in side.specs
        if topic in side.topics[spec.address] and (queues := side.topics[spec.address][topic].write_queues) > 0
    ]
    if not places:
        why = f"no master of {side.cluster.name} has the topic {shown(topic)}: create the group first"
        return {**row, "error": why}
    if module.check_mode:
        return {**row, "sent": todo, "changed": True}
    with letters.noting(place) as note:
        for item in letters.read(place):
            if dead_letters.is_noted(item, done):
                continue
            address, queues = places[row["sent"] % len(places)]
            queue = row["sent"] // len(places) % queues
            request = send_message(
                address, topic, queue, item["body"], dead_letters.renewed(item), born_ms=int(time.time() * 1000)
            )
            try:
                module.admin.ask(request)
            except AdminError as error:
                return {**row, "error": f"{todo - row['sent']} of {todo} were not sent: {error}"}
            note(dead_letters.note(item))
            row.update(sent=row["sent"] + 1, changed=True)
    return row


def files(module: RocketmqModule, letters: Letters, sources: list[str] | None) -> dict[tuple[str, str], Place]:
    """Cluster and group → its file, as the files themselves say; raises ModuleError for one that does not."""
    found: dict[tuple[str, str], Place] = {}
    places, passed = letters.places()
    for path in passed:
        module.module.warn(f"{shown(str(path), 1000)} is a directory; dead letters were not looked for in it")
    for place in places:
        owner = letters.owner(place)
        if owner in found:
            both = " and ".join(shown(str(letters.path(one)), 1000) for one in (found[owner], place))
            raise ModuleError(
                f"nothing was sent: {both} both hold dead letters of {shown('/'.join(owner))}, which could be sent "
                "twice. Move one of them to another directory"
            )
        found[owner] = place
    absent = sorted(set(sources or ()) - {cluster for cluster, _group in found})
    if absent:
        raise ArgumentError(f"{letters.directory} holds no dead letters of {', '.join(absent)}")
    return {key: found[key] for key in sorted(found) if not sources or key[0] in sources}


def matching(names: set[str], patterns: list[str], where: str) -> set[str]:
    found = {name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)}
    unmatched = [one for one in patterns if one != "*" and not any(fnmatchcase(name, one) for name in names)]
    if unmatched:
        raise ArgumentError(f"{where} has no dead letters of a group that matches {', '.join(unmatched)}")
    return found


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "clusters": clusters_option(),
            "state": {"type": "str", "choices": ["exported", "resent"], "required": True},
            "directory": {"type": "path", "required": True},
            "groups": {"type": "list", "elements": "str", "default": ["*"]},
            "sources": {"type": "list", "elements": "str"},
            **gate_spec(timeout=30.0, interval=0.5),
        },
        supports_check_mode=True,
    )
    with Letters(module.params["directory"]) as letters:
        rows = exported(module, letters) if module.params["state"] == "exported" else resent(module, letters)
    changed = any(row["changed"] for row in rows)
    errors = [f"{shown(row['cluster'])}/{shown(row['group'])}: {row['error']}" for row in rows if row["error"]]
    if errors:
        module.fail("; ".join(errors), changed=changed, letters=rows)
    module.exit(changed=changed, letters=rows)


def exported(module: RocketmqModule, letters: Letters) -> list[dict[str, Any]]:
    params = module.params
    rows: list[dict[str, Any]] = []
    if params["sources"] is not None:
        raise ArgumentError("sources is for state=resent; clusters says what is exported")
    sides = read_masters(module)
    everything = [(side, held(module, side)) for side in sides]
    names = {group for _side, groups in everything for group in groups}
    wanted = matching(names, params["groups"], ", ".join(side.cluster.name for side in sides))
    for side, groups in everything:
        rows += [export(module, side, group, groups[group], letters) for group in sorted(wanted & groups.keys())]
        module.progress(f"{side.cluster.name}: {sum(row['messages'] for row in rows)} dead letters exported")
    return rows


def resent(module: RocketmqModule, letters: Letters) -> list[dict[str, Any]]:
    params = module.params
    found = files(module, letters, params["sources"])
    wanted = matching({group for _cluster, group in found}, params["groups"], str(letters.directory))
    chosen = {key: place for key, place in found.items() if key[1] in wanted}
    for place in chosen.values():
        for _item in letters.read(place):
            pass  # each line of each file, before anything is sent
    sides = read_masters(module)
    if len(sides) != 1:
        raise ArgumentError("state=resent takes one cluster, which gets the messages")
    return [resend(module, sides[0], *key, place, letters) for key, place in chosen.items()]


if __name__ == "__main__":
    main()
