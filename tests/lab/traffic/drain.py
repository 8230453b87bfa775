# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of the drain: it passes when the messages are gone, and not a moment before."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.oracle import lag as oracle
from ansible_collections.mqops.rocketmq.tests.lab.oracle.remoting import Peer, Puppet, parse
from ansible_collections.mqops.rocketmq.tests.lab.traffic.world import GROUP, TOPIC, Traffic, peer_of, require, wait_for

HALF_CHECKS = 15  # 4.4.0's transactionCheckMax


def independent_check(lab: Traffic) -> str:
    """The module's rows equal, queue by queue, what 43, 30 and 31 say when asked one by one by other code."""

    def both() -> tuple[dict[Any, Any], dict[Any, Any]]:
        before = oracle.remaining(Peer(lab.master))
        found = lab.lag(wait=False, detail="all")
        after = oracle.remaining(Peer(lab.master))
        # What moves while both look can be compared with nothing.
        still = {
            (pair, queue): row
            for pair, queues in before.items()
            for queue, row in queues.items()
            if after.get(pair, {}).get(queue) == row
        }
        rows = {
            (f"{row['topic']}@{row['group']}", row["queue"]): [
                row["committed"],
                row["min"],
                row["max"],
                row["remaining"],
            ]
            for row in found["rows"]
            if row["committed"] is not None and not row["client"]
        }
        return still, {key: row for key, row in rows.items() if key in still}

    said, rows = both()
    wrong = {key: (said[key], rows.get(key)) for key in said if rows.get(key) != said[key]}
    require(not wrong, f"{len(wrong)} of {len(said)} queues differ, e.g. {dict(list(wrong.items())[:3])}")
    left = sum(row[3] for row in rows.values())
    require(len(said) > 20 and left > 20, f"only {len(said)} queues with {left} messages were compared")
    return f"{len(said)} queues equal, {left} messages remaining"


def nothing_passes(lab: Traffic) -> str:
    """Offline groups, delayed, undecided messages each block; the dead letter is counted."""
    found = lab.fails("NO_CONSUMER")
    codes = {one["code"] for one in found["reasons"]}
    missing = {"NO_CONSUMER", "DELAYED_PENDING", "HALF_PENDING", "DLQ_CONTENT"} - codes
    require(not missing, f"{missing} not among {codes}")
    subjects = {one["subject"] for one in found["reasons"] if one["code"] == "NO_CONSUMER"}
    require({f"mro/{GROUP}/{TOPIC}", "mro/mro-late/mro-late"} <= subjects, f"{subjects}")
    return f"{sorted(codes)}"


def dies_in_mid_drain(lab: Traffic) -> str:
    """The wait is given up, naming the group that lost its last consumer."""
    puppet = Puppet(lab.master, GROUP, TOPIC)
    killer = lab.after_a_look(puppet.die)
    began = time.monotonic()
    found = lab.lag(timeout=120, abort_on={"consumer_lost": 3})
    killer.join()
    require(found.get("aborted") == ["CONSUMER_LOST"], f"aborted: {found.get('aborted')}: {found.get('msg')}")
    require(f"CONSUMER_LOST mro/{GROUP}" in found["msg"], found["msg"])
    return f"given up after {time.monotonic() - began:.0f} s"


def rewound(lab: Traffic) -> str:
    """A group that was through and goes back is not drained."""
    puppet = Puppet(lab.master, GROUP, TOPIC)
    try:
        puppet.commit(0, lab.end(TOPIC, 0))
        lab.after_a_look(lambda: puppet.commit(0, 2))
        found = lab.lag(timeout=15, groups=[GROUP])
        remaining = found["clusters"]["mro"]["groups"][GROUP]["remaining"]
        require(bool(found.get("failed")), "the drain passed although the offset was set back")
        require(remaining > 0, f"nothing remains after the rewind: {found['clusters']}")
        puppet.commit(0, lab.end(TOPIC, 0))
    finally:
        puppet.die()
    return f"{remaining} remain after the rewind"


def dead_letters(lab: Traffic) -> str:
    """Exported as many as mqadmin and the broker count, and arriving in the group's retry topic when sent again."""
    directory = lab.build / "dead-letters"
    arguments = {"clusters": [lab.source], "directory": str(directory)}
    found = lab.module("rocketmq_dlq", state="exported", **arguments)
    require(not found.get("failed"), str(found.get("msg")))
    counts = {row["group"]: row["messages"] for row in found["letters"]}
    require(counts == {GROUP: 1}, f"exported {counts}")
    require("dead-1" in Path(found["letters"][0]["file"]).read_text(), "the message is not in the file")
    again = lab.module("rocketmq_dlq", state="exported", **arguments)
    require(again["changed"] is False, "a second export changed something")
    perm = next(
        topic["perm"]
        for name, topic in parse(lab.peer.ask(21)[1])["topicConfigTable"].items()
        if name == f"%DLQ%{GROUP}"
    )
    require(perm == 2, f"the queue's permission is {perm} after the export")
    lab.module("rocketmq_topic", clusters=[lab.target], name=f"%RETRY%{GROUP}", read_queues=1, write_queues=1)
    sent = lab.module("rocketmq_dlq", state="resent", clusters=[lab.target], directory=str(directory))
    require(not sent.get("failed") and sent["letters"][0]["sent"] == 1, f"{sent.get('msg')} {sent.get('letters')}")
    masters = [Peer(one["address"]) for one in lab.target["brokers"] if one["id"] == 0]
    wait_for(
        "the message in the retry topic of the target",
        lambda: sum(int(one.ask(30, topic=f"%RETRY%{GROUP}", queueId=0)[0]["offset"]) for one in masters) == 1,
        10,
    )
    return "1 exported, 1 sent again, permission 2 again"


def killed_in_mid_drain(lab: Traffic) -> str:
    """SIGKILL and start of the master: named and given up; nothing is lost."""
    name = lab.hosts["mro-broker-a"]["rocketmq_container"]
    timer = lab.after_a_look(lambda: (lab.run("docker", "kill", name), lab.run("docker", "start", name)))
    found = lab.lag(timeout=180, abort_on={"broker_restarted": True})
    timer.join()
    lab.peer = wait_for("the master", lambda: peer_of(lab.master), 90)
    require(found.get("aborted") == ["BROKER_RESTARTED"], f"aborted: {found.get('aborted')}: {found.get('msg')}")
    require(lab.permission() == "4", f"the permission after the restart is {lab.permission()}")
    return found["msg"][:120]


def drained(lab: Traffic) -> str:
    """Passes when the owners have acted and the last delayed message is through, and not a moment before."""
    lab.tell_business("catch-up")
    lab.tell_business("late-return")
    # The undecided message is given up by the broker at its next check instead of its 15th.
    lab.configure(transactionCheckMax=1)
    puppet = Puppet(lab.master, GROUP, TOPIC)
    try:
        follow = threading.Event()

        def consume() -> None:
            while not follow.wait(1):
                for queue in (0, 1):
                    puppet.commit(queue, lab.end(TOPIC, queue))

        thread = threading.Thread(target=consume, daemon=True)
        thread.start()
        found = lab.lag(timeout=420, window=10)
        follow.set()
        thread.join()
    finally:
        puppet.die()
    waited = time.monotonic() - lab.delayed_at
    require(not found.get("failed"), f"the drain did not pass: {found.get('msg')}")
    require(waited >= 120, f"the drain passed {waited:.0f} s after a message with a delay of 120 s was sent")
    said = oracle.remaining(lab.peer)
    left = {pair: queues for pair, queues in said.items() if any(row[3] for row in queues.values())}
    require(not left, f"the drain passed with messages left: {left}")
    lab.configure(transactionCheckMax=HALF_CHECKS)
    return f"passed {waited:.0f} s after the delayed message was sent, nothing left by the other count"
