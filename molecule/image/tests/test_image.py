# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the second engine has, asked of that engine: the same image, which runs 4.4.0 as an unprivileged user."""

from __future__ import annotations

import pytest

IMAGE = "mqops/rocketmq:4.4.0"
SECOND = "docker --host unix:///run/mqops-second-engine.sock"
testinfra_hosts = ["local://"]


def inside(host, command):
    return host.check_output(f"{SECOND} run --rm --network none --entrypoint sh {IMAGE} -c %s", command)


def test_same_image_on_both_engines(host):
    first = host.check_output(f"docker image inspect --format '{{{{.Id}}}}' {IMAGE}")
    assert first.startswith("sha256:")
    assert host.check_output(f"{SECOND} image inspect --format '{{{{.Id}}}}' {IMAGE}") == first


def test_was_sent_once_although_the_role_ran_twice(host):
    loads = host.check_output(f"{SECOND} events --since 1h --until 0s --filter event=load --format '{{{{.Action}}}}'")
    assert loads.split() == ["load"]


def test_runs_unprivileged(host):
    assert inside(host, "id -u") == "10911"


def test_has_a_health_check_and_ends_on_sigterm(host):
    config = "{{.Config.StopSignal}} {{.Config.Healthcheck.Test}}"
    signal, *check = host.check_output(f"docker image inspect --format '{config}' {IMAGE}").split()
    assert signal in ("SIGTERM", "TERM", "15")
    assert check and check != ["[NONE]"]


@pytest.mark.parametrize("tool", ["ss", "pgrep", "mqadmin"])
def test_has_the_tools(host, tool):
    assert inside(host, f"command -v {tool}").endswith(f"/{tool}")


def test_mqadmin_is_complete(host):
    # Without conf/tools.yml mqadmin 4.4.0 does nothing.
    assert "updateBrokerConfig" in inside(host, "mqadmin 2>&1")


def test_jars_are_those_of_4_4_0(host):
    jars = inside(host, "ls /opt/rocketmq/lib").split()
    assert {f"rocketmq-{part}-4.4.0.jar" for part in ("acl", "broker", "namesrv", "tools", "client")} <= set(jars)
    assert [jar for jar in jars if jar.startswith("fastjson")] == ["fastjson-1.2.83.jar"]
