# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import re

import pytest
from ansible.module_utils.basic import missing_required_lib

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import plan
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import dns_library
from ansible_collections.mqops.rocketmq.tests.unit.support.departments import (
    BIG,
    PREFLIGHT,
    SOURCES,
    add_groups,
    codes,
    departments,
)


@pytest.fixture
def estate(play):
    return play(departments())


@pytest.fixture
def judge(run, estate, tmp_path):
    return lambda **arguments: run(
        "rocketmq_plan", **{**PREFLIGHT, "directory": str(tmp_path), "check": True, **arguments}
    )


def test_the_gate_shows_a_table_within_100_columns_and_counts_what_is_alike(judge, estate):
    for source in ("big", "small"):
        add_groups(estate, source, *(f"shared-{number:04}" for number in range(300)))
    result = judge()
    assert result["failed"] and result["changed"] is False
    assert result["msg"].startswith("301 reasons block") or "reasons block the migration" in result["msg"]
    assert max(map(len, result["table"])) <= 92
    (line,) = [line for line in result["table"] if "SAME_GROUP" in line]
    assert re.match(r"BLOCKS +SAME_GROUP +300 of them, first shared-0000", line)
    assert len(result["table"]) < 20


def test_findings_of_others_block_too_and_can_be_waived(judge):
    finding = {"code": "OTHER_VERSION", "subject": "big/b1:1", "severity": "waivable", "evidence": {"answer": "RST"}}
    result = judge(findings=[finding])
    assert result["failed"]
    assert codes(result, "waivable") == {("OTHER_VERSION", "big/b1:1")}
    waiver = {"code": "OTHER_VERSION", "subject": "big/*", "reason": "is being repaired", "who": "platform team"}
    result = judge(findings=[finding], waivers=[waiver])
    assert not result["failed"], result["msg"]
    assert [row["code"] for row in result["waived"]] == ["OTHER_VERSION"]
    result = judge(findings=[{**finding, "severity": "notice"}])
    assert result["failed"] and "its severity is waivable" in result["msg"]


def waiver(**changes):
    return {"code": "OTHER_VERSION", "subject": "big/*", "reason": "it is 4.4.1", "who": "platform team", **changes}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (waiver(), "WAIVER_UNMATCHED OTHER_VERSION big/*"),
        (waiver(until="1969-12-31"), "WAIVER_EXPIRED OTHER_VERSION big/*"),
        (waiver(code="OTHER_VERSIONS"), "no reason has this code"),
        (waiver(code="SAME_GROUP", subject="g"), "this reason cannot be waived"),
    ],
)
def test_waivers_that_help_nobody_are_errors(judge, given, words):
    result = judge(waivers=[given])
    assert result["failed"]
    assert words in result["msg"]


def test_a_waiver_for_a_later_phase_waits_for_it(judge):
    later = {"code": "NO_CONSUMER", "subject": "big/gone/*", "reason": "retired", "who": "platform team"}
    result = judge(waivers=[later])
    assert not result["failed"], result["msg"]
    assert [row["code"] for row in result["unused_waivers"]] == ["NO_CONSUMER"]


def test_two_sources_with_equal_names_are_refused(judge):
    result = judge(sources=[SOURCES[0], {**SOURCES[1], "name": "big"}])
    assert result["failed"] and "cluster big is listed twice" in result["msg"]


def test_a_source_without_name_server_is_refused(judge):
    result = judge(sources=[{**SOURCES[0], "nameservers": []}])
    assert result["failed"] and "the list of name servers is empty" in result["msg"]


def test_the_same_address_in_two_sources_blocks(judge):
    twin = {**SOURCES[1], "brokers": [{"name": "s1", "id": 0, "address": BIG[0]}]}
    result = judge(sources=[SOURCES[0], twin])
    assert result["failed"]
    assert ("SAME_ADDRESS", BIG[0]) in codes(result)


def test_where_the_data_go_is_agreed(judge):
    assert "archive" not in judge()["plan"]
    agreed = judge(archive="/mnt/archive")
    assert agreed["plan"]["archive"] == "/mnt/archive"
    assert agreed["hash"] != judge()["hash"]
    result = judge(archive="archive")
    assert result["failed"] and "absolute directory of the old machines, got 'archive'" in result["msg"]


def test_estimate_names_its_longest_wait(judge):
    result = judge()
    assert result["estimate"]["seconds"] == sum(result["estimate"]["phases"].values())
    assert result["estimate"]["longest"]["seconds"] == max(result["estimate"]["phases"].values())


def test_what_a_plan_agreed_is_not_asked_again(judge, estate):
    """A source that knows the target is being migrated: topics made on both sides since are no difference."""
    result = judge(check=False)
    assert not result["failed"], result["msg"]
    agreed = result["hash"]
    for server in estate.servers.values():
        server.registered["hub-a"] = "198.18.50.81:10911"
    add_groups(estate, "big", "made-on-both-sides")
    result = judge(check=False)
    assert not result["failed"], result["msg"]
    assert (result["hash"], result["changed"], result["agreed"]) == (agreed, False, ["big", "small"])


def test_a_new_plan_keeps_what_was_agreed_about_sources_that_are_not_read(judge, tmp_path):
    """One source after the other: a plan for the second must not forget what the first is set back to."""
    result = judge(sources=SOURCES[:1], check=False)
    assert not result["failed"], result["msg"]
    # As if a DNS server had been asked.
    name = {"name": "big-ns.mq.test", "zone": "", "source": "big", "servers": ["127.0.0.1"], "type": "A",
            "from": ["198.18.50.20"], "to": ["198.18.50.80"], "ttl": 60}  # fmt: skip
    before = {**result["plan"], "dns": [name]}
    (tmp_path / "plan.json").write_text(plan.dump(plan.document(before, {})))
    result = judge(sources=SOURCES[1:], check=False)
    assert result["failed"] and "rocketmq_migration_replan" in result["msg"]
    result = judge(sources=SOURCES[1:], replace=True, check=False)
    assert not result["failed"], result["msg"]
    assert [part["name"] for part in result["plan"]["sources"]] == ["big", "small"]
    assert result["plan"]["sources"][0] == before["sources"][0]
    assert result["plan"]["dns"] == before["dns"] != []


def test_without_dnspython_names_are_not_judged(judge, monkeypatch):
    """In the words that Ansible's own function has for it, which an operation cannot call."""
    monkeypatch.setattr(dns_library, "IMPORT_ERROR", "Traceback")
    name = {"name": "big-ns.mq.test", "source": "big", "servers": ["127.0.0.1"], "from": [], "to": []}
    result = judge(dns=[name])
    assert result["failed"] and result["msg"] == missing_required_lib("dnspython")
    assert not judge()["failed"]


def test_a_plan_that_is_replaced_keeps_its_mode(judge, estate, tmp_path):
    assert not judge(check=False)["failed"]
    (tmp_path / "plan.json").chmod(0o600)
    add_groups(estate, "big", "late")
    assert not judge(replace=True, check=False)["failed"]
    modes = {path.suffix: path.stat().st_mode & 0o777 for path in tmp_path.glob("plan.*")}
    mask = os.umask(0)
    os.umask(mask)
    assert modes == {".json": 0o600, ".md": 0o666 & ~mask}
