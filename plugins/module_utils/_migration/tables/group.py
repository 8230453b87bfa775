# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be sent so that a consumer group is as wished: pure decisions over a broker's own tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from ..._admin.models import SubscriptionGroup, TopicConfig
from ..._admin.release import GROUP_NAME_LIMIT, READ_WRITE
from ..._admin.system_names import is_system_group, retry_topic
from .topic import MAX_QUEUES, TopicStep, TopicWish, name_problem

MAX_RETRIES = 2**31 - 1


@dataclass(frozen=True)
class GroupWish:
    """What one list item of the operator says; None leaves a setting alone."""

    name: str
    consume_enable: bool | None = None
    consume_from_min: bool | None = None
    broadcast: bool | None = None
    retry_queues: int | None = None
    retry_max: int | None = None
    broker_id: int | None = None
    slow_broker_id: int | None = None
    notify_changes: bool | None = None


@dataclass(frozen=True)
class GroupStep:
    """One group on one master, with what its retry topic needs there."""

    wish: GroupWish
    before: SubscriptionGroup | None
    after: SubscriptionGroup
    retry: TopicStep

    @property
    def changes(self) -> bool:
        return self.before != self.after


def wish_problems(wish: GroupWish) -> list[str]:
    """Everything wrong with one wish before any broker is asked."""
    problems = []
    problem = name_problem(wish.name, GROUP_NAME_LIMIT)
    if problem:
        problems.append(problem)
    elif is_system_group(wish.name):
        problems.append("the name belongs to a group that RocketMQ 4.4.0 keeps for itself")
    if wish.retry_queues is not None and not 1 <= wish.retry_queues <= MAX_QUEUES:
        # 4.4.0 answers success to a message that is sent back to a group with 0 retry queues, and drops it.
        problems.append(f"retry_queues must be between 1 and {MAX_QUEUES}, got {wish.retry_queues}")
    if wish.retry_max is not None and not 0 <= wish.retry_max <= MAX_RETRIES:
        problems.append(f"retry_max must be 0 or more, got {wish.retry_max}")
    for label, number in (("broker_id", wish.broker_id), ("slow_broker_id", wish.slow_broker_id)):
        if number is not None and number < 0:
            problems.append(f"{label} must be 0 or more, got {number}")
    return problems


def merge_doubles(wishes: Iterable[GroupWish]) -> tuple[list[GroupWish], list[str]]:
    """Each group once, in the listed order, and the names that are listed with different settings."""
    seen: dict[str, GroupWish] = {}
    contradictions: list[str] = []
    for wish in wishes:
        if seen.setdefault(wish.name, wish) != wish and wish.name not in contradictions:
            contradictions.append(wish.name)
    return list(seen.values()), contradictions


def decide(wish: GroupWish, current: SubscriptionGroup | None, retry: TopicConfig | None) -> GroupStep:
    """The whole entry of the group (4.4.0 replaces it, and a field left out falls back to its default).

    C(retry) is the group's retry topic in the same broker's table, None where it does not exist.
    """
    base = current if current is not None else SubscriptionGroup(name=wish.name)
    after = SubscriptionGroup(
        **{
            field.name: getattr(base, field.name) if getattr(wish, field.name) is None else getattr(wish, field.name)
            for field in fields(SubscriptionGroup)
        }
    )
    return GroupStep(wish, current, after, retry_step(after, retry))


def retry_step(group: SubscriptionGroup, current: TopicConfig | None) -> TopicStep:
    """The retry topic with room for C(retry_queues): a broker picks the queue of a retry by the group's number
    without looking at the topic, and what lands beyond the topic's queues is never seen again.

    It only ever grows, and its permission is left alone.
    """
    name = retry_topic(group.name)
    if current is None:
        queues = max(1, group.retry_queues)
        after = TopicConfig(name=name, read_queues=queues, write_queues=queues, perm=READ_WRITE)
        return TopicStep(TopicWish(name), None, after)
    before = TopicConfig(
        name, current.read_queues, current.write_queues, current.perm, current.filter_type, current.sys_flag
    )
    after = TopicConfig(
        name,
        max(current.read_queues, group.retry_queues),
        max(current.write_queues, group.retry_queues),
        current.perm,
        current.filter_type,
        current.sys_flag,
    )
    return TopicStep(TopicWish(name), before, after)
