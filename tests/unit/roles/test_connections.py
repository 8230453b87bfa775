# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How servers are asked stands once, in the role's outer block, and reaches every module of every phase."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import connection_spec, dns_spec

REPOSITORY = Path(__file__).resolve().parents[3]
TASKS = REPOSITORY / "roles/migration/tasks"
GROUPS = yaml.safe_load((REPOSITORY / "meta/runtime.yml").read_text())["action_groups"]
PREFIX = "mqops.rocketmq."
(FRAME,) = yaml.safe_load((TASKS / "main.yml").read_text())
DEFAULTS = FRAME["module_defaults"]
# What says how the servers of a group are asked: no task of the role sets one of these.
OPTIONS = {"rocketmq": set(connection_spec()), "dns": {*dns_spec(), "progress_file", "zone", "update"}}
# Records a module's arguments: a file whose text says WANT_JSON gets the name of a file that holds them.
STUB = """#!/usr/bin/python
# WANT_JSON
import json, os, sys
given = json.load(open(sys.argv[1]))
with open(os.environ["SEEN"], "a") as seen:
    seen.write(json.dumps([NAME, {key: given[key] for key in given if not key.startswith("_ansible")}]) + "\\n")
print("{}")
"""
GIVEN = {
    "access_key": "an account",
    "secret_key": "its key",
    "tls": True,
    "request_timeout": 7,
    "connect_timeout": 2.5,
    "dns_servers": ["198.18.0.2"],
    "dns_port": 5353,
    "dns_zone": "mq.test",
    "dns_protocol": "tcp",
    "dns_query_timeout": 4,
    "dns_key_name": "consolidation.",
    "dns_key_secret": "c2VjcmV0",
    "dns_key_algorithm": "hmac-md5",
    "dns_allow_md5": True,
    "dns_updates": False,
}
UNSIGNED = {"servers": ["198.18.0.2"], "port": 5353, "protocol": "tcp", "query_timeout": 4}
SIGNED = {
    **UNSIGNED, "zone": "mq.test", "key_name": "consolidation.", "key_secret": "c2VjcmV0",
    "key_algorithm": "hmac-md5", "allow_md5": True,
}  # fmt: skip


def every_task(node: Any) -> Iterator[dict[str, Any]]:
    for task in node if isinstance(node, list) else []:
        yield task
        for part in ("block", "rescue", "always", "tasks"):
            yield from every_task(task.get(part))


def asking(path: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """The tasks of a file that ask servers: group, what the task is called, and the options that it gives."""
    modules = {PREFIX + name: group for group, names in GROUPS.items() for name in names}
    return [
        (modules[key], f"{path.relative_to(REPOSITORY)}: {task['name']}", task[key])
        for task in every_task(yaml.safe_load(path.read_text(encoding="utf-8")))
        for key in task
        if key in modules
    ]


def test_every_option_of_a_connection_is_a_variable_of_the_role() -> None:
    rocketmq, dns = DEFAULTS["group/mqops.rocketmq.rocketmq"], DEFAULTS["group/mqops.rocketmq.dns"]
    record = DEFAULTS["mqops.rocketmq.dns_record"]
    assert set(rocketmq) == OPTIONS["rocketmq"]
    assert set(dns) | set(record) == OPTIONS["dns"] | {"servers"}
    known = yaml.safe_load((REPOSITORY / "roles/migration/defaults/main.yml").read_text())
    for option, value in {**rocketmq, **dns, **record}.items():
        (name,) = re.findall(r"\bmigration_\w+", value)
        assert f"rocketmq_{name.removeprefix('migration_')}" in known[name] or name == "migration_progress_file", option


def test_no_task_sets_one_by_itself() -> None:
    paths = [*(REPOSITORY / "roles/migration").rglob("tasks/**/*.yml"), *(REPOSITORY / "playbooks").glob("*.yml")]
    tasks = [found for path in paths for found in asking(path)]
    assert len(tasks) > 50
    assert [name for group, name, given in tasks if OPTIONS[group] & set(given)] == []
    others = [path.name for path in paths if "module_defaults" in path.read_text() and path != TASKS / "main.yml"]
    assert others == []


def test_what_a_playbook_runs_beside_the_outer_block_asks_no_server() -> None:
    """An entry of the role that a playbook names by tasks_from has none of the options."""
    plays = [play for path in (REPOSITORY / "playbooks").glob("*.yml") for play in yaml.safe_load(path.read_text())]
    roles = [task["ansible.builtin.import_role"] for play in plays for task in every_task(play.get("tasks"))
             if "ansible.builtin.import_role" in task]  # fmt: skip
    left = {role["tasks_from"] for role in roles if role["name"] == "mqops.rocketmq.migration" and "tasks_from" in role}
    assert left
    seen: set[str] = set()
    while left:
        seen.add(name := left.pop())
        path = TASKS / f"{name}.yml"
        assert asking(path) == []
        left |= set(re.findall(r"(?:include|import)_tasks: (\S+)\.yml", path.read_text())) - seen


def run(place: Path) -> list[tuple[str, dict[str, Any]]]:
    """What each module of the groups is given, two files below the one that the role's outer block includes."""
    own = place / "collections/ansible_collections/mqops/rocketmq"
    (own / "plugins/modules").mkdir(parents=True)
    names = ("action", "filter", "module_utils", "plugin_utils")
    for name in ("galaxy.yml", "meta", *(f"plugins/{name}" for name in names)):
        (own / name).symlink_to(REPOSITORY / name)
    shutil.copytree(REPOSITORY / "roles/migration", own / "roles/migration")
    # The outer block also names modules that ask no server.
    for path in (REPOSITORY / "plugins/modules").glob("*.py"):
        (own / "plugins/modules" / path.name).write_text(STUB.replace("NAME", repr(path.stem)))
    ask = [{PREFIX + name: {}} for names in GROUPS.values() for name in names]
    files = {"outer": [{"ansible.builtin.include_tasks": "inner.yml"}],
             "inner": [{"ansible.builtin.include_tasks": "ask.yml"}], "ask": ask}  # fmt: skip
    for name, tasks in files.items():
        (own / f"roles/migration/tasks/{name}.yml").write_text(yaml.safe_dump(tasks))
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {f"rocketmq_{name}": value for name, value in GIVEN.items()}
        | {"rocketmq_migration_directory": str(place), "ansible_python_interpreter": sys.executable},
        "tasks": [
            {"ansible.builtin.import_role": {"name": "mqops.rocketmq.migration"}, "vars": {"migration_tasks": "outer"}}
        ],
    }
    (place / "play.yml").write_text(yaml.safe_dump([play]))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(place / "collections"),
        "SEEN": str(place / "seen"),
    }
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", "play.yml"], cwd=place,
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return [tuple(json.loads(line)) for line in (place / "seen").read_text().splitlines()]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return dict(run(tmp_path_factory.mktemp("connections")))


def test_each_module_sees_them_in_a_file_that_another_one_includes(seen: dict[str, dict[str, Any]]) -> None:
    assert set(seen) == {name for names in GROUPS.values() for name in names}
    for name in GROUPS["rocketmq"]:
        given = {key: str(seen[name][key]) for key in OPTIONS["rocketmq"] - {"progress_file"}}
        assert given == {key: str(GIVEN[key]) for key in given}, name
        assert seen[name]["progress_file"].endswith("/progress.log"), name


def test_a_key_goes_to_those_that_ask_the_servers_of_the_zone_alone(seen: dict[str, dict[str, Any]]) -> None:
    expected = {"dns_name_info": SIGNED, "dns_propagation": UNSIGNED, "dns_record": {**SIGNED, "update": False}}
    for name, values in expected.items():
        assert seen[name]["progress_file"].endswith("/progress.log"), name
        given = {key: str(value) for key, value in seen[name].items() if key in {*SIGNED, "update"}}
        # Before ansible-core 2.19 what a template makes is text.
        assert given == {key: str(value) for key, value in values.items()}, name
