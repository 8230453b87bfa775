# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the target of a copy lacks is sent to it (private)."""

from __future__ import annotations

from typing import Any

from .._admin.broker import create_topic, update_group, update_offset
from .._admin.client import never_sent
from .._admin.errors import AdminError
from .._admin.nameserver import kv_put
from .._admin.release import ORDER_NAMESPACE
from .._migration.tables import missing as metadata
from .errors import OperationError
from .masters import AHEAD
from .silent_nameservers import refuse_slow_creations
from .task import Task

OFFSETS_AT_ONCE = 2000


class Sending:
    """C(sent): how many were taken, by kind, over all passes. C(failed): what was not, item by item."""

    def __init__(self, task: Task) -> None:
        self.task, self.admin = task, task.admin
        self.sent = {"groups": 0, "topics": 0, "offsets": 0, "order": 0}
        self.failed: list[dict[str, Any]] = []

    def refuse_slow_creations(self, work: metadata.Work, seen: Any) -> None:
        """A name server that swallows packets costs 3 s for each creation, at each broker that has it in its list.

        C(seen): the target. Raises OperationError, naming them.
        """
        counts = {one.address: (len(one.topics), seen.brokers[one.address].config) for one in work.masters}
        advice = "; or start masters that have never run with seeds (mqops.rocketmq.rocketmq_seed)."
        refuse_slow_creations(self.admin, counts, "nothing was created", advice)

    def send(self, work: metadata.Work) -> None:
        """Order first, so that no flag flaps; offsets before topics, so that no consumer is faster than its offset.

        Raises OperationError, with every item that failed, after all that could be sent was sent.
        """
        self._send(
            "order",
            [
                (topic, kv_put(server, ORDER_NAMESPACE, topic, value))
                for server, entries in work.order.items()
                for topic, value in entries.items()
            ],
            serial=True,
        )
        self._send(
            "groups",
            [
                (group.name, update_group(master.address, group))
                for master in work.masters
                for _found, group in master.groups
            ],
            serial=True,
        )
        total = work.counts()["offsets"]
        for part in metadata.offset_batches(work.masters, OFFSETS_AT_ONCE):
            self._send(
                "offsets",
                [
                    (item.group, update_offset(master.address, item.group, item.topic, item.queue, 0))
                    for master, item in part
                ],
            )
            self.task.progress(f"metadata: {self.sent['offsets']} offsets sent, {total} in this pass")
        self._send(
            "topics",
            [
                (topic.name, create_topic(master.address, topic))
                for master in work.masters
                for _found, topic in master.topics
            ],
            serial=True,
            ahead=AHEAD,
        )
        if self.failed:
            # What was sent stays, and the next run goes on from there.
            texts = [f"{row['kind']} {row['name']}: {row['error']}" for row in self.failed[:5]]
            more = f"; and {len(self.failed) - 5} more" if len(self.failed) > 5 else ""
            raise OperationError(
                f"{len(self.failed)} item(s) failed: {'; '.join(texts)}{more}. Sent: {self.sent}. Run this again when "
                "the cause is gone; it goes on with what is missing.",
                failed_items=self.failed,
            )

    def _send(self, kind: str, items: list[tuple[str, Any]], *, serial: bool = False, ahead: int = 0) -> None:
        """Sends these (name, request), counts what was taken and keeps what was not.

        ``serial``, ``ahead``: as ``Admin.ask_all`` has them. An address that stops answering gets no more then: it
        would most likely swallow the rest as well, a deadline each.
        """
        answered = 0

        def count() -> None:
            nonlocal answered
            answered += 1
            if serial and answered % 100 == 0:
                self.task.progress(f"metadata: {answered} of {len(items)} {kind}")

        answers = self.admin.ask_all([request for _name, request in items], serial=serial, ahead=ahead, on_answer=count)
        for (name, request), answer in zip(items, answers, strict=True):
            if isinstance(answer, AdminError):
                why = f"not sent: {answer}" if never_sent(answer) else str(answer)
                self.failed.append({"kind": kind, "name": name, "address": request.address, "error": why})
            else:
                self.sent[kind] += 1
