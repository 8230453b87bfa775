# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs playbooks and commands in a lab, says what it does, and keeps what they print."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

from ansible_collections.mqops.rocketmq.tests.lab.driver.kill import Kill, end_group
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD, ROOT


class Runs:
    """Of one lab. build: all that belongs to it. log: what all its playbooks printed."""

    def __init__(self, lab: str, estate: str) -> None:
        self.lab, self.estate = lab, estate
        self.build = BUILD / lab
        self.evidence = self.build / "evidence"
        self.journal = self.evidence / "phases.jsonl"
        self.log = self.build / "demo.log"
        self.inventory = self.build / "inventory"
        self.ended_by_kill = False  # the last run
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
            killer = kill.start(process.pid, self.environment) if kill else None
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

    def log_end(self) -> int:
        """Where the log ends now; printed_since() reads on from there."""
        return self.log.stat().st_size if self.log.exists() else 0

    def printed_since(self, end: int) -> str:
        """What playbooks have printed since the log ended there."""
        with self.log.open("rb") as log:
            log.seek(end)
            return log.read().decode(errors="replace")

    def output(self, *command: str, timeout: float = 120) -> str:
        """What a command prints. Raises Failed with the end of it when it fails."""
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
