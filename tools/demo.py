#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the whole migration in a lab while real clients send and receive, and tell what happened to every message.

With --kills it is killed three times on the way (SIGKILL) and goes on from the live world. The rehearsal of CI,
--rehearse, is killed twice, run in check mode before and once more when it is finished. Ends with 0 only if the ledger
is clean and every claim was observed.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAB_FILES = ROOT / "molecule/resources/lab"
sys.path[:0] = [str(ROOT / "tools"), str(LAB_FILES)]

from demo_report import LedgerStatus, Report, read_phases  # noqa: E402
from processes import Failed, Processes  # noqa: E402


@dataclass(frozen=True)
class Kill:
    """When a run is killed: the command is given its process group, waits, and kills the group."""

    command: tuple[str, ...]

    @classmethod
    def after(cls, *awaited: str) -> Kill:
        """As soon as this command has ended well."""
        text = 'timeout 1200 sh -c "$1" && kill -s KILL -- "-$2"'
        return cls(("sh", "-c", text, "sh", shlex.join(awaited)))


class Demo:
    """One lab, one migration."""

    demands = ("--forbid-failed",)  # of the ledger, beside what every ledger has to show

    def __init__(self, lab: str, estate: str) -> None:
        self.lab, self.estate = lab, estate
        self.build = ROOT / "build" / lab
        self.evidence = self.build / "evidence"
        self.log = self.build / "demo.log"
        self.archive = self.build / "archive"
        self.ended_by_kill = False  # the last run
        self.confirm = ""  # the hash of the plan
        self.inventory = self.build / "inventory"
        self.report = Report(lab, estate)
        self.environment = dict(
            os.environ,
            LAB=lab,
            ESTATE=estate,
            MQOPS_PROGRESS_FILE=str(self.evidence / "progress.log"),
            ANSIBLE_CALLBACKS_ENABLED="mqops.rocketmq.progress",
            ANSIBLE_DISPLAY_SKIPPED_HOSTS="false",
            ANSIBLE_CALLBACK_RESULT_FORMAT="yaml",
            # The slow and the late group wait for their owners, who act after the freeze (oracle/after_phase.yml).
            LEDGER_OPTIONS=json.dumps({"SLOW_UNTIL": "7200", "LATE_AFTER": "7200"}),
        )

    # -- commands ------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)

    def playbook(self, name: str, *arguments: str, kill: Kill | None = None) -> bool:
        """Run a playbook and tell if it ended well, or kill it on the way."""
        command = ["ansible-playbook", "-i", str(self.inventory), name, *arguments]
        self.say("$ " + " ".join(str(part).replace(str(ROOT) + "/", "") for part in command))
        self.build.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            log.write(f"\n$ {' '.join(command)}\n".encode())
            process = subprocess.Popen(
                # A session of its own, so that it can be killed as a whole; it must not outlive this process either.
                ["setpriv", "--pdeathsig", "TERM", *command],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            assert process.stdout is not None
            killer = self._killer(process.pid, kill) if kill else None
            try:
                for line in process.stdout:
                    log.write(line)
                    log.flush()
                    sys.stdout.buffer.write(line)
                    sys.stdout.flush()
                code = process.wait()
            except BaseException:
                end_group(process)
                raise
            finally:
                # It must not meet a later process group of the same number.
                if killer:
                    end_group(killer)
        self.ended_by_kill = code == -signal.SIGKILL
        return code == 0

    def killed(self, name: str, phase: str, kill: Kill) -> bool:
        """Whether a run was killed in this phase; one that fails by itself is a failure, one that passes is none."""
        journal = self.evidence / "phases.jsonl"
        # A restart needs no migration, and is no phase of one that is there: it writes nothing here.
        noted = [] if phase == "restart" else [(phase, "start")]
        known = len(read_phases(journal, raw=True))
        if self.playbook(name, *self.variables(self.confirm), kill=kill):
            return False
        events = [(one["phase"], one["event"]) for one in read_phases(journal, raw=True)[known:]]
        if not self.ended_by_kill:
            raise Failed(f"the run was to be killed in {phase}, and has failed before; see {self.log}")
        if events[-1:] != noted:
            raise Failed(f"the run was to be killed in {phase}, and has noted {events}")
        return True

    def kill_in(self, phase: str, seconds: float) -> Kill:
        """That long after the begin of the phase."""
        return Kill((
            sys.executable, __file__, "--lab", self.lab, "--kill-when", f"{phase}:{seconds}", "--kill-group",
        ))  # fmt: skip

    def _killer(self, group: int, kill: Kill) -> subprocess.Popen[bytes]:
        """A process of its own that kills the run's process group, so that nothing of the run can delay it."""
        return subprocess.Popen(
            [*kill.command, str(group)],
            cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    @property
    def processes(self) -> Processes:
        """The processes and machines of the lab that is up."""
        return Processes(self.lab)

    def ended(self, host: str) -> list[str]:
        """The command that ends when the process of this host has ended."""
        return [sys.executable, str(LAB_FILES / "processes.py"), self.lab, "wait", host]

    def output(self, *command: str, timeout: float = 120) -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode:
            raise Failed(f"{' '.join(command)} ended with {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}")
        return done.stdout

    # -- steps ---------------------------------------------------------------------------------------------------

    def bring_up(self) -> None:
        self.build.mkdir(parents=True, exist_ok=True)
        if (self.build / "finished").exists() or (self.evidence / "plan.json").exists():
            self.say("a migration has run in this lab before: starting from a new one")
            if not self.playbook("molecule/resources/lab/down.yml"):
                raise Failed("the lab could not be removed; see " + str(self.log))
            self.build.mkdir(parents=True, exist_ok=True)
        self.evidence.mkdir(parents=True, exist_ok=True)
        self.archive.mkdir(exist_ok=True)
        started = time.time()
        if not self.playbook("molecule/resources/lab/up.yml"):
            raise Failed("the lab did not come up; see " + str(self.log))
        self.report.seconds["lab"] = time.time() - started

    def business(self) -> dict[str, LedgerStatus]:
        return {
            path.parent.name: LedgerStatus.read(path) for path in sorted((self.build / "ledger").glob("*/status.json"))
        }

    def wait_for_business(self, minimum: int, deadline: float, since: dict[str, LedgerStatus] | None = None) -> None:
        """Until every mode of every source has sent and received at least minimum messages (more than in since)."""
        end, said = time.monotonic() + deadline, 0.0
        while True:
            now = self.business()
            behind = [
                f"{source}/{mode}: {counts}"
                for source, status in now.items()
                for mode, counts in status.behind(minimum, (since or {}).get(source)).items()
            ]
            if now and not behind:
                return
            if time.monotonic() > end:
                raise Failed(
                    f"the business did not send and receive {minimum} messages in each mode within {deadline:.0f} s: "
                    + ("; ".join(behind) if behind else "no ledger was written")
                )
            if time.monotonic() - said >= 10:
                said = time.monotonic()
                self.say(
                    f"waiting for the business: {len(behind)} modes behind" + (f", e.g. {behind[0]}" if behind else "")
                )
            time.sleep(1)

    def preflight(self) -> str:
        if not self.playbook("playbooks/phase_20_preflight.yml", *self.variables()):
            raise Failed("preflight found something that blocks; see " + str(self.log))
        return json.loads((self.evidence / "plan.json").read_text())["hash"]

    def variables(self, confirm: str = "", *, compare: bool = False) -> list[str]:
        """Extra variables of a run; compare: ask mqadmin after each phase, which costs a JVM for every question."""
        extra = {
            "rocketmq_migration_directory": str(self.evidence),
            "rocketmq_migration_release": True,
            "rocketmq_migration_confirm": confirm,
            "rocketmq_migration_archive": str(self.archive),
            "migration_after_phase": str(ROOT / "molecule/resources/oracle/after_phase.yml"),
            "oracle_compares": compare,
        }
        return ["-e", json.dumps(extra)]

    def dns(self) -> dict[str, str]:
        names = json.loads((self.evidence / "plan.json").read_text())["decisions"]["dns"]
        return {
            record["name"]: self.output(str(ROOT / "tools/dig.sh"), self.lab, record["name"]).strip()
            for record in names
        }

    def purpose(self) -> None:
        """The article's purpose: a department reads another's topic; at the target's name all are read."""
        sources = sorted(self.business())
        first, second = sources[0], sources[1]
        for name, topics in (
            (f"{first}-ns", [f"{second}-normal"]),
            ("hub-ns", [f"{source}-normal" for source in sources]),
        ):
            for topic in topics:
                seen = self.output(
                    str(ROOT / "tools/mqadmin.sh"),
                    self.lab,
                    "consumeMessage",
                    "-n",
                    f"{name}.mq.test:9876",
                    "-t",
                    topic,
                    "-c",
                    "5",
                    timeout=180,
                )
                count = seen.count("MSGID: ")
                if not count:
                    raise Failed(f"a new consumer at {name} read nothing of {topic}: {seen[-600:]}")
                self.report.claim(f"a new consumer that knows only {name}.mq.test reads {topic}", f"{count} messages")

    def archives(self) -> None:
        """The stores of the sources' masters are packed, as the plan says."""
        packed = sorted(self.archive.glob("*.tar"))
        found = json.loads((self.evidence / "released.json").read_text())["archives"]
        sources = json.loads((self.evidence / "plan.json").read_text())["decisions"]["sources"]
        masters = [(part["name"], one["name"]) for part in sources for one in part["brokers"] if one["id"] == 0]
        wanted = {f"{source}-{broker}.tar" for source, broker in masters}
        if {archive.name for archive in packed} != wanted:
            raise Failed(f"the stores of {sorted(wanted)} were to be packed; there are {packed}")
        if {entry["file"]: entry["bytes"] for entry in found.values()} != {str(a): a.stat().st_size for a in packed}:
            raise Failed(f"the decommission says that it has packed {found}; there are {packed}")
        for archive in packed:
            with tarfile.open(archive) as members:
                if not any(name.startswith("./commitlog/0") for name in members.getnames()):
                    raise Failed(f"{archive} holds no commit log")
        size = sum(archive.stat().st_size for archive in packed) // 2**20
        self.report.claim(f"packed as the plan says: {', '.join(archive.name for archive in packed)}", f"{size} MiB")

    def verdict(self) -> bool:
        ledgers = sorted(str(path) for path in (self.build / "ledger").iterdir() if path.is_dir())
        minimum = "500" if self.estate == "full" else "300"
        command = [
            sys.executable,
            "molecule/resources/ledger/verdict.py",
            *ledgers,
            "--timeline",
            str(self.evidence / "phases.jsonl"),
            "--minimum",
            minimum,
            *self.demands,
            "--wait",
            "180",
            "--json",
            str(self.build / "ledger.json"),
        ]
        with (self.build / "ledger.txt").open("w") as page:
            done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=page, check=False)
        self.report.ledger = json.loads((self.build / "ledger.json").read_text())
        return done.returncode == 0

    def quiesce(self) -> None:
        """Ask the business to stop sending; its processes live on and consume what is on its way."""
        for ledger in (self.build / "ledger").iterdir():
            (ledger / "stop-producing").touch()
        self.say("the business stops sending; the verdict waits for what is on its way")

    def kills(self, count: int) -> None:
        """Runs that end in the middle: of a change, of a wait, and of ending processes; the first C(count) of them."""
        # The second when the sources are closed and their clients let go: after some 65 s, 25 s at quick pace.
        closing = 40.0 if os.environ.get("PACE") == "quick" else 75.0
        places = (("freeze_source", 6.0), ("close_source", closing), ("stop_brokers", 0.0))
        for phase, seconds in places[:count]:
            ended = phase == "stop_brokers"
            kill = Kill.after(*self.ended("mro-broker-a-slave")) if ended else self.kill_in(phase, seconds)
            if not self.killed("playbooks/site.yml", phase, kill):
                raise Failed(f"the run was to be killed in {phase} and has gone through")
            self.say(f"the run was killed in {phase}; going on from the live world")
            if phase == "freeze_source":
                self.undo_freeze(self.confirm)

    def run(self, rehearse: bool, kills: bool = False) -> None:
        self.bring_up()
        self.wait_for_business(20, 240)
        before = self.business()
        self.report.started = {source: status.started for source, status in before.items()}
        confirm = self.confirm = self.preflight()
        self.report.dns_before = self.dns()
        began = time.time()
        if rehearse:
            self.check_mode(confirm)
        if rehearse or kills:
            self.kills(3 if kills else 2)
        if not self.playbook("playbooks/site.yml", *self.variables(confirm, compare=True)):
            raise Failed("the migration stopped; see " + str(self.log))
        self.report.seconds["migration"] = time.time() - began
        self.report.phases = read_phases(self.evidence / "phases.jsonl")
        self.report.dns_after = self.dns()
        self.report.still = {source: status.started for source, status in self.business().items()}
        if self.report.still != self.report.started:
            raise Failed(f"business processes were restarted: {self.report.started} -> {self.report.still}")
        self.target_started_once()
        self.purpose()
        self.archives()
        if rehearse:
            self.second_run(confirm)
        # Every mode has to be seen sending and receiving after the last phase, too.
        self.wait_for_business(20, 180, since=self.business())
        self.quiesce()
        clean = self.verdict()
        (self.build / "finished").touch()
        self.report.write(self.build / "verdict.json", self.evidence)
        if not clean:
            self.report.show(sys.stdout, self.evidence)
            raise Failed("the ledger is not clean; see the problems above and build/*/ledger.txt")

    def target_started_once(self, deploys: int = 1) -> None:
        """No broker of the target was started but by a deploy, by what each of them has logged at its starts."""
        starts = {}
        for host, values in self.processes.hosts.items():
            if host.startswith("hub-") and values.get("rocketmq_role") in ("master", "slave"):
                look = "cat /var/log/rocketmq/broker.log* | grep -c 'boot success'"
                starts[host] = int(self.output("docker", "exec", self.processes.container(host), "sh", "-c", look))
        if not starts or set(starts.values()) != {deploys}:
            raise Failed(f"each broker of the target was to be started at {deploys} deploy(s) alone: {starts}")
        seen = f"{len(starts)} brokers, {deploys} each"
        self.report.claim("no broker of the target is started but by a deploy", seen)

    def check_mode(self, confirm: str) -> None:
        before = self.fingerprint()
        if not self.playbook("playbooks/site.yml", "--check", "--diff", *self.variables(confirm)):
            raise Failed("the first run in check mode failed; see " + str(self.log))
        after = self.fingerprint()
        if before != after:
            raise Failed(f"check mode changed something: {before} -> {after}")
        self.report.claim(
            "a first run with --check --diff changes nothing", "topics, routes, configuration and DNS serial equal"
        )

    def undo_freeze(self, confirm: str) -> None:
        """The short form of the matrix' undo: what was frozen in part is open again."""
        if not self.playbook("playbooks/rollback_freeze_source.yml", *self.variables(confirm)):
            raise Failed("the undo of the freeze stopped; see " + str(self.log))
        self.report.claim("a freeze that was killed is undone", "the sources take writes again")

    def fingerprint(self) -> str:
        return self.output(str(ROOT / "molecule/resources/oracle/fingerprint.sh"), self.lab, timeout=300)

    def second_run(self, confirm: str) -> None:
        mark = self.log.stat().st_size
        if not self.playbook("playbooks/site.yml", *self.variables(confirm)):
            raise Failed("a second run of site did not pass; see " + str(self.log))
        with self.log.open("rb") as log:
            log.seek(mark)
            recap = [line for line in log.read().decode().splitlines() if "changed=" in line and "ok=" in line]
        if not recap or any("changed=0 " not in line for line in recap):
            raise Failed("a second run of site changed something: " + "\n".join(recap))
        self.report.claim("a second run of site right after", "changed=0 on all hosts")


def end_on_the_way_out() -> None:
    """At SIGTERM and SIGHUP, too, as at Ctrl-C: what runs is ended, and what was broken is mended."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a run and all that it has started, so that the next one does not meet it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            return


def kill_when(group: int, evidence: Path, phase: str, seconds: float) -> None:
    """Kill the process group once the phase has newly begun and the seconds have passed, unless it ended before."""
    known = len(read_phases(evidence / "phases.jsonl", raw=True))
    while True:
        events = read_phases(evidence / "phases.jsonl", raw=True)[known:]
        if any(event["phase"] == phase and event["event"] == "start" for event in events):
            break
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.2)
    time.sleep(seconds)
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", default=os.environ.get("LAB", "demo"))
    parser.add_argument("--estate", default=os.environ.get("ESTATE", "compact"), choices=["compact", "full"])
    parser.add_argument("--rehearse", action="store_true", help="check mode first, two kills, a second run")
    parser.add_argument("--kills", action="store_true", help="the run is killed three times on the way")
    parser.add_argument("--kill-group", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--kill-when", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kill_group:
        phase, seconds = options.kill_when.split(":")
        kill_when(options.kill_group, ROOT / "build" / options.lab / "evidence", phase, float(seconds))
        return 0
    if not shutil.which("ansible-playbook"):
        print("ansible-playbook is not on the path; start this with `make demo`", file=sys.stderr)
        return 2
    end_on_the_way_out()
    demo = Demo(options.lab, options.estate)
    try:
        demo.run(options.rehearse, options.kills)
    except Failed as failure:
        print(f"\nFAILED: {failure}", file=sys.stderr)
        return 1
    demo.report.show(sys.stdout, demo.evidence)
    return 0


if __name__ == "__main__":
    sys.exit(main())
