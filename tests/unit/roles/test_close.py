# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a close has proved outlives its run: the role's tasks with stubs for the modules that ask brokers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.proofs import Proofs
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.source_stage import ORDER
from ansible_collections.mqops.rocketmq.tests.unit.support.estates import estate_of

REPOSITORY = Path(__file__).resolve().parents[3]
STUBS = Path(__file__).parent / "stubs"
MODULES = (
    "rocketmq_broker_perm",
    "rocketmq_consumer_assignment",
    "rocketmq_lock",
    "rocketmq_offset_lag",
    "rocketmq_write_stop",
)
MASTER = "198.18.9.21:10911"
ESTATE = estate_of({
    "mro-ns": ("mro", "nameserver", "198.18.9.20"), "mro-a": ("mro", "master", "198.18.9.21"),
    "hub-ns": ("hub", "nameserver", "198.18.9.80"), "hub-a": ("hub", "master", "198.18.9.81"),
})  # fmt: skip
(SOURCE,) = ESTATE["sources"]
STANDING = {"stage": "frozen", "position": ORDER.index("frozen"), "said": "mro: frozen"}
FIRST_PROOF, SECOND_PROOF, CLOSE = "rocketmq_offset_lag 1", "rocketmq_offset_lag 2", "rocketmq_broker_perm 1"


class Run:
    """The role's close in a world that is kept in a file."""

    def __init__(self, place: Path) -> None:
        self.place, self.evidence = place, place / "evidence"
        self.evidence.mkdir()
        own = place / "collections/ansible_collections/mqops/rocketmq"
        (own / "plugins/modules").mkdir(parents=True)
        for name in ("meta", "roles", "galaxy.yml"):
            (own / name).symlink_to(REPOSITORY / name)
        for name in ("action", "filter", "plugin_utils"):
            (own / "plugins" / name).symlink_to(REPOSITORY / "plugins" / name)
        shutil.copytree(REPOSITORY / "plugins/module_utils", own / "plugins/module_utils")
        shutil.copy(STUBS / "world.py", own / "plugins/module_utils/world.py")
        for name in MODULES:
            (own / "plugins/modules" / f"{name}.py").write_text(
                "#!/usr/bin/python\nfrom ansible_collections.mqops.rocketmq.plugins.module_utils.world import run\n"
                f"run({name!r})\n"
            )
        # rocketmq_proofs asks no broker, and keeps what the tests look at; the role's outer block names the others.
        for path in (REPOSITORY / "plugins/modules").glob("*.py"):
            if path.stem not in MODULES:
                (own / "plugins/modules" / path.name).symlink_to(path)
        self.world = {"log": ["news", "orders"], "broadcast_topics": ["news"], "perm": 4, "mute": False}

    def __call__(
        self, tasks: str = "steps/close/close", more: dict | None = None, read: bool = True, **script
    ) -> tuple[bool, str]:
        """Whether it passed, and what it printed. C(read): read what was proved, as the begin of a phase does."""
        state = self.place / "world.json"
        include = {"ansible.builtin.include_role": {"name": "mqops.rocketmq.migration"}}
        facts = {
            "migration_estate": ESTATE,
            "migration_directory": str(self.evidence),
            "__migration_batch": [SOURCE],
            "migration_source_stages": {"mro": STANDING},
            # As a look leaves it.
            "__migration_view": "{{ migration_estate | mqops.rocketmq.phase_view(migration_source_stages, 'status') }}",
        }
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {**facts, "ansible_python_interpreter": sys.executable},
            "tasks": [
                # As the first play of a phase leaves it to the others.
                {"ansible.builtin.set_fact": {"migration_estate": facts["migration_estate"]}},
                *([{**include, "vars": {"migration_tasks": "steps/proofs/read"}}] if read else []),
                {**include, "vars": {"migration_tasks": tasks, **(more or {})}},
            ],
        }
        (self.place / "play.yml").write_text(yaml.safe_dump([play]))
        environment = {
            **os.environ,
            "WORLD": str(state),
            "ANSIBLE_COLLECTIONS_PATH": str(self.place / "collections"),
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_STDOUT_CALLBACK": "default",
            "ANSIBLE_DISPLAY_FAILED_STDERR": "false",
        }
        environment.pop("PYTHONPATH", None)
        state.write_text(json.dumps({**self.world, "script": script, "calls": [], "run": 0}))
        process = subprocess.Popen(
            ["ansible-playbook", "-i", "localhost,", "-c", "local", "play.yml"],
            cwd=self.place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        state.write_text(json.dumps({**self.world, "script": script, "calls": [], "run": process.pid}))
        printed = process.communicate(timeout=300)[0]
        left = json.loads(state.read_text())
        self.calls = left["calls"]
        self.world = {key: value for key, value in left.items() if key in self.world}
        return process.returncode == 0, printed

    def known(self):
        return json.loads((self.evidence / "proofs.json").read_text())["drained"]


@pytest.fixture
def close(tmp_path):
    return Run(tmp_path)


def test_what_a_killed_run_has_proved_and_not_told_the_next_one_knows(close) -> None:
    # A broadcast between the last look of the drain and the close; the run is killed before it can see it.
    close(**{FIRST_PROOF: {"write": ["news"]}, CLOSE: {"kill": True}})
    assert close.world["perm"] == 0
    # The next one sees it, opens the source again, and is killed before it can tell.
    close(**{SECOND_PROOF: {"kill": True}})
    assert close.world["perm"] == 4
    # The consumer has gone meanwhile, so nothing else shows that the topic is read by broadcast.
    close.world["broadcast_topics"] = []
    passed, printed = close()
    assert not passed
    assert "news queue 0 on mro/broker-a: 1 messages" in printed and "their owner has to send them again" in printed
    assert (close.world["perm"], close.known()["ends"], close.known()["missed"]) == (0, {MASTER: 3}, {})
    # It has been told.
    passed, printed = close()
    assert passed, printed


def test_what_could_not_be_read_is_no_silence(close) -> None:
    close.world["mute"] = True
    passed, printed = close(**{CLOSE: {"write": ["orders"]}})
    assert not passed
    assert "perhaps news on mro/broker-a" in printed and "no answer within 5 s" in printed


def test_a_proof_ends_before_the_source_takes_writes_again(close) -> None:
    # Killed when the drain was proved, before the master had heard of the close: consumers read on, nothing is missed.
    close(**{CLOSE: {"kill": True}})
    close.world["perm"] = 4
    assert (close.world["perm"], close.known()["ends"]) == (4, {MASTER: 2})
    passed, printed = close("steps/close/complete_interrupted")
    assert passed, printed
    assert close.known() == {"ends": {}, "broadcast_topics": {}, "missed": {}}
    # Nothing is left of it when the source has been written to meanwhile, and is frozen, drained and closed again.
    close.world["log"] += ["news", "news"]
    passed, printed = close()
    assert passed, printed


def test_what_was_written_to_a_closed_source_is_kept_though_it_is_open_for_reading_again(close) -> None:
    # Killed when the source was open for reading again, before it was looked who wrote meanwhile.
    close(**{FIRST_PROOF: {"write": ["news"]}, "rocketmq_broker_perm 2": {"kill": True}})
    assert (close.world["perm"], close.known()["ends"]) == (4, {MASTER: 2})
    passed, printed = close("steps/close/complete_interrupted")
    assert passed, printed
    [line] = close.known()["missed"]["mro"]
    assert line.startswith("news queue 0 on mro/broker-a: 1 messages")


@pytest.mark.parametrize(("missed", "given_back"), [(["news"], ["rocketmq_lock"]), ([], [])])
def test_the_lock_of_a_phase_that_fails_in_a_later_play_is_given_back(close, missed, given_back) -> None:
    (close.evidence / "proofs.json").write_text(Proofs().with_missed({"mro": missed}).dump())
    more = {"migration_phase": "close_source", "__migration_told_sources": [SOURCE]}
    passed, printed = close("steps/close/tell_missed_broadcasts", more)
    assert passed is not bool(missed), printed
    assert close.calls == given_back


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("proofs.json", Proofs().dump()[:-20], "proofs.json is cut off, or no JSON ("),
        ("proofs.json", Proofs().dump().replace('"version": 1', '"version": 2'), "a newer one has written it"),
        ("drained.json", "{}", "has drained.json, where an earlier version of this collection has kept what it had"),
    ],
)
def test_proofs_that_cannot_be_read_end_the_phase_before_anything_is_changed(close, name, text, said) -> None:
    (close.evidence / name).write_text(text)
    more = {"migration_phase": "close_source", "migration_prepared": "close_source"}
    passed, printed = close("phases/close_source", more, read=False)
    assert not passed and said in printed, printed
    assert "Read what was proved" in printed and close.calls == ["rocketmq_lock"], "the lock was not given back"
    assert (close.evidence / name).read_text() == text and close.world["perm"] == 4
