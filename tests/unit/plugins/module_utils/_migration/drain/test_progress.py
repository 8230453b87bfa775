# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.progress import (
    Aborts,
    Limits,
    TargetWatch,
    progress,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.rows import (
    DRAINING,
    NO_CONSUMER,
    ClusterDrain,
    QueueLag,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.reasons.reason import Reason

ADDRESS = "198.18.50.21:10911"
NAMES = {ADDRESS: "broker-a"}


def drain(remaining=0, *, at=0.0, verdict=DRAINING, clients=("c1",), delay=0, boot="1", reasons=(), rate=0.0):
    code = "" if not remaining else "NO_CONSUMER" if verdict == NO_CONSUMER else "NOT_DRAINED"
    row = QueueLag("mro", "broker-a", "g", "orders", 0, 0, 0, remaining, verdict, code, remaining, rate=rate)
    return ClusterDrain(
        "mro",
        int(at * 1000) + 1,
        (row,),
        tuple(reasons),
        {"topics": remaining, "delay": delay},
        {ADDRESS: (5000, boot)},
        {"g": clients} if clients else {},
    )


def looks(limits, *drains, waived=frozenset()):
    aborts = Aborts(limits)
    return [[str(reason) for reason in aborts.look(one, NAMES, waived)] for one in drains]


def test_without_limits_nothing_is_given_up() -> None:
    worse = [drain(n, at=n * 100, clients=(), verdict=NO_CONSUMER, boot=str(n)) for n in range(1, 9)]
    assert not any(looks(Limits(), drain(1), *worse))


def test_growth_has_to_last() -> None:
    limits = Limits(growing_samples=3)
    found = looks(limits, *[drain(n) for n in (5, 6, 7, 7, 8, 9)], drain(10))
    assert found == [[]] * 6 + [["DRAIN_GROWS mro (samples 3, before 7, now 10)"]]
    # Delayed messages that come back as retries are no growth, and a silent broker is none either.
    assert not any(looks(limits, drain(5, delay=9), drain(9, delay=5), drain(14), drain(12), drain(14)))
    silent = [Reason("BROKER_UNKNOWN", "mro/broker-a")]
    assert not any(looks(limits, drain(1), drain(2), drain(0, reasons=silent), drain(3)))


def test_a_restart_is_named() -> None:
    changed = [drain(5), drain(5, boot="2")]
    assert looks(Limits(broker_restarted=True), *changed)[1][0].startswith("BROKER_RESTARTED mro/broker-a (")
    assert looks(Limits(), *changed)[1] == []


def test_a_group_that_loses_its_last_consumer() -> None:
    gone = [drain(5, at=at, clients=(), verdict=NO_CONSUMER) for at in (10, 40, 70)]
    found = looks(Limits(consumer_lost=60), drain(9), *gone)
    assert found[:3] == [[], [], []]
    assert found[3] == ["CONSUMER_LOST mro/g (remaining 5, seconds 60, topics ['orders'])"]
    # Back in time, never there at all, waived, or nothing left: no reason to give up.
    assert not any(looks(Limits(consumer_lost=60), drain(9), gone[0], drain(5, at=30), gone[2]))
    assert not any(looks(Limits(consumer_lost=0), *gone))
    waived = frozenset({("NO_CONSUMER", "mro/g/orders")})
    assert not any(looks(Limits(consumer_lost=0), drain(9), *gone, waived=waived))
    assert not any(looks(Limits(consumer_lost=0), drain(9), drain(0, at=9, clients=())))


def test_the_targets_backlog_is_measured_over_a_while() -> None:
    watch = TargetWatch(limit=2.0)
    assert watch.look(drain(0, at=0)) == []
    assert watch.look(drain(100, at=10)) == []  # too short to say
    assert watch.look(drain(60, at=30)) == []  # 2/s is allowed
    found = watch.look(drain(200, at=40))
    assert [str(one) for one in found] == ["TARGET_FALLS_BEHIND mro (rate 3.3, limit 2.0, behind {'g': 200})"]
    # A group that is offline is not behind, and what did not answer has no rate.
    watch = TargetWatch(limit=2.0)
    assert watch.look(drain(0, at=0)) == []
    assert watch.look(drain(900, at=40, clients=())) == []
    assert watch.look(drain(900, at=41, reasons=[Reason("BROKER_UNKNOWN", "mro/broker-a")])) == []


def test_the_line_names_the_slowest_and_who_consumes_it() -> None:
    quick, slow = drain(90, rate=30.0), drain(10, rate=0.5, clients=("c1", "c2", "c3"))
    slow = replace(slow, rows=(replace(slow.rows[0], group="h"),), consumers={"h": ("c1", "c2", "c3")})
    assert progress([quick, slow], 0, 60) == (
        "remaining 100 (topics 100), 30.5/s, ETA 3 s; slowest: mro/h 10 DRAINING, consumed by c1, c2 and 1 more"
    )
