# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a process is and by which file it runs, asked of real processes by real shells."""

from __future__ import annotations

import base64
import getpass
import os
import shutil
import subprocess
import time
import uuid

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import identity as machine_identity
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.identity import jvm_of, read

MAIN = "org.apache.rocketmq.broker.BrokerStartup"
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]


def sh(text, shell="sh", **environment):
    return subprocess.run(
        [*shell.split(), "-c", 'eval "$TEXT"'], env={**os.environ, **environment, "TEXT": text},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def name():
    return f"mqops-test-{uuid.uuid4().hex}"


@pytest.fixture
def java(tmp_path):
    """Starts what the kernel knows as java: a shell of that name, with the words of a broker behind its own."""
    program, running = tmp_path / "java", []
    shutil.copy(shutil.which("bash"), program)

    def run(*words, executable=program, **more):
        # It waits without a child: one has the same words on its command line until it runs another program.
        call = [str(executable), "-c", "read -r never", *words]
        running.append(subprocess.Popen(call, cwd=tmp_path, start_new_session=True, stdin=subprocess.PIPE, **more))
        deadline = time.monotonic() + 20
        while os.readlink(f"/proc/{running[-1].pid}/exe") != os.path.realpath(executable):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return running[-1].pid

    yield run
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_process_and_the_shell_that_has_started_it_are_told_apart(shell, name, java, tmp_path):
    pid = java(MAIN, "-c", f"conf/{name}.conf", "-n", "198.18.9.20:9876", env={**os.environ, "NAMESRV_ADDR": "a:1"})
    wrapper = java("bin/runbroker.sh", MAIN, "-c", f"conf/{name}.conf", executable=shutil.which("bash"))
    done = sh(machine_identity.ask(f"{name}.conf"), "busybox sh" if shell == "busybox" else shell)
    assert done.returncode == 0, done.stderr
    found = {process.pid: process for process in read(done.stdout.splitlines())}
    assert set(found) == {pid, wrapper}
    one = jvm_of(found.values())
    assert (one.pid, one.uid, one.user) == (pid, os.getuid(), getpass.getuser())
    assert (one.config_file, one.directory) == (f"{tmp_path}/conf/{name}.conf", str(tmp_path))
    assert (one.name_servers_given, one.environment, one.unknown) == ("198.18.9.20:9876", True, ())
    assert (found[wrapper].jvm, found[wrapper].environment) == (False, False)


def test_an_absolute_path_with_blanks_and_what_is_gone_since(name, java, tmp_path):
    java(MAIN, f"-c/etc/it's {name} $(touch hit)/b.conf")
    (tmp_path / "java").unlink()
    done = sh(machine_identity.ask(name))
    one = jvm_of(read(done.stdout.splitlines()))
    assert one.config_file == f"/etc/it's {name} $(touch hit)/b.conf"
    assert not (tmp_path / "hit").exists()


def test_a_path_that_is_none_and_a_command_line_without_a_main_class_are_unknown(name, java):
    java(MAIN, "-c", f"/etc/{name}\n/b.conf")
    one = jvm_of(read(sh(machine_identity.ask(name)).stdout.splitlines()))
    assert one.config_file == "" and "where /etc/" in one.unknown[0]
    java("-jar", f"{name}-jar", "-c", "b.conf")
    one = jvm_of(read(sh(machine_identity.ask(f"{name}-jar")).stdout.splitlines()))
    assert one.config_file == "" and "no word of its command line is BrokerStartup" in one.unknown[0]


def test_two_java_processes_of_one_pattern_are_refused_by_name(name, java):
    pids = [java(MAIN, "-c", f"/etc/{name}-{letter}.conf") for letter in "ab"]
    processes = read(sh(machine_identity.ask(name)).stdout.splitlines())
    with pytest.raises(ValueError, match="fits 2 Java processes") as error:
        jvm_of(processes)
    assert all(f"process {pid} (/etc/{name}-" in str(error.value) for pid in pids)


def test_no_process_and_a_pattern_that_is_none(name):
    assert read(sh(machine_identity.ask(name)).stdout.splitlines()) == []
    assert sh(machine_identity.ask("[")).returncode == 3


def test_a_pattern_is_no_shell(tmp_path):
    for text in (machine_identity.ask, lambda pattern: machine_identity.start_without_user(pattern, 7, "true")):
        sh(f"cd {tmp_path}; " + text("it's $(touch hit) `touch hit`"))
    assert not (tmp_path / "hit").exists()


def test_a_process_of_a_user_without_a_name_is_started_by_nobody_else(name, java):
    done = sh(machine_identity.start_without_user(f"{name}-other", 1007, "echo started"))
    assert (done.returncode, done.stderr) == (1, (
        "its process belonged to uid 1007, which has no usable name there: set rocketmq_user\n"
    ))  # fmt: skip
    java(name)
    assert sh(machine_identity.start_without_user(name, 1007, "exit 7")).returncode == 0
    done = sh(machine_identity.start_without_user(name, os.getuid(), "echo started; exit 7"))
    assert (done.returncode, done.stdout, done.stderr) == (7, "started\n", "")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("uid", "asked"), [("1001", False), ("0", True)])
def test_nobody_but_root_asks_su(shell, name, java, tmp_path, uid, asked):
    """For any other user it would be a failed login each time."""
    pid = java(MAIN, "-c", f"/etc/{name}.conf")
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool, text in (("id", f"echo {uid}"), ("readlink", "exit 1"), ("su", f"echo x >> {tmp_path}/asked")):
        (tools / tool).write_text(f"#!/bin/sh\n{text}\n")
        (tools / tool).chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    done = sh(machine_identity.ask(name), "busybox sh" if shell == "busybox" else shell, PATH=path)
    (one,) = read(done.stdout.splitlines())
    assert one.pid == pid and (tmp_path / "asked").exists() is asked


def block(**values):
    words = f"java\0{MAIN}\0-c\0b.conf\0"
    texts = {"user": "mq\n", "program": "/usr/bin/java\n", "directory": "/opt\n", "words": words}
    lines = {"process": "7", "uid": "1001", **texts, "root": "own", "environment": "0", **values}
    return [
        f"{key}={base64.b64encode(value.encode()).decode() if key in texts else value}"
        for key, value in lines.items()
        if value is not None
    ] + ["end="]


def test_what_lies_in_a_container_is_not_taken_for_the_machine_s():
    (one,) = read(block(root="other"))
    assert (one.config_file, one.user, one.uid) == ("", "", None) and "a container" in one.unknown[0]
    (one,) = read(block(root=None))
    assert one.config_file == "" and "/proc cannot be read" in one.unknown[0]
    (one,) = read(block())
    assert (one.config_file, one.user, one.uid, one.unknown) == ("/opt/b.conf", "mq", 1001, ())


@pytest.mark.parametrize("user", ["", "-x\n", "a b\n", "mq;reboot\n", "x" * 40, "7mq\n"])
def test_a_name_that_is_none_is_not_known(user):
    (one,) = read(block(user=user))
    assert one.user == "" and one.unknown == ("a usable name of its user (uid 1001)",)


@pytest.mark.parametrize("user", ["mq.ops", "MQ", "Mq-1"])
def test_a_name_out_of_a_directory_is_known(user):
    (one,) = read(block(user=f"{user}\n"))
    assert (one.user, one.unknown) == (user, ())


@pytest.mark.parametrize(
    "lines",
    [
        [],
        block()[:-1],
        ["sudo: unable to resolve host vm", *block()],
        [*block(), "more"],
        ["process=7; reboot", "end="],
        ["process=7", "process=8", "uid=1"],
        ["process=7", "uid=1", "uid=2", "end="],
        ["process=7", "words=!", "end="],
        ["process=7", "more=", "end="],
    ],
)
def test_an_odd_answer_is_none(lines):
    with pytest.raises(ValueError):
        read(lines)


@pytest.mark.parametrize(
    "cut", [f"java\0{MAIN}\0-c\0/opt/broker-a.co", f"java\0{MAIN}\0-c\0b.conf\0".ljust(4095, "x") + "\0"]
)
def test_a_command_line_that_an_old_kernel_has_cut_is_not_taken_for_whole(cut):
    (one,) = read(block(words=cut))
    assert (one.config_file, one.name_servers_given) == ("", "")
    assert one.unknown == ("its configuration, because its command line is cut (old kernels show 4096 bytes)",)


def test_a_command_line_that_is_too_long_is_not_known():
    most = machine_identity.MOST_BYTES
    (one,) = read(block(words=f"java\0{MAIN}\0-c\0b.conf\0{'x' * most}"[:most]))
    assert one.config_file == "" and "too long" in one.unknown[0]
