# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of the freeze: who still writes, who may not change anything, and a name server that lost its routes."""

from __future__ import annotations

import time

from ansible_collections.mqops.rocketmq.tests.lab.oracle.remoting import Peer, Puppet, Refusal, parse, send
from ansible_collections.mqops.rocketmq.tests.lab.traffic.pinned import Pinned
from ansible_collections.mqops.rocketmq.tests.lab.traffic.world import (
    FREEZE,
    GROUP,
    NEW_TOPIC,
    READER,
    TOPIC,
    Traffic,
    peer_of,
    require,
    wait_for,
)

PREPARED = 4  # sysFlag of a half message
TWO_MINUTES = 6  # delay level


def pinned_producer(lab: Traffic) -> str:
    """Named with topic, queue, rate and its very connection; the write permission is back."""
    producer = Pinned(lab.master, TOPIC, 1, 1.0)
    try:
        passed, printed = lab.gate(FREEZE, migration_write_timeout=12)
    finally:
        producer.stop()
    require(not passed, "the freeze passed although a pinned producer wrote")
    require(f"{TOPIC} queue 1 on mro/broker-a" in printed, f"the writer is not named: {printed[-1500:]}")
    require(f"connected now: {producer.address}" in printed, f"{producer.address} is not named: {printed[-1500:]}")
    require(lab.permission() == "6", f"the write permission is {lab.permission()}")
    # Its messages are consumed, so that they are not in the way of what follows.
    puppet = Puppet(lab.master, GROUP, TOPIC)
    puppet.commit(1, lab.end(TOPIC, 1))
    puppet.die()
    return f"{producer.sent} sends of {producer.address} named, permission 6 again"


def refused(lab: Traffic) -> str:
    """A master whose ACL lets us ask and not change: the freeze stops, naming it, and nothing is changed."""
    lab.let_in(["*"])
    _restart_with(lab, aclEnable="true")
    lab.let_in([values["lab_address"] for values in lab.hosts.values() if "lab_address" in values])
    try:
        wait_for("the ACL", lambda: peer_of(lab.master) is None, 30)
        passed, printed = lab.gate(
            FREEZE, rocketmq_access_key=READER["accessKey"], rocketmq_secret_key=READER["secretKey"]
        )
    finally:
        lab.let_in(["*"])
    lab.peer = wait_for("the open ACL", lambda: peer_of(lab.master), 30)
    permission = lab.permission()
    # 4.4.0's ACL fails at the heartbeats of all clients that sign nothing, even of those that it lets in.
    _restart_with(lab, aclEnable="false")
    wait_for("the business's consumers", lambda: _online(lab, "mro-normal") and _online(lab, "mro-ordered"), 90)
    require(not passed, "the freeze passed although the master refused it")
    require("Need admin permission" in printed and lab.master in printed, f"it is not named: {printed[-2500:]}")
    require(permission == "6", f"the permission is {permission}")
    return "refused, named, permission 6"


def _restart_with(lab: Traffic, **values: str) -> None:
    lab.configure(**values)
    lab.run("docker", "restart", "-t", "120", lab.hosts["mro-broker-a"]["rocketmq_container"])
    lab.peer = wait_for("the master", lambda: peer_of(lab.master), 90)


def _online(lab: Traffic, group: str) -> bool:
    try:
        lab.peer.ask(203, consumerGroup=group)
    except Refusal:
        return False
    return True


def freeze(lab: Traffic) -> str:
    """Passes with delayed, undecided and retried messages on their way, which the broker moves by itself.

    And with a producer that sent a moment ago and will again in ten minutes, which no window shows (seldom).
    """
    lab.seldom_at = time.monotonic()
    send(lab.peer, TOPIC, 0, DELAY=str(TWO_MINUTES))
    lab.delayed_at = time.monotonic()
    # At quick pace the broker would give the undecided message up after some 75 s, wherever the chain is then.
    lab.configure(transactionCheckMax=1000)
    send(lab.peer, TOPIC, 0, flag=PREPARED, TRAN_MSG="true", PGROUP="mro-nobody", UNIQ_KEY="undecided")
    for number in range(20):
        send(lab.peer, TOPIC, 0, str(number))
    # A consumer that gives up a message: 4.4.0's own way into the dead-letter queue.
    puppet = Puppet(lab.master, GROUP, TOPIC)
    _offset, position = send(lab.peer, TOPIC, 1, "dead", KEYS="dead-1")
    puppet.peer.ask(
        36,
        offset=position,
        group=GROUP,
        delayLevel=-1,
        originMsgId="0" * 32,
        originTopic=TOPIC,
        unitMode=False,
        maxReconsumeTimes=16,
    )
    puppet.commit(0, 5)
    puppet.commit(1, lab.end(TOPIC, 1))
    puppet.die()
    # A broker answers before its queues show what it has stored.
    wait_for("the dead letter", lambda: lab.end(f"%DLQ%{GROUP}", 0) == 1, 10)
    passed, printed = lab.gate(FREEZE)
    require(passed, f"the freeze did not pass: {printed[-2500:]}")
    require(lab.permission() == "4", f"the permission is {lab.permission()}")
    return "passed in one window"


def lost_routes(lab: Traffic) -> str:
    """A name server that was restarted and got one incremental registration: the freeze completes its list first."""
    container = lab.hosts["mro-ns"]["rocketmq_container"]
    began = time.time()
    lab.run("docker", "restart", "-t", "10", container)
    server = wait_for("the name server", lambda: _name_server(lab.source["nameservers"][0]), 60)
    lab.peer.ask(17, **NEW_TOPIC, topic="mro-increment")
    table = set(parse(lab.peer.ask(21)[1])["topicConfigTable"])
    listed = wait_for("the increment", lambda: _listed(server, "mro-increment"), 60)
    passed, printed = lab.gate(FREEZE)
    now = set(parse(server.ask(206)[1])["topicList"])
    lab.blind = (began, time.time())
    require(passed, f"the freeze did not pass: {printed[-2000:]}")
    require(table <= now, f"the name server still lacks {sorted(table - now)[:5]}")
    require(len(table - listed) > 1, "the name server had everything at once, so nothing was shown")
    return f"{len(table - listed)} of {len(table)} topics were missing, none is"


def _listed(server: Peer, topic: str) -> set[str]:
    found = set(parse(server.ask(206)[1])["topicList"])
    return found if topic in found else set()


def _name_server(address: str) -> Peer | None:
    try:
        peer = Peer(address)
        peer.ask(206)
        return peer
    except (OSError, Refusal, ConnectionError):
        return None
