# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a process before it is ended, and whether it can be started towards other name servers by that.

An entry is C({config_file, user, uid, name_servers_given, without_file, unknown, name_servers}); progress/proofs.py
keeps it. The last one is namesrvAddr of its file while it belonged to its source, empty where the file had none;
without the key, the file was not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import settings as machine_settings
from .answer import ANSWERED
from .identity import Process, jvm_of, problem_of_path, read
from .settings import Settings
from .state import NOT_ASKED, why

Answer = Mapping[str, Any]


def entry(process: Process) -> dict[str, Any]:
    """What is kept of a process."""
    return {
        "config_file": process.config_file,
        "user": process.user,
        "uid": process.uid,
        "name_servers_given": process.name_servers_given,
        "without_file": not process.config_file and not process.unknown,
        "unknown": "; ".join(process.unknown),
    }


def found(answers: Mapping[str, Answer | None]) -> tuple[dict[str, dict[str, Any]], list[str], list[str]]:
    """By host what is to be kept, out of the answers to machine_identity.ask(); then a line for each host whose pattern
    fits several Java processes; then one for each of which something is not known.
    """
    kept: dict[str, dict[str, Any]] = {}
    several, unknown = [], []
    for host, answer in answers.items():
        answer = answer or NOT_ASKED
        if not answer["ok"]:
            unknown.append(why(host, answer))
            continue
        try:
            processes = read(answer["lines"])
        except ValueError as error:
            unknown.append(f"{host}: {error}")
            continue
        try:
            process = jvm_of(processes)
        except ValueError as error:
            several.append(f"{host}: {error}")
            continue
        if process:
            kept[host] = entry(process)
            unknown += [f"{host}: {kept[host]['unknown']}"] if process.unknown else []
        elif processes:
            programs = ", ".join(sorted({one.program or "a program that is not known" for one in processes}))
            unknown.append(f"{host}: none of the processes of its pattern is a Java machine, but {programs}")
    return kept, several, unknown


def known(kept: Mapping[str, Any] | None, config_file: str = "", user: str = "") -> dict[str, Any]:
    """What is known of a process: what was kept, overruled by rocketmq_config_file and rocketmq_user.

    An operator who sets the file says with it that the start gives no other list of name servers any more.
    """
    merged: dict[str, Any] = {"config_file": "", "user": "", "uid": None, "name_servers_given": "", **(kept or {})}
    if config_file:
        merged |= {"config_file": config_file, "name_servers_given": "", "without_file": False}
    if user:
        merged |= {"user": user, "uid": None}
    return merged


def settings_of(path: str, host: str, answer: Answer | None) -> tuple[Settings | None, str]:
    """The settings in the answer to machine_settings.look(); or None, and why."""
    answer = answer or NOT_ASKED
    if not answer["ok"]:
        words = f"{host}: {answer['said']}" if answer["status"] == ANSWERED else why(host, answer)
        return None, words
    try:
        return machine_settings.read(path, answer["lines"]), ""
    except ValueError as error:
        return None, f"{host}: {error}"


def refusal(host: str, one: Mapping[str, Any], answer: Answer | None, names: Iterable[str] = ()) -> str:
    """Why the process of a host cannot be started towards other name servers, with what to do; nothing where it can.

    one: as known() gives it. names: NAME:PORT of the source, by which -n follows the switch of the names by itself.
    """
    if not one["config_file"]:
        if one.get("without_file"):
            return (
                f"{host}: its process was started without -c, so that there is no file to edit: write one with its"
                " settings, let the start command or the unit name it with -c, and set rocketmq_config_file"
            )
        unknown = f" ({one['unknown']})" if one.get("unknown") else ""
        return (
            f"{host}: with which file (-c) its process was started is not known{unknown}: set rocketmq_config_file, its"
            " absolute path on the machine"
        )
    if wrong := problem_of_path(str(one["config_file"])):
        return f"{host}: {wrong}: correct rocketmq_config_file"
    given = machine_settings.addresses(one["name_servers_given"])
    if given and not set(given) <= set(names):
        return (
            f"{host}: its process was started with -n {one['name_servers_given']}, which overrules the file: take -n"
            " out of what starts it (rocketmq_start_command, the unit), then set rocketmq_config_file:"
            f" {one['config_file']}"
        )
    settings, wrong = settings_of(one["config_file"], host, answer)
    if settings is None:
        return wrong
    if wrong := machine_settings.refusal(settings):
        return f"{host}: {wrong}"
    for text in (settings.name_servers, one.get("name_servers")):
        if wrong := machine_settings.problem_of_return(text):
            return f"{host}: {settings.path}: {wrong}"
    return ""


def completed(one: Mapping[str, Any], settings: Settings, target: Iterable[str]) -> dict[str, Any]:
    """What is kept of a process, with what its file tells: its list while it is none of the target's, and its owner."""
    added = dict(one)
    if not of_target(settings.name_servers, target):
        added["name_servers"] = settings.name_servers or ""
    if not added.get("user") and added.get("uid") is None:
        added |= {"user": settings.user, "uid": settings.uid}
    return added


def of_target(name_servers: str | None, target: Iterable[str]) -> bool:
    """Whether a list names one of the target's name servers."""
    return bool(set(machine_settings.addresses(name_servers)) & set(target))


def astray(
    host: str, one: Mapping[str, Any], answer: Answer | None, target: Iterable[str], ended: bool = True
) -> tuple[bool, str]:
    """Whether the file of a source's broker has to be put back before it is started towards its own name servers; and
    why that is not known, or not possible. ended: whether its process has ended.
    """
    settings, wrong = settings_of(one["config_file"], host, answer)
    if settings is None:
        return False, wrong
    if settings.kind in ("missing", "unreadable", "other"):
        return False, f"{host}: {machine_settings.refusal(settings)}"
    if not of_target(settings.name_servers, target):
        return False, ""
    if "name_servers" not in one:
        return False, (
            f"{host}: its file {settings.path} has the target's name servers, and what it had before is not kept: put"
            f" that back by hand ({settings.path}{machine_settings.SAVED_AS} may have it)"
        )
    if not ended:
        return False, _runs(host, f"its file {settings.path}")
    wrong = machine_settings.refusal(settings) or machine_settings.problem_of_return(one["name_servers"])
    return not wrong, f"{host}: {wrong}" if wrong else ""


def _runs(host: str, what: str) -> str:
    # A running broker of 4.4.0 writes its whole file anew, so that an edit would not last.
    return (
        f"{host}: its process runs, and {what} has the target's name servers: end the process there with SIGTERM, and"
        " see that nothing starts it again"
    )


def volume_refusal(host: str, list_there: str) -> str:
    """Why a broker in a container cannot be pointed at other name servers, with what to do; nothing where it can.

    list_there: namesrvAddr in its volume, empty where there is none.
    """
    if not list_there:
        return f"{host}: its volume has no namesrvAddr, so that none could be put back: write it into broker.conf there"
    wrong = machine_settings.problem_of_return(list_there)
    return f"{host}: its volume: {wrong}" if wrong else ""


def volume_astray(
    host: str, one: Mapping[str, Any], list_there: str, target: Iterable[str], ended: bool
) -> tuple[bool, str]:
    """What astray() says, of a broker in a container."""
    if not of_target(list_there, target):
        return False, ""
    if not one.get("name_servers"):
        return False, (
            f"{host}: its volume has the target's name servers, and what it had before is not kept: write the source's"
            " own into namesrvAddr of broker.conf there by hand"
        )
    if not ended:
        return False, _runs(host, "its volume")
    wrong = machine_settings.problem_of_return(one["name_servers"])
    return not wrong, f"{host}: {wrong}" if wrong else ""
