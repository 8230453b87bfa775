# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topics, groups and offsets are copied to the target, until nothing is missing there (private)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._admin.client import audit_line
from .._admin.models import ClusterSpec
from .._migration.tables import creation_cost, merge
from .._migration.tables import missing as metadata
from .copy_lists import Lists
from .copy_reading import Reading
from .copy_sending import Sending
from .errors import OperationError
from .task import Outcome, Task
from .wait import Left, wait_until


class Copy:
    """One run over the sources and the target."""

    def __init__(self, task: Task, reading: Reading, granted: list[str]) -> None:
        self.task, self.reading = task, reading
        self.lists, self.sending = Lists(reading), Sending(task)
        self.granted = frozenset(granted)
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}

    def passes(self, most: int) -> Outcome:
        """Looks and sends until a look finds nothing missing. Raises OperationError after so many passes."""
        estimated: dict[str, int] = {}
        for number in range(1, most + 1):
            merged = self.reading.merged()
            work = self.reading.work(merged, self.granted)
            self.task.progress(f"metadata: pass {number} lacks {work.counts()}")
            if number == 1:
                estimated = creation_cost.seconds(work, merged)
                self.advise_seeds(estimated)
            if not work or self.task.check_mode:
                return self.ended(number, merged, work, estimated)
            if any(master.topics for master in work.masters):
                self.sending.refuse_slow_creations(work, self.reading.seen)
                self.lists.await_complete("nothing was created, because a name server's list is incomplete")
            self.note(work)
            # No consumer can have seen what is created only now.
            self.granted -= {topic.name for master in work.masters for found, topic in master.topics if found is None}
            self.sending.send(work)
            # 4.4.0 answers before it applies; a second look too early would send everything twice.
            wait_until(
                lambda: self.reading.work(merged, self.granted),  # noqa: B023 - called before the loop goes on
                lambda left: Left([kind for kind, count in left.counts().items() if count]),
                timeout=self.task.timeout,
                interval=self.task.interval,
            )
        raise OperationError(f"pass {most} still found differences: something creates or changes them all the time")

    def ended(
        self, number: int, merged: merge.MergedTables, work: metadata.Work, estimated: Mapping[str, int]
    ) -> Outcome:
        """The end of the last pass; C(work) is what a run in check mode would send."""
        sent = self.sending.sent
        if work:
            self.note(work)
            sent = work.counts()
        elif any(sent[kind] for kind in ("groups", "offsets", "topics")):
            self.lists.await_complete("what was created is not listed completely")
        assumed = "no master of the target answers; it is taken as empty"
        return Outcome.passed(
            changed=bool(work) or any(sent.values()),
            before=self.before,
            after=self.after,
            passes=number,
            sent=sent,
            topics=len(merged.topics),
            groups=len(merged.groups),
            closed=list(work.closed),
            estimate=estimated,
            acl_files=self.reading.acl_files,
            republished=self.lists.republished,
            requests=self.audit(),
            **({"assumed": assumed} if self.reading.assumed_empty else {}),
        )

    def advise_seeds(self, estimated: Mapping[str, int]) -> None:
        """Says so where a start with seeds would have been much faster, as long as the target can be started anew."""
        configs = [view.config for view in self.reading.seen.masters]
        serving = any(isinstance(config, Mapping) and config.get("brokerPermission") == "6" for config in configs)
        if not serving and not self.reading.assumed_empty and creation_cost.seeds_pay_off(estimated):
            self.task.warn(
                f"what is missing takes the target's masters about {estimated['one_by_one']} s one by one; seeded "
                f"(rocketmq_seed, into empty stores before the first start) it would be about {estimated['seeded']} s"
            )

    def note(self, work: metadata.Work) -> None:
        """Adds what is going to be sent to both sides of the diff."""
        before, after = metadata.before_after(work)
        for whole, part in ((self.before, before), (self.after, after)):
            for name, kinds in part.items():
                for kind, rows in kinds.items():
                    for key, value in rows.items():
                        target = whole.setdefault(name, {}).setdefault(kind, {})
                        if whole is self.after:
                            target[key] = value
                        else:
                            target.setdefault(key, value)

    def audit(self) -> list[str]:
        """The changing requests; offsets are too many to be listed one by one."""
        kept: list[str] = []
        counted: dict[tuple[str, str], int] = {}
        for entry in self.task.admin.audit:
            if entry["request"] != "UPDATE_CONSUMER_OFFSET":
                kept.append(audit_line(entry))
            else:
                key = (entry["address"], entry["result"])
                counted[key] = counted.get(key, 0) + 1
        return kept + [
            f"UPDATE_CONSUMER_OFFSET {address} commitOffset=0, {count} times: {result}"
            for (address, result), count in counted.items()
        ]


def run(
    task: Task,
    *,
    sources: list[ClusterSpec],
    target: ClusterSpec,
    topic_perm: int | None,
    granted: list[str],
    parts: list[str],
    max_passes: int,
    registers_with: list[str],
) -> Outcome:
    if not sources:
        raise OperationError("sources is empty: there is nothing to copy from")
    if not parts:
        raise OperationError("parts is empty: there is nothing to copy")
    if not target.masters:
        raise OperationError(f"target {target.name} has no master")
    reading = Reading(task, sources, target, frozenset(parts), topic_perm, registers_with)
    copy = Copy(task, reading, granted)
    try:
        return copy.passes(max_passes)
    except OperationError as error:
        sent = copy.sending.sent
        values = {**error.result, "sent": sent, "requests": copy.audit()}
        return Outcome.failed(str(error), changed=any(sent.values()) and not task.check_mode, **values)
