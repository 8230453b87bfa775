# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first answer of a playbook: every mistake of the inventory at once. Nothing listens and nothing is asked here."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.release import __version__

from ansible_collections.mqops.rocketmq.plugins.module_utils._inventory.check import find_mistakes

REPOSITORY = Path(__file__).resolve().parents[3]
BEGINNINGS = {"check_inventory", "refuse_limit"}
PLAYBOOKS = [path for path in sorted((REPOSITORY / "playbooks").glob("*.yml")) if path.stem not in BEGINNINGS]
MISTAKES = REPOSITORY / "tests/unit/fixtures/inventories/mistakes.yml"
EXAMPLE = REPOSITORY / "inventories/example/hosts.yml"

# One line of the answer each: where, what is wrong, what to write.
EXPECTED = (
    "host mro-b: rocketmq_role is the unknown 'mastr'; known are nameserver, master, slave (did you mean master?)",
    "host mro-a: rocketmq_address is 'mro-a.example.com', which is no IPv4 address .*",
    "host mro-a-slave: is a slave with rocketmq_broker_id 0 .*",
    "group mro: rocketmq_nameserver_name is 'mro-ns.mq.example.com:9876', which is no DNS name; .* without a port.*",
    "host mdm-a: rocketmq_process_pattern 'broker-a.conf' fits the command line that carries it.*'.b.roker-a.conf'",
    "host mdm-b: rocketmq_process_pattern '.b.roker-.b.conf' is no extended regular expression .*",
    "hosts mdm-a and mdm-b have the same address 198.18.200.31:10911: .*",
    "hosts mdm-a and mdm-b are both broker broker-a with id 0 of 'mdm': .*",
    "slave mdm-slave of 'mdm' names broker broker-z, which has no master .did you mean broker-a..",
    "cluster 'mdm' .group 'mdm'. has several values of rocketmq_nameserver_name: .*",
    "host mdm-slave: rocketmq_adress is no variable .*did you mean rocketmq_address..; correct it, .*",
    "host mdm-a: has no rocketmq_unit .its rocketmq_method is systemd.",
    "host mdm-slave: rocketmq_unit is .*, which is no name of a systemd unit.*",
    "host hub-ns: rocketmq_port is 98760, which is no number from 1 to 65535",
    "host hub-a: has no rocketmq_broker_name .it is a master.",
    "host hub-a: rocketmq_broker_heap is '8 GB'; it takes a size of a JVM, such as 512m or 8g",
    "group target: rocketmq_restart_polcy is no variable .*did you mean rocketmq_restart_policy..; correct it, .*",
    "group target: rocketmq_docker_host is 'root@198.18.200.81', which names no engine; it takes ssh://.*",
    "group target: rocketmq_broker_options is 'flushDiskType=SYNC_FLUSH'; it takes a mapping.*",
    "host shop-1: has no rocketmq_address .*",
    "host ledger-1: is in group 'business' and has a rocketmq_role; .*",
    "all hosts: rocketmq_dns_resolver is no variable .*did you mean rocketmq_dns_resolvers..; correct it, .*",
    "all hosts: rocketmq_migration_waiver is no variable .*did you mean rocketmq_migration_waivers..; correct it, .*",
    "rocketmq_dns_servers holds '198.18.200.2:53', which is no IP address .*",
    "rocketmq_dns_port is 'domain', which is no number from 1 to 65535",
    "rocketmq_dns_updates is 'maybe'; it takes true or false",
    "rocketmq_migration_batch names 'mor', which is no source (sources: mro, mdm) (did you mean mro?)",
    "rocketmq_noisy_hosts is .*; it takes a list of mappings with host and reason",
    "group mro: rocketmq_migration_archive is read for localhost, which does not have it; set it under all: vars:",
    "rocketmq_migration_waivers: waiver 1 .*: no reason has this code; did you mean NO_CONSUMER.",
    "rocketmq_migration_waivers: waiver 2 .*: this reason cannot be waived: .*",
    "rocketmq_migration_waivers: waiver 3 .*: it does not say why .reason.",
    "rocketmq_migration_waivers: waiver 4 is no mapping with code, subject and reason",
    "rocketmq_migration_waivers: waiver 5 .*: until 'tomorrow' is not a date of the form YYYY-MM-DD",
    'host localhost: has no ansible_python_interpreter of its own .*: "{{ ansible_playbook_python }}"',
)  # fmt: skip


def run(inventory: Path, playbook: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", inventory, playbook, *more],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_NOCOLOR": "1", **environment},
        cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


COLLECTIONS = Path(os.environ.get("COLLECTIONS", REPOSITORY / ".collections"))


def read(path: Path) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """hostvars and groups, as Ansible makes them, without templates."""
    from ansible.inventory.manager import InventoryManager
    from ansible.parsing.dataloader import DataLoader
    from ansible.vars.manager import VariableManager

    loader = DataLoader()
    inventory = InventoryManager(loader, sources=[str(path)])
    variables = VariableManager(loader, inventory)
    hostvars = {name: variables.get_vars(host=host, include_hostvars=False) for name, host in inventory.hosts.items()}
    return hostvars, inventory.get_groups_dict()


def printed(done: subprocess.CompletedProcess[str]) -> str:
    """What was printed, an error in lines: before ansible-core 2.19 it is JSON in one line."""
    if tuple(map(int, __version__.split(".")[:2])) >= (2, 19):
        return done.stdout
    return done.stdout.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")


def whole(lines: list[str]) -> list[str]:
    """What stands in the lines behind their numbers."""
    return [re.sub(r"^\d+\. ", "", line) for line in lines]


def missing(lines: list[str]) -> list[str]:
    return [line for line in EXPECTED if not any(re.fullmatch(quoted(line), found) for found in lines)]


def quoted(line: str) -> str:
    """A line of EXPECTED as a regular expression: parentheses and braces mean themselves."""
    return re.sub(r"([(){}?])", r"\\\1", line)


def test_all_mistakes_are_told_at_once_and_nothing_else_is() -> None:
    hostvars, groups = read(MISTAKES)
    batch = hostvars["localhost"]["rocketmq_migration_batch"]
    head, *told = find_mistakes(hostvars, groups, batch, python="auto_silent").report()
    assert missing(whole(told)) == []
    assert len(told) == len(EXPECTED), "a consequence was told, too"
    assert head == f"The inventory has {len(EXPECTED)} mistakes:"


def test_status_tells_them_in_lines_before_it_asks_anybody() -> None:
    done = run(MISTAKES, REPOSITORY / "playbooks/status.yml")
    assert done.returncode != 0
    said = printed(done)
    assert missing(whole(said.splitlines())) == []
    # In lines once; Ansible's result has it once more, in one.
    assert said.count(f"The inventory has {len(EXPECTED)} mistakes:\n1. ") == 1
    assert "\nNothing was changed." in said
    # Nothing else was done.
    assert re.search(r"ok=0 +changed=0 +unreachable=0 +failed=1 ", said)


def report(play: str, inventory: Path, place: Path) -> Any:
    """What a template is in a play that sees the inventory, as Ansible computes it."""
    task = {"ansible.builtin.copy": {"dest": str(place / "said.json"), "content": play, "mode": "0600"}}
    (place / "play.yml").write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    done = run(inventory, place / "play.yml")
    assert done.returncode == 0, done.stdout
    return json.loads((place / "said.json").read_text())


def test_example_is_without_mistake_and_reaches_each_machine_by_its_address(tmp_path: Path) -> None:
    said = report(
        "{% set hosts = groups.all | difference(['localhost']) %}"
        "{{ {'mistakes': (hostvars | mqops.rocketmq.estate(groups, check=true)).mistakes,"
        "    'estate': hostvars | mqops.rocketmq.estate(groups),"
        "    'reached': dict(hosts | zip(hosts | map('extract', hostvars, 'ansible_host'))),"
        "    'addresses': dict(hosts | zip(hosts | map('extract', hostvars, 'rocketmq_address'))),"
        "    'localhost': hostvars.localhost.ansible_host | default('none')} | to_json }}",
        EXAMPLE,
        tmp_path,
    )
    assert said["mistakes"] == []
    assert [source["group"] for source in said["estate"]["sources"]] == ["mro", "mdm"]
    assert len(said["addresses"]) == 13
    assert said["reached"] == said["addresses"]
    assert said["localhost"] == "none"


def test_inventory_of_a_lab_is_without_mistake(tmp_path: Path) -> None:
    folder = REPOSITORY / "tests/lab"
    spec = importlib.util.spec_from_file_location("lab", folder / "filter_plugins/lab.py")
    lab = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lab)
    definition = yaml.safe_load((folder / "lab.yml").read_text())
    (tmp_path / "tsig.secret").write_text("c2VjcmV0\n")
    hosts = lab.lab_hosts(definition, "ci", "full", str(tmp_path))
    inventory = lab.lab_inventory(hosts, lab.lab_variables(definition, "ci", str(tmp_path)), str(tmp_path))
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory))
    said = report(
        "{{ (hostvars | mqops.rocketmq.estate(groups, check=true)).mistakes | to_json }}",
        tmp_path / "hosts.yml",
        tmp_path,
    )
    assert said == []


def test_what_cannot_be_computed_is_a_mistake_among_others(tmp_path: Path) -> None:
    inventory = yaml.safe_load(EXAMPLE.read_text())
    # Roles compute it themselves, with hostvars and with what a play gives.
    inventory["all"]["vars"]["rocketmq_dns_resolvers"] = ["{{ hostvars['hub-a'].rocketmq_address }}", "{{ of_a_play }}"]
    inventory["all"]["children"]["target"]["hosts"]["hub-a"]["rocketmq_broker_name"] = "{{ nobody }}"
    # A look-up that only a phase needs, and that would fail.
    inventory["all"]["vars"]["rocketmq_dns_key_secret"] = "{{ lookup('ansible.builtin.pipe', 'exit 1') }}"
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory))
    said = report(
        "{{ (hostvars | mqops.rocketmq.estate(groups, check=true)).mistakes | to_json }}",
        tmp_path / "hosts.yml",
        tmp_path,
    )
    assert said == [
        "The inventory has one mistake:",
        # Before ansible-core 2.19 the text of the template is left, and not the reason.
        f"1. host hub-a: rocketmq_broker_name cannot be computed: {said[1].partition('computed: ')[2]}",
    ]
    assert "nobody" in said[1]


def only_localhost(place: Path, **variables: str) -> Path:
    """The example, with these variables as all that localhost has."""
    inventory = yaml.safe_load(EXAMPLE.read_text())
    inventory["all"]["hosts"] = {"localhost": {"ansible_connection": "local", **variables}}
    (place / "hosts.yml").write_text(yaml.safe_dump(inventory))
    return place / "hosts.yml"


def test_listed_localhost_without_a_python_is_told_first(tmp_path: Path) -> None:
    done = run(only_localhost(tmp_path), REPOSITORY / "playbooks/status.yml")
    assert done.returncode != 0
    said = printed(done)
    assert "\n1. host localhost: has no ansible_python_interpreter of its own (or auto), " in said
    assert 'write ansible_python_interpreter: "{{ ansible_playbook_python }}"' in said
    assert re.search(r"localhost .*ok=0 +changed=0 .*failed=1 ", said)


def test_python_that_lacks_a_library_is_told_first(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho \"No module named 'dns'\" >&2\n")
    python.chmod(0o755)
    # Over whatever connection it is reached: nothing listens there.
    reached = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": "9"}
    inventory = only_localhost(tmp_path, ansible_python_interpreter=str(python), **reached)
    done = run(inventory, REPOSITORY / "playbooks/status.yml")
    assert done.returncode != 0
    assert f"The Python of localhost, {python} (ansible_python_interpreter), does not import" in done.stdout
    assert "No module named 'dns'" in done.stdout
    assert re.search(r"localhost .*ok=\d +changed=0 .*failed=1 ", done.stdout)


# sys.prefix: another name of the Python that runs Ansible, which is tried.
@pytest.mark.parametrize(
    "listed",
    [*({"ansible_python_interpreter": path} for path in (sys.executable, f"{sys.prefix}/bin/./python3")), None],
)
def test_python_that_has_everything_passes(tmp_path: Path, listed: dict[str, str] | None) -> None:
    inventory = only_localhost(tmp_path, **(listed or {}))
    if listed is None:
        values = yaml.safe_load(inventory.read_text())
        del values["all"]["hosts"]
        inventory.write_text(yaml.safe_dump(values))
    done = run(inventory, REPOSITORY / "playbooks/check_inventory.yml")
    assert done.returncode == 0, done.stdout
    assert "Refuse a Python that lacks what the modules need" in done.stdout


@pytest.mark.parametrize("phase", ["image", "restart"])
def test_target_alone_needs_no_sources(tmp_path: Path, phase: str) -> None:
    inventory = yaml.safe_load(EXAMPLE.read_text())
    for name in ("sources", "business", "machines"):
        del inventory["all"]["children"][name]
    del inventory["all"]["vars"]["rocketmq_dns_servers"]
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory))
    check = REPOSITORY / "playbooks/check_inventory.yml"
    assert run(tmp_path / "hosts.yml", check, "-e", f"migration_phase={phase}").returncode == 0
    refused = run(tmp_path / "hosts.yml", check)
    assert refused.returncode != 0
    assert "the inventory has no group 'sources'" in refused.stdout


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: path.stem)
def test_each_playbook_begins_with_the_look_at_the_inventory(playbook: Path) -> None:
    first = yaml.safe_load(playbook.read_text())[0]
    if first["ansible.builtin.import_playbook"] == "look_at_machines.yml":
        first = yaml.safe_load((REPOSITORY / "playbooks/look_at_machines.yml").read_text())[0]
    expected = "check_inventory.yml" if playbook.stem == "phase_10_image" else "refuse_limit.yml"
    assert first["ansible.builtin.import_playbook"] == expected
    # Both judge the target alone.
    alone = {"phase_10_image": "image", "restart": "restart"}.get(playbook.stem)
    assert first.get("vars", {}).get("migration_phase") == alone


def test_refusing_a_limit_goes_on_with_the_inventory() -> None:
    assert yaml.safe_load((REPOSITORY / "playbooks/refuse_limit.yml").read_text())[-1] == {
        "name": "Look at the inventory",
        "ansible.builtin.import_playbook": "check_inventory.yml",
    }
