# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the release waits for: the role's tasks, which look again by including themselves, with a stub for ss."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

SS = """#!/bin/sh
case "$*" in
  *:9001*) printf '0 0 198.18.9.20:9001 198.18.9.101:40001' ;;
  *:9002*) printf '0 0 198.18.9.30:9002 198.18.9.101:40002' ;;
  *) echo look >> looks; [ "$(grep -c . looks)" -eq 1 ] || printf 'PEERS' ;;
esac
"""


def release(place: Path, *peers: str) -> tuple[bool, str]:
    """Whether it passed, and what it printed. Two name servers end; C(peers) come to the target's, whose first look is
    the count before that and whose third is the last one.
    """
    looks = place / "looks"
    (place / "ss").write_text(SS.replace("looks", str(looks)).replace("PEERS", "".join(peers)))
    (place / "ss").chmod(0o755)
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {
            "ansible_python_interpreter": sys.executable,
            "migration_release_timeout": 180,
            "migration_arrive_by": f"{{{{ 0 if lookup('file', '{looks}') | split | length > 2 else 99999999999 }}}}",
            "migration_estate": {
                "business": ["shop"],
                "clients": {"shop": {"cluster": "", "address": "198.18.9.101"}},
                "machines": {},
                "target": {"nameservers": ["198.18.9.80:9876"], "hosts": {"nameservers": ["localhost"]}},
            },
            "__migration_ending_nameservers": ["mro-ns", "mdm-ns"],
            "__migration_released_sources": [{"name": "mro", "nameserver_name": "mro-ns.mq.test"}],
        },
        "tasks": [
            {"ansible.builtin.add_host": {"name": "mro-ns", "rocketmq_port": 9001}},
            {"ansible.builtin.add_host": {"name": "mdm-ns", "rocketmq_port": 9002}},
            *(
                {"ansible.builtin.include_role": {"name": "mqops.rocketmq.migration", "tasks_from": name}}
                for name in ("steps/clients/count_connections", "steps/clients/await_arrival")
            ),
        ],
    }
    (place / "play.yml").write_text(yaml.safe_dump([play]))
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", place / "play.yml"],
        env={**os.environ, "PATH": f"{place}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode == 0, " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("there", "passes", "words"),
    [
        (0, False, "shop (0 of 2 connections): not connected to 198.18.9.80:9876 within 180 s"),
        (1, True, "shop (1 of 2 connections): fewer than before"),
    ],
)
def test_who_has_not_come_at_the_last_look_is_refused_or_named(tmp_path, there, passes, words):
    passed, printed = release(tmp_path, *["0 0 198.18.9.80:9876 198.18.9.101:41001\n"] * there)
    assert passed is passes and words in printed, printed
    assert len((tmp_path / "looks").read_text().split()) == 3


def test_the_wait_ends_when_all_have_come(tmp_path):
    passed, printed = release(tmp_path, *["0 0 198.18.9.80:9876 198.18.9.101:41001\n"] * 2)
    assert passed and "fewer than before" not in printed, printed
    assert len((tmp_path / "looks").read_text().split()) == 2
