# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerSpec,
    BrokerView,
    Client,
    ClusterSnapshot,
    ClusterSpec,
    ConsumerConnections,
    DataVersion,
    GroupTable,
    MessageQueue,
    QueueRange,
    RunningInfo,
    SubscriptionGroup,
    TopicConfig,
    TopicTable,
    Unknown,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.judge import judge
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.pairs import broadcast_clients, pairs_of
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.progress import progress
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.proof import Proof
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.rows import (
    DRAINED,
    DRAINING,
    NO_CONSUMER,
    REWOUND,
    STALLED,
    UNKNOWN,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.drain.selection import Filter

MASTER = BrokerSpec("broker-a", 0, "198.18.50.21:10911")
SLAVE = BrokerSpec("broker-a", 1, "198.18.50.24:10911")
SPEC = ClusterSpec("mro", ("198.18.50.20:9876",), (MASTER, SLAVE))
SILENT = Unknown("GET at 198.18.50.21:10911: no answer within 5 s")


def online(*topics, model="CLUSTERING", kind="CONSUME_PASSIVELY", clients=("c1",)):
    return ConsumerConnections(
        tuple(Client(name, "198.18.50.101:5000") for name in clients),
        kind,
        model,
        "CONSUME_FROM_LAST_OFFSET",
        dict.fromkeys(topics, "*"),
    )


def view(*, topics=("orders",), groups=("g",), offsets=None, stats=None, connections=None, read_queues=4, **changes):
    """A master on which group g has consumed everything of topic orders, with its retry topic still empty."""
    names = (*topics, *(f"%RETRY%{group}" for group in groups), "TBW102", "mro", "broker-a")
    tables = TopicTable(DataVersion(1, 1000), {name: TopicConfig(name, read_queues, read_queues, 6) for name in names})
    values = {
        "config": {"brokerPermission": "4"},
        "runtime": {"commitLogMaxOffset": "5000", "bootTimestamp": "1", "dispatchBehindBytes": "0"},
        "topics": tables,
        "groups": GroupTable(DataVersion(1, 1), {one: SubscriptionGroup(one) for one in (*groups, "TOOLS_CONSUMER")}),
        "offsets": {("orders", "g"): {0: 10, 1: 20}} if offsets is None else offsets,
        "stats": {name: {0: QueueRange(0, 0)} for name in names}
        | ({"orders": {0: QueueRange(0, 10), 1: QueueRange(0, 20)}} if stats is None else stats),
        "schedule": {1: (3, 3), 2: (0, 0)},
        "half": (4, 4),
        "connections": {"g": online("orders", "%RETRY%g")} if connections is None else connections,
    }
    return BrokerView(MASTER, **(values | changes))


def snapshot(master, *, at=1000, slave_end="5000", spec=SPEC):
    slave = BrokerView(SLAVE, runtime={"commitLogMaxOffset": slave_end} if isinstance(slave_end, str) else slave_end)
    return ClusterSnapshot(spec, {}, {MASTER.address: master, SLAVE.address: slave}, at)


def run(
    master=None, *, clients=None, previous=None, only=None, at=1000, slave_end="5000", stall_after=60.0,
    unwritten=frozenset(),
):  # fmt: skip
    return judge(
        snapshot(master or view(), at=at, slave_end=slave_end),
        clients,
        previous,
        only=only or Filter(),
        stall_after=stall_after,
        unwritten=unwritten,
    )


def codes(drain):
    return sorted({reason.code for reason in drain.reasons})


def row(drain, queue=0, topic="orders", group="g", client=""):
    return next(
        one for one in drain.rows if (one.queue, one.topic, one.group, one.client) == (queue, topic, group, client)
    )


def test_drained() -> None:
    drain = run()
    assert drain.reasons == ()
    assert {one.verdict for one in drain.rows} == {DRAINED}
    assert {(one.topic, one.group) for one in drain.rows} == {("orders", "g"), ("%RETRY%g", "g")}
    assert drain.remaining == 0
    assert drain.logs == {MASTER.address: (5000, "1")}


def test_a_lag_hidden_in_a_sum_is_seen_per_queue() -> None:
    # One queue's offset lies 5 behind its end, another's 5 before: the sum of both is 0.
    drain = run(view(offsets={("orders", "g"): {0: 15, 1: 15}}))
    assert row(drain, 0).verdict == UNKNOWN
    assert (row(drain, 1).verdict, row(drain, 1).remaining) == (DRAINING, 5)
    assert codes(drain) == ["NOT_DRAINED", "OFFSET_BEYOND_END"]
    assert drain.remaining == 5


def test_what_was_deleted_is_not_waited_for() -> None:
    stats = {"orders": {0: QueueRange(8, 10), 1: QueueRange(20, 20)}}
    drain = run(view(offsets={("orders", "g"): {0: 2, 1: 20}}, stats=stats))
    assert (row(drain).remaining, row(drain).lost) == (2, 6)
    assert codes(drain) == ["EXPIRED", "NOT_DRAINED"]
    gone = run(view(offsets={("orders", "g"): {0: 2}}, stats={"orders": {0: QueueRange(10, 10)}}))
    assert row(gone).verdict == DRAINED
    assert codes(gone) == ["EXPIRED"]


def test_a_queue_that_was_never_committed_is_not_drained() -> None:
    drain = run(view(offsets={("orders", "g"): {0: 10}}))
    assert (row(drain, 1).committed, row(drain, 1).remaining, row(drain, 1).verdict) == (None, 20, DRAINING)
    assert run(view(offsets={})).remaining == 30


def test_an_empty_queue_needs_no_offset() -> None:
    assert (
        run(
            view(
                offsets={("orders", "g"): {0: 10, 1: 20}},
                stats={"orders": {0: QueueRange(0, 10), 1: QueueRange(0, 20), 2: QueueRange(0, 0)}},
            )
        ).reasons
        == ()
    )


def test_an_offline_group_with_a_backlog_has_no_consumer() -> None:
    drain = run(view(offsets={("orders", "g"): {0: 3, 1: 20}}, connections={}))
    assert row(drain).verdict == NO_CONSUMER
    assert codes(drain) == ["NO_CONSUMER"]
    assert drain.reasons[0].subject == "mro/g/orders"
    assert drain.reasons[0].evidence["remaining"] == 7


def test_an_offline_group_without_a_backlog_is_drained() -> None:
    assert run(view(connections={})).reasons == ()


def test_a_topic_that_an_online_group_left_is_not_hidden() -> None:
    drain = run(view(offsets={("orders", "g"): {0: 3, 1: 20}}, connections={"g": online("other")}))
    assert row(drain).verdict == NO_CONSUMER
    assert "not subscribed" in row(drain).why


def test_a_subscription_without_any_offset_is_expected() -> None:
    drain = run(
        view(
            topics=("orders", "fresh"),
            stats={"orders": {0: QueueRange(0, 10)}, "fresh": {0: QueueRange(0, 4)}},
            connections={"g": online("orders", "fresh")},
        )
    )
    assert (row(drain, topic="fresh").verdict, row(drain, topic="fresh").remaining) == (DRAINING, 4)


def test_retry_topics_count_for_every_group_of_the_table() -> None:
    drain = run(
        view(
            groups=("g", "quiet"),
            stats={"orders": {0: QueueRange(0, 10), 1: QueueRange(0, 20)}, "%RETRY%quiet": {0: QueueRange(0, 2)}},
        )
    )
    assert row(drain, topic="%RETRY%quiet", group="quiet").verdict == NO_CONSUMER
    assert drain.parts["retry"] == 2


def test_a_retry_topic_of_a_deleted_group_counts() -> None:
    drain = run(
        view(stats={"orders": {0: QueueRange(0, 10), 1: QueueRange(0, 20)}, "%RETRY%gone": {0: QueueRange(0, 2)}})
    )
    assert codes(drain) == ["NO_CONSUMER"]


def test_messages_without_any_group() -> None:
    drain = run(
        view(
            topics=("orders", "lonely"),
            stats={
                "orders": {0: QueueRange(0, 10), 1: QueueRange(0, 20)},
                "lonely": {0: QueueRange(2, 5), 1: QueueRange(0, 1)},
            },
        )
    )
    assert codes(drain) == ["TOPIC_WITHOUT_GROUP"]
    assert drain.reasons[0].subject == "mro/lonely"
    assert drain.reasons[0].evidence == {"messages": 4}


def test_a_hidden_queue_cannot_drain() -> None:
    drain = run(view(read_queues=1, offsets={("orders", "g"): {0: 10}}))
    assert row(drain, 1).verdict == NO_CONSUMER
    assert codes(drain) == ["HIDDEN_QUEUE"]


def test_the_ends_of_topics_that_were_named_are_kept_whoever_reads_them() -> None:
    full = {
        "orders": {0: QueueRange(0, 10)},
        "lonely": {0: QueueRange(0, 3)},
        "empty": {0: QueueRange(0, 0)},
        "other": {0: QueueRange(0, 5)},
    }
    seen = view(topics=tuple(full), stats=full, offsets={("orders", "g"): {0: 10}, ("other", "g"): {0: 5}})
    (ends,) = run(seen, only=Filter(topics=("orders", "lonely", "empty", "silent"))).topic_ends.values()
    assert ends == {"orders": 10, "lonely": 3, "empty": 0, "%RETRY%g": 0}
    # Without names only what is judged: others have topics here, too.
    (ends,) = run(seen, only=Filter(groups=("g",))).topic_ends.values()
    assert ends == {"orders": 10, "other": 5, "%RETRY%g": 0}


def test_system_topics_are_judged_only_when_somebody_consumes_them() -> None:
    full = {
        "orders": {0: QueueRange(0, 10), 1: QueueRange(0, 20)},
        "TBW102": {0: QueueRange(0, 9)},
        "mro": {0: QueueRange(0, 9)},
        "broker-a": {0: QueueRange(0, 9)},
        "RMQ_SYS_TRANS_HALF_TOPIC": {0: QueueRange(0, 9)},
    }
    done = {("orders", "g"): {0: 10, 1: 20}}
    assert run(view(stats=full, offsets=done)).reasons == ()
    bookkeeping = {
        ("RMQ_SYS_TRANS_OP_HALF_TOPIC", "CID_RMQ_SYS_TRANS"): {0: 1},
        ("RMQ_SYS_TRANS_HALF_TOPIC", "CID_RMQ_SYS_TRANS"): {0: 1},
    }
    assert run(view(stats=full, offsets=done | bookkeeping)).reasons == ()
    assert codes(run(view(stats=full, offsets=done | {("TBW102", "g"): {0: 1}}))) == ["NO_CONSUMER"]


def test_delay_levels_and_half_messages() -> None:
    drain = run(view(schedule={1: (3, 3), 5: (7, 9)}, half=(4, 6)))
    assert codes(drain) == ["DELAYED_PENDING", "HALF_PENDING"]
    assert (drain.parts["delay"], drain.parts["half"], drain.remaining) == (2, 2, 4)


def test_a_dead_letter_queue_is_told_and_does_not_block() -> None:
    drain = run(view(stats={"orders": {0: QueueRange(0, 10), 1: QueueRange(0, 20)}, "%DLQ%g": {0: QueueRange(0, 3)}}))
    assert [(reason.code, reason.severity) for reason in drain.reasons] == [("DLQ_CONTENT", "notice")]


def test_slaves() -> None:
    assert codes(run(slave_end="4999")) == ["SLAVE_BEHIND"]
    assert codes(run(slave_end=SILENT)) == ["SLAVE_UNKNOWN"]
    assert codes(run(slave_end=None)) == ["SLAVE_UNKNOWN"]


@pytest.mark.parametrize("part", ["runtime", "topics", "groups", "offsets", "stats", "schedule", "half", "connections"])
@pytest.mark.parametrize("value", [SILENT, None])
def test_a_part_that_did_not_answer_is_unknown(part, value) -> None:
    drain = run(replace(view(), **{part: value}))
    assert "BROKER_UNKNOWN" in codes(drain)
    assert any(reason.severity == "blocking" for reason in drain.reasons)


@pytest.mark.parametrize(
    "changes",
    [
        {"stats": {"orders": SILENT}},
        {"schedule": {1: SILENT}},
        {"connections": {"g": SILENT}},
        {"runtime": {"bootTimestamp": "1"}},
        {"runtime": {"commitLogMaxOffset": "many"}},
    ],
)
def test_an_entry_that_did_not_answer_is_unknown(changes) -> None:
    assert "BROKER_UNKNOWN" in codes(run(view(**changes)))


def test_a_backlog_of_a_group_whose_clients_are_unknown() -> None:
    drain = run(view(offsets={("orders", "g"): {0: 3, 1: 20}}, connections={"g": SILENT}))
    assert row(drain).verdict == UNKNOWN
    assert all(reason.severity == "blocking" for reason in drain.reasons)


def test_messages_not_yet_dispatched_are_not_drained() -> None:
    assert codes(run(view(runtime={"commitLogMaxOffset": "5000", "dispatchBehindBytes": "9"}))) == ["NOT_SETTLED"]


def test_nothing_at_all_is_no_proof() -> None:
    empty = view(topics=(), groups=(), offsets={}, stats={"TBW102": {0: QueueRange(0, 0)}}, connections={})
    assert codes(run(empty)) == ["NOTHING_SEEN"]
    alone = ClusterSpec("mro", ("198.18.50.20:9876",), ())
    assert codes(judge(ClusterSnapshot(alone, {}, {}, 1))) == ["NOTHING_SEEN"]


# --- names with '@' ---


def test_names_with_at_signs_are_found_by_what_exists() -> None:
    # However the key was split, it is put together again and read by the names that exist.
    for key in (("a@b", "g@x"), ("a", "b@g@x"), ("a@b@g", "x")):
        master = view(
            topics=("a@b",),
            groups=("g@x",),
            offsets={key: {0: 1}},
            stats={"a@b": {0: QueueRange(0, 4)}},
            connections={"g@x": online("a@b")},
        )
        assert pairs_of(master) == {("a@b", "g@x"): {0: 1}}
        drain = run(master)
        assert row(drain, topic="a@b", group="g@x").remaining == 3


def test_an_ambiguous_name_is_read_in_every_way() -> None:
    master = view(
        topics=("a", "a@b"),
        groups=("c", "b@c"),
        offsets={("a", "b@c"): {0: 1}},
        stats={"a": {0: QueueRange(0, 4)}, "a@b": {0: QueueRange(0, 1)}},
        connections={},
    )
    assert set(pairs_of(master)) == {("a", "b@c"), ("a@b", "c")}


def test_a_retry_topic_with_an_at_sign_of_a_deleted_group() -> None:
    master = view(offsets={("%RETRY%g@x@g", "x"): {0: 2}})
    assert pairs_of(master) == {("%RETRY%g@x", "g@x"): {0: 2}}


# --- movement ---


def moving(committed, previous, *, at, **changes):
    return run(view(offsets={("orders", "g"): {0: committed, 1: 20}}), previous=previous, at=at, **changes)


def test_rate_and_eta() -> None:
    first = moving(0, None, at=1000)
    second = moving(5, first, at=6000)
    assert row(second).verdict == DRAINING
    assert row(second).rate == pytest.approx(1.0)
    assert row(second).eta == pytest.approx(5.0)
    assert second.reasons[0].evidence["eta"] == 5.0
    assert "ETA 5 s" in progress([second], 0, 60)


def test_stalled_after_a_while_and_moving_again() -> None:
    drain = None
    for at in range(0, 65, 5):
        drain = moving(3, drain, at=at * 1000 + 1)
    assert row(drain).verdict == STALLED
    assert codes(drain) == ["STALLED"]
    assert row(moving(4, drain, at=66000)).verdict == DRAINING


def test_a_new_backlog_does_not_stall_at_once() -> None:
    calm = run(at=1)
    later = view(stats={"orders": {0: QueueRange(0, 12), 1: QueueRange(0, 20)}})
    assert row(run(later, previous=calm, at=120_000)).verdict == DRAINING


def test_rewound() -> None:
    drain = moving(2, moving(5, None, at=1000), at=6000)
    assert row(drain).verdict == REWOUND
    assert "was 5" in row(drain).why
    again = moving(3, drain, at=11000)
    assert row(again).verdict == DRAINING


def test_a_pull_consumer_has_a_code_of_its_own() -> None:
    drain = run(
        view(offsets={("orders", "g"): {0: 3, 1: 20}}, connections={"g": online("orders", kind="CONSUME_ACTIVELY")})
    )
    assert codes(drain) == ["PULL_GROUP"]


# --- broadcasting ---


def info(**offsets):
    """Commit offsets of orders by queue: q0=…, q1=…"""
    return RunningInfo(
        {},
        {},
        {MessageQueue("orders", "broker-a", int(key[1:])): {"commitOffset": value} for key, value in offsets.items()},
    )


def broadcast(clients, unwritten=frozenset(), **changes):
    return run(
        view(
            connections={"g": online("orders", model="BROADCASTING", clients=("c1", "c2"))},
            **({"offsets": {}} | changes),
        ),
        clients=clients,
        unwritten=unwritten,
    )


def test_broadcast_is_drained_when_every_client_is() -> None:
    assert broadcast({("g", "c1"): info(q0=10, q1=20), ("g", "c2"): info(q0=10, q1=20)}).reasons == ()
    behind = broadcast({("g", "c1"): info(q0=10, q1=20), ("g", "c2"): info(q0=10, q1=11)})
    assert codes(behind) == ["NOT_DRAINED"]
    assert behind.parts["broadcast"] == 9
    assert row(behind, 1, client="c2").remaining == 9


def test_broadcast_ignores_offsets_of_former_times() -> None:
    assert (
        broadcast(
            {("g", "c1"): info(q0=10, q1=20), ("g", "c2"): info(q0=10, q1=20)}, offsets={("orders", "g"): {0: 1, 1: 1}}
        ).reasons
        == ()
    )


@pytest.mark.parametrize(
    "second", [None, Unknown("no answer"), info(q0=10)], ids=["not asked", "silent", "a queue missing"]
)
def test_broadcast_unknown(second) -> None:
    clients = {("g", "c1"): info(q0=10, q1=20)} | ({("g", "c2"): second} if second else {})
    drain = broadcast(clients)
    assert codes(drain) == ["BROADCAST_UNKNOWN"]
    assert {one.client for one in drain.rows if one.verdict == UNKNOWN} == {"c2"}


def test_broadcast_client_that_stored_nothing_is_not_drained() -> None:
    drain = broadcast({("g", "c1"): info(q0=-1, q1=20), ("g", "c2"): info(q0=10, q1=20)})
    assert (row(drain, client="c1").committed, row(drain, client="c1").remaining) == (None, 10)


def test_broadcast_client_with_messages_in_hand_is_not_drained() -> None:
    busy = RunningInfo(
        {},
        {},
        {
            MessageQueue("orders", "broker-a", 0): {"commitOffset": 10, "cachedMsgCount": 2},
            MessageQueue("orders", "broker-a", 1): {"commitOffset": 20},
        },
    )
    assert broadcast({("g", "c1"): busy, ("g", "c2"): info(q0=10, q1=20)}).remaining == 2


def test_broadcast_on_a_closed_broker() -> None:
    def closed(updated, unwritten=frozenset()):
        return broadcast(
            {}, config={"brokerPermission": "0"}, stats={"orders": {0: QueueRange(0, 10, updated)}}, unwritten=unwritten
        )

    proved = closed(1001, frozenset({MASTER.address}))
    assert [(reason.code, reason.severity) for reason in proved.reasons] == [("BROADCAST_CLOSED", "notice")]
    # The topic table's time is 1000, and every later change of the table, a new retry topic's for one, moves it: that
    # a message is older tells nothing.
    for updated in (999, 1001):
        assert codes(closed(updated)) == ["BROADCAST_UNKNOWN"]
        assert codes(closed(updated, frozenset({"198.18.9.9:1"}))) == ["BROADCAST_UNKNOWN"]


def test_topics_that_are_read_by_broadcast_are_known_while_they_are_empty() -> None:
    empty = broadcast({}, stats={"orders": {0: QueueRange(0, 0)}}, topics=("orders", "bills"))
    assert empty.broadcast_topics == ("orders",)
    assert run().broadcast_topics == ()
    others = run(view(connections={"g": online("orders", model="BROADCASTING")}), only=Filter(groups=("h",)))
    assert others.broadcast_topics == ()


def test_the_monitor_of_4_4_0_broadcasts_and_is_nobody_to_wait_for() -> None:
    monitor = {"g": online("orders", "%RETRY%g"), "__MONITOR_CONSUMER": online("orders", model="BROADCASTING")}
    master = view(connections=monitor)
    assert broadcast_clients(snapshot(master)) == {}
    drain = run(master)
    assert (drain.reasons, drain.broadcast_topics, set(drain.consumers)) == ((), (), {"g"})


def test_whom_to_ask() -> None:
    master = view(
        connections={
            "g": online("orders", model="BROADCASTING", clients=("c1", "c2")),
            "h": online("orders"),
            "silent": SILENT,
        }
    )
    assert broadcast_clients(snapshot(master)) == {("g", "c1"): MASTER.address, ("g", "c2"): MASTER.address}


# --- filters, proof, progress ---


def test_filters() -> None:
    master = view(
        topics=("orders", "bills"),
        groups=("g", "h"),
        offsets={("orders", "g"): {0: 1}, ("bills", "h"): {0: 1}},
        stats={"orders": {0: QueueRange(0, 3)}, "bills": {0: QueueRange(0, 3)}, "%RETRY%g": {0: QueueRange(0, 1)}},
        connections={},
    )
    by_group = run(master, only=Filter(groups=("h*",)))
    assert {one.group for one in by_group.rows} == {"h"}
    by_topic = run(master, only=Filter(topics=("orders",)))
    # A topic's messages may wait in the retry topics of the groups that consume it.
    assert {one.topic for one in by_topic.rows} == {"orders", "%RETRY%g"}
    assert Filter(groups=("h", "typo"), topics=("bill?", "none")).unmatched([snapshot(master)]) == [
        "group typo",
        "topic none",
    ]


LOGS = {"m": (1, "b")}


def test_proof_needs_two_samples_a_window_apart() -> None:
    proof = Proof(60)
    assert not proof.look(0, True, LOGS)
    assert not proof.look(59_000, True, LOGS)
    assert proof.look(60_000, True, LOGS)
    once = Proof(0)
    assert not once.look(0, True, LOGS)
    assert once.look(0, True, LOGS)


@pytest.mark.parametrize("logs", [{"m": (2, "b")}, {"m": (1, "c")}, {"m": (1, "b"), "n": (1, "b")}])
def test_a_write_or_a_restart_begins_the_proof_anew(logs) -> None:
    proof = Proof(60)
    proof.look(0, True, LOGS)
    assert not proof.look(60_000, True, logs)
    assert not proof.look(119_000, True, logs)
    assert proof.look(120_000, True, logs)


def test_a_sample_that_is_not_drained_begins_the_proof_anew() -> None:
    proof = Proof(60)
    proof.look(0, True, LOGS)
    proof.look(30_000, False, LOGS)
    assert not proof.look(60_000, True, LOGS)
    assert proof.seconds(90_000) == 30
    assert not Proof(0).look(0, True, {})


def test_progress_names_the_slowest() -> None:
    drain = run(view(offsets={("orders", "g"): {0: 3, 1: 20}}, connections={}, schedule={1: (0, 2)}))
    assert progress([drain], 0, 60) == (
        "remaining 9 (topics 7, delay 2), nothing moved since the last look; "
        "slowest: mro/g 7 NO_CONSUMER, consumed by no client"
    )
    assert progress([run()], 12, 60) == "nothing remains; proved for 12 of 60 s"
    assert "SLAVE_BEHIND" in progress([run(slave_end="1")], 0, 60)
    waived = frozenset({("NO_CONSUMER", "mro/g/orders")})
    assert progress([drain], 0, 60, waived) == "remaining 2 (delay 2), nothing moved since the last look"
    alone = run(view(offsets={("orders", "g"): {0: 3, 1: 20}}, connections={}))
    assert progress([alone], 5, 60, waived) == (
        "nothing remains but what 1 waived reasons stand for; proved for 5 of 60 s"
    )


def test_a_delay_level_that_was_delivered_further_than_it_reaches_is_named() -> None:
    drain = run(view(schedule={1: (9, 3)}))
    assert [str(reason) for reason in drain.reasons] == ["DELIVERY_BEYOND_END mro/broker-a/1 (delivered 9, end 3)"]
    assert codes(run(view(half=(5, 4)))) == ["DELIVERY_BEYOND_END"]


def test_a_known_group_that_never_committed_and_is_offline_is_named() -> None:
    drain = run(view(groups=("g", "asleep")))
    assert [(one.code, one.subject) for one in drain.reasons] == [("GROUP_WITHOUT_OFFSETS", "mro/asleep")]
    assert (
        run(view(groups=("g", "asleep"), connections={"g": online("orders"), "asleep": online("orders")}))
        .reasons[0]
        .code
        == "NOT_DRAINED"
    )
    assert (
        run(
            view(
                groups=("g", "asleep"), offsets={("orders", "g"): {0: 10, 1: 20}, ("orders", "asleep"): {0: 10, 1: 20}}
            )
        ).reasons
        == ()
    )
    # What did not answer is named as such, and nothing is concluded from it.
    assert "GROUP_WITHOUT_OFFSETS" not in codes(run(view(groups=("g", "asleep"), connections=SILENT)))


def test_a_broadcasting_client_that_leaves_with_a_backlog_is_not_forgotten() -> None:
    def look(*clients, at, previous=None):
        queue = MessageQueue("orders", "broker-a", 0)
        told = {("g", name): RunningInfo({}, {}, {queue: {"commitOffset": left}}) for name, left in clients}
        names = [name for name, _unused in clients]
        connections = {"g": online("orders", model="BROADCASTING", clients=names)} if names else {}
        master = view(connections=connections, offsets={}, stats={"orders": {0: QueueRange(0, 10)}})
        return run(master, clients=told, previous=previous, at=at)

    first = look(("c1", 10), ("c2", 4), at=1000)
    assert row(first, client="c2").remaining == 6
    gone = look(("c1", 10), at=6000, previous=first)
    assert (row(gone, client="c2").verdict, codes(gone)) == (UNKNOWN, ["BROADCAST_UNKNOWN"])
    assert "left before it had read everything" in str(gone.reasons[0])
    still = look(("c1", 10), at=11000, previous=gone)
    assert still.remaining == 6
    assert look(("c1", 10), ("c2", 10), at=16000, previous=still).reasons == ()
    # Named as if no consumer had been there when the drain began; an operator who waives that need not wait for a
    # restart.
    everybody = look(at=11000, previous=gone)
    assert (row(everybody, client="c2").verdict, "NO_CONSUMER" in codes(everybody)) == (NO_CONSUMER, True)
    assert "the group left before it had read everything" in str(everybody.reasons)
    # One that had read everything may go.
    assert look(("c1", 10), at=6000, previous=look(("c1", 10), ("c2", 10), at=1000)).reasons == ()


def test_a_group_that_dies_before_its_first_commit_is_not_forgotten() -> None:
    both = {"g": online("orders"), "new": online("orders")}
    groups = ("g", "new")
    first = run(view(groups=groups, connections=both))
    assert row(first, group="new").remaining == 10
    gone = run(view(groups=groups, connections={"g": online("orders")}), previous=first, at=6000)
    assert (row(gone, group="new").verdict, row(gone, group="new").remaining) == (NO_CONSUMER, 10)


def test_offsets_on_one_master_make_the_group_expected_on_all() -> None:
    other = BrokerSpec("broker-b", 0, "198.18.50.22:10911")
    spec = ClusterSpec("mro", ("198.18.50.20:9876",), (MASTER, other))
    offline = view(connections={})
    second = replace(view(connections={}, offsets={}), spec=other)
    drain = judge(ClusterSnapshot(spec, {}, {MASTER.address: offline, other.address: second}, 1))
    assert [(one.broker, one.queue, one.remaining) for one in drain.rows if one.code == "NO_CONSUMER"] == [
        ("broker-b", 0, 10),
        ("broker-b", 1, 20),
    ]
