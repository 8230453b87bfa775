# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rescue that was broken off has left, and what an undo makes of it: nothing by halves."""

from __future__ import annotations

import os
import subprocess

import pytest

# An engine with one container, whose volume is a directory. Its volume's file is written although the answer is lost,
# and nothing is started by it.
ENGINE = """#!/usr/bin/python
# WANT_JSON
import json, pathlib, sys
given = json.loads(pathlib.Path(sys.argv[1]).read_text())
place = pathlib.Path("PLACE")
conf, command = place / "broker.conf", given.get("command") or []
said = {"failed": True, "msg": "the engine does not answer"}
if command[:1] == ["sed"]:
    lists = [line.partition("=")[2] for line in conf.read_text().splitlines() if line.startswith("namesrvAddr=")]
    said = {"status": 0, "container": {"Output": "".join(one + "\\n" for one in lists)}}
elif command[:1] == ["sh"]:
    conf.write_text("namesrvAddr=" + command[-1] + "\\n")
    if not (place / "lost").exists():
        said = {"status": 0, "container": {"Output": command[-1] + "\\n"}, "changed": True}
elif given.get("state") == "started":
    with (place / "starts").open("a") as starts:
        starts.write(conf.read_text())
print(json.dumps(said))
"""
STATE = """#!/usr/bin/python
print('{"exists": true, "container": {"State": {"Running": false}}}')
"""


@pytest.fixture
def engine(world, tmp_path, monkeypatch):
    """The volume of mro-a, whose process an engine runs."""
    own = tmp_path / "collections/ansible_collections/community/docker"
    (own / "plugins/modules").mkdir(parents=True)
    (own / "meta").mkdir()
    actions = "{action_groups: {docker: [docker_container, docker_container_info]}}\n"
    (own / "meta/runtime.yml").write_text(actions)
    place = tmp_path / "volume"
    place.mkdir()
    (own / "plugins/modules/docker_container.py").write_text(ENGINE.replace("PLACE", str(place)))
    (own / "plugins/modules/docker_container_info.py").write_text(STATE)
    others = os.environ.get("ANSIBLE_COLLECTIONS_PATH", ".collections")
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_PATH", f"{tmp_path / 'collections'}:{others}")
    world.hosts["mro-a"]["rocketmq_method"] = "docker"
    return place


@pytest.fixture
def master(world, tmp_path):
    """mro-a by command: its start notes the list of its file, and a process of its pattern runs."""
    file = tmp_path / "broker-a.conf"
    marker = world.pattern("mro-a").replace("[m]", "m")
    begin = f"grep namesrvAddr= {file} >> {tmp_path}/starts; bash -c 'exec -a {marker} sleep 60' &"
    world.hosts["mro-a"]["rocketmq_start_command"] = begin
    yield file
    subprocess.run(["pkill", "-KILL", "-f", marker], check=False)


def keep(world, **kept):
    world.prove(checked={world.address("mro-a"): {"end": 0, "path": "/store"}}, processes=kept)


def halted(world):
    """All brokers of mro have ended, its name leads back, and its name server runs."""
    world.up("mro-ns", "mro-a", "mro-s")
    world.run("hub-ns", "hub-a", "hub-b", "mdm-ns", "mdm-a", "mro-ns")
    world.dns.put("mro-ns.mq.test.", 1, "A", world.hosts["mro-ns"]["rocketmq_address"])


def test_a_rescue_that_is_broken_off_at_a_volume_has_kept_the_list(world, engine, more):
    world.up("mro-ns", "mro-a", "mro-s")
    world.run("hub-ns", "hub-a", "hub-b", "mdm-ns", "mdm-a")
    world.point("mro", "hub-ns")
    own, target = world.address("mro-ns"), world.address("hub-ns")
    (engine / "broker.conf").write_text(f"namesrvAddr={own};\n")
    (engine / "lost").touch()
    code, printed = world("rescue", **more)
    assert code != 0 and "the engine does not answer" in printed, printed
    assert (engine / "broker.conf").read_text() == f"namesrvAddr={target}\n", printed
    assert world.proofs()["processes"]["mro-a"]["name_servers"] == f"{own};"
    # The undo puts it back before it starts the container.
    (engine / "lost").unlink()
    world.run("mro-ns")
    world.dns.put("mro-ns.mq.test.", 1, "A", world.hosts["mro-ns"]["rocketmq_address"])
    code, printed = world("rollback_stop_brokers", **more)
    assert (engine / "starts").read_text() == f"namesrvAddr={own}\n", printed


def test_a_volume_that_points_at_the_target_is_not_started_where_nothing_is_kept(world, engine, more):
    halted(world)
    (engine / "broker.conf").write_text(f"namesrvAddr={world.address('hub-ns')}\n")
    code, printed = world("rollback_stop_brokers", **more)
    assert code != 0 and "mro-a: its volume has the target's name servers" in printed, printed
    assert "no broker was started" in printed and not (engine / "starts").exists()


def test_a_volume_without_a_list_is_refused_before_a_rescue(world, engine, more):
    world.up("mro-ns", "mro-a", "mro-s")
    world.run("hub-ns", "hub-a", "hub-b", "mdm-ns", "mdm-a")
    world.point("mro", "hub-ns")
    (engine / "broker.conf").write_text("brokerName=broker-a\n")
    code, printed = world("rescue", **more)
    assert code != 0 and "mro-a: its volume has no namesrvAddr" in printed, printed
    assert "Nothing was changed." in printed
    assert (engine / "broker.conf").read_text() == "brokerName=broker-a\n"


def test_the_dead_machine_of_a_slave_keeps_no_master_from_its_undo(world, master, more):
    halted(world)
    world.down("mro-s")
    own = world.address("mro-ns")
    master.write_text(f"namesrvAddr={world.address('hub-ns')}\n")
    keep(world, **{"mro-a": {"config_file": str(master), "name_servers": own}, "mro-s": {"config_file": "/s.conf"}})
    code, printed = world("rollback_stop_brokers", **more)
    assert (master.parent / "starts").exists(), printed
    assert (master.parent / "starts").read_text() == master.read_text() == f"namesrvAddr={own}\n"
    # It is awaited, and closed, before the slave is started.
    assert code != 0 and "mro is not known completely" in printed, printed
    assert "Close the masters that are not" in printed and "Start their slaves" not in printed, printed


def refused(world, master, more, words):
    """Before anything is changed: the check is not forgotten, and the names are as they were."""
    code, printed = world("rollback_stop_brokers", **more)
    assert code != 0 and words in printed, printed
    assert "No name was pointed back and no broker was started" in printed
    assert "Point the names back" not in printed and world.address("mro-a") in world.proofs()["checked"]
    assert not (master.parent / "starts").exists()


def test_what_an_undo_cannot_tell_of_a_master_is_refused_before_anything_is_changed(world, master, more):
    halted(world)
    keep(world, **{"mro-a": {"config_file": str(master), "name_servers": world.address("mro-ns")}})
    refused(world, master, more, f"mro-a: {master} is missing")


def test_the_file_of_a_master_that_runs_is_not_edited(world, master, more):
    """It was started by hand, or with its machine: while it runs it may write its own list into the file again."""
    halted(world)
    world.run("mro-a")
    world.hush("mro-a")
    text = f"namesrvAddr={world.address('hub-ns')}\n"
    master.write_text(text)
    keep(world, **{"mro-a": {"config_file": str(master), "name_servers": world.address("mro-ns")}})
    refused(world, master, more, f"mro-a: its process runs, and its file {master} has the target's name servers")
    assert master.read_text() == text
