# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks that keep what was proved, taken out of their phases: the module takes what they hand it.

Each runs as it stands in the role, with its condition and what it inherits from its block, and the one behind it, which
hands on what is known then.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
MODULE = "mqops.rocketmq.rocketmq_proofs"
A, S, NS, HUB = "198.18.9.21:10911", "198.18.9.24:10911", "198.18.9.20:9876", "198.18.9.81:10911"
SPEC = {
    "name": "mro",
    "nameservers": [NS],
    "brokers": [{"name": "broker-a", "id": 0, "address": A}, {"name": "broker-a", "id": 1, "address": S}],
}
MRO = {
    **SPEC,
    "spec": SPEC,
    "hosts": {"nameservers": ["mro-ns"], "masters": ["mro-a"], "slaves": ["mro-s"]},
    "nameserver_name": "mro-ns.mq.test",
    "group": "mro",
}
EMPTY = [{"name": "hub-a", "id": 0, "address": HUB}]
HUB_SPEC = {"name": "hub", "nameservers": [NS], "brokers": EMPTY}
OFFENDER = {"cluster": "mro", "broker": "broker-a", "topic": "news", "queue": 0, "kind": "send", "rate": 0.0,
            "count": 1, "producer_groups": [], "hosts": ["198.18.9.101:4000"]}  # fmt: skip
SEEN = f"{A} from 198.18.9.101:4000"
PROCESS = {"config_file": "/b.conf", "user": "mq", "uid": 7, "without_file": False}
DRAINED = {"commit_logs": {A: 5000, S: 4000}, "clusters": {"mro": {"passed": True, "broadcast_topics": ["news"]}}}
CLUSTERS = {"clusters": [{"brokers": {A: {"config": {"storePathCommitLog": "/store/commitlog"}}}}]}
NOTHING_DRAINED = {"ends": {}, "broadcast_topics": {}, "missed": {}}
NOBODY_LEAVES = {"sources": [], "topic_ends": {}, "waived": []}
# File of the role → what it is given, and what the document has afterwards. In this order, each after the one before.
STEPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("phases/deploy", {"migration_may_hold": [], "__migration_apart": [MRO]},
     {"empty": {"since": "deploy", "brokers": EMPTY}}),
    ("phases/open_target", {}, {"empty": None}),
    ("phases/rollback_deploy", {"__migration_answering": EMPTY, "__migration_proved": {"brokers": EMPTY}},
     {"empty": {"since": "undo", "brokers": EMPTY}}),
    ("phases/rollback_open_target", {}, {"empty": None}),
    ("phases/rollback_close_source", {"__migration_batch": [MRO]}, {"drained": {**NOTHING_DRAINED, "missed": {"mro": [
        "perhaps any such topic of mro: EVIDENCE/proofs.json does not say where its logs ended when it was closed"
    ]}}}),
    ("steps/close/tell_missed_broadcasts",
     {"migration_broadcast_missed": ["x"], "__migration_told_of": [MRO]}, {"drained": NOTHING_DRAINED}),
    ("steps/close/close_once", {"__migration_to_close": [MRO], "__migration_drained": DRAINED},
     {"drained": {"ends": {A: 5000, S: 4000}, "broadcast_topics": {"mro": ["news"]}, "missed": {}}}),
    ("steps/close/open_for_reading",
     {"__migration_reopen": [MRO], "__migration_read": {"offenders": [OFFENDER], "unread": {}},
      "migration_peers_of_masters": [SEEN]},
     {"drained": {"ends": {S: 4000}, "broadcast_topics": {}, "missed": {"mro": [
         "news queue 0 on mro/broker-a: 1 messages (send, 0.0/s), from 198.18.9.101:4000, connected now: "
         "198.18.9.101:4000"
     ]}}}),
    ("steps/proofs/keep_processes", {"migration_processes": {"mro-a": PROCESS}}, {"processes": {"mro-a": PROCESS}}),
    ("steps/proofs/keep_checked_ends",
     {"__migration_last": {"commit_logs": {A: 5000}}, "__migration_clusters": CLUSTERS},
     {"checked": {A: {"end": 5000, "path": "/store/commitlog"}}}),
    ("steps/proofs/keep_released", {"__migration_released_of": [MRO], "__migration_decommissioned": True},
     {"released": {"mro": {"hosts": {"mro-ns": NS, "mro-a": A, "mro-s": S}, "decommissioned": True}}}),
    ("steps/proofs/forget_store_check", {"__migration_forgotten_of": [MRO]}, {"checked": {}, "released": {}}),
    ("phases/rollback_attach", {
        "__migration_leaving": [MRO], "__migration_owned": {"topics": ["orders"]},
        "__migration_tied": EMPTY, "__migration_tied_masters": EMPTY,
        "__migration_left_behind": {"topic_ends": {HUB: {"orders": 7}}, "waived": [{"subject": "hub/g/orders"}]},
        "__migration_in_the_end": {"topic_ends": {HUB: {"orders": 9}}},
    }, {"leaving": NOBODY_LEAVES}),
    ("phases/attach", {"__migration_joining": [MRO]}, {"leaving": NOBODY_LEAVES}),
]  # fmt: skip


def picked(tasks: list[dict[str, Any]], inherited: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks that call the module and those behind them, with what their blocks hand down."""
    found: list[dict[str, Any]] = []
    for before, task in zip([{}, *tasks], tasks, strict=False):
        down = {
            **{key: task.get(key, inherited.get(key)) for key in ("delegate_to",) if key in {*task, *inherited}},
            "vars": {**inherited.get("vars", {}), **task.get("vars", {})},
            "when": [*inherited.get("when", []), *conditions(task)],
        }
        if "block" in task:
            found += picked(task["block"], down)
        elif MODULE in task or (MODULE in before and "ansible.builtin.set_fact" in task):
            found.append({**task, **down})
    return found


def conditions(task: dict[str, Any]) -> list[str]:
    given = task.get("when", [])
    return given if isinstance(given, list) else [given]


class Role:
    """The role with the module, and nothing else that asks anybody."""

    def __init__(self, place: Path) -> None:
        self.place, self.evidence = place, place / "evidence"
        self.evidence.mkdir()
        own = place / "collections/ansible_collections/mqops/rocketmq"
        (own / "plugins/modules").mkdir(parents=True)
        for name in ("action", "filter", "module_utils", "plugin_utils", "modules/rocketmq_proofs.py"):
            (own / "plugins" / name).symlink_to(REPOSITORY / "plugins" / name)
        (own / "galaxy.yml").symlink_to(REPOSITORY / "galaxy.yml")
        (own / "meta").symlink_to(REPOSITORY / "meta")
        shutil.copytree(REPOSITORY / "roles/migration", own / "roles/migration")
        self.tasks = own / "roles/migration/tasks"

    def step(self, name: str, **given: Any) -> list[dict[str, Any]]:
        """Tasks that run those of one file, then compare what is known with the file and keep a copy of it."""
        tasks = picked(yaml.safe_load((self.tasks / f"{name}.yml").read_text()), {})
        assert tasks, f"{name}.yml keeps nothing"
        alone = f"step_{Path(name).name}"
        copy = self.place / f"{Path(name).name}.json"
        (self.tasks / f"{alone}.yml").write_text(yaml.safe_dump(tasks))
        file = self.evidence / "proofs.json"
        include = {"name": "mqops.rocketmq.migration", "tasks_from": alone}
        return [
            {"ansible.builtin.include_role": include, "vars": given},
            {"ansible.builtin.assert": {
                "that": "hostvars.localhost.migration_proofs == (lookup('ansible.builtin.file', kept) | from_json)",
                "fail_msg": name,
            }, "when": "not ansible_check_mode", "vars": {**given, "kept": str(file)}},
            {"ansible.builtin.command": {"cmd": f"cp {file} {copy}"}, "changed_when": False},
        ]  # fmt: skip

    def run(self, *words: str, **more: Any) -> str:
        read = {"name": "mqops.rocketmq.migration", "tasks_from": "steps/proofs/read"}
        estate = {"sources": [MRO], "target": {**MRO, **HUB_SPEC, "spec": HUB_SPEC}, "business": []}
        given = {
            "migration_directory": str(self.evidence),
            "migration_estate": estate,
            "__migration_stores_of": [],
            "__migration_batch": [],
            "ansible_python_interpreter": sys.executable,
            **more,
        }
        steps = [task for name, own, _expected in STEPS for task in self.step(name, **own)]
        late = {"that": f"ansible_check_mode or migration_sent_late == ['2 in orders on {HUB}']"}
        first, given_first, _expected = STEPS[0]
        plays = [
            {"hosts": "localhost", "tasks": [{"ansible.builtin.include_role": read}, *steps,
                                             {"ansible.builtin.assert": late}, *self.step(first, **given_first)]},
            # A broker of the target is restarted in a play on its own host.
            {"hosts": "hub-a", "tasks": self.step("steps/restart/serve_master")},
        ]  # fmt: skip
        (self.place / "play.yml").write_text(
            yaml.safe_dump([{"gather_facts": False, "any_errors_fatal": True, "vars": given, **one} for one in plays])
        )
        environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(self.place / "collections")}
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,hub-a,", "-c", "local", "play.yml",
             *words], cwd=self.place, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def role(tmp_path: Path) -> Role:
    return Role(tmp_path)


def test_each_proof_is_kept_and_known_as_the_phases_hand_it_over(role: Role) -> None:
    printed = role.run()
    for name, _given, expected in STEPS:
        kept = json.loads((role.place / f"{Path(name).name}.json").read_text().replace(str(role.evidence), "EVIDENCE"))
        assert {key: kept[key] for key in expected} == expected, name
    assert json.loads((role.place / "serve_master.json").read_text())["empty"] is None
    # Evidence is no change of the estate.
    assert printed.count("changed=0 ") == 2, printed
    assert not [path for path in role.evidence.iterdir() if path.name not in ("proofs.json", "proofs.json.guard")]


def test_in_check_mode_nothing_is_kept(role: Role) -> None:
    role.run("--check")
    assert list(role.evidence.iterdir()) == []


def test_every_task_that_keeps_a_proof_is_tried_here() -> None:
    tasks = REPOSITORY / "roles/migration/tasks"
    keeping = {
        str(path.relative_to(tasks).with_suffix("")) for path in tasks.rglob("*.yml") if MODULE in path.read_text()
    }
    assert keeping == {"steps/proofs/read", "steps/restart/serve_master", *(name for name, _given, _expected in STEPS)}
