# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the modules of the close: one source with one master, kept in the file that WORLD names.

Its log is a list of topics; its end is the length of that list. After each call of a module, what the world's script
has for this call happens: messages that are written, or the end of the run by SIGKILL.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mqops.rocketmq.plugins.module_utils._module.arguments import connection_spec

NAMES = ("clusters", "window", "timeout", "abort_on", "target", "waivers", "commit_logs", "perm", "sources", "state",
         "settle", "since", "producer_groups", "nameserver", "must_answer", "directory",
         "ended_owner", "expiry", "what", *connection_spec())  # fmt: skip
SOURCE, MASTER = "mro", "198.18.9.21:10911"


def offset_lag(world, given):
    end = len(world["log"])
    moved = (given["commit_logs"] or {}).get(MASTER, end) != end
    return {
        "failed": moved,
        "msg": "WRITTEN_SINCE mro/broker-a" if moved else "",
        "clusters": {SOURCE: {"passed": not moved, "broadcast_topics": world["broadcast_topics"]}},
        "commit_logs": {MASTER: end},
    }


def broker_perm(world, given):
    changed, world["perm"] = world["perm"] != given["perm"], given["perm"]
    return {"changed": changed}


def write_stop(world, given):
    if world["mute"]:
        return {"failed": True, "msg": "no answer within 5 s"}
    since = (given["since"] or {}).get(MASTER, len(world["log"]))
    offenders = [
        {"cluster": SOURCE, "broker": "broker-a", "topic": topic, "queue": 0, "kind": "send", "rate": 0.0,
         "count": 1, "producer_groups": [], "hosts": []}
        for topic in world["log"][int(since):]
    ]  # fmt: skip
    return {"offenders": offenders, "unread": {}, "clusters": {SOURCE: {"passed": True}}}


CALLS = {
    "rocketmq_offset_lag": offset_lag,
    "rocketmq_broker_perm": broker_perm,
    "rocketmq_write_stop": write_stop,
    "rocketmq_consumer_assignment": lambda world, given: {},
    "rocketmq_lock": lambda world, given: {},
}


def run(name):
    module = AnsibleModule(argument_spec={key: {"type": "raw"} for key in NAMES}, supports_check_mode=True)
    path = Path(os.environ["WORLD"])
    world = json.loads(path.read_text())
    result = CALLS[name](world, module.params)
    calls = world["calls"]
    calls.append(name)
    event = world["script"].pop(f"{name} {calls.count(name)}", {})
    world["log"] += event.get("write", [])
    path.write_text(json.dumps(world))
    if event.get("kill"):
        os.kill(world["run"], signal.SIGKILL)
    module.exit_json(**result)
