#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole migration, run by the ansible-core of --environment, in which everything has templates for names.

Client ids, a topic, a group, a setting of each source's brokers, a line of a hosts file and a process on an old machine
are templates that would make a file on the control host. The migration goes through as always, the file is not there,
and plan, census and target have the names as they are. The lab is brought up by the checkout's own environment, and
removed when all has passed; after a failure it stays, to be looked at. The chain cores runs this.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.mqops.rocketmq.tests.lab.driver import evidence
from ansible_collections.mqops.rocketmq.tests.lab.driver.demo import Demo
from ansible_collections.mqops.rocketmq.tests.lab.driver.kill import Kill
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import MQADMIN

LAB, ESTATE = "hostile", "compact"
# Time is not the claim.
PACE = {"PACE": "quick"}

# The environment of the playbooks names the file, so that the template stays short enough for a topic. It has no blank,
# and no quote at which a shell would end its own.
EVIL = '{{lookup("pipe","touch${IFS}$EXECUTED")}}{{6*7000003}}'
EVALUATED = str(6 * 7000003)
# The kernel keeps 15 characters of a process' name.
PROCESS = "{{7*1000003}}"
PROCESS_EVALUATED = str(7 * 1000003)
SOURCE, NAMESERVER = "mro", "mro-ns.mq.test:9876"
# What the planted names may do: everything else is refused as always.
WAIVED = (
    ("NAME_UNUSABLE", f"{SOURCE}/*"),
    ("GROUP_WITHOUT_OFFSETS", "*"),
    ("NAME_PINNED", f"{SOURCE}-business/*"),
)


def texts(value: Any) -> Iterator[str]:
    """Every text in a structure, keys included."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


class Hostile(Demo):
    """The demo among hostile names, its playbooks run by another environment."""

    def __init__(self, environment: Path) -> None:
        super().__init__(LAB, ESTATE)
        self.executed = self.build / "executed"
        options = json.loads(self.environment["LEDGER_OPTIONS"]) | {"INSTANCE_TEXT": EVIL}
        self.environment |= {**PACE, "LEDGER_OPTIONS": json.dumps(options), "EXECUTED": str(self.executed)}
        self.theirs = {**self.environment, "PATH": f"{environment}/bin:{self.environment['PATH']}"}
        self.own = self.environment

    def playbook(self, name: str, *arguments: str, kill: Kill | None = None) -> bool:
        self.environment = self.theirs if name.startswith("playbooks/") else self.own
        try:
            return super().playbook(name, *arguments, kill=kill)
        finally:
            self.environment = self.own

    def variables(self, confirm: str = "", *, compare: bool = False) -> list[str]:
        waivers = [{"code": code, "subject": subject, "reason": "planted"} for code, subject in WAIVED]
        told = json.dumps({"rocketmq_migration_waivers": waivers})
        return [*super().variables(confirm, compare=compare), "-e", told]

    # -- what is planted -----------------------------------------------------------------------------------------

    def mqadmin_script(self, *commands: str) -> str:
        """What 4.4.0's own tool prints for these commands, each of which is quoted as for a shell."""
        script = "".join(f"{command}\n" for command in commands)
        piped = 'printf "%s" "$1" | "$0" "$2" -'
        return self.output("sh", "-c", piped, str(MQADMIN), script, self.lab)

    def machine(self, name: str, *command: str) -> str:
        return self.processes.on_machine(name, *command)

    def plant(self) -> None:
        """Names that no client could use, but that a tool can create; and texts of machines."""
        at = f"-n {NAMESERVER} -c {SOURCE}"
        self.mqadmin_script(
            f"updateTopic {at} -t '{EVIL}' -r 4 -w 4",
            f"updateSubGroup {at} -g '{EVIL}'",
            # A text that 4.4.0 reads only where it traces messages.
            f"updateBrokerConfig {at} -k msgTraceTopicName -v '{EVIL}'",
        )
        self.machine(f"{SOURCE}-business", "sh", "-c", 'echo "$0 mro-ns.mq.test" >> /etc/hosts', EVIL)
        listed = self.mqadmin_script(f"topicList -n {NAMESERVER}")
        if EVIL not in listed.split():
            raise Failed(f"the topic was not created: {listed[-800:]}")
        hosts = self.machine(f"{SOURCE}-business", "cat", "/etc/hosts")
        if EVIL not in hosts:
            raise Failed(f"the hosts file does not have the line: {hosts}")

    def connect(self) -> None:
        """A process with such a name, connected to the broker of its own machine for as long as status looks.

        The census reads its name and does not tell it: it names the clients, and who serves them.
        """
        machine, program = self.processes.machine(f"{SOURCE}-broker-a"), f"/tmp/{PROCESS}"
        held = "exec 3<>/dev/tcp/$0/$1; for _ in 1 2 3 4 5 6 7 8 9; do sleep 10; done"
        self.output("docker", "exec", "-u", "0", machine, "cp", "/bin/bash", program)
        self.output("docker", "exec", "-d", "-u", "0", machine, program, "-c", held, *self.master().split(":"))

    def master(self) -> str:
        """The address of the source's master, as planned."""
        sources = evidence.plan(self.evidence)["decisions"]["sources"]
        [source] = [part for part in sources if part["name"] == SOURCE]
        return next(one["address"] for one in source["brokers"] if one["id"] == 0)

    # -- what has to come of it ----------------------------------------------------------------------------------

    def preflight(self) -> str:
        self.plant()
        confirm = super().preflight()
        planned = list(texts(evidence.plan(self.evidence)))
        for what in (EVIL, f"{SOURCE}/{EVIL}"):
            if what not in planned:
                raise Failed(f"the plan does not name {what} as it is")
        self.report.claim("the plan names a topic, a group and their waivers that are templates", EVIL)
        self.connect()
        before = self.log_end()
        if not self.playbook("playbooks/status.yml", *self.variables()):
            raise Failed(f"status stopped; see {self.log}")
        printed = "".join(self.printed_since(before).split()).replace("\\", "")
        text = f"{SOURCE}-c1{EVIL}"
        if text not in printed:
            raise Failed(f"the census does not name client ids as they are ({text}); see {self.log}")
        self.report.claim("the census names client ids that are templates", text)
        return confirm

    def inert(self) -> None:
        """Called when all has gone through."""
        if self.executed.exists():
            raise Failed(f"a template was evaluated: {self.executed} was made")
        evaluated = [
            str(path)
            for path in (self.log, *sorted(self.evidence.rglob("*")))
            if path.is_file()
            and any(text in path.read_text(errors="replace") for text in (EVALUATED, PROCESS_EVALUATED))
        ]
        if evaluated:
            raise Failed(f"the value of a template is in {', '.join(evaluated)}")
        there = self.mqadmin_script("topicList -n hub-ns.mq.test:9876")
        if EVIL not in there.split():
            raise Failed(f"the target does not have the topic under its name: {there[-800:]}")
        self.report.claim("no template was evaluated, and the target has the topic under its name", EVIL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environment", type=Path, required=True, help="virtual environment whose playbooks are run")
    environment = parser.parse_args().environment.resolve()
    if not os.access(environment / "bin/ansible-playbook", os.X_OK):
        print(f"{environment} has no bin/ansible-playbook", file=sys.stderr)
        return 2
    hostile, began = Hostile(environment), time.monotonic()
    try:
        try:
            hostile.executed.unlink(missing_ok=True)
            hostile.run(rehearse=False)
            hostile.inert()
        finally:
            print(f"A file that a template would make: {'THERE' if hostile.executed.exists() else 'not there'}")
        hostile.report.show(sys.stdout, None)
        hostile.take_down()
    except Failed as failure:
        print(f"\nFAILED: {failure}", file=sys.stderr)
        return 1
    print(f"the migration among hostile names has passed after {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
