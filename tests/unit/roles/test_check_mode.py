# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every phase in check mode, on a fresh estate and on one in the middle: it passes, and nothing is changed.

The playbooks and modules are the real ones. The modules talk to the fake cluster, machines are a stub for ssh, engines
stubs for community.docker.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import BrokerSpec, ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import plan
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phases import WAY
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.proofs import Checked, Proofs
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.source_stage import ORDER
from ansible_collections.mqops.rocketmq.tests.unit.support.dns_server import DnsServer

REPOSITORY = Path(__file__).resolve().parents[3]
STUBS = Path(__file__).parent / "stubs"
NET = "127.0.9"
SSH = """#!/bin/sh
# ssh OPTION... HOST COMMAND: the command runs here, with tools that answer for the machine.
host= command=
for word; do case $word in *.test) host=${word%%.test} ;; esac; command=$word; done
export HOST=${host#*@}
PATH=BIN:$PATH exec /bin/sh -c "$command"
"""
TOOLS = {
    # Whether the process of the machine runs, at the stage of its source.
    "pgrep": 'case "$HOST $STAGE" in m*" done") exit 1 ;; m*-ns*) exit 0 ;; m*" stopped") exit 1 ;; esac; exit 0',
    "pkill": 'case "$*" in *TERM*) echo "pkill on $HOST" >>"$CHANGED" ;; esac',
    "ss": "printf 'Recv-Q Send-Q Local Address:Port Peer Address:Port\\n'",
    "curl": "printf 'HTTP/1.0 200 OK\\r\\n\\r\\nnobody:1'",
    "wget": "printf 'HTTP/1.0 200 OK\\r\\n\\r\\nnobody:1'",
}
ROLES = {"ns": "nameserver", "a": "master", "b": "master", "s": "slave"}
NUMBERS = {"mro-ns": 20, "mro-a": 21, "mro-s": 24, "mdm-ns": 30, "mdm-a": 31, "hub-ns": 80, "hub-a": 81, "hub-b": 82,
           "hub-s": 84}  # fmt: skip


def host(name: str) -> dict[str, Any]:
    cluster, _dash, kind = name.partition("-")
    return {
        "rocketmq_role": ROLES[kind],
        "rocketmq_address": f"{NET}.{NUMBERS[name]}",
        "rocketmq_cluster": cluster,
        "rocketmq_broker_name": f"{'hub' if cluster == 'hub' else 'broker'}-{kind.replace('s', 'a')}",
        "ansible_host": f"{name}.test",
        **({"rocketmq_broker_id": 1} if kind == "s" else {}),
        **({"rocketmq_container": name} if cluster == "mdm" else {}),
    }


def address(name: str) -> str:
    return f"{NET}.{NUMBERS[name]}:{9876 if name.endswith('ns') else 10911}"


def spec(cluster: str) -> ClusterSpec:
    names = [name for name in NUMBERS if name.startswith(cluster) and not name.endswith("ns")]
    brokers = [
        BrokerSpec(host(name)["rocketmq_broker_name"], int(name.endswith("-s")), address(name)) for name in names
    ]
    return ClusterSpec(cluster, (address(f"{cluster}-ns"),), tuple(brokers))


class World:
    """An estate at a stage; a call runs playbooks in check mode."""

    def __init__(self, place: Path, dns: Any) -> None:
        self.place, self.dns, self.evidence = place, dns, place / "evidence"
        self.evidence.mkdir()
        self.own = place / "collections/ansible_collections/mqops/rocketmq"
        (self.own / "plugins").mkdir(parents=True)
        for name in ("galaxy.yml", "meta", "playbooks", "roles"):
            (self.own / name).symlink_to(REPOSITORY / name)
        for name in ("action", "filter", "modules", "plugin_utils"):
            (self.own / "plugins" / name).symlink_to(REPOSITORY / "plugins" / name)
        utils = self.own / "plugins/module_utils"
        shutil.copytree(REPOSITORY / "plugins/module_utils", utils)
        (utils / "fake").mkdir()
        (utils / "fake/__init__.py").touch()
        shutil.copy(REPOSITORY / "tests/unit/support/cluster.py", utils / "fake/cluster.py")
        estate = (STUBS / "estate.py").read_text().replace("from ..module_utils.", "from ..")
        (utils / "fake/estate.py").write_text(estate)
        with (utils / "_module/base.py").open("a") as base:
            base.write("\nfrom ..fake.estate import World\n\nAdmin = lambda **options: World().client(**options)\n")
        docker = place / "collections/ansible_collections/community/docker/plugins/modules"
        docker.mkdir(parents=True)
        for name in ("container", "container_copy_into", "container_info", "host_info", "volume_info"):
            text = (STUBS / "docker.py").read_text().replace("MODULE", f"docker_{name}")
            (docker / f"docker_{name}.py").write_text(text)
        meta = docker.parents[1] / "meta"
        meta.mkdir()
        groups = {"action_groups": {"docker": [path.stem for path in docker.iterdir()]}, "requires_ansible": ">=2.16.0"}
        (meta / "runtime.yml").write_text(yaml.safe_dump(groups))
        (place / "tools").mkdir()
        for name, text in TOOLS.items():
            self.script(place / "tools" / name, f"#!/bin/sh\n{text}\n")
        self.script(place / "ssh", SSH.replace("BIN", str(place / "tools")))
        (place / "ansible.cfg").write_text("[defaults]\nforks = 4\n")
        self.changed = place / "changed"

    def script(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)

    def inventory(self) -> dict[str, Any]:
        groups: dict[str, Any] = {}
        for cluster in ("mro", "mdm", "hub"):
            values = {"rocketmq_cluster": cluster}
            if cluster == "mro":
                values |= {"rocketmq_method": "command", "rocketmq_start_command": "/bin/true"}
            if cluster != "hub":
                values["rocketmq_nameserver_name"] = f"{cluster}-ns.mq.test"
            hosts = {name: host(name) for name in NUMBERS if name.startswith(cluster)}
            groups[cluster] = {"vars": values, "hosts": hosts}
        shop = {"rocketmq_cluster": "mro", "rocketmq_address": f"{NET}.101", "ansible_host": "shop.test"}
        values = {
            "rocketmq_migration_directory": str(self.evidence),
            "rocketmq_dns_servers": ["127.0.0.1"],
            "rocketmq_dns_port": self.dns.port,
            "ansible_python_interpreter": sys.executable,
        }
        local = {"ansible_connection": "local"}
        return {"all": {"vars": values, "hosts": {"localhost": local}, "children": {
            "sources": {"children": {name: groups[name] for name in ("mro", "mdm")}},
            "target": groups["hub"], "business": {"hosts": {"shop": shop}},
        }}}  # fmt: skip

    def at(self, stage: str) -> None:
        """Let the estate have come so far: names, plan and proofs."""
        self.stage = stage
        switched = ORDER.index(stage) >= ORDER.index("switched")
        for cluster in ("mro", "mdm"):
            to = "hub-ns" if switched else f"{cluster}-ns"
            self.dns.put(f"{cluster}-ns.mq.test.", 30, "A", f"{NET}.{NUMBERS[to]}")
        if stage == "apart":
            return
        names = [
            {"name": f"{name}-ns.mq.test", "source": name, "servers": ["127.0.0.1"], "type": "A", "ttl": 60, "zone": "",
             "from": [f"{NET}.{NUMBERS[f'{name}-ns']}"], "to": [f"{NET}.{NUMBERS['hub-ns']}"]}
            for name in ("mdm", "mro")
        ]  # fmt: skip
        parts = [
            {**plan.cluster(spec(name)), "broker_permission": {}, "topics": {}, "groups": {}, "order": {}}
            for name in ("mdm", "mro")
        ]
        agreed = plan.document(plan.decisions(parts, spec("hub"), names, []), {})
        (self.evidence / "plan.json").write_text(plan.dump(agreed))
        self.confirm = agreed["hash"]
        known = Proofs()
        ends = {one.address: 5000 for name in ("mro", "mdm") for one in spec(name).masters}
        if ORDER.index(stage) >= ORDER.index("closing"):
            known = known.with_drained([spec("mro"), spec("mdm")], ends, {"mro": [], "mdm": []})
        if ORDER.index(stage) >= ORDER.index("stopped"):
            known = known.with_checked({one: Checked(end, "/store/commitlog") for one, end in ends.items()})
        file = self.place / "broker.conf"
        file.write_text(f"namesrvAddr={address('mro-ns')}\nbrokerPermission=0\n")
        known = known.with_processes({"mro-a": {
            "config_file": str(file), "user": "", "uid": 0, "name_servers_given": "", "without_file": False,
            "unknown": "", "name_servers": address("mro-ns"),
        }})  # fmt: skip
        (self.evidence / "proofs.json").write_text(known.dump())

    def __call__(self, *playbooks: str, check: str = "--check", **more: Any) -> tuple[bool, str]:
        """Whether it passed, and what was printed."""
        before = self.kept()
        play = [{"import_playbook": str(self.own / f"playbooks/{name}.yml")} for name in playbooks]
        (self.place / "play.yml").write_text(yaml.safe_dump(play))
        (self.place / "hosts.yml").write_text(yaml.safe_dump(self.inventory()))
        confirm = {"rocketmq_migration_confirm": self.confirm} if self.stage != "apart" else {}
        (self.place / "more.yml").write_text(yaml.safe_dump({**confirm, **more}))
        servers = ";".join(address(name) for name in ("mro-ns", "mdm-ns", "hub-ns"))
        text, now = base64.b64encode(servers.encode()).decode(), time.time()
        brokers = ("hub-a-0", "hub-b-0", "hub-a-1")
        lists = [f"now={now:.1f}", f"started={now - 9999:.1f}"]
        lists += [f"list={name} {now - 999:.1f} {text} -" for name in brokers]
        lists += [f"fetch={now - 9:.1f} 200 GET /rocketmq/{name} 127.0.9.81" for name in brokers]
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(self.place / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.place / "collections"),
            "ANSIBLE_SSH_EXECUTABLE": str(self.place / "ssh"),
            "ANSIBLE_STDOUT_CALLBACK": "default",
            "STAGE": self.stage,
            "CHANGED": str(self.changed),
            "LISTS": "\n".join([*lists, "end="]),
            "SETTING": servers,
            "SOURCE": address("mdm-ns"),
        }
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "-i", "hosts.yml", "play.yml", "-e", "@more.yml",
             *check.split()], cwd=self.place, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=900, check=False,
        )  # fmt: skip
        printed = done.stdout + done.stderr
        (self.place / "printed").write_text(printed)
        assert self.kept() == before, printed[-4000:]
        assert not self.changed.exists() or not self.changed.read_text().strip(), self.changed.read_text()
        return done.returncode == 0, printed

    def kept(self) -> dict[str, bytes]:
        """The evidence, without what only guards a file, and without what is told."""
        return {path.name: path.read_bytes() for path in self.evidence.glob("*.json*") if path.suffix != ".guard"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    server = DnsServer("127.0.0.1")
    yield World(tmp_path, server)
    server.close()


# From deploy on: the image and the preflight ask whole machines, whose check run the lab shows.
PLAYBOOKS = [phase.playbook for phase in WAY if phase.name not in ("image", "preflight")]
# What is beside the way, where an operator would try it first.
BESIDE = [
    ("apart", "attach", {"rocketmq_migration_batch": "mdm"}),
    ("apart", "sync", {}),
    ("joined", "rollback_deploy", {}),
    ("open", "rollback_attach", {"rocketmq_migration_batch": "mdm"}),
    ("open", "restart", {}),
    ("stopped", "rollback_stop_brokers", {}),
    ("done", "rescue", {"rocketmq_migration_batch": "mro"}),
]


def test_a_first_run_of_every_phase_passes_and_changes_nothing(world: World) -> None:
    world.at("apart")
    passed, printed = world(*PLAYBOOKS)
    assert passed, printed[-6000:]
    gates = {phase.gate for phase in WAY if phase.playbook in PLAYBOOKS}
    assert [gate for gate in gates if f"Would wait until {gate}." not in printed] == []


@pytest.mark.parametrize("stage", sorted({phase.least for phase in WAY if phase.least}, key=ORDER.index))
def test_on_the_way_the_phases_that_come_next_pass_and_change_nothing(world: World, stage: str) -> None:
    world.at(stage)
    passed, printed = world(*[phase.playbook for phase in WAY if phase.least == stage])
    assert passed, printed[-6000:]


@pytest.mark.parametrize(
    ("stage", "playbook", "more"), BESIDE, ids=[f"{name}-{stage}" for stage, name, _more in BESIDE]
)
def test_what_is_beside_the_way_passes_and_changes_nothing(
    world: World, stage: str, playbook: str, more: dict[str, Any]
) -> None:
    world.at(stage)
    passed, printed = world(playbook, **more)
    assert passed, printed[-6000:]


def test_what_needs_no_earlier_change_is_refused_as_in_a_run(world: World) -> None:
    world.at("closed")
    (world.evidence / "proofs.json").write_text(Proofs().dump())
    passed, printed = world("phase_75_switch_dns")
    assert not passed and "DRAIN_NOT_RECORDED" in printed, printed[-6000:]
