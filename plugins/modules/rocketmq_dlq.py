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
      - V(exported) makes the files hold what the queues hold now. A file that does is left alone.
      - V(resent) sends what the files hold and was not sent yet. What was sent is noted beside each file.
    type: str
    choices: [exported, resent]
    required: true
  directory:
    description:
      - Directory of the files, which are named C(CLUSTER/GROUP.jsonl). It is created, readable for its owner alone,
        because messages may be anything.
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
      - For O(state=resent), names of the clusters whose files are sent. All that are in O(directory) if not given.
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
      description: The file that holds them.
      type: str
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

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
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
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import dead_letters
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
                f"nothing was exported: {side.cluster.name}/{spec.name}: {answer or topic.name + ' vanished'}"
            )
        group = dead_letters.group_of(topic.name)
        for queue, span in answer.items():
            if span.max > span.min:
                found.setdefault(group, []).append((spec, topic, queue, span.min, span.max))
    return found


def read_queue(
    module: RocketmqModule, spec: BrokerSpec, topic: str, queue: int, start: int, end: int
) -> Iterator[Message]:
    """All messages of a queue; raises AdminError, or ModuleError when the broker tells less than it holds."""
    while start < end:
        result = module.admin.ask(pull(spec.address, topic, queue, start, min(BATCH, end - start)))
        if result.status != "FOUND" or not result.messages:
            raise ModuleError(
                f"{topic} queue {queue} at {spec.address}: {result.status} at {start}, expected messages to {end}"
            )
        yield from (message for message in result.messages if message.offset < end)
        start = max(result.next, start + 1)


def readable(side: Any, parts: list[tuple[BrokerSpec, TopicConfig, int, int, int]], perm: int | None) -> None:
    """Gives the masters' topics one permission (None: back what each had); raises ModuleError when one does not."""
    wanted: dict[str, dict[str, TopicConfig]] = {}
    for spec, topic, *_queue in parts:
        if not topic.perm & PERM_READ:
            wanted.setdefault(spec.address, {})[topic.name] = topic if perm is None else replace(topic, perm=perm)
    failed, _cured = side.change_topics(wanted) if wanted else ({}, [])
    if failed:
        raise ModuleError("; ".join(failed.values()))


def export(module: RocketmqModule, side: Any, group: str, parts: list, directory: Path) -> dict[str, Any]:
    """One group of one cluster into its file, which appears as a whole or not at all."""
    name = side.cluster.name
    path = directory / name / f"{group}.jsonl"
    total = sum(end - start for _spec, _topic, _queue, start, end in parts)
    row = {"cluster": name, "group": group, "messages": total, "file": str(path), "changed": True, "error": None}
    expected = {
        f"{name}/{spec.name}/{topic.name}/{queue}/{offset}"
        for spec, topic, queue, start, end in parts
        for offset in range(start, end)
    }
    if path.exists() and expected <= {dead_letters.identity(item) for item in read_file(path)}:
        return {**row, "changed": False}
    if module.check_mode:
        return row
    try:
        # What was exported before and has expired since is kept.
        lines = {dead_letters.identity(item): text for item, text in kept(path)}
        readable(side, parts, PERM_READ | 2)
        try:
            for spec, topic, queue, start, end in parts:
                for message in read_queue(module, spec, topic.name, queue, start, end):
                    key = f"{name}/{spec.name}/{topic.name}/{queue}/{message.offset}"
                    lines[key] = dead_letters.line(name, spec.name, message)
        finally:
            readable(side, parts, None)
        missing = expected - lines.keys()
        if missing:
            raise ModuleError(f"{len(missing)} messages were not read, e.g. {min(missing)}")
    except (AdminError, ModuleError) as error:
        return {**row, "changed": module.acknowledged, "error": str(error)}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in lines.values())
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, path)
    return row


def kept(path: Path) -> list[tuple[dict[str, Any], str]]:
    if not path.exists():
        return []
    texts = [text for text in path.read_text(encoding="utf-8").splitlines() if text.strip()]
    return list(zip(read_file(path), texts, strict=True))


def read_file(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as stream:
            return dead_letters.parse(stream, str(path))
    except (OSError, UnicodeDecodeError, dead_letters.DeadLetterError) as error:
        raise ModuleError(f"nothing was sent or exported: {path}: {error}") from error


def resend(module: RocketmqModule, side: Any, group: str, path: Path) -> dict[str, Any]:
    """What a file holds and was not sent yet; each message is noted when the broker has acknowledged it."""
    items = read_file(path)
    row: dict[str, Any] = {
        "cluster": path.parent.name,
        "group": group,
        "messages": len(items),
        "file": str(path),
        "sent": 0,
        "changed": False,
        "error": None,
    }
    note = path.with_suffix(".sent")
    done = set(note.read_text(encoding="utf-8").splitlines()) if note.exists() else set()
    todo = [item for item in items if dead_letters.identity(item) not in done]
    if not todo:
        return row
    topic = retry_topic(group)
    places = [
        (spec.address, queue)
        for spec in side.specs
        if topic in side.topics[spec.address]
        for queue in range(side.topics[spec.address][topic].write_queues)
    ]
    if not places:
        return {**row, "error": f"no master of {side.cluster.name} has the topic {topic}: create the group first"}
    if module.check_mode:
        return {**row, "sent": len(todo), "changed": True}
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="utf-8") as stream:
        for number, item in enumerate(todo):
            address, queue = places[number % len(places)]
            request = send_message(
                address, topic, queue, item["body"], dead_letters.renewed(item), born_ms=int(time.time() * 1000)
            )
            try:
                module.admin.ask(request)
            except AdminError as error:
                return {**row, "error": f"{len(todo) - number} of {len(todo)} were not sent: {error}"}
            stream.write(f"{dead_letters.identity(item)}\n")
            stream.flush()
            row.update(sent=number + 1, changed=True)
    return row


def files(directory: Path, sources: list[str] | None) -> dict[tuple[str, str], Path]:
    found = {(path.parent.name, path.stem): path for path in sorted(directory.glob("*/*.jsonl"))}
    absent = sorted(set(sources or ()) - {cluster for cluster, _group in found})
    if absent:
        raise ArgumentError(f"{directory} holds no dead letters of {', '.join(absent)}")
    return {key: path for key, path in found.items() if not sources or key[0] in sources}


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
    params = module.params
    directory = Path(params["directory"])
    rows: list[dict[str, Any]] = []
    if params["state"] == "exported":
        if params["sources"] is not None:
            raise ArgumentError("sources is for state=resent; clusters says what is exported")
        sides = read_masters(module)
        everything = [(side, held(module, side)) for side in sides]
        names = {group for _side, groups in everything for group in groups}
        wanted = matching(names, params["groups"], ", ".join(side.cluster.name for side in sides))
        for side, groups in everything:
            rows += [export(module, side, group, groups[group], directory) for group in sorted(wanted & groups.keys())]
            module.progress(f"{side.cluster.name}: {sum(row['messages'] for row in rows)} dead letters exported")
    else:
        found = files(directory, params["sources"])
        wanted = matching({group for _cluster, group in found}, params["groups"], str(directory))
        for path in (path for (_cluster, group), path in found.items() if group in wanted):
            read_file(path)  # before anything is sent
        sides = read_masters(module)
        if len(sides) != 1:
            raise ArgumentError("state=resent takes one cluster, which gets the messages")
        rows = [resend(module, sides[0], group, path) for (_cluster, group), path in found.items() if group in wanted]
    changed = any(row["changed"] for row in rows)
    errors = [f"{row['cluster']}/{row['group']}: {row['error']}" for row in rows if row["error"]]
    if errors:
        module.fail("; ".join(errors), changed=changed, letters=rows)
    module.exit(changed=changed, letters=rows)


if __name__ == "__main__":
    main()
