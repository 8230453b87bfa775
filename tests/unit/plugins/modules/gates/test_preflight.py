# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure read and the gate over an estate of a source with nine masters and one with a single master."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from ansible.module_utils.basic import missing_required_lib

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import (
    BrokerData,
    Client,
    ClusterInfo,
    ConsumerConnections,
    DataVersion,
    GroupTable,
    Message,
    PullResult,
    QueueData,
    QueueRange,
    RunningInfo,
    SubscriptionGroup,
    TopicConfig,
    TopicRoute,
    TopicTable,
)
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import plan
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import dns_library
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.errors import DeadlineExceeded

HALF = "RMQ_SYS_TRANS_HALF_TOPIC"
BIG = [(f"b{number}", f"198.18.50.{number}:10911") for number in range(1, 10)]
SMALL = [("s1", "198.18.50.101:10911")]
BIG_NS, SMALL_NS = "198.18.50.20:9876", "198.18.50.120:9876"


def cluster(name, server, brokers):
    return {
        "name": name,
        "nameservers": [server],
        "brokers": [{"name": broker, "id": 0, "address": address} for broker, address in brokers],
    }


SOURCES = [cluster("big", BIG_NS, BIG), cluster("small", SMALL_NS, SMALL)]
TARGET = cluster("hub", "198.18.50.80:9876", [("hub-a", "198.18.50.81:10911")])


class Estate:
    """Every master of a source has the topic and the group of its source; C(hangs), C(garbage): addresses."""

    def __init__(self) -> None:
        self.members = {BIG_NS: ("big", BIG), SMALL_NS: ("small", SMALL)}
        self.source_of = {address: name for name, rows in self.members.values() for _broker, address in rows}
        self.names = {address: broker for _name, rows in self.members.values() for broker, address in rows}
        self.groups: dict[str, list[str]] = {"big": ["big-g"], "small": ["small-g"]}
        self.hangs: set[str] = set()
        self.garbage: set[str] = set()
        self.clients: dict[tuple[str, str], list[Client]] = {}
        self.silent_clients: set[str] = set()
        self.leaving: set[str] = set()  # when they are asked
        self.mute_again = False  # about connections, once somebody was asked himself
        self.half: dict[str, list[str]] = {}
        self.log: list[tuple[str, str]] = []

    def answer(self, request):
        self.log.append((request.name, request.address))
        if request.address in self.hangs:
            error = AdminError(request.name, request.address, None, "no answer within 5 s")
            error.__cause__ = DeadlineExceeded(request.address, "no answer within 5 s")
            return error
        if request.address in self.garbage:
            words = "this is not RocketMQ remoting: a frame of 1213486160 bytes"
            return AdminError(request.name, request.address, None, words)
        return getattr(self, request.name.lower())(request)

    def _source(self, request):
        return self.source_of[request.address]

    def get_broker_cluster_info(self, request):
        name, rows = self.members[request.address]
        brokers = {broker: BrokerData(broker, name, {0: address}) for broker, address in rows}
        return ClusterInfo(brokers, {name: tuple(brokers)})

    def get_all_topic_list_from_nameserver(self, request):
        return frozenset()

    def get_kvlist_by_namespace(self, _request):
        return {}

    def get_namesrv_config(self, _request):
        return {"orderMessageEnable": "false"}

    def get_routeinto_by_topic(self, request):
        _name, rows = self.members[request.address]
        table = {broker: self.table(address).get(request.ext["topic"]) for broker, address in rows}
        queues = tuple(
            QueueData(broker, row.read_queues, row.write_queues, row.perm) for broker, row in table.items() if row
        )
        return TopicRoute(request.ext["topic"], queues, ())

    def table(self, address):
        source = self.source_of[address]
        rows = [TopicConfig(f"{source}-t", 4, 4, 6)]
        rows += [TopicConfig(f"%RETRY%{group}", 1, 1, 6) for group in self.groups[source]]
        if address in self.half:
            rows.append(TopicConfig(HALF, 1, 1, 6))
        return {row.name: row for row in rows}

    def get_broker_config(self, request):
        return {
            "brokerPermission": "6",
            "autoCreateTopicEnable": "false",
            "autoCreateSubscriptionGroup": "false",
            "namesrvAddr": BIG_NS if self._source(request) == "big" else SMALL_NS,
        }

    def get_broker_runtime_info(self, _request):
        return {"brokerVersionDesc": "V4_4_0", "commitLogMaxOffset": "100", "dispatchBehindBytes": "0"}

    def get_all_topic_config(self, request):
        return TopicTable(DataVersion(1, 1), self.table(request.address))

    def get_all_subscriptiongroup_config(self, request):
        rows = {name: SubscriptionGroup(name) for name in self.groups[self._source(request)]}
        return GroupTable(DataVersion(1, 1), rows)

    def get_all_consumer_offset(self, request):
        source = self._source(request)
        return {(f"{source}-t", group): {0: 0} for group in self.groups[source]}

    def get_all_delay_offset(self, _request):
        return {}

    def get_topic_stats_info(self, request):
        if request.ext["topic"] == HALF:
            return {0: QueueRange(0, len(self.half[request.address]))}
        return {0: QueueRange(0, 0)}

    def get_max_offset(self, _request):
        return 0

    def get_min_offset(self, _request):
        return 0

    def get_consumer_connection_list(self, request):
        if self.mute_again and ("GET_CONSUMER_RUNNING_INFO", request.address) in self.log:
            return AdminError(request.name, request.address, None, "no answer within 5 s")
        clients = self.clients.get((self._source(request), request.ext["consumerGroup"]))
        if not clients:
            return None
        return ConsumerConnections(tuple(clients), "CONSUME_PASSIVELY", "CLUSTERING", "x", {})

    def get_consumer_running_info(self, request):
        group = self.clients[self._source(request), request.ext["consumerGroup"]]
        group[:] = [client for client in group if client.id not in self.leaving]
        if request.ext["clientId"] in self.leaving:
            return AdminError(request.name, request.address, 1, "The Consumer is not online")
        if request.ext["clientId"] in self.silent_clients:
            return AdminError(request.name, request.address, 207, "timed out")
        return RunningInfo({"messageModel": "CLUSTERING"}, {}, {})

    def pull_message(self, request):
        groups = self.half[request.address]
        first, count = int(request.ext["queueOffset"]), int(request.ext["maxMsgNums"])
        found = tuple(
            Message(HALF, 0, first + at, 0, b"", {"PGROUP": group}, 0, 0, "", "")
            for at, group in enumerate(groups[first : first + count])
        )
        return PullResult("FOUND", found, first + len(found), 0, len(groups))

    def get_producer_connection_list(self, _request):
        return ()


@pytest.fixture
def estate():
    return Estate()


CONFIG = {"autoCreateTopicEnable": False, "autoCreateSubscriptionGroup": False}


@pytest.fixture
def read(gate, estate):
    def run(**arguments):
        values = {"sources": SOURCES, "target": TARGET, "target_config": CONFIG, **arguments}
        failed, result = gate.run("rocketmq_preflight_info", estate.answer, **values)
        assert not failed, result["msg"]
        return result

    return run


@pytest.fixture
def judge(gate, estate, tmp_path):
    def run(**arguments):
        values = {
            "sources": SOURCES,
            "target": TARGET,
            "target_config": CONFIG,
            "directory": str(tmp_path),
            "_ansible_check_mode": True,
            **arguments,
        }
        return gate.start("rocketmq_plan", estate.answer, **values)

    return run


def codes(result, severity=None):
    return {
        (row["code"], row["subject"]) for row in result["reasons"] if severity is None or row["severity"] == severity
    }


def test_clean_estate_blocks_nothing(read, gate):
    result = read()
    assert codes(result, "blocking") == codes(result, "waivable") == set()
    assert [row["name"] for row in result["inventory"]] == ["big", "small"]
    assert len(result["inventory"][0]["brokers"]) == 9
    assert result["inventory"][0]["messages_retained"] == 0
    assert result["questions"] == gate.admin.count


def test_one_hanging_master_of_nine_is_unknown_and_blocks_and_the_rest_is_covered(read, estate):
    estate.hangs.add(BIG[4][1])
    estate.groups["big"].append("small-g")
    result = read()
    assert ("BROKER_UNKNOWN", "big/b5") in codes(result, "blocking")
    assert ("SAME_GROUP", "small-g") in codes(result, "blocking")
    brokers = {row["name"]: row for row in result["inventory"][0]["brokers"]}
    assert [name for name, row in brokers.items() if not row["answered"]] == ["b5"]
    assert brokers["b6"]["messages"] == 0
    assert result["inventory"][0]["messages_retained"] is None
    assert any(BIG[4][1] in line and "no answer within 5 s" in line for line in result["inventory"][0]["unknown"])
    # ... and the one that hangs is not asked for each topic and each group.
    assert sum(address == BIG[4][1] for _name, address in estate.log) < 40


def test_a_name_server_that_answers_garbage_is_unknown(read, estate):
    estate.garbage.add(SMALL_NS)
    result = read()
    assert ("NAMESERVER_UNKNOWN", f"small/{SMALL_NS}") in codes(result, "blocking")
    assert not [row for row in codes(result) if row[0] == "TOPICS_NOT_ROUTED"]


def test_requests_do_not_grow_with_products(read, estate, gate):
    read()
    few = gate.admin.count
    estate.groups["small"] += [f"small-{number}" for number in range(100)]
    read()
    # Each further group: its clients, its retry topic and that one's route.
    assert gate.admin.count - few == 3 * 100


def test_clients_are_asked_themselves_and_silent_ones_only_so_often(read, estate):
    estate.clients["small", "small-g"] = [Client(f"c{n:02}", "198.18.50.7:1", "JAVA", 293) for n in range(40)]
    assert not [row for row in codes(read()) if row[0] == "CLIENT_SILENT"]
    estate.log.clear()
    estate.silent_clients.update(f"c{n:02}" for n in range(40))
    result = read()
    assert len([row for row in codes(result) if row[0] == "CLIENT_SILENT"]) == 40
    assert sum(name == "GET_CONSUMER_RUNNING_INFO" for name, _address in estate.log) == 8
    assert result["inventory"][1]["clients_silent"] == 40


def test_a_tool_that_says_nothing_is_no_silent_client_of_the_business(read, estate):
    before = read()
    estate.groups["small"] = [*estate.groups["small"], "TOOLS_CONSUMER"]
    estate.clients["small", "TOOLS_CONSUMER"] = [Client("mqadmin", "198.18.50.7:1", "JAVA", 293)]
    estate.silent_clients = {"mqadmin"}
    after = read()
    assert not [row for row in codes(after) if row[0] == "CLIENT_SILENT"]
    assert after["inventory"][1] == before["inventory"][1]


def test_a_client_that_leaves_while_it_is_asked_is_offline_and_not_silent(read, estate):
    estate.clients["small", "small-g"] = [Client(name, "198.18.50.7:1", "JAVA", 293) for name in ("stays", "leaves")]
    estate.leaving = {"leaves"}
    result = read()
    assert not [row for row in codes(result) if row[0] == "CLIENT_SILENT"]
    estate.clients["small", "small-g"] = [Client("leaves", "198.18.50.7:1", "JAVA", 293)]
    assert not [row for row in codes(read()) if row[0] == "CLIENT_SILENT"]
    # Nobody knows whether it has left where its broker does not tell.
    estate.clients["small", "small-g"] = [Client(name, "198.18.50.7:1", "JAVA", 293) for name in ("stays", "leaves")]
    estate.log.clear()
    estate.mute_again = True
    assert ("CLIENT_SILENT", "small/small-g/leaves") in {row[:2] for row in codes(read())}


def test_transactional_groups_come_from_the_newest_half_messages(read, estate):
    estate.half = {BIG[0][1]: ["tx"] * 2000, SMALL[0][1]: ["tx", "own"]}
    result = read()
    assert ("TRANSACTION_GROUP_SHARED", "tx") in codes(result, "blocking")
    assert result["inventory"][0]["transactional_producer_groups"] == {"tx": 1024}
    assert result["inventory"][1]["transactional_producer_groups"] == {"own": 1, "tx": 1}


def test_the_gate_shows_a_table_within_100_columns_and_counts_what_is_alike(judge, estate):
    for source in ("big", "small"):
        estate.groups[source] += [f"shared-{number:04}" for number in range(300)]
    failed, result = judge()
    assert failed and result["changed"] is False
    assert result["msg"].startswith("301 reasons block") or "reasons block the migration" in result["msg"]
    assert max(map(len, result["table"])) <= 92
    (line,) = [line for line in result["table"] if "SAME_GROUP" in line]
    assert re.match(r"BLOCKS +SAME_GROUP +300 of them, first shared-0000", line)
    assert len(result["table"]) < 20


def test_findings_of_others_block_too_and_can_be_waived(judge):
    finding = {"code": "OTHER_VERSION", "subject": "big/b1:1", "severity": "waivable", "evidence": {"answer": "RST"}}
    failed, result = judge(findings=[finding])
    assert failed
    assert codes(result, "waivable") == {("OTHER_VERSION", "big/b1:1")}
    waiver = {"code": "OTHER_VERSION", "subject": "big/*", "reason": "is being repaired", "who": "platform team"}
    failed, result = judge(findings=[finding], waivers=[waiver])
    assert not failed, result["msg"]
    assert [row["code"] for row in result["waived"]] == ["OTHER_VERSION"]
    failed, result = judge(findings=[{**finding, "severity": "notice"}])
    assert failed and "its severity is waivable" in result["msg"]


def waiver(**changes):
    return {"code": "OTHER_VERSION", "subject": "big/*", "reason": "it is 4.4.1", "who": "platform team", **changes}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (waiver(), "WAIVER_UNMATCHED OTHER_VERSION big/*"),
        # The fixture's clock stands in 1970.
        (waiver(until="1969-12-31"), "WAIVER_EXPIRED OTHER_VERSION big/*"),
        (waiver(code="OTHER_VERSIONS"), "no reason has this code"),
        (waiver(code="SAME_GROUP", subject="g"), "this reason cannot be waived"),
    ],
)
def test_waivers_that_help_nobody_are_errors(judge, given, words):
    failed, result = judge(waivers=[given])
    assert failed
    assert words in result["msg"]


def test_a_waiver_for_a_later_phase_waits_for_it(judge):
    later = {"code": "NO_CONSUMER", "subject": "big/gone/*", "reason": "retired", "who": "platform team"}
    failed, result = judge(waivers=[later])
    assert not failed, result["msg"]
    assert [row["code"] for row in result["unused_waivers"]] == ["NO_CONSUMER"]


def test_two_sources_with_equal_names_are_refused(judge):
    failed, result = judge(sources=[SOURCES[0], {**SOURCES[1], "name": "big"}])
    assert failed and "cluster big is listed twice" in result["msg"]


def test_a_source_without_name_server_is_refused(judge):
    failed, result = judge(sources=[{**SOURCES[0], "nameservers": []}])
    assert failed and "the list of name servers is empty" in result["msg"]


def test_the_same_address_in_two_sources_blocks(judge):
    twin = {**SOURCES[1], "brokers": [{"name": "s1", "id": 0, "address": BIG[0][1]}]}
    failed, result = judge(sources=[SOURCES[0], twin])
    assert failed
    assert ("SAME_ADDRESS", BIG[0][1]) in codes(result)


def test_where_the_data_go_is_agreed(judge):
    assert "archive" not in judge()[1]["plan"]
    agreed = judge(archive="/mnt/archive")[1]
    assert agreed["plan"]["archive"] == "/mnt/archive"
    assert agreed["hash"] != judge()[1]["hash"]
    failed, result = judge(archive="archive")
    assert failed and "absolute directory of the old machines, got 'archive'" in result["msg"]


def test_estimate_names_its_longest_wait(judge):
    _failed, result = judge()
    assert result["estimate"]["seconds"] == sum(result["estimate"]["phases"].values())
    assert result["estimate"]["longest"]["seconds"] == max(result["estimate"]["phases"].values())


def test_what_is_no_socket_makes_its_host_unknown(read):
    lines = ["ESTAB 0 0 198.18.50.20:9876 198.18.50.77:4000", "ss: command not found"]
    result = read(peers=[{"source": "big", "host": "big-ns", "lines": lines}], business=["198.18.50.8"])
    assert {("SOCKETS_UNKNOWN", "big/big-ns"), ("CLIENT_UNKNOWN_HOST", "big/198.18.50.77")} <= codes(result)
    result = read(peers=[{"source": "big", "host": "big-ns", "lines": [], "error": "unreachable"}])
    assert ("SOCKETS_UNKNOWN", "big/big-ns") in codes(result, "waivable")


def test_what_a_plan_agreed_is_not_asked_again(judge, estate, tmp_path):
    """A source that knows the target is being migrated: topics made on both sides since are no difference."""
    failed, result = judge(_ansible_check_mode=False)
    assert not failed, result["msg"]
    agreed = result["hash"]
    hub = ("hub-a", "198.18.50.81:10911")
    for server, (name, rows) in list(estate.members.items()):
        estate.members[server] = (name, [*rows, hub])
    estate.groups["big"].append("made-on-both-sides")
    failed, result = judge(_ansible_check_mode=False)
    assert not failed, result["msg"]
    assert (result["hash"], result["changed"], result["agreed"]) == (agreed, False, ["big", "small"])


def test_a_new_plan_keeps_what_was_agreed_about_sources_that_are_not_read(judge, estate, tmp_path):
    """One source after the other: whoever plans the second may not forget what the first is set back to."""
    failed, result = judge(sources=SOURCES[:1], _ansible_check_mode=False)
    assert not failed, result["msg"]
    # As if a DNS server had been asked.
    name = {"name": "big-ns.mq.test", "zone": "", "source": "big", "servers": ["127.0.0.1"], "type": "A",
            "from": ["198.18.50.20"], "to": ["198.18.50.80"], "ttl": 60}  # fmt: skip
    before = {**result["plan"], "dns": [name]}
    (tmp_path / "plan.json").write_text(plan.dump(plan.document(before, {})))
    failed, result = judge(sources=SOURCES[1:], _ansible_check_mode=False)
    assert failed and "rocketmq_migration_replan" in result["msg"]
    failed, result = judge(sources=SOURCES[1:], replace=True, _ansible_check_mode=False)
    assert not failed, result["msg"]
    assert [part["name"] for part in result["plan"]["sources"]] == ["big", "small"]
    assert result["plan"]["sources"][0] == before["sources"][0]
    assert result["plan"]["dns"] == before["dns"] != []


def test_without_dnspython_names_are_not_judged(judge, monkeypatch):
    """In the words that Ansible's own function has for it, which an operation cannot call."""
    monkeypatch.setattr(dns_library, "IMPORT_ERROR", "Traceback")
    name = {"name": "big-ns.mq.test", "source": "big", "servers": ["127.0.0.1"], "from": [], "to": []}
    failed, result = judge(dns=[name])
    assert failed and result["msg"] == missing_required_lib("dnspython")
    assert not judge()[0]


def test_a_plan_that_is_replaced_keeps_its_mode(judge, estate, tmp_path):
    assert not judge(_ansible_check_mode=False)[0]
    (tmp_path / "plan.json").chmod(0o600)
    estate.groups["big"].append("late")
    assert not judge(replace=True, _ansible_check_mode=False)[0]
    modes = {path.suffix: path.stat().st_mode & 0o777 for path in tmp_path.glob("plan.*")}
    mask = os.umask(0)
    os.umask(mask)
    assert modes == {".json": 0o600, ".md": 0o666 & ~mask}


FIRST = r"---\n(?:# [^\n]*\n)*- name: [^\n]*\n  ansible.builtin.include_tasks: begin.yml\n"
PHASES = Path(__file__).parents[5] / "roles" / "migration" / "tasks"
PLAYBOOKS = PHASES.parents[2] / "playbooks"


def parts() -> set[str]:
    """Task files that others include; what main.yml is told to run by name is a phase."""
    text = "".join(path.read_text() for folder in (PHASES, PLAYBOOKS) for path in folder.glob("*.yml"))
    begin = "(?:include_tasks|import_tasks|tasks_from|migration_tasks): "
    return {"main", *re.findall(begin + r"(\w+)(?:\.yml)?\n", text)}


def test_every_phase_begins_with_the_plan():
    """What is confirmed is asked before anything else: each phase's first task, and in it before the first look."""
    names = {path.stem for path in PHASES.glob("*.yml")}
    phases = {
        name
        for name in names
        if re.match(FIRST, (PHASES / f"{name}.yml").read_text())
    }
    # The gentle restart is for clusters that are not migrated, too: there is no plan then.
    assert phases | parts() | {"restart"} >= names, "a phase that does not begin with begin.yml"
    assert len(phases) >= 18
    begin, prepare = ((PHASES / f"{name}.yml").read_text() for name in ("begin", "prepare"))
    assert begin.index("prepare.yml") < begin.index("look.yml")
    assert "state: check" in prepare
    assert "when: __migration_phase.changes" in prepare
    # And the lock before any machine is asked.
    machines = (PLAYBOOKS / "look_at_machines.yml").read_text()
    assert machines.index("tasks_from: prepare") < machines.index("tasks_from: look_at_machine")
