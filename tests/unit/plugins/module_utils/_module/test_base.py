# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module gets from the bridge."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import BrokerSpec, ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import arguments
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import base as _module
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations import clusters
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations.errors import ArgumentError, OperationError
from ansible_collections.mqops.rocketmq.tests.resources.module_args import patch_module_args

CLUSTER = {"name": "c", "nameservers": ["n:9876"], "brokers": [{"name": "a", "id": 0, "address": "h:10911"}]}


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []

    def end(**result: Any) -> None:
        results.append(result)
        raise SystemExit

    monkeypatch.setattr(basic.AnsibleModule, "exit_json", lambda self, **result: end(**result))
    monkeypatch.setattr(basic.AnsibleModule, "fail_json", lambda self, **result: end(failed=True, **result))
    monkeypatch.delenv("MQOPS_PROGRESS_FILE", raising=False)
    return results


def run(main: Any, **options: Any) -> None:
    with patch_module_args(options), pytest.raises(SystemExit):
        _module.run_module(main)()


def test_clusters_keep_their_order() -> None:
    found = arguments.clusters_from([CLUSTER, {**CLUSTER, "name": "d"}])
    assert found[0] == ClusterSpec("c", ("n:9876",), (BrokerSpec("a", 0, "h:10911"),))
    assert [cluster.name for cluster in found] == ["c", "d"]
    assert arguments.clusters_from(CLUSTER) == [found[0]]
    assert arguments.clusters_from(None) == []


def test_brokers_left_out_are_discovered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "discover", lambda admin, name, servers: (admin, name, servers))
    assert arguments.cluster_from({**CLUSTER, "brokers": None}, "client") == ("client", "c", ("n:9876",))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "name is empty"),
        ({"nameservers": []}, "list of name servers is empty"),
        ({"nameservers": ["10.0.0.1"]}, "not an address of the form host:port"),
        ({"nameservers": ["[::1]:9876"]}, "not an address"),
        ({"nameservers": ["n:0"]}, "not an address"),
        ({"brokers": []}, "list of brokers is empty"),
        ({"brokers": [{"name": "a", "id": -1, "address": "h:1"}]}, "cannot exist"),
        (
            {"brokers": [{"name": "a", "id": 0, "address": "h:1"}, {"name": "b", "id": 0, "address": "h:1"}]},
            "broker address h:1 is listed twice",
        ),
    ],
)
def test_impossible_clusters(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(words)):
        arguments.cluster_from({**CLUSTER, **change})


def test_a_cluster_twice() -> None:
    with pytest.raises(ArgumentError, match="cluster c is listed twice"):
        arguments.clusters_from([CLUSTER, CLUSTER])


def test_typed_errors_end_the_module(ended: list[dict[str, Any]]) -> None:
    def main() -> None:
        _module.RocketmqModule()
        raise AdminError("GET", "h:1", None, "no answer within 5 s")

    run(main)
    assert ended == [{"failed": True, "changed": False, "msg": "GET at h:1: no answer within 5 s", "requests": []}]


def test_an_error_carries_its_results_and_what_was_sent(ended: list[dict[str, Any]]) -> None:
    def main() -> None:
        module = _module.RocketmqModule()
        sent = {"request": "X", "address": "b:1", "fields": {"topic": "t", "perm": "4"}, "result": "SUCCESS"}
        module.admin.audit.append(sent)
        raise OperationError("no", reasons=[{"code": "A"}])

    run(main)
    assert ended[0]["reasons"] == [{"code": "A"}]
    assert ended[0]["changed"] is True and ended[0]["requests"] == ["X b:1 topic=t perm=4: SUCCESS"]


def test_programming_errors_keep_their_traceback(ended: list[dict[str, Any]]) -> None:
    def main() -> None:
        _module.RocketmqModule()
        raise KeyError("typo")

    with patch_module_args({}), pytest.raises(KeyError):
        _module.run_module(main)()
    assert ended == []


def test_an_error_before_there_is_a_module_is_not_hidden(ended: list[dict[str, Any]]) -> None:
    def main() -> None:
        raise OperationError("early")

    with patch_module_args({}), pytest.raises(OperationError):
        _module.run_module(main)()


def test_exit_shows_both_sides_and_plain_values(ended: list[dict[str, Any]]) -> None:
    @dataclass(frozen=True)
    class Thing:
        name: str
        queues: tuple[int, ...]

    def main() -> None:
        _module.RocketmqModule().exit(
            changed=True,
            before=None,
            after={"a": Thing("x", (1, 2))},
            things=frozenset({"b", "a"}),
            at={("t", "g"): {0: 1}},
        )

    run(main)
    assert "diff" not in ended[0]
    run(main, _ansible_diff=True)
    assert ended.pop(0) and ended[0]["diff"] == {"before": "", "after": {"a": {"name": "x", "queues": [1, 2]}}}
    assert ended[0]["things"] == ["a", "b"] and ended[0]["at"] == {"t@g": {"0": 1}}
    json.dumps(ended[0])


def test_no_diff_without_sides(ended: list[dict[str, Any]]) -> None:
    run(lambda: _module.RocketmqModule().exit())
    assert "diff" not in ended[0] and ended[0]["changed"] is False


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"request_timeout": 0}, "request_timeout must be greater than 0"),
        ({"connect_timeout": "nan"}, "connect_timeout must be greater than 0"),
        ({"access_key": "only"}, "required together"),
    ],
)
def test_impossible_connection(ended: list[dict[str, Any]], options: dict[str, Any], words: str) -> None:
    run(lambda: _module.RocketmqModule().exit(), **options)
    assert ended[0]["failed"] and words in ended[0]["msg"]


def test_without_connection_options(ended: list[dict[str, Any]]) -> None:
    run(lambda: _module.RocketmqModule(connection=False).exit(), tls=True)
    assert ended[0]["failed"] and "tls" in ended[0]["msg"]


def test_progress_is_one_stamped_line_each(tmp_path: Any, ended: list[dict[str, Any]]) -> None:
    path = tmp_path / "progress"

    def main() -> None:
        module = _module.RocketmqModule()
        module.progress("first")
        module.progress("two\nlines")
        module.exit()

    run(main, progress_file=str(path))
    assert re.fullmatch(r"\d\d:\d\d:\d\d first\n\d\d:\d\d:\d\d two lines\n", path.read_text())


def test_progress_file_comes_from_the_environment(
    tmp_path: Any, ended: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MQOPS_PROGRESS_FILE", str(tmp_path / "progress"))

    def main() -> None:
        module = _module.RocketmqModule()
        module.progress("here")
        module.exit()

    run(main)
    assert (tmp_path / "progress").exists()


def test_progress_that_cannot_be_written_is_a_warning_once(
    tmp_path: Any, ended: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda self, text: warnings.append(text))

    def main() -> None:
        module = _module.RocketmqModule()
        module.progress("a")
        module.progress("b")
        module.exit()

    run(main, progress_file=str(tmp_path / "no" / "progress"))
    assert len(warnings) == 1 and "failed" not in ended[0]
