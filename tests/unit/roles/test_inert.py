# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever machines, brokers and files say is text: a template in it is never evaluated, and is told as it is.

Whole playbooks with the ansible-core of this environment. A stub for ssh is every machine, stubs for the modules are
every broker, DNS server and engine; all of them answer with a template that would make a file on the control host.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.proofs import (
    Checked,
    Drained,
    Leaving,
    Proofs,
    parse,
)

REPOSITORY = Path(__file__).resolve().parents[3]
MODULES = REPOSITORY / "plugins/modules"
SSH = """#!/bin/sh
# ssh OPTION... HOST COMMAND: the machine "silent" takes nothing but the evil text as its reason. On all others the
# command runs here, with tools that answer with the text.
case "$*" in
  *silent.test*) echo 'EVIL' >&2; exit 255 ;;
  *odd.test*) export ODD=yes ;;
esac
echo 'EVIL'
echo 'EVIL' >&2
for command; do :; done
PATH=BIN:$PATH exec /bin/sh -c "$command"
"""
TOOLS = {
    "pgrep": "echo 'EVIL'; echo 'EVIL' >&2",
    "pkill": "echo 'EVIL'",
    "ss": r"""printf 'Recv-Q Send-Q Local Address:Port Peer Address:Port\n'
printf '0 0 127.0.9.21:10911 127.0.9.101:40001 users:(("%s",pid=7,fd=3))\n%s\n' 'EVIL' 'EVIL'""",
    "du": "echo 'EVIL'",
    "getent": "echo 'EVIL'",
    "nproc": "echo 4; [ -z \"$ODD\" ] || echo 'EVIL'",
}


def host(role: str, number: int, **more: object) -> dict[str, object]:
    return {"rocketmq_role": role, "rocketmq_address": f"127.0.9.{number}", "ansible_host": "told.test"} | more


def inventory(place: Path) -> dict[str, object]:
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    mro = {
        "mro-ns": host("nameserver", 20, ansible_host="odd.test"),
        "mro-a": host("master", 21, rocketmq_broker_name="broker-a"),
        "mro-a-slave": host(
            "slave", 24, rocketmq_broker_name="broker-a", rocketmq_broker_id=1, ansible_host="silent.test"
        ),
    }
    hub = {
        "hub-ns": host("nameserver", 80),
        "hub-a": host(
            "master", 81, rocketmq_broker_name="hub-a", rocketmq_broker_options={"diskMaxUsedSpaceRatio": 80}
        ),
        "hub-b": host("master", 82, rocketmq_broker_name="hub-b"),
    }
    shop = {"rocketmq_cluster": "mro", "rocketmq_address": "127.0.9.101", "ansible_host": "told.test"}
    return {
        "all": {
            "vars": {"rocketmq_migration_directory": str(place / "evidence"), "rocketmq_dns_servers": ["127.0.9.2"]},
            "hosts": {"localhost": local},
            "children": {
                "sources": {
                    "children": {
                        "mro": {
                            "vars": {"rocketmq_cluster": "mro", "rocketmq_nameserver_name": "mro-ns.mq.test"},
                            "hosts": mro,
                        }
                    }
                },
                "target": {"vars": {"rocketmq_cluster": "hub"}, "hosts": hub},
                "business": {"hosts": {"shop": shop}},
            },
        }
    }


def answers(evil: str) -> dict[str, dict[str, object]]:
    """What the modules return, by name."""

    def snapshot(name: str, server: str, brokers: dict[str, str], perm: int) -> dict[str, object]:
        rows = {broker: {"addresses": {"0": address}} for broker, address in brokers.items()}
        config = {"brokerPermission": str(perm), "namesrvAddr": evil, "storePathCommitLog": evil, "note": evil}
        return {
            "name": name,
            "nameservers": {server: {"cluster_info": {"brokers": rows}, "order_held": {evil: evil}}},
            "brokers": {address: {"config": config} for address in brokers.values()},
        }

    clusters = [
        snapshot("mro", "127.0.9.20:9876", {"broker-a": "127.0.9.21:10911"}, 6),
        snapshot("hub", "127.0.9.80:9876", {"hub-a": "127.0.9.81:10911", "hub-b": "127.0.9.82:10911"}, 4),
    ]
    clusters[1]["nameservers"]["127.0.9.80:9876"]["cluster_info"]["brokers"][evil] = {"addresses": {"0": evil}}
    held = {"cluster": "mro", "broker": "broker-a", "role": "consumer", "group": evil, "client_id": evil}
    client = {
        "address": "127.0.9.101",
        "expected": None,
        "client_ids": [evil],
        "holds": [{**held, "language": evil, "port": 1}],
        "sockets": [{"host": "mro-a", "state": "ESTAB", "local": "127.0.9.21:10911", "peer": "127.0.9.101:40001",
                     "process": evil, "pid": 7, "client_ids": [evil]}],
    }  # fmt: skip
    reason = {"code": "NAME_UNUSABLE", "subject": f"mro/{evil}", "severity": "waivable", "evidence": {"name": evil}}
    return {
        "rocketmq_cluster_info": {"clusters": clusters},
        "rocketmq_client_info": {"clients": [client], "unanswered": [evil], "complete": False, "unread": []},
        "rocketmq_capacity_info": {"capacity": {"queues": 1, "disk": 1}, "reasons": [reason]},
        "rocketmq_plan": {"failed": True, "table": f"table: {evil}", "msg": f"msg: {evil}", "reasons": [reason]},
        "dns_propagation": {"agreed": False, "dns_servers": [{"answered": True, "server": evil, "content": [evil]}]},
        "dns_name_info": {"reasons": [reason], "names": [{"name": evil}]},
        "docker_host_info": {"host_info": {"ServerVersion": "27.1.0"}, "containers": [{"Names": [f"/{evil}"]}],
                             "images": [{"Id": evil, "RepoTags": [evil]}]},
        "docker_container_info": {"exists": False, "msg": evil},
        "rocketmq_metadata": {"closed": [], "waits_for": [], "reasons": [reason]},
        "rocketmq_drift": {"target_only": [], "unowned": [], "reasons": [reason]},
        "rocketmq_write_stop": {
            "failed": True, "msg": f"STILL WRITTEN {evil}",
            "offenders": [{"cluster": "mro", "broker": "broker-a", "topic": evil, "queue": 0, "kind": "send",
                           "rate": 0.0, "count": 1, "producer_groups": [evil], "hosts": ["127.0.9.101:40001"]}],
        },
        "rocketmq_offset_lag": {"failed": True, "msg": f"NOT DRAINED {evil}", "clusters": {"mro": {"passed": False}}},
    }  # fmt: skip


def play(hosts: str, *tasks: dict[str, object], **more: object) -> dict[str, object]:
    return {"hosts": hosts, "gather_facts": False, "any_errors_fatal": True, "tasks": list(tasks), **more}


class World:
    """Runs a playbook of the collection where everything answers with C(evil)."""

    def __init__(self, place: Path) -> None:
        self.place, self.mark = place, place / "executed"
        self.evil = f"{{{{lookup('ansible.builtin.pipe','touch${{IFS}}{self.mark}')}}}}{{{{6*7000003}}}}"
        self.answers = answers(self.evil)
        self.own = place / "collections/ansible_collections/mqops/rocketmq"
        (self.own / "plugins/modules").mkdir(parents=True)
        for name in ("galaxy.yml", "meta", "playbooks", "roles"):
            (self.own / name).symlink_to(REPOSITORY / name)
        for name in ("action", "filter", "module_utils", "plugin_utils"):
            (self.own / "plugins" / name).symlink_to(REPOSITORY / "plugins" / name)
        for path in MODULES.glob("*.py"):
            if path.stem == "rocketmq_proofs":
                # What it tells comes out of a file.
                (self.own / "plugins/modules" / path.name).symlink_to(path)
            # An action runs nothing on the machine but its command.
            elif not (self.own / "plugins/action" / path.name).exists():
                self.stub(self.own / "plugins/modules" / path.name)
        docker = place / "collections/ansible_collections/community/docker/plugins/modules"
        docker.mkdir(parents=True)
        for name in ("docker_host_info", "docker_container_info", "docker_container"):
            self.stub(docker / f"{name}.py")
        (place / "tools").mkdir()
        self.script(place / "ssh", SSH.replace("BIN", str(place / "tools")))
        for name, text in TOOLS.items():
            self.script(place / "tools" / name, f"#!/bin/sh\n{text}\n")
        (place / "ansible.cfg").touch()
        (place / "hosts.yml").write_text(yaml.safe_dump(inventory(place)))

    def script(self, path: Path, text: str) -> None:
        path.write_text(text.replace("EVIL", self.evil.replace("'", "'\\''")))
        path.chmod(0o755)

    def stub(self, path: Path) -> None:
        path.write_text(f"#!/usr/bin/python\nprint({json.dumps(self.answers.get(path.stem, {}))!r})\n")

    def run(self, playbook: Path) -> str:
        """What was printed, without the line breaks that a long text gets."""
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(self.place / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.place / "collections"),
            "ANSIBLE_SSH_EXECUTABLE": str(self.place / "ssh"),
            "ANSIBLE_SSH_RETRIES": "0",
            "ANSIBLE_STDOUT_CALLBACK": "default",
        }
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "-i", "hosts.yml", playbook], cwd=self.place,
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def tasks(self, *tasks: dict[str, object], **given: object) -> str:
        """The same of a play with these tasks on the control host."""
        path = self.place / "play.yml"
        path.write_text(yaml.safe_dump([play("localhost", *tasks, vars=given)]))
        return self.run(path)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def seen(world: World, printed: str, *texts: str) -> None:
    """Each of the texts was printed with the evil one in it as it is, and nothing was evaluated."""
    (world.place / "printed").write_text(printed)
    assert not world.mark.exists(), printed
    plain = printed.replace("\\n", " ")
    for text in texts:
        assert text.replace("EVIL", world.evil) in plain, (text, printed)


def role(tasks: str, **given: object) -> dict[str, object]:
    include = {"name": "mqops.rocketmq.migration"}
    return {"ansible.builtin.include_role": include, "vars": {"migration_tasks": tasks, **given}}


def test_status_tells_what_it_was_told(world: World) -> None:
    printed = world.run(world.own / "playbooks/status.yml")
    seen(
        world, printed,
        "127.0.9.20:9876 holds EVIL out of its order table",
        "EVIL (id 0, EVIL) at 127.0.9.80:9876: registered at the target",
        "consumer of EVIL at mro",
        "hub-a-0: runs with EVIL (the address server tells nothing (EVIL))",
        "would start with EVIL",
        "MACHINE_UNREACHABLE mro-a-slave (tried ssh silent.test, answer Failed to connect to the host via ssh: EVIL)",
        "Hosts whose sockets could not be read: mro-a-slave (Failed to connect to the host via ssh: EVIL).",
        "Brokers that did not answer: EVIL.",
    )  # fmt: skip


def test_preflight_judges_what_it_was_told(world: World) -> None:
    printed = world.run(world.own / "playbooks/phase_20_preflight.yml")
    seen(world, printed, "table: EVIL")


def test_findings_and_peers_of_the_preflight_stay_text(world: World) -> None:
    show = {"ansible.builtin.debug": {"msg": "{{ __migration_findings + migration_peers }}"}}
    sources = "{{ migration_estate.sources }}"
    judge = play(
        "localhost",
        role("steps/proofs/read"),
        role("steps/stages/read"),
        {"ansible.builtin.set_fact": {"__migration_findings": [], "__migration_judged_sources": sources}},
        role("steps/preflight/read_connections", __migration_readable_sources=sources),
        role("steps/preflight/judge_machines"),
        # Twice: a fact is evaluated each time that it is named.
        show, show,
        vars={"migration_phase": "preflight"},
    )  # fmt: skip
    look = {
        "import_playbook": str(world.own / "playbooks/look_at_machines.yml"),
        "vars": {"migration_phase": "preflight"},
    }
    path = world.place / "play.yml"
    path.write_text(yaml.safe_dump([look, judge]))
    printed = world.run(path)
    seen(
        world,
        printed,
        '"error": "MACHINE_UNREACHABLE mro-a-slave (tried ssh silent.test, answer Failed to connect to the host via'
        ' ssh: EVIL)"',
        "mro/EVIL",
    )
    # Such a line is cut.
    assert "it printed a line that is no fact: {{lookup(" in printed


def test_an_undone_freeze_names_the_writers_as_they_are(world: World) -> None:
    printed = world.tasks(
        role("begin"),
        {"ansible.builtin.set_fact": {"__migration_batch": "{{ migration_estate.sources }}"}},
        role("steps/freeze/freeze"),
        migration_phase="status",
    )
    seen(world, printed, "STILL WRITTEN EVIL", "EVIL queue 0 on mro/broker-a")


def test_what_was_kept_in_files_stays_text(world: World) -> None:
    evidence = world.place / "evidence"
    evidence.mkdir()
    ends = {"127.0.9.21:10911": Checked(7, world.evil)}
    told = {"mro": (world.evil,)}
    kept = Proofs(Drained({"127.0.9.21:10911": 7}, told, told), ends, Leaving(("mro",), {world.evil: {world.evil: 7}}))
    kept = kept.with_processes({"mro-a": {"config_file": world.evil}})
    (file := evidence / "proofs.json").write_text(kept.dump())
    begin = [
        {"ansible.builtin.set_fact": {"migration_estate": "{{ hostvars | mqops.rocketmq.estate(groups) }}"}},
        {"ansible.builtin.set_fact": {"__migration_batch": "{{ migration_estate.sources }}"}},
        role("steps/proofs/read"),
        role(
            "steps/proofs/keep_checked_ends",
            __migration_checked_sources="{{ __migration_batch }}",
            __migration_last_drain={"commit_logs": {}},
            __migration_clusters={
                "clusters": [{"name": name, "nameservers": {}, "brokers": {}} for name in ("mro", "hub")]
            },
        ),
        # Twice: a fact is evaluated each time that it is named.
        *[{"ansible.builtin.debug": {"msg": "known: {{ migration_proofs }}"}}] * 2,
    ]
    # Each of them ends its run.
    printed = world.tasks(*begin, role("steps/store/check_end", __migration_host="mro-a"))
    seen(world, printed, "everything was left as it is", "known: ")
    assert parse(file.read_text(), file.name) == kept
    printed = world.tasks(
        *begin, role("steps/close/tell_missed_broadcasts", __migration_told_sources="{{ __migration_batch }}")
    )
    seen(world, printed, "EVIL", "are read by broadcast: EVIL")
    assert parse(file.read_text(), file.name) == kept.reported(["mro"])


LOOP = "{%- set found = [] -%}{%- for one in SEQUENCE -%}{%- set _ = found.append(ITEM) -%}{%- endfor -%}{{ found }}"
# What the roles make of what they were told, each kept as a fact; "told" is what a machine has printed, "files" a file.
KEPT = {
    "whole": "{{ told }}",
    "of_another_host": "{{ hostvars['localhost'].told.stdout_lines }}",
    "of_a_loop": LOOP.replace("SEQUENCE", "told.stdout_lines").replace("ITEM", "one"),
    "of_a_loop_over_hosts": LOOP.replace("SEQUENCE", "['localhost']").replace(
        "ITEM", "{'said': hostvars[one].told.stdout}"
    ),
    "joined": "{{ told.stdout_lines[:1] | join(', ') }} and so on",
    "of_keys": "{{ {told.stdout | trim: 1} | dict2items | map(attribute='key') | list }}",
    "of_a_file": "{{ lookup('ansible.builtin.file', 'told.json') | from_json }}",
    "of_a_filter": "{{ {} | mqops.rocketmq.list_view(looked={'a': {'fetch': {'ok': false, 'said': told.stdout}}}) }}",
}


def test_what_is_made_of_a_text_and_kept_stays_text(world: World) -> None:
    (world.place / "told.json").write_text(json.dumps({"one": [world.evil]}))
    ask = {
        "mqops.rocketmq.machine_command": {"host": "mro-a", "limit": 9, "commands": {"command": "true"}},
        "delegate_to": "mro-a",
        "register": "told",
    }
    facts = [{"ansible.builtin.set_fact": {name: template}} for name, template in KEPT.items()]
    # A fact is evaluated each time that it is named.
    shown = [{"ansible.builtin.debug": {"msg": f"{name}: {{{{ {name} }}}} {{{{ {name} | string }}}}"}} for name in KEPT]
    over = {"ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": "{{ of_another_host + of_a_loop + of_keys }}"}
    printed = world.tasks(ask, *facts, *shown, over)
    seen(world, printed, "joined: EVIL and so on EVIL and so on")
    assert "42000018" not in printed


def test_a_machine_that_may_be_away_is_asked_by_the_action_whose_answer_is_text() -> None:
    """raw would let its failure be evaluated, and any_errors_fatal would end the run although it may be away."""
    asked = [
        (path.name, task)
        for path in sorted((REPOSITORY / "roles").glob("*/tasks/**/*.yml"))
        for task in yaml.safe_load(path.read_text())
        if "ignore_unreachable" in task
    ]
    assert asked
    wrong = [
        f"{name}: {task['name']}"
        for name, task in asked
        if "mqops.rocketmq.machine_command" not in task or task.get("any_errors_fatal") is not False
    ]
    assert wrong == []
