# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be sent so that a topic is as wished: pure decisions over a broker's own topic table.

Queue numbers follow what 4.4.0 does with them: a producer picks among the write queues, a consumer sees the read
queues, a pull beyond the read queues is refused. So write queues above the read queues hold messages that no consumer
gets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from ..._admin import release
from ..._admin.models import TopicConfig

T = TypeVar("T")

# A broker's own BenchmarkTest has as many; each queue costs a file of several megabytes on the broker.
MAX_QUEUES = release.MOST_QUEUES
_NAME = re.compile(release.NAME_PATTERN)


@dataclass(frozen=True)
class TopicWish:
    """What one list item of the operator says; None leaves a setting alone."""

    name: str
    read_queues: int | None = None
    write_queues: int | None = None
    perm: int | None = None
    filter_type: str | None = None
    sys_flag: int | None = None
    order: bool | None = None


@dataclass(frozen=True)
class TopicStep:
    """One topic on one master: C(before) is None where it does not exist; equal C(before) and C(after): no change."""

    wish: TopicWish
    before: TopicConfig | None
    after: TopicConfig
    refusal: str | None = None

    @property
    def changes(self) -> bool:
        return self.refusal is None and self.before != self.after


def name_problem(name: str, limit: int = release.TOPIC_NAME_LIMIT) -> str | None:
    """Why brokers or Java clients could not use this name, or None.

    A broker stores a longer name, and then refuses every message to it (code 13).
    """
    if not name:
        return "the name is empty"
    if len(name) > limit:
        return f"the name has {len(name)} characters, more than the {limit} that RocketMQ {release.NAME} can use"
    if not _NAME.fullmatch(name):
        odd = "".join(sorted(set(re.sub(_NAME, "", name))))
        return f"the name contains {odd!r}; clients accept only letters, digits and % | _ -"
    return None


def wish_problems(wish: TopicWish, reserved: Callable[[str], str | None]) -> list[str]:
    """Everything wrong with one wish before any broker is asked. C(reserved) says why a name is not the operator's."""
    problems = [text for text in (name_problem(wish.name), reserved(wish.name) if wish.name else None) if text]
    for label, number in (("read_queues", wish.read_queues), ("write_queues", wish.write_queues)):
        if number is not None and not 1 <= number <= MAX_QUEUES:
            problems.append(f"{label} must be between 1 and {MAX_QUEUES}, got {number}")
    if wish.perm is not None and wish.perm not in release.TOPIC_PERMISSIONS:
        problems.append(f"perm must be 0, 2 (write), 4 (read) or 6 (both), got {wish.perm}")
    if wish.filter_type is not None and wish.filter_type not in release.FILTER_TYPES:
        problems.append(f"filter_type must be one of {', '.join(release.FILTER_TYPES)}, got {wish.filter_type}")
    if wish.sys_flag is not None and not 0 <= wish.sys_flag <= release.TOPIC_FLAGS:
        problems.append(f"sys_flag must be between 0 and 3 (1 unit, 2 unit subscription), got {wish.sys_flag}")
    return problems


def merge_doubles(wishes: Iterable[TopicWish]) -> tuple[list[TopicWish], list[str]]:
    """Each topic once, in the listed order, and the names that are listed with different settings."""
    seen: dict[str, TopicWish] = {}
    contradictions: list[str] = []
    for wish in wishes:
        if seen.setdefault(wish.name, wish) != wish and wish.name not in contradictions:
            contradictions.append(wish.name)
    return list(seen.values()), contradictions


def decide(wish: TopicWish, current: TopicConfig | None, allow_decrease: bool = False) -> TopicStep:
    """What a master's entry becomes; C(refusal) is set where that would hide messages or take queues silently.

    C(order) is not part of it: the broker ignores that field of the request and follows the name servers.
    """
    if current is None:
        read = wish.read_queues or wish.write_queues or release.TOPIC_QUEUES
        # Queues that were not asked for follow the ones that were.
        write = wish.write_queues or wish.read_queues or release.TOPIC_QUEUES
        after = TopicConfig(
            name=wish.name,
            read_queues=read,
            write_queues=write,
            perm=release.READ_WRITE if wish.perm is None else wish.perm,
            filter_type=wish.filter_type or release.SINGLE_TAG,
            sys_flag=wish.sys_flag or 0,
        )
        before = None
    else:
        before = replace(current, order=False)
        after = replace(
            before,
            read_queues=_kept(wish.read_queues, current.read_queues),
            write_queues=_kept(wish.write_queues, current.write_queues),
            perm=_kept(wish.perm, current.perm),
            filter_type=_kept(wish.filter_type, current.filter_type),
            sys_flag=_kept(wish.sys_flag, current.sys_flag),
        )
    return TopicStep(wish, before, after, _queue_refusal(before, after, allow_decrease))


def hidden_queues(step: TopicStep) -> range:
    """Queue ids that consumers see now and would not see afterwards."""
    if step.before is None:
        return range(0)
    return range(step.after.read_queues, step.before.read_queues)


def _kept(wished: T | None, current: T) -> T:
    return current if wished is None else wished


def _queue_refusal(before: TopicConfig | None, after: TopicConfig, allow_decrease: bool) -> str | None:
    same = before is not None and (before.read_queues, before.write_queues) == (after.read_queues, after.write_queues)
    if same:
        return None
    if before is not None:
        lost = [
            f"{label} from {old} to {new}"
            for label, old, new in (
                ("read queues", before.read_queues, after.read_queues),
                ("write queues", before.write_queues, after.write_queues),
            )
            if new < old
        ]
        if lost and not allow_decrease:
            return f"would decrease {' and '.join(lost)}; set allow_decrease if that is meant"
        if after.read_queues < min(before.read_queues, before.write_queues):
            return (
                f"producers still write to {before.write_queues} queues: decrease the write queues to "
                f"{after.read_queues} first, wait until the queues that go are consumed, then the read queues"
            )
    if after.write_queues > after.read_queues:
        return (
            f"{after.write_queues} write queues with {after.read_queues} read queues: "
            "messages in the others would never be consumed"
        )
    return None


def order_value(current: str | None, entries: Mapping[str, int], ordered: bool) -> str | None:
    """The value of a topic's key in ORDER_TOPIC_CONFIG ("broker:queues;broker:queues"), None for no key.

    C(entries): broker name → write queues of the cluster at hand. Other brokers' entries are kept, because a name
    server that two clusters share holds both.
    """
    table: dict[str, str] = {}
    for part in (current or "").split(";"):
        broker, colon, queues = part.strip().rpartition(":")
        if colon:
            table[broker] = queues
    for broker, count in entries.items():
        table.pop(broker, None)
        if ordered:
            table[broker] = str(count)
    if same_order(current, ";".join(f"{broker}:{queues}" for broker, queues in table.items())):
        return current
    return ";".join(f"{broker}:{queues}" for broker, queues in sorted(table.items())) or None


def same_order(left: str | None, right: str | None) -> bool:
    """Whether two values say the same; the sequence of the brokers does not matter."""
    return _parts(left) == _parts(right)


def _parts(value: str | None) -> frozenset[str]:
    return frozenset(part.strip() for part in (value or "").split(";") if part.strip())
