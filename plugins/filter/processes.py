# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters about what is kept of processes before they end, and about the files by which they are started again.

C(looked): host → question → its answer. C(kept): host → what was kept of its process (kept_processes.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mqops.rocketmq.plugins.filter.machines import process_known
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import kept_processes
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import settings as machine_settings
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.answer import printable
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.told import told

Looked = Mapping[str, Mapping[str, Any]]


def _settings(looked: Looked, host: str) -> Any:
    return (looked.get(host) or {}).get("settings")


def _read(looked: Looked, host: str, hostvars: Any, kept: Mapping[str, Any]) -> machine_settings.Settings | None:
    """The settings in the file of a host's process; None where it could not be read."""
    known = process_known(hostvars[host], kept.get(host))
    settings, _why = kept_processes.settings_of(known["config_file"], host, _settings(looked, host))
    return settings


@told
def processes_found(looked: Looked, hosts: list[str]) -> dict[str, Any]:
    """C(kept): by host, what is to be kept; C(several), C(unknown): a line for each host of which it cannot be told."""
    kept, several, unknown = kept_processes.found({host: (looked.get(host) or {}).get("identity") for host in hosts})
    return {"kept": kept, "several": several, "unknown": unknown}


def processes_with_file(hosts: list[str], hostvars: Any, kept: Mapping[str, Any]) -> list[str]:
    """The hosts whose process is known to have a configuration file."""
    return [host for host in hosts if process_known(hostvars[host], kept.get(host))["config_file"]]


@told
def processes_completed(
    looked: Looked, hosts: list[str], hostvars: Any, kept: Mapping[str, Any], target: list[str]
) -> dict[str, Any]:
    """C(kept), with what the files of the hosts have told; C(target): the target's name servers."""
    found = dict(kept)
    for host in hosts:
        settings = _read(looked, host, hostvars, kept)
        if settings:
            found[host] = kept_processes.completed(kept.get(host) or {}, settings, target)
    return found


@told
def processes_refused(
    looked: Looked, hosts: list[str], hostvars: Any, kept: Mapping[str, Any], source: Mapping[str, Any]
) -> list[str]:
    """A line for each host whose process cannot be started towards other name servers than its source's."""
    ports = {address.rpartition(":")[2] for address in source["nameservers"]}
    names = [f"{source['nameserver_name'].rstrip('.')}:{port}" for port in ports]
    lines = [
        kept_processes.refusal(host, process_known(hostvars[host], kept.get(host)), _settings(looked, host), names)
        for host in hosts
    ]
    return [line for line in lines if line]


@told
def processes_differing(
    looked: Looked, hosts: list[str], hostvars: Any, kept: Mapping[str, Any], settings: Mapping[str, str]
) -> list[str]:
    """The hosts whose file does not have these settings."""
    found = []
    for host in hosts:
        there = _read(looked, host, hostvars, kept)
        if there is None or not (
            machine_settings.same(there.name_servers, settings[machine_settings.NAME_SERVERS])
            and there.permission == settings[machine_settings.PERMISSION]
        ):
            found.append(host)
    return found


@told
def processes_saved(looked: Looked, hosts: list[str], hostvars: Any, kept: Mapping[str, Any]) -> dict[str, str]:
    """By host the permission that its file has; an empty text where the file could not be read, or has none."""
    found = {}
    for host in hosts:
        there = _read(looked, host, hostvars, kept)
        found[host] = (there.permission or "") if there else ""
    return found


@told
def processes_astray(
    looked: Looked, hosts: list[str], hostvars: Any, kept: Mapping[str, Any], target: list[str], ended: list[str]
) -> dict[str, list[str]]:
    """C(hosts): those whose file has the target's name servers, and has to be put back; C(unable): a line for each of
    which that cannot be told or done. C(ended): the hosts whose processes have ended.
    """
    return _astray({
        host: kept_processes.astray(
            host, process_known(hostvars[host], kept.get(host)), _settings(looked, host), target, host in ended
        )
        for host in hosts
    })  # fmt: skip


@told
def volumes_judged(
    volumes: Mapping[str, str], kept: Mapping[str, Any], target: list[str], ended: list[str]
) -> dict[str, Any]:
    """Of brokers in containers, by host the list of name servers in the volume: C(kept), with the lists that are the
    source's; C(refused): a line for each that no rescue may change; C(hosts), C(unable): as of processes_astray.
    """
    found = dict(kept)
    for host, there in volumes.items():
        if there and not kept_processes.of_target(there, target):
            found[host] = {**(kept.get(host) or {}), "name_servers": there}
    refused = [kept_processes.volume_refusal(host, there) for host, there in volumes.items()]
    return {
        "kept": found,
        "refused": [line for line in refused if line],
        **_astray({
            host: kept_processes.volume_astray(host, kept.get(host) or {}, there, target, host in ended)
            for host, there in volumes.items()
        }),
    }  # fmt: skip


def _astray(judged: Mapping[str, tuple[bool, str]]) -> dict[str, list[str]]:
    return {
        "hosts": [host for host, (astray, _line) in judged.items() if astray],
        "unable": [line for _astray, line in judged.values() if line],
    }


def name_server_list(servers: list[str]) -> str:
    """The text of namesrvAddr; what is no address with a port is an error, for it becomes part of a command."""
    text = ";".join(map(str, servers))
    if wrong := machine_settings.problem_of_list(text):
        raise AnsibleFilterError(f"name_server_list: {wrong}")
    return text


@told
def edit_failed(answer: Mapping[str, Any], settings: Mapping[str, str | None]) -> str:
    """What is wrong with a file after its edit, by the answer to it; nothing where it holds these settings."""
    if not answer["ok"]:
        return printable(answer["said"] or answer["status"], 300)
    return machine_settings.read_back(answer["lines"], {key: value or None for key, value in settings.items()})


class FilterModule:
    """The collection's filters about processes that have ended and are started again."""

    def filters(self) -> dict[str, Any]:
        return {
            "edit_failed": edit_failed,
            "name_server_list": name_server_list,
            "processes_astray": processes_astray,
            "processes_completed": processes_completed,
            "processes_differing": processes_differing,
            "processes_found": processes_found,
            "processes_refused": processes_refused,
            "processes_saved": processes_saved,
            "processes_with_file": processes_with_file,
            "volumes_judged": volumes_judged,
        }
