# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of processes that have ended or are to end, as playbooks need it (kept_processes.py).

C(looked) is host → question → its answer, C(kept) host → what was kept of its process. C(machines): the hosts of the
estate; two of the facts of each, C(config_file) and C(user), overrule what was kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._admin.release import PERMISSION_KEY
from . import kept_processes
from . import settings as machine_settings
from .answer import PLANNED, printable

Known = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ProcessView:
    """What is known of the processes of some hosts. "A line" is one line of text for a message, for one host.

    known         host → what is known of its process
    with_file     hosts whose process is known to have a configuration file

    From the answers about their processes:

    found         what is to be kept of them
    several       a line where the pattern fits several Java processes
    unidentified  a line where something of the process is not known

    From what is in their files:

    kept          what was kept, and what the file says
    refused       a line where the process cannot be started towards other name servers than its source's
    differing     hosts whose file has not the settings that are wanted
    saved         host → the permission in its file; empty where there is none, or it could not be read
    unwritten     host → what is wrong with its file after the edit
    astray        hosts whose file has the target's name servers and has to be put back
    unable        a line where that is not known, or not possible
    """

    known: dict[str, dict[str, Any]]
    with_file: list[str]
    found: dict[str, Any]
    several: list[str]
    unidentified: list[str]
    kept: dict[str, Any]
    refused: list[str]
    differing: list[str]
    saved: dict[str, str]
    unwritten: dict[str, str]
    astray: list[str]
    unable: list[str]

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class VolumeView:
    """The same of brokers in containers, by the list of name servers in the volume of each: C(kept), with the lists
    that are the source's; C(refused), a line for each that no rescue may change; C(astray) and C(unable).
    """

    kept: dict[str, Any]
    refused: list[str]
    astray: list[str]
    unable: list[str]

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def view(
    machines: Known,
    target: Iterable[str],
    hosts: Iterable[str],
    kept: Known,
    looked: Known,
    *,
    ended: Iterable[str] = (),
    source: Mapping[str, Any] | None = None,
    wanted: Mapping[str, str | None] | None = None,
) -> ProcessView:
    """The view of these hosts. target: its name servers. ended: hosts whose processes have ended. source: the one that
    the hosts belong to, whose name a start with -n may have. wanted: the settings that the files are to hold.
    """
    meant, servers, gone = list(hosts), list(target), set(ended)
    known = {host: _known(machines.get(host) or {}, kept.get(host)) for host in meant}
    told = {host: (looked.get(host) or {}).get("settings") for host in meant}
    files = {host: kept_processes.settings_of(known[host]["config_file"], host, told[host])[0] for host in meant}
    found, several, unidentified = kept_processes.found({
        host: (looked.get(host) or {}).get("identity") for host in meant
    })  # fmt: skip
    names = _names(source) if source else []
    refused = [kept_processes.refusal(host, known[host], told[host], names) for host in meant]
    astray = {host: kept_processes.astray(host, known[host], told[host], servers, host in gone) for host in meant}
    return ProcessView(
        known=known,
        with_file=[host for host in meant if known[host]["config_file"]],
        found=found,
        several=several,
        unidentified=unidentified,
        kept={
            **kept,
            **{
                host: kept_processes.completed(kept.get(host) or {}, there, servers)
                for host, there in files.items()
                if there
            },
        },
        refused=[line for line in refused if line],
        differing=[host for host, there in files.items() if not _holds(there, wanted or {})],
        saved={host: (there.permission or "") if there else "" for host, there in files.items()},
        unwritten={
            host: why
            for host in meant
            if (answer := (looked.get(host) or {}).get("edit")) and (why := _unwritten(answer, wanted or {}))
        },
        astray=[host for host, (is_astray, _line) in astray.items() if is_astray],
        unable=[line for _is_astray, line in astray.values() if line],
    )


def volumes(there: Mapping[str, str], kept: Known, target: Iterable[str], ended: Iterable[str] = ()) -> VolumeView:
    """The view of volumes. there: host → the list of name servers in its volume, empty where there is none."""
    servers, gone = list(target), set(ended)
    own = {host: text for host, text in there.items() if text and not kept_processes.of_target(text, servers)}
    refused = [kept_processes.volume_refusal(host, text) for host, text in there.items()]
    astray = {
        host: kept_processes.volume_astray(host, kept.get(host) or {}, text, servers, host in gone)
        for host, text in there.items()
    }
    return VolumeView(
        kept={**kept, **{host: {**(kept.get(host) or {}), "name_servers": text} for host, text in own.items()}},
        refused=[line for line in refused if line],
        astray=[host for host, (is_astray, _line) in astray.items() if is_astray],
        unable=[line for _is_astray, line in astray.values() if line],
    )


def _known(machine: Mapping[str, Any], kept: Mapping[str, Any] | None) -> dict[str, Any]:
    return kept_processes.known(kept, machine.get("config_file", ""), machine.get("user", ""))


def _names(source: Mapping[str, Any]) -> list[str]:
    ports = {address.rpartition(":")[2] for address in source["nameservers"]}
    return [f"{source['nameserver_name'].rstrip('.')}:{port}" for port in ports]


def _holds(there: machine_settings.Settings | None, wanted: Mapping[str, str | None]) -> bool:
    return (
        there is not None
        and machine_settings.same(there.name_servers, wanted.get(machine_settings.NAME_SERVERS))
        and there.permission == wanted.get(PERMISSION_KEY)
    )


def _unwritten(answer: Mapping[str, Any], wanted: Mapping[str, str | None]) -> str:
    if answer["status"] == PLANNED:
        return ""
    if not answer["ok"]:
        return printable(answer["said"] or answer["status"], 300)
    return machine_settings.read_back(answer["lines"], {key: value or None for key, value in wanted.items()})
