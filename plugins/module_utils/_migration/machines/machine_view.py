# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the answers of machines, as playbooks need it.

C(looked) is host → question → its answer, C(registered) what tasks/steps/machines/run.yml has registered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..clients import arrivals
from ..clients.census import lines as census_lines
from ..clients.census import parse_ss
from ..clients.writers import lines as writer_lines
from . import released as leavings
from . import state
from .answer import GARBLED, UNREACHABLE, Answer, printable, read

# Of the loop in roles/migration/tasks/steps/machines/run.yml: each result holds the host that was asked.
CALL = "__migration_machine"
SOCKETS = ("sockets", "own_sockets")
Looked = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class MachineView:
    """What the answers of machines show. "A line" is one line of text for a message.

    Of the hosts that are meant:

    looked       all answers, host → question → answer; empty where none were added, because a copy can be long
    unreachable  host → why it was not reached
    mute         a line for each host that has not answered a question, or has answered no number where one is due
    without      question → hosts that were not asked, although they can be reached as far as is known
    unable       a line for each host whose process cannot be ended as the inventory says
    not_ended    host → why its process still runs after a stop
    stuck        brokers that are ended by a command, and that no command starts again

    Of their sockets:

    socket_lines   C(host) and C(lines) of each host that has shown them
    socketless     a line for each host that has not shown them, or was not reached
    seen           each established connection as C(LOCAL from PEER)
    unread         a line for each host whose connections are not known
    writers        a line for each of the offenders
    absent         the business hosts of the released sources that are not connected
    missing        those, and the hosts with fewer connections than before
    census         the clients of a census, a line each
    peers          the connections to the processes of the sources

    containers     a line for each container that its engine cannot end for good

    Of what the machines have counted:

    called         a line for each that has refused a connection since
    released       what goes with the machines
    released_said  the same, for a reader
    """

    looked: dict[str, dict[str, Any]]
    unreachable: dict[str, str]
    mute: list[str]
    without: dict[str, list[str]]
    unable: list[str]
    not_ended: dict[str, str]
    stuck: list[str]
    socket_lines: list[dict[str, Any]]
    socketless: list[str]
    seen: list[str]
    unread: list[str]
    writers: list[str]
    absent: list[str]
    missing: list[str]
    census: list[str]
    peers: list[dict[str, Any]]
    containers: list[str]
    called: list[str]
    released: dict[str, Any]
    released_said: str

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def answers(registered: Any, questions: Iterable[str], asked: Iterable[str] = ()) -> dict[str, dict[str, Any]]:
    """Host → question → its answer.

    asked: hosts each of which has an answer then. Before ansible-core 2.19 an error that is met before the connection,
    such as a look-up of a password that fails, ends the whole loop without a result for any host.
    """
    found: dict[str, dict[str, Any]] = {}
    unknown = "the inventory's connection"
    for result in (registered or {}).get("results") or []:
        if CALL not in result:
            continue
        more = {"tried": result.get("tried", unknown), "answered": result.get("answered")}
        for name in questions:
            one = read(result, str(result.get("mark", "none")), name).as_dict()
            found.setdefault(str(result[CALL]), {})[name] = {**one, **more}
    why = printable((registered or {}).get("msg") or "no result came back", 300)
    none = {**Answer(GARBLED, said=f"it was not asked: {why}").as_dict(), "tried": unknown}
    return {**found, **{host: dict.fromkeys(questions, none) for host in asked if host not in found}}


def view(
    estate: Mapping[str, Any],
    looked: Looked,
    *,
    registered: Iterable[Any] = (),
    hosts: Iterable[str] | None = None,
    questions: Iterable[str] = ("command",),
    ended: Iterable[str] = (),
    sources: Iterable[Mapping[str, Any]] = (),
    offenders: Iterable[Mapping[str, Any]] = (),
    released: Mapping[str, Any] | None = None,
    clients: Iterable[Mapping[str, Any]] = (),
    containers: Iterable[Mapping[str, Any]] = (),
    counted_again: Looked | None = None,
    noisy: Iterable[str] = (),
    stores: Mapping[str, Any] | None = None,
) -> MachineView:
    """The view of the hosts, of all that have answered where none are given. looked: what is known already; to it come
    the answers to the questions in what was registered.

    ended: hosts whose processes run no more. sources: of the estate, whose peers are wanted. offenders: as
    rocketmq_write_stop returns them. released: C(sources), whose business hosts are to come; the lines of ss C(there)
    and where name servers have C(left) since, machine by machine, from before. clients: as rocketmq_client_info returns
    them. containers: results of docker_container_info. counted_again: the second count of refused connections, of all
    hosts but those on which something else refuses them. stores: C(kilobytes) and C(archives) by host, and the
    C(archive), as C(released) takes them.
    """
    names, known = list(questions), {host: dict(told) for host, told in looked.items()}
    asked = None if hosts is None else list(hosts)
    added = list(registered)
    for one in added:
        for host, told in answers(one, names, asked or ()).items():
            known.setdefault(host, {}).update(told)
    meant = list(known) if asked is None else asked
    machines = estate.get("machines") or {}
    asked_of = [(host, name) for host in meant for name in SOCKETS if name in names]
    shown = {host: answer for host, name in asked_of if (answer := known.get(host, {}).get(name))}
    sockets = [socket for host, answer in shown.items() for socket in parse_ss(host, answer["lines"])[0]]
    lines = [answer["lines"] for answer in shown.values() if answer["ok"]]
    let_go = list(released["sources"]) if released else []
    left = leavings.figures(known, meant, machines, stores["kilobytes"], stores["archives"]) if stores else None
    return MachineView(
        looked=known if added else {},
        unreachable={host: line for host in meant for line in state.unreachable(known, [host])},
        mute=state.mute(known, meant, names),
        without={name: _without(known, meant, name) for name in names},
        unable=state.unable(known, {host: machines[host]["method"] for host in meant if host in machines}, ended),
        stuck=[host for host in meant if _stuck(machines.get(host) or {})],
        socket_lines=[{"host": host, "lines": answer["lines"]} for host, answer in shown.items() if answer["ok"]],
        socketless=[
            f"{host} ({shown[host]['said'] if host in shown else 'not reached'})"
            for host, _name in asked_of
            if host not in shown or not shown[host]["ok"]
        ],
        not_ended={host: state.not_ended(stop) for host in meant if (stop := known.get(host, {}).get("stop"))},
        seen=[f"{socket.local} from {socket.peer}" for socket in sockets],
        unread=[line for host, answer in shown.items() for line in state.unread(host, answer)],
        writers=writer_lines(offenders, sockets),
        absent=arrivals.missing(lines, estate, let_go) if released else [],
        missing=arrivals.missing(lines, estate, let_go, released["left"], released["there"]) if released else [],
        census=census_lines(clients, {host: f"{one['role']} {host}" for host, one in machines.items()}),
        peers=[
            {"source": source["name"], "host": host, **state.peers(host, address, known.get(host) or {})}
            for source in sources
            for host, address in state.addresses(source).items()
        ],
        containers=[str(reason) for reason in state.containers(containers)],
        called=leavings.called(known, counted_again, [host for host in meant if host not in noisy])
        if counted_again is not None
        else [],
        released=left.as_dict() if left else {},
        released_said=leavings.said(left, meant, stores["archive"]) if left and stores else "",
    )


def _stuck(machine: Mapping[str, Any]) -> bool:
    by_command = machine.get("method") == "command" and machine.get("role") != "nameserver"
    return by_command and not machine.get("has_start_command")


def _without(looked: Looked, hosts: Iterable[str], name: str) -> list[str]:
    return [
        host
        for host in hosts
        if name not in (told := looked.get(host) or {})
        and not any(answer["status"] == UNREACHABLE for answer in told.values())
    ]
