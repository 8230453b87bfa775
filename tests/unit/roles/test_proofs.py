# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks that keep what was proved, taken out of their phases: the module takes what they hand it.

Each runs as it stands in the role, with its condition and what it inherits from its block.
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

from ansible_collections.mqops.rocketmq.tests.unit.support.estates import estate_of

REPOSITORY = Path(__file__).resolve().parents[3]
ROLE = {"ansible.builtin.include_role": {"name": "mqops.rocketmq.migration"}}
MODULE = "mqops.rocketmq.rocketmq_proofs"
A, S, NS, HUB = "198.18.9.21:10911", "198.18.9.24:10911", "198.18.9.20:9876", "198.18.9.81:10911"
ESTATE = estate_of({
    "mro-ns": ("mro", "nameserver", "198.18.9.20"), "mro-a": ("mro", "master", "198.18.9.21"),
    "mro-s": ("mro", "slave", "198.18.9.24"),
    "hub-ns": ("hub", "nameserver", "198.18.9.80"), "hub-a": ("hub", "master", "198.18.9.81"),
})  # fmt: skip
(MRO,) = ESTATE["sources"]
EMPTY = ESTATE["target"]["brokers"]
OFFENDER = {"cluster": "mro", "broker": "broker-a", "topic": "news", "queue": 0, "kind": "send", "rate": 0.0,
            "count": 1, "producer_groups": [], "hosts": ["198.18.9.101:4000"]}  # fmt: skip
SEEN = f"{A} from 198.18.9.101:4000"
PROCESS = {"config_file": "/b.conf", "user": "mq", "uid": 7, "without_file": False}
EDITED = {**PROCESS, "nameservers": NS}
DRAINED = {"commit_logs": {A: 5000, S: 4000}, "clusters": {"mro": {"passed": True, "broadcast_topics": ["news"]}}}
CLUSTERS = {"clusters": [
    {"name": name, "nameservers": {}, "brokers": {
        address: {"config": {"brokerPermission": "4", "storePathCommitLog": "/store/commitlog"}}
    }}
    for name, address in (("mro", A), ("hub", HUB))
]}  # fmt: skip
NOTHING_DRAINED = {"ends": {}, "broadcast_topics": {}, "missed": {}}
NOBODY_LEAVES = {"sources": [], "topic_ends": {}, "waived": []}
# File of the role → what it is given, and what the document has afterwards. In this order, each after the one before.
STEPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("phases/deploy", {"migration_used_stores": []},
     {"empty": {"since": "deploy", "brokers": EMPTY}}),
    ("phases/open_target", {}, {"empty": None}),
    ("phases/rollback_deploy", {"__migration_answering": EMPTY, "__migration_proved": {"brokers": EMPTY}},
     {"empty": {"since": "undo", "brokers": EMPTY}}),
    ("phases/rollback_open_target", {}, {"empty": None}),
    ("phases/rollback_close_source", {"__migration_batch": [MRO]}, {"drained": {**NOTHING_DRAINED, "missed": {"mro": [
        "perhaps any such topic of mro: EVIDENCE/proofs.json does not say where its logs ended when it was closed"
    ]}}}),
    ("steps/close/tell_missed_broadcasts",
     {"migration_missed_broadcasts": ["x"], "__migration_told_sources": [MRO]}, {"drained": NOTHING_DRAINED}),
    ("steps/close/close_once", {"__migration_drained": [MRO], "__migration_drain": DRAINED},
     {"drained": {"ends": {A: 5000, S: 4000}, "broadcast_topics": {"mro": ["news"]}, "missed": {}}}),
    ("steps/close/open_for_reading",
     {"__migration_to_open": [MRO], "__migration_read_writes": {"offenders": [OFFENDER], "unread": {}},
      "migration_peers_of_masters": [SEEN]},
     {"drained": {"ends": {S: 4000}, "broadcast_topics": {}, "missed": {"mro": [
         "news queue 0 on mro/broker-a: 1 messages (send, 0.0/s), from 198.18.9.101:4000, connected now: "
         "198.18.9.101:4000"
     ]}}}),
    ("steps/process/keep", {"migration_processes": {"mro-a": PROCESS}}, {"processes": {"mro-a": PROCESS}}),
    ("phases/rescue", {"migration_processes": {"mro-a": EDITED}}, {"processes": {"mro-a": EDITED}}),
    ("steps/proofs/keep_checked_ends",
     {"__migration_last_drain": {"commit_logs": {A: 5000}}, "__migration_clusters": CLUSTERS},
     {"checked": {A: {"end": 5000, "path": "/store/commitlog"}}}),
    ("steps/proofs/keep_released", {"__migration_released_sources": [MRO], "__migration_decommissioned": True},
     {"released": {"mro": {"hosts": {"mro-ns": NS, "mro-a": A, "mro-s": S}, "decommissioned": True}}}),
    ("steps/proofs/forget_store_check", {"__migration_started_sources": [MRO]}, {"checked": {}, "released": {}}),
    ("phases/rollback_attach", {
        "__migration_leaving": [MRO], "__migration_leaving_names": ["mro"], "__migration_owned": {"topics": ["orders"]},
        "__migration_tied_masters": EMPTY,
        "__migration_left_behind": {"topic_ends": {HUB: {"orders": 7}}, "waived": [{"subject": "hub/g/orders"}]},
        "__migration_last_ends": {"topic_ends": {HUB: {"orders": 9}}},
    }, {"leaving": NOBODY_LEAVES}),
    ("phases/attach", {"__migration_batch": [MRO]}, {"leaving": NOBODY_LEAVES}),
]  # fmt: skip


def keeps(task: dict[str, Any]) -> bool:
    """Whether a task keeps something, by the module or by the step that all have in common."""
    return MODULE in task or task.get("ansible.builtin.include_tasks") == "steps/proofs/keep.yml"


def picked(tasks: list[dict[str, Any]], inherited: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks that keep something, and those behind a call of the module, with what their blocks hand down."""
    found: list[dict[str, Any]] = []
    for before, task in zip([{}, *tasks], tasks, strict=False):
        down = {
            **{key: task.get(key, inherited.get(key)) for key in ("delegate_to",) if key in {*task, *inherited}},
            "vars": {**inherited.get("vars", {}), **task.get("vars", {})},
            "when": [*inherited.get("when", []), *conditions(task)],
        }
        if "block" in task:
            found += picked(task["block"], down)
        elif keeps(task) or (MODULE in before and "ansible.builtin.set_fact" in task):
            found.append({**task, **{key: down[key] for key in down if key != "delegate_to" or MODULE in task}})
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
        (own / "plugins").mkdir(parents=True)
        # The role's outer block names all modules.
        for name in ("action", "filter", "module_utils", "modules", "plugin_utils"):
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
        return [
            {**ROLE, "vars": {"migration_tasks": alone, **given}},
            {"ansible.builtin.assert": {
                "that": "hostvars.localhost.migration_proofs == (lookup('ansible.builtin.file', kept) | from_json)",
                "fail_msg": name,
            }, "when": "not ansible_check_mode", "vars": {**given, "kept": str(file)}},
            {"ansible.builtin.command": {"cmd": f"cp {file} {copy}"}, "changed_when": False},
        ]  # fmt: skip

    def run(self, *words: str, **more: Any) -> str:
        read = {**ROLE, "vars": {"migration_tasks": "steps/proofs/read"}}
        given = {
            "migration_directory": str(self.evidence),
            "migration_estate": ESTATE,
            "migration_source_stages": {"mro": {"stage": "apart", "position": 0, "said": "mro: apart"}},
            # As a look leaves it.
            "__migration_view": "{{ migration_estate | mqops.rocketmq.phase_view(migration_source_stages, 'status') }}",
            "__migration_checked_sources": [],
            "__migration_batch": [],
            "ansible_python_interpreter": sys.executable,
            **more,
        }
        # What a play on another host reads.
        estate = {"ansible.builtin.set_fact": {"migration_estate": ESTATE}}
        steps = [task for name, own, _expected in STEPS for task in self.step(name, **own)]
        late = {"that": f"ansible_check_mode or migration_sent_late == ['2 in orders on {HUB}']"}
        first, given_first, _expected = STEPS[0]
        plays = [
            {"hosts": "localhost", "tasks": [estate, read, *steps,
                                             {"ansible.builtin.assert": late}, *self.step(first, **given_first)]},
            # A broker of the target is restarted in a play on its own host.
            {"hosts": "hub-a", "tasks": self.step("steps/restart/serve_master")},
        ]  # fmt: skip
        done = self.play([{"vars": given, **one} for one in plays], *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def play(self, plays: list[dict[str, Any]], *words: str) -> subprocess.CompletedProcess[str]:
        (self.place / "play.yml").write_text(
            yaml.safe_dump([{"gather_facts": False, "any_errors_fatal": True, **one} for one in plays])
        )
        environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(self.place / "collections")}
        environment.pop("PYTHONPATH", None)
        return subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,hub-a,", "-c", "local", "play.yml",
             *words], cwd=self.place, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip


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


def test_what_is_undefined_is_not_taken_for_nothing_to_keep(role: Role) -> None:
    given = {"migration_directory": str(role.evidence), "ansible_python_interpreter": sys.executable}
    undefined = {"migration_tasks": "steps/proofs/keep", "__migration_proof": {"checked": "{{ nowhere.stores }}"}}
    done = role.play([{"hosts": "localhost", "vars": given, "tasks": [{**ROLE, "vars": undefined}]}])
    assert done.returncode != 0 and "'nowhere' is undefined" in done.stdout + done.stderr, done.stdout + done.stderr
    assert list(role.evidence.iterdir()) == []


def test_every_task_that_keeps_a_proof_is_tried_here() -> None:
    tasks = REPOSITORY / "roles/migration/tasks"
    keeping = {
        str(path.relative_to(tasks).with_suffix(""))
        for path in tasks.rglob("*.yml")
        if picked(yaml.safe_load(path.read_text()), {})
    }
    own = {"steps/proofs/keep", "steps/proofs/read", "steps/restart/serve_master"}
    assert keeping == own | {*(name for name, _given, _expected in STEPS)}
