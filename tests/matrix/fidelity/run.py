# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of `make fidelity`: three random sources copied to one target, and nothing is lost, changed or added.

An independent reader compares all brokers and name servers with the rules, mqadmin 4.4.0 a sample of them, and the
sources' own files have to be the same bytes as before. Ends with 1 and the differences when anything is not.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable

from ansible_collections.mqops.rocketmq.tests.benchmarks.measure import run_module
from ansible_collections.mqops.rocketmq.tests.lab.clusters import (
    CONFIG,
    DEPLOYED,
    Cluster,
    Estate,
    Member,
    await_port,
    read_file,
)
from ansible_collections.mqops.rocketmq.tests.matrix.fidelity import oracle, reader, rules, tables

SAMPLE = 20
FILES = ("topics.json", "subscriptionGroup.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20190101, help="of the random tables")
    parser.add_argument("--subnet", type=int, default=63, help="198.18.SUBNET.0/24 is used, and has to be free")
    options = parser.parse_args()
    with Estate("fidelity", options.subnet) as estate:
        problems = run(estate, options.seed)
    for line in problems[:50]:
        print(line)
    print(f"fidelity: seed {options.seed}: {len(problems)} differences")
    raise SystemExit(1 if problems else 0)


def run(estate: Estate, seed: int) -> list[str]:
    generated = tables.generate(seed)
    sources = [_source(estate, name, source) for name, source in generated.items()]
    target = estate.cluster("hub", {"hub-a": None, "hub-b": None}, DEPLOYED, heap="160m")
    own_topics = {name for source in generated.values() for table in source.topics.values() for name in table}
    own_groups = {name for source in generated.values() for table in source.groups.values() for name in table}
    masters = [member for source in sources for member in source.masters]
    for source in sources:
        ordered = reader.order(source.nameservers[0].address).keys()
        for member in source.masters:
            _await(lambda one=member, names=ordered: _settled(one, names), f"{source.name}/{member.name} at its start")

    before = {member.address: [read_file(member.container, f"{CONFIG}/{name}") for name in FILES] for member in masters}
    given_order = {one.address: reader.order(one.address) for source in sources for one in source.nameservers}
    for member in target.masters:
        _await(lambda one=member: _settled(one, ()), f"{member.name} at its start")
    bare_topics = {one.address: reader.topics(one.address) for one in target.masters}
    bare_groups = {one.address: reader.groups(one.address) for one in target.masters}

    groups = rules.expected_groups([reader.groups(one.address) for one in masters], own_groups)
    order = rules.expected_order(given_order.values(), own_topics)
    topics = rules.expected_topics([reader.topics(one.address) for one in masters], own_topics, groups, set(order))
    known = {key for one in masters for key in reader.offsets(one.address)}
    offsets = rules.expected_offsets(known, topics, groups)
    print(
        f"expected on each master: {len(topics)} topics, {len(groups)} groups, {len(offsets)} pairs; "
        f"{len(order)} ordered topics",
        flush=True,
    )

    arguments = {
        "sources": [source.spec() for source in sources],
        "target": target.spec(),
        "request_timeout": 120,
        "timeout": 600,
    }
    first = run_module("rocketmq_metadata", arguments)
    print(f"copied in {first.wall:.0f} s: {first.result['sent']}", flush=True)
    problems = []
    second = run_module("rocketmq_metadata", arguments)
    if second.result["changed"]:
        problems.append(f"the second run changed {second.result['sent']}")

    for member in masters:
        for name, old in zip(FILES, before[member.address], strict=True):
            if read_file(member.container, f"{CONFIG}/{name}") != old:
                problems.append(f"{name} of source broker {member.name} at {member.address} has changed")
    for server, given in given_order.items():
        found = reader.order(server)
        problems += rules.differences(f"order configuration of {server}", given, {key: found.get(key) for key in given})
        if found.keys() != order.keys():
            problems.append(f"order configuration of {server}: {sorted(found.keys() ^ order.keys())}")
    for server in target.nameservers:
        found = {topic: rules.parse_order(value) for topic, value in reader.order(server.address).items()}
        problems += rules.differences(f"order configuration of {server.address}", order, found)
    for member in target.masters:
        # The flag comes with the answer to a registration, one each 30 s.
        wanted = {**bare_topics[member.address], **topics}
        flags = {name: row["order"] for name, row in wanted.items()}
        _await(
            lambda one=member, flags=flags: flags == {n: row["order"] for n, row in reader.topics(one.address).items()},
            f"the order flags of {member.name}",
            or_else=problems.append,
        )
        problems += rules.differences(f"topics of {member.name}", wanted, reader.topics(member.address))
        found_groups = {**bare_groups[member.address], **groups}
        problems += rules.differences(f"groups of {member.name}", found_groups, reader.groups(member.address))
        problems += rules.differences(f"offsets of {member.name}", offsets, reader.offsets(member.address))

    chance = random.Random(seed)
    odd = [name for name in sorted(topics) if not name.startswith("%") and (set("%|") & set(name) or len(name) == 127)]
    plain = sorted(topics.keys() - set(odd))
    sample = chance.sample(odd, SAMPLE // 2) + chance.sample(plain, SAMPLE - SAMPLE // 2)
    problems += oracle.check_topics(estate, target, {name: topics[name] for name in sample})
    with_retry = sorted(name for name in groups if f"%RETRY%{name}" in topics)
    problems += oracle.check_groups(estate, target, chance.sample(with_retry, SAMPLE), offsets, topics)
    print(f"mqadmin was asked for {SAMPLE} topics and {SAMPLE} groups", flush=True)
    return problems


def _source(estate: Estate, name: str, source: tables.Source) -> Cluster:
    cluster = Cluster(name, [estate.nameserver(f"{name}-ns", source.order_file(), heap="96m")])
    cluster.masters = [
        estate.broker(name, broker, cluster.nameservers, source.files(broker), heap="160m") for broker in tables.MASTERS
    ]
    for member in cluster.masters:
        await_port(member)
    return cluster


def _settled(member: Member, ordered: Iterable[str]) -> bool:
    """Whether a broker has made of its table what it makes of it at its start: order flags come with the answer to the
    first registration, and the half topic with the first check of transactions.
    """
    table = reader.topics(member.address)
    flags = {name for name, row in table.items() if row["order"]}
    return "RMQ_SYS_TRANS_HALF_TOPIC" in table and flags == table.keys() & set(ordered)


def _await(
    ready: Callable[[], object], what: str, timeout: float = 300, or_else: Callable[[str], None] | None = None
) -> None:
    end = time.monotonic() + timeout
    while not ready():
        if time.monotonic() > end:
            text = f"{what} were not as expected within {timeout:.0f} s"
            if or_else is None:
                raise TimeoutError(text)
            or_else(text)
            return
        time.sleep(1)


if __name__ == "__main__":
    main()
