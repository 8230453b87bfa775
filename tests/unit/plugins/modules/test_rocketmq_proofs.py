# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rocketmq_proofs: what was proved, by its kind; nobody is asked for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., dict[str, Any]]
A, SLAVE = "198.18.10.21:10911", "198.18.10.24:10911"
MRO = {
    "name": "mro",
    "nameservers": ["198.18.10.20:9876"],
    "brokers": [{"name": "broker-a", "id": 0, "address": A}, {"name": "broker-a", "id": 1, "address": SLAVE}],
}
HOSTS = {"nameservers": ["mro-ns"], "masters": ["mro-a"], "slaves": ["mro-s"]}
DRAINED = {"sources": [MRO], "commit_logs": {A: 5000, "elsewhere:1": 7}, "clusters": {"mro": {
    "passed": True, "broadcast_topics": ["news"], "remaining": 0,
}}}  # fmt: skip
OFFENDER = {"cluster": "mro", "broker": "broker-a", "topic": "news", "queue": 0, "kind": "send", "rate": 0.0,
            "count": 1, "producer_groups": [], "hosts": ["198.18.10.101:4000"]}  # fmt: skip


@pytest.fixture
def prove(run: Run, estate: Any, tmp_path: Path) -> Run:
    def call(**options: Any) -> dict[str, Any]:
        result = run("rocketmq_proofs", directory=str(tmp_path), **options)
        assert not estate.log, "somebody was asked"
        assert not result["changed"], "evidence is no change of the estate"
        return result

    return call


def same(result: dict[str, Any]) -> bool:
    """Whether nothing is known that was not known before."""
    return bool(result["diff"]["before"] == result["diff"]["after"])


def known(tmp_path: Path) -> Any:
    return json.loads((tmp_path / "proofs.json").read_text())


def test_without_a_change_it_only_reads(prove: Run, tmp_path: Path) -> None:
    result = prove()
    assert not result["failed"], result["msg"]
    assert result["proofs"]["drained"] == {"ends": {}, "broadcast_topics": {}, "missed": {}}
    assert (result["proofs"]["empty"], "sent_late" in result, list(tmp_path.iterdir())) == (None, False, [])


def test_a_close_that_is_taken_back(prove: Run, tmp_path: Path) -> None:
    result = prove(drained=DRAINED)
    assert result["proofs"] == known(tmp_path) and "would_keep" not in result
    assert known(tmp_path)["drained"] == {"ends": {A: 5000}, "broadcast_topics": {"mro": ["news"]}, "missed": {}}
    assert result["diff"]["after"] == result["proofs"] and result["diff"]["before"]["drained"]["ends"] == {}
    assert same(prove(drained=DRAINED))
    planned = prove(told=["mro"], check=True)
    assert same(planned) and "would_keep" not in planned

    prove(reopened={"sources": [MRO], "offenders": [OFFENDER], "unread": {}, "peers": ["198.18.10.101:4000"]})
    drained = known(tmp_path)["drained"]
    assert (drained["ends"], drained["broadcast_topics"]) == ({}, {})
    [line] = drained["missed"]["mro"]
    assert "connected now: 198.18.10.101:4000" in line
    before = (tmp_path / "proofs.json").read_bytes()
    planned = prove(told=["mro"], check=True)
    assert planned["would_keep"] == f"Would keep in {tmp_path}/proofs.json: told"
    assert not same(planned) and planned["proofs"]["drained"]["missed"] == {}
    assert (tmp_path / "proofs.json").read_bytes() == before
    assert prove(told=["mro"])["proofs"]["drained"]["missed"] == {}


def test_a_reading_that_has_failed_before_it_began_counts_as_written(prove: Run, tmp_path: Path) -> None:
    prove(drained=DRAINED)
    prove(reopened={"sources": [MRO], "failure": "no answer within 5 s"})
    assert known(tmp_path)["drained"]["missed"]["mro"][0].endswith("could not be read: no answer within 5 s")
    prove(drained=DRAINED)
    prove(told=["mro"])
    assert prove(reopened={"sources": [MRO]})["proofs"]["drained"]["missed"]["mro"][0].endswith("nothing was read")


def test_a_closed_source_without_a_record(prove: Run, tmp_path: Path) -> None:
    [line] = prove(unrecorded=[MRO])["proofs"]["drained"]["missed"]["mro"]
    assert f"{tmp_path}/proofs.json does not say where its logs ended" in line


def test_a_stop_a_release_and_a_start(prove: Run, tmp_path: Path) -> None:
    kept = {"mro-a": {"config_file": "/b.conf", "user": "mq", "uid": 7, "name_servers_given": "", "without_file": False,
                      "unknown": "", "name_servers": "198.18.10.20:9876"}}  # fmt: skip
    prove(processes=kept)
    prove(checked=[{"address": A, "end": 5000, "path": "/store/commitlog"}])
    prove(released={"sources": [{**MRO, "hosts": HOSTS}]})
    prove(released={"sources": [{**MRO, "hosts": HOSTS}], "decommissioned": True})
    found = known(tmp_path)
    assert found["processes"] == kept and found["checked"] == {A: {"end": 5000, "path": "/store/commitlog"}}
    hosts = {"mro-ns": "198.18.10.20:9876", "mro-a": A, "mro-s": SLAVE}
    assert found["released"] == {"mro": {"hosts": hosts, "decommissioned": True}}
    prove(started=[MRO])
    assert (known(tmp_path)["checked"], known(tmp_path)["released"], known(tmp_path)["processes"]) == ({}, {}, kept)


def test_an_empty_target_and_one_that_is_left(prove: Run, tmp_path: Path) -> None:
    assert prove(empty={"since": "deploy", "brokers": MRO["brokers"]})["proofs"]["empty"]["since"] == "deploy"
    assert same(prove(opened=False))
    assert prove(opened=True)["proofs"]["empty"] is None
    prove(leaving={"sources": ["mro"], "topic_ends": {A: {"orders": 7}}, "waived": ["hub/g/orders"]})
    assert prove(sent={"sources": ["mro"], "topic_ends": {A: {"orders": 9}}})["sent_late"] == [f"2 in orders on {A}"]
    assert prove(sent={"sources": ["mdm"], "topic_ends": {}})["sent_late"] == []
    assert same(prove(not_leaving=["mdm"]))
    assert prove(not_leaving=["mro"])["proofs"]["leaving"] == {"sources": [], "topic_ends": {}, "waived": []}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"opened": True, "told": ["mro"]}, "mutually exclusive"),
        ({"opened": True, "sent": {"sources": [], "topic_ends": {}}}, "mutually exclusive"),
        ({"checked": [{"address": A, "end": -5, "path": "/s"}]}, "checked cannot be kept in"),
        ({"checked": [{"address": A, "end": 5}]}, "missing required arguments: path found in checked"),
        ({"drained": {**DRAINED, "commit_logs": {A: "5000"}}}, f"drained.ends.{A} is '5000'"),
        ({"drained": {**DRAINED, "clusters": {}}}, "drained is not what the module documents"),
        ({"reopened": {"sources": [{"name": "mro", "nameservers": []}]}}, "missing required arguments: brokers"),
        ({"empty": {"since": "ever", "brokers": []}}, "must be one of: deploy, undo"),
    ],
)
def test_what_it_is_not_meant_for_is_refused(prove: Run, tmp_path: Path, options: dict[str, Any], said: str) -> None:
    result = prove(**options)
    assert result["failed"] and said in result["msg"], result["msg"]
    assert not (tmp_path / "proofs.json").exists()


def test_a_file_that_is_cut_off_is_refused_by_its_name(prove: Run, tmp_path: Path) -> None:
    prove(opened=True)
    (tmp_path / "proofs.json").write_text('{"kind": "mqops.rocketmq.proofs", "ver')
    result = prove(opened=True)
    assert result["failed"] and result["refused"] == "cut"
    assert result["msg"].startswith(f"PROOFS_UNREADABLE: {tmp_path}/proofs.json is cut off, or no JSON (")
