# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of the close: what is sent to a closed source is noticed, named, and read or told."""

from __future__ import annotations

import threading
import time

from ansible_collections.mqops.rocketmq.tests.lab.oracle import lag as oracle
from ansible_collections.mqops.rocketmq.tests.lab.oracle.remoting import Peer, Puppet, send
from ansible_collections.mqops.rocketmq.tests.lab.traffic.pinned import Pinned
from ansible_collections.mqops.rocketmq.tests.lab.traffic.world import (
    CLOSE,
    GROUP,
    NEW_TOPIC,
    TOPIC,
    Traffic,
    require,
    wait_for,
)

TEN_MINUTES = 600


def seldom(lab: Traffic) -> str:
    """Lets the ten minutes pass after which the producer sends again, which is what the straggler does."""
    left = lab.seldom_at + TEN_MINUTES - time.monotonic()
    if left > 0:
        time.sleep(left)
    return f"{time.monotonic() - lab.seldom_at:.0f} s since it sent before the freeze"


def straggler(lab: Traffic) -> str:
    """Somebody sends once while the source is closed: opened once more, drained, closed for good, and named."""

    def once() -> None:
        wait_for("the close", lambda: lab.permission() == "0", 300)
        time.sleep(5)
        send(Peer(lab.master), TOPIC, 0, "straggler")

    puppet = Puppet(lab.master, GROUP, TOPIC)
    follow = threading.Event()

    def consume() -> None:
        # As a real consumer: what is closed cannot be read.
        while not follow.wait(1):
            if lab.permission() == "4":
                puppet.commit(0, lab.end(TOPIC, 0))

    threads = [threading.Thread(target=target, daemon=True) for target in (once, consume)]
    for thread in threads:
        thread.start()
    try:
        # The puppet does not tell which queues it holds, as clients in some other languages.
        passed, printed = lab.gate(
            CLOSE,
            migration_waivers=[{"code": "CLIENT_SILENT", "subject": f"mro/{GROUP}/*", "reason": "a puppet"}],
        )
    finally:
        follow.set()
        threads[1].join()
        puppet.die()
    require(passed, f"the close did not pass the second time: {printed[-3000:]}")
    require("WRITTEN_SINCE mro/broker-a" in printed, "the first close did not notice the straggler")
    require(f"Straggler: {TOPIC} queue 0 on mro/broker-a: 1 messages" in printed, f"it is not named: {printed[-3000:]}")
    require(lab.permission() == "0", f"the permission is {lab.permission()}")
    left = {
        pair: queues for pair, queues in oracle.remaining(lab.peer).items() if any(row[3] for row in queues.values())
    }
    require(not left, f"closed with messages left: {left}")
    return "named, drained, closed the second time"


def missed_broadcast(lab: Traffic) -> str:
    """Sent to a closed source after the run that closed it: the next one knows what was proved, and tells it once."""
    require(lab.permission() == "0", f"the permission is {lab.permission()}")
    send(Peer(lab.master), "mro-broadcast", 0, "missed")
    # The topic table is younger than the message now, as it is after any heartbeat of a new group.
    lab.peer.ask(17, **NEW_TOPIC, topic="mro-latest")
    passed, printed = lab.gate(CLOSE)
    require(not passed, "the close passed although nobody will read a broadcast")
    require("WRITTEN_SINCE mro/broker-a" in printed, f"it was not noticed: {printed[-3000:]}")
    require("mro-broadcast queue 0 on mro/broker-a: 1 messages" in printed, f"it is not named: {printed[-3000:]}")
    require("their owner has to send them again" in printed, f"nobody is told: {printed[-3000:]}")
    require(lab.permission() == "0", f"the permission is {lab.permission()}")
    passed, printed = lab.gate(CLOSE)
    require(passed, f"what was told is told again: {printed[-3000:]}")
    return "named, closed, told once"


def second_straggler(lab: Traffic) -> str:
    """One that goes on sending while the source is closed: the phase fails, names it, the source stays readable."""
    started: list[Pinned] = []

    def start() -> None:
        wait_for("the close", lambda: lab.permission() == "0", 400)
        started.append(Pinned(lab.master, TOPIC, 1, 2.0))

    opener = threading.Thread(target=start, daemon=True)
    opener.start()
    puppet = Puppet(lab.master, GROUP, TOPIC)
    follow = threading.Event()

    def consume() -> None:
        while not follow.wait(0.5):
            if lab.permission() == "4":
                puppet.commit(1, lab.end(TOPIC, 1))

    thread = threading.Thread(target=consume, daemon=True)
    thread.start()
    try:
        passed, printed = lab.gate(
            CLOSE,
            migration_drain_timeout=30,
            migration_waivers=[{"code": "CLIENT_SILENT", "subject": f"mro/{GROUP}/*", "reason": "a puppet"}],
        )
    finally:
        for producer in started:
            producer.stop()
        time.sleep(1)
        follow.set()
        thread.join()
        puppet.commit(1, lab.end(TOPIC, 1))
        puppet.die()
    require(not passed, "the close passed although somebody wrote all the time")
    require("WRITTEN_SINCE mro/broker-a" in printed, f"the close did not notice: {printed[-3000:]}")
    require("SOURCE_NOT_CLOSED mro" in printed and f"{TOPIC} queue 1 on mro/broker-a" in printed, printed[-3000:])
    require(lab.permission() == "4", f"the permission is {lab.permission()}")
    require(len(started) == 1, "the source was never closed")
    return f"refused after {started[0].sent} sends, readable again"
