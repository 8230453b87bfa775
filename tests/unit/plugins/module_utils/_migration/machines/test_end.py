# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that end a process, run by real shells against real processes and a real supervisor."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import end as machine_end
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import supervision

SYSTEMCTL = """#!/bin/sh
echo "$*" >> CALLS
case "$*" in *--value*) echo "systemctl: unrecognized option '--value'" >&2; exit 1 ;; esac
case "$*" in
  *LoadState*) echo LoadState=LOADED ;;
  *SendSIGKILL*) echo SendSIGKILL=SENDS ;;
  *TimeoutStopUSec*) echo TimeoutStopUSec=TIME ;;
esac
"""
NAME = "it's [a] $(touch hit) name"


@pytest.fixture
def tools(tmp_path):
    def make(loaded="loaded", sends="yes", limit="3min 20s"):
        text = SYSTEMCTL.replace("CALLS", str(tmp_path / "calls")).replace("LOADED", loaded)
        (tmp_path / "systemctl").write_text(text.replace("SENDS", sends).replace("TIME", limit))
        (tmp_path / "systemctl").chmod(0o755)
        return {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    return make


def test_the_unit_reaches_systemctl_whole(sh, tmp_path, tools):
    sh(machine_end.can_end("systemd", "x", NAME, 1), **tools())
    assert f"show -p LoadState {NAME}" in (tmp_path / "calls").read_text().splitlines()


def test_a_process_that_may_be_signalled_can_be_ended(sh, name, sleeper, tmp_path):
    assert sh(machine_end.can_end("command", name, "", 1)).returncode == 0
    assert sh(machine_end.can_end("command", f"{name}-other", "", 1)).returncode == 0
    (tmp_path / "pkill").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "pkill").chmod(0o755)
    done = sh(machine_end.can_end("command", name, "", 1), PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (done.returncode, done.stderr) == (1, "this user may not signal the process\n")
    (tmp_path / "pgrep").write_text("#!/bin/sh\nexit 2\n")
    (tmp_path / "pgrep").chmod(0o755)
    done = sh(machine_end.can_end("command", name, "", 1), PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (done.returncode, done.stdout) == (3, "")
    (tmp_path / "pgrep").unlink()
    done = sh(f"PATH={tmp_path}\n" + machine_end.can_end("command", name, "", 1))
    assert "pgrep is missing" in done.stderr and done.returncode == 1


def test_a_process_is_ended_once(sh, name, sleeper):
    done = sh(machine_end.stop("command", name, "", 10, watched=1))
    assert (done.returncode, done.stdout) == (0, "terminated\n")
    sleeper.wait(10)
    assert (sh(machine_end.stop("command", name, "", 10, watched=1)).stdout) == ""


def test_a_unit_is_ended_by_systemd_which_is_not_waited_for(sh, name, sleeper, tmp_path, tools):
    path = tools()
    (tmp_path / "systemctl").write_text(f"#!/bin/sh\necho $* >>{tmp_path}/calls\nkill {sleeper.pid}\n")
    done = sh(machine_end.stop("systemd", name, "broker.service", 10, "sv stop x", watched=1), **path)
    assert (done.returncode, done.stdout) == (0, "terminated\n"), done.stderr
    assert (tmp_path / "calls").read_text() == "stop --no-block broker.service\n"


def test_a_process_that_does_not_end_is_left_alone(sh, name, tmp_path):
    script = tmp_path / f"{name}.sh"
    script.write_text("trap '' TERM\ntouch ready\nwhile :; do sleep 0.1; done\n")
    process = subprocess.Popen(["sh", script], cwd=tmp_path)
    try:
        while not (tmp_path / "ready").exists():
            time.sleep(0.02)
        done = sh(machine_end.stop("command", name, "", 1))
        assert (done.returncode, done.stdout, done.stderr) == (1, "terminated\n", "it runs still\n")
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    "text",
    [
        machine_end.can_end("command", NAME, "", 1),
        machine_end.can_end("command", "x", "", 1, NAME.replace("$", "x")),
        machine_end.can_end("systemd", "x", NAME, 1),
        machine_end.stop("command", NAME, "", 1, watched=0),
        machine_end.stop("systemd", "x", NAME, 1, watched=0),
    ],
)
def test_what_comes_from_the_inventory_is_no_shell(sh, text, tmp_path, tools):
    sh(f"cd {tmp_path}; {text}", **tools())
    assert not (tmp_path / "hit").exists()


def test_a_stop_command_has_to_be_there(shells, name):
    for command in ("true", "test -e /", "A=1 sleep 1", "$HOME/x"):
        done = shells(machine_end.can_end("command", name, "", 1, command))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), command
    done = shells(machine_end.can_end("command", name, "", 1, "mqops-no-such-command stop x"))
    assert done.returncode == 1
    assert done.stderr == "mqops-no-such-command, with which rocketmq_stop_command begins, is no command there\n"


def test_a_user_has_to_be_there_and_may_have_to_be_become(sh, name, tmp_path):
    assert sh(machine_end.can_end("command", name, "", 1, user=os.environ.get("USER") or "root")).returncode == 0
    done = sh(machine_end.can_end("command", name, "", 1, user="mqops-nobody"))
    assert (done.returncode, done.stderr) == (1, "there is no user mqops-nobody, which rocketmq_user names\n")
    # A user who is not root.
    (tmp_path / "id").write_text('#!/bin/sh\ncase "$*" in -u) echo 1000 ;; -un) echo ops ;; esac\n')
    (tmp_path / "id").chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = sh(machine_end.can_end("command", name, "", 1, user="root"), **path)
    assert (done.returncode, done.stderr) == (
        1, "ops may not start a process as root (rocketmq_user): ansible_become\n",
    )  # fmt: skip
    assert sh(machine_end.can_end("command", name, "", 1, user="ops"), **path).returncode == 0


# Supervisors
@pytest.fixture
def service(name, tmp_path):
    """A service that runsv keeps running; yields the directory."""
    if not shutil.which("runsv"):
        pytest.skip("there is no runsv here: install runit")
    place = tmp_path / "service"
    place.mkdir()
    (place / "run").write_text(f"#!{shutil.which('bash')}\nexec -a {name} sleep 600\n")
    (place / "run").chmod(0o755)
    runsv = subprocess.Popen(["runsv", place], stderr=subprocess.DEVNULL)
    await_process(name)
    yield place
    subprocess.run(["sv", "exit", place], capture_output=True, check=False)
    runsv.wait(20)


def await_process(name):
    deadline = time.monotonic() + 20
    while subprocess.run(["pgrep", "-f", name], capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_below_runsv_is_found_before_and_told_when_it_comes_back(shells, name, service):
    before = pids(name)
    done = shells(machine_end.can_end("command", name, "", 1))
    assert done.returncode == 0 and pids(name) == before
    (said,), wrong = supervision.judge(done.stdout.splitlines())
    assert wrong == "" and said.startswith(f"process {before[0]} is started again by runsv (process ")
    done = shells(machine_end.stop("command", name, "", 20))
    assert (done.returncode, done.stderr) == (machine_end.CAME_BACK, "it was started again\n")
    first, *lines = done.stdout.splitlines()
    assert first == "terminated"
    said = supervision.returned(supervision.parse(lines))
    assert said.startswith("it was started again, by runsv (process ")
    assert said.endswith(f", as process {pids(name)[0]}")


def pids(name):
    return subprocess.run(["pgrep", "-f", name], capture_output=True, text=True, check=False).stdout.split()


def test_a_stop_command_ends_what_a_supervisor_keeps_running(shells, name, service):
    command = f"sv -w 10 stop {service}"
    assert shells(machine_end.can_end("command", name, "", 1, command)).returncode == 0
    done = shells(machine_end.stop("command", name, "", 20, command, watched=2))
    assert (done.returncode, done.stdout, done.stderr) == (0, "terminated\n", "")
    assert pids(name) == []
    assert shells(machine_end.stop("command", name, "", 20, command)).stdout == ""


def test_a_loop_of_a_shell_shows_when_the_process_comes_back(sh, name, tmp_path):
    """A parent that starts it again looks like a shell that waits; and this one starts it anew only seconds later."""
    loop = tmp_path / "keep-running"
    loop.write_text(f"#!{shutil.which('bash')}\nwhile :; do bash -c 'exec -a {name} sleep 600'; sleep 2; done\n")
    loop.chmod(0o755)
    keeper = orphan([loop])
    try:
        await_process(name)
        assert supervision.judge(sh(machine_end.can_end("command", name, "", 1)).stdout.splitlines()) == ([], "")
        done = sh(machine_end.stop("command", name, "", 20))
        assert done.returncode == machine_end.CAME_BACK
        said = supervision.returned(supervision.parse(done.stdout.splitlines()[1:]))
        assert said.startswith(f"it was started again, by keep-running (process {keeper})")
    finally:
        os.kill(keeper, 9)
        subprocess.run(["pkill", "-f", name], check=False)


def orphan(words):
    """Starts a command whose parent ends; returns its number."""
    done = subprocess.run(
        ["bash", "-c", '"$@" >/dev/null 2>&1 </dev/null & echo $!', "bash", *map(str, words)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout)


def test_wrapper_shells_start_nothing_again(shells, name, tmp_path):
    """4.4.0's own starters: a shell for mqbroker, one for runbroker.sh, whose command line fits the pattern, a JVM."""
    run, start = tmp_path / "runbroker.sh", tmp_path / "mqbroker"
    run.write_text(f"#!/bin/sh\nbash -c 'exec -a java-{name} sleep 600'\n:\n")
    start.write_text(f"#!/bin/sh\nsh {run} {name} -c broker.conf\n:\n")
    start.chmod(0o755)
    orphan(["nohup", start])
    try:
        await_process(f"java-{name}")
        done = shells(machine_end.can_end("command", name, "", 1))
        assert supervision.judge(done.stdout.splitlines()) == ([], "")
        assert len([line for line in done.stdout.splitlines() if line.startswith("process")]) == 2
        done = shells(machine_end.stop("command", name, "", 20, watched=1))
        assert (done.returncode, done.stdout) == (0, "terminated\n"), done.stderr
    finally:
        subprocess.run(["pkill", "-f", name], check=False)


def test_a_stop_command_that_does_nothing_says_what_it_printed(sh, name, sleeper, tmp_path):
    done = sh(machine_end.stop("command", name, "", 1, "echo no such service; exit 7"), TMPDIR=str(tmp_path))
    assert done.returncode == 1 and sleeper.poll() is None
    (console,) = tmp_path.glob("rocketmq-stop.*")
    assert done.stderr.splitlines() == [
        f"it runs still; the end of {console}, where rocketmq_stop_command prints: no such service", "exit status 7",
    ]  # fmt: skip


def test_a_stop_command_that_never_returns_is_not_waited_for(shells, name, sleeper, tmp_path):
    """Its process has ended, which is what counts."""
    began = time.monotonic()
    done = shells(
        machine_end.stop("command", name, "", 30, f"kill {sleeper.pid}; exec sleep 40", watched=1),
        TMPDIR=str(tmp_path),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "terminated\n", "")
    assert time.monotonic() - began < 30 and not list(tmp_path.iterdir())


def test_what_a_stop_command_leaves_is_left_below_the_directory_of_the_test(sh, name, sleeper, temporary):
    """Where the process does not end, what was printed stays in TMPDIR."""
    done = sh(machine_end.stop("command", name, "", 1, f"echo told by {temporary}"))
    assert done.returncode == 1 and sleeper.poll() is None
    assert [path.name.partition(".")[0] for path in temporary.iterdir()] == ["rocketmq-stop"]
    there = [path for path in Path("/tmp").glob("rocketmq-*") if path.is_file()]
    assert [path for path in there if str(temporary) in path.read_text(errors="replace")] == []


def test_a_stop_command_with_the_pattern_on_its_command_line_is_no_return(shells, name, sleeper, tmp_path):
    """As sv -w 180 stop broker-a of a pattern [b]roker-a."""
    (tmp_path / "sv").write_text(f"#!/bin/sh\nsleep 2\nkill {sleeper.pid}\nsleep 3\n")
    (tmp_path / "sv").chmod(0o755)
    pattern = f"[m]{name[1:]}"
    done = shells(machine_end.stop("command", pattern, "", 20, f"{tmp_path}/sv stop {name}; :", watched=1))
    assert (done.returncode, done.stdout, done.stderr) == (0, "terminated\n", "")


def test_who_runs_the_process_is_told_although_none_is_there(shells, name, tmp_path):
    """A supervised process between two starts; and nothing has changed where none comes."""
    done = shells(machine_end.stop("command", name, "", 5, f"echo told >{tmp_path}/told", watched=1))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "told").exists()
    # A command that signals by itself could only end another process.
    done = shells(machine_end.stop("command", name, "", 5, f"kill -0 1; echo told >{tmp_path}/signalled", watched=1))
    assert (done.returncode, done.stdout) == (0, "") and not (tmp_path / "signalled").exists()


@pytest.mark.parametrize(
    ("state", "told"), [("activating", True), ("active", True), ("inactive", False), ("failed", False), ("", True)]
)
def test_a_unit_between_two_starts_is_ended(shells, name, tmp_path, tools, state, told):
    path = tools()
    (tmp_path / "systemctl").write_text(
        f"#!/bin/sh\necho $* >>{tmp_path}/calls\ncase $1 in show) echo ActiveState={state} ;; esac\n"
    )
    done = shells(machine_end.stop("systemd", name, "broker.service", 5, watched=1), **path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "terminated\n" if told else "", "")
    stops = ["stop --no-block broker.service"] if told else []
    assert (tmp_path / "calls").read_text().splitlines() == ["show -p ActiveState broker.service", *stops]


@pytest.mark.parametrize(
    ("command", "signals", "script"),
    [
        ("pkill -TERM -f '[b]roker'", True, False),
        ("cd /opt && pkill -TERM -f '[b]roker'", True, False),
        ("cd /opt && ./stop.sh", False, True),
        ("/usr/bin/kill 7", True, False),
        ("sv -w 180 stop mq", False, False),
        ("docker stop -t 180 mq", False, False),
        ("/opt/rocketmq/stop.sh", False, True),
        ("sh stop.sh", False, True),
        ("$STOP now", False, True),
    ],
)
def test_what_a_stop_command_tells_of_who_runs_the_process(command, signals, script):
    assert (machine_end.signals(command), machine_end.is_script(command)) == (signals, script)


@pytest.mark.parametrize(
    ("looks", "code"),
    [
        (["10", "10", "", "", ""], 0),
        (["10", "10 11", "11", "11"], 4),  # the wrapper has ended, and another came
        (["10", "10 77", "10 77", "10 77", "", "", ""], 0),  # no return while the first one is there
        (["10 11", "11", "11", "", "", ""], 0),
        (["10", "", "77", "77"], 4),
        (["10", "77", "77"], 4),
        (["10", "", "77", "", "77"], 4),  # it ends by itself again and again
        (["10", "10 77", "10", "10 77", "10", "", "", ""], 0),  # somebody looks with the pattern on his command line
        (["10", "", "77", "", "", ""], 0),
        (["10", "10", "10", "10", "10", "10", "10", "10", "10"], 1),
        (["10", "?"], 3),
        (["?"], 3),
        ([""], 0),
    ],
)
def test_a_process_that_was_not_there_before_is_a_return_at_the_second_look(shells, tmp_path, looks, code):
    done = looked(shells, tmp_path, looks)
    assert done.returncode == code, done
    assert (tmp_path / "looks").read_text() == "" or code == 1


@pytest.mark.parametrize(
    ("looks", "code", "printed"),
    [
        (["", "", "", ""], 0, ""),
        (["", "77", "77", "77", "", "", ""], 0, "terminated\n"),  # it was about to start, and takes its time to end
        (["", "", "77", "", "78", "78"], 4, "terminated\n"),
        (["", "77", "77", "77", "77", "77", "77", "77", "77"], 1, "terminated\n"),
    ],
)
def test_one_that_was_about_to_start_has_to_end(shells, tmp_path, looks, code, printed):
    done = looked(shells, tmp_path, looks, "echo told")
    assert done.returncode == code and done.stdout.startswith(printed) and bool(done.stdout) is bool(printed), done


def looked(shells, tmp_path, looks, command=""):
    """Ends a process of which a pgrep of the test answers, look by look; and a second takes no time."""
    (tmp_path / "looks").write_text("".join(f"{look}\n" for look in looks))
    pgrep = f"""#!/bin/sh
look=$(sed -n 1p {tmp_path}/looks); sed -i 1d {tmp_path}/looks
case $look in '?') exit 2 ;; '') exit 1 ;; *) echo "$look" | tr ' ' '\\n' ;; esac
"""
    for name, text in (("pgrep", pgrep), ("pkill", "#!/bin/sh\n"), ("sleep", "#!/bin/sh\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    text = f"sleep() {{ :; }}\n{machine_end.stop('command', 'x', '', 5, command, watched=2)}"
    return shells(text, PATH=f"{tmp_path}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("Restart=always\nMainPID=MAIN\n", "is started again by systemd (mq-broker.service has Restart=always)"),
        ("MainPID=MAIN\nRestart=on-failure\n", "is started again by systemd (mq-broker.service has Restart=on-fail"),
        ("Restart=no\nMainPID=MAIN\n", ""),
        ("Restart=always\nMainPID=1\n", ""),
    ],
)
def test_a_unit_is_asked_for_as_in_2014(shells, name, tmp_path, tools, printed, said):
    """/proc says which unit; here sed stands in for a kernel that says so."""
    pid = orphan(["bash", "-c", f"exec -a {name} sleep 600"])
    try:
        await_process(name)
        path = tools()
        (tmp_path / "systemctl").write_text(
            f"#!/bin/sh\necho \"$*\" >>{tmp_path}/calls\nprintf '{printed.replace('MAIN', str(pid))}'\n"
        )
        text = machine_end.can_end("command", name, "", 1)
        cgroup = "11:pids:/x.service\n1:name=systemd:/system.slice/mq-broker.service\n"
        (tmp_path / "cgroup").write_text(cgroup)
        assert text.count('"/proc/$1/cgroup" | tr') == 1
        done = shells(text.replace('"/proc/$1/cgroup" | tr', f"{tmp_path}/cgroup | tr"), **path)
        found, wrong = supervision.judge(done.stdout.splitlines())
        assert wrong == "" and (said in found[0] if said else found == []), done.stdout
        calls = (tmp_path / "calls").read_text().splitlines()
        assert calls == ["show -p MainPID -p Restart -- mq-broker.service"]
    finally:
        os.kill(pid, 9)
