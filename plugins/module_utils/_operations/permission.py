# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A broker permission is set, and read back in the routes of every name server (private)."""

from __future__ import annotations

from typing import Any

from .._admin.broker import broker_config, update_broker_config
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec, TopicConfig
from .._admin.release import PERMISSION_KEY
from .._migration.tables import changes, permission
from .changes import masters_of
from .errors import ArgumentError, OperationError
from .masters import Masters
from .task import REMEDY, Outcome, Task
from .wait import Left, wait_until

_NAMED = 3


# What is not as it should be at one master: text → topics that it is true of (none: the master itself).
Open = dict[str, list[str]]


class Side:
    """The masters of one cluster, each with what came of it."""

    def __init__(self, task: Task, masters: Masters, wanted: int) -> None:
        self.task = task
        self.masters = masters
        self.wanted = wanted
        self.rows: dict[str, dict[str, Any]] = {}
        self.witnesses: dict[str, dict[str, TopicConfig]] = {}
        self.open: dict[str, Open] = {}
        self.seen: set[str] = set()
        troubles = {trouble.address: trouble.text for trouble in masters.read()}
        silent = [troubles[server] for server in masters.cluster.nameservers if server in troubles]
        clusters, brokers = masters.names()
        for spec in masters.specs:
            known = spec.address not in troubles
            before = masters.perm(spec.address) if known else None
            row = changes.entry(
                PERMISSION_KEY,
                spec.name,
                masters.cluster.name,
                spec.address,
                before,
                wanted,
                broker=spec.name,
                cured=False,
                topics=0,
            )
            self.rows[spec.address] = row
            if before is None:
                changes.finish(row, f"not changed: {troubles[spec.address]}")
                continue
            topics = permission.witnesses(masters.topics[spec.address], spec.name, clusters, brokers)
            self.witnesses[spec.address], row["topics"] = topics, len(topics)
            if silent and (before == wanted or permission.takes_rights(before, wanted)):
                why = (
                    "is set, but not known to be seen"
                    if before == wanted
                    else "not changed, because it could not be seen"
                )
                changes.finish(row, f"{why} everywhere: {'; '.join(silent)}")

    def pending(self) -> list[str]:
        """Addresses that have not failed yet."""
        return [address for address, row in self.rows.items() if row["result"] != changes.FAILED]

    def look(self) -> None:
        """What the masters' configurations and the name servers' routes do not show yet, for all that are pending."""
        pending = [address for address in self.pending() if address not in self.seen]
        self.open = {}
        configs = self.task.admin.ask_all([broker_config(address) for address in pending])
        items: list[tuple[str, str]] = []
        for address, config in zip(pending, configs, strict=True):
            if isinstance(config, AdminError):
                self.open[address] = {str(config): []}
            elif config.get(PERMISSION_KEY) != str(self.wanted):
                self.open[address] = {f"{PERMISSION_KEY} is {config.get(PERMISSION_KEY)}": []}
            else:
                items.extend((address, topic) for topic in self.witnesses[address])
        perms = dict.fromkeys(pending, self.wanted)
        for (address, topic), texts in self.masters.routes_differ(self.witnesses, perms, items).items():
            for text in texts:
                self.open.setdefault(address, {}).setdefault(text, []).append(topic)
        self.seen.update(set(pending) - self.open.keys())

    def send(self, addresses: list[str]) -> None:
        """Sends the permission to these masters at once; one that refuses has failed."""
        answers = self.task.admin.ask_all(
            [update_broker_config(address, {PERMISSION_KEY: str(self.wanted)}) for address in addresses]
        )
        for address, answer in zip(addresses, answers, strict=True):
            # Without an answer it may have been applied all the same; looking tells.
            if isinstance(answer, AdminError) and answer.code is not None:
                changes.finish(self.rows[address], str(answer))
                self.open.pop(address, None)


def hidden(found: Open) -> bool:
    """Whether the master itself is as it should be and only routes differ."""
    return all(found.values())


def describe(found: Open) -> str:
    """What is not as it should be, each thing once with the first topics that it is true of."""
    texts = []
    for text, topics in list(found.items())[:_NAMED]:
        more = f" and {len(topics) - _NAMED} more" if len(topics) > _NAMED else ""
        texts.append(text + (f" (topic {', '.join(topics[:_NAMED])}{more})" if topics else ""))
    if len(found) > _NAMED:
        texts.append(f"and {len(found) - _NAMED} more")
    return "; ".join(texts)


class Run:
    """One task over all clusters."""

    def __init__(self, task: Task, clusters: list[ClusterSpec], wanted: int, names: list[str] | None) -> None:
        """C(names): the brokers that are meant; None for all."""
        self.task, self.wanted = task, wanted
        masters = masters_of(task, clusters)
        if names is not None:
            known = {spec.name for side in masters for spec in side.specs}
            if not names or set(names) - known:
                raise ArgumentError(
                    f"brokers: no master is named {', '.join(sorted(set(names) - known)) or 'in the empty list'} "
                    f"(masters: {', '.join(sorted(known))})"
                )
            for side in masters:
                side.only(names)
        empty = [side.cluster.name for side in masters if not side.specs and names is None]
        if empty:
            raise OperationError(f"nothing was changed: cluster {', '.join(empty)} has no master", brokers=[])
        self.sides = [Side(task, side, self.wanted) for side in masters]

    def looking(self) -> dict[str, Open]:
        for side in self.sides:
            side.look()
        return {address: found for side in self.sides for address, found in side.open.items()}

    def settle(self, timeout: float) -> None:
        """Looks until everything is as it should be. Routes that differ at two looks will not come by themselves: the
        permission is sent once more then, which publishes the master's whole table."""
        late: set[str] = set()

        def look() -> dict[str, Open]:
            nonlocal late
            found = self.looking()
            for side in self.sides:
                again = [address for address in side.open if address in late and not side.rows[address]["cured"]]
                for address in again:
                    side.rows[address]["cured"] = True
                if again:
                    side.send(again)
            late = {address for address, problems in found.items() if hidden(problems)}
            if found:
                address, problems = next(iter(found.items()))
                self.task.progress(
                    f"{PERMISSION_KEY} {self.wanted} not seen everywhere yet for {len(found)} master(s): "
                    f"{address}: {next(iter(problems))}"
                )
            return found

        wait_until(look, Left, timeout=timeout, interval=self.task.interval)

    def change(self) -> None:
        for side in self.sides:
            side.send([address for address in side.pending() if side.rows[address]["before"] != self.wanted])
        self.settle(self.task.timeout)
        for side in self.sides:
            for address in side.pending():
                row = side.rows[address]
                if address in side.open:
                    changes.finish(row, "not seen in time: " + describe(side.open[address]))
                elif row["before"] == self.wanted and not row["cured"]:
                    row["result"] = "unchanged"
                else:
                    changes.finish(row)

    def predict(self) -> None:
        self.looking()
        for side in self.sides:
            for address in side.pending():
                row = side.rows[address]
                if row["before"] == self.wanted:
                    row["cured"] = address in side.open
                    row["result"] = changes.PLANNED if row["cured"] else "unchanged"

    def end(self) -> Outcome:
        rows = [row for side in self.sides for row in side.rows.values()]
        moved = [row for row in rows if row["result"] in (changes.APPLIED, changes.PLANNED)]
        before, after = changes.difference(row for row in moved if row["before"] != row["after"])
        failed = [row for row in rows if row["result"] == changes.FAILED]
        if failed:
            texts = [f"{row['name']} ({row['address']}) of {row['cluster']}: {row['error']}" for row in failed]
            return Outcome.failed(
                f"{PERMISSION_KEY} {self.wanted} ({permission.WORDS[self.wanted]}) is not in force on {len(failed)} "
                f"of {len(rows)} master(s): {'; '.join(texts)}. {REMEDY}",
                changed=self.task.acknowledged,
                before=before,
                after=after,
                brokers=rows,
            )
        return Outcome.passed(changed=bool(moved), before=before, after=after, brokers=rows)


def run(task: Task, *, clusters: list[ClusterSpec], perm: int, brokers: list[str] | None) -> Outcome:
    work = Run(task, clusters, perm, brokers)
    if task.check_mode:
        work.predict()
    else:
        work.change()
    return work.end()
