# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brokers are taken out of name servers, and stay away (private)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .._admin.client import ask_table
from .._admin.errors import AdminError
from .._admin.models import ClusterInfo, ClusterSpec
from .._admin.nameserver import cluster_info, unregister_broker
from .._admin.release import REGISTRATION_PERIOD_MOST
from .changes import answers_of
from .clusters import nameservers_of
from .errors import ArgumentError
from .gate import Gate, would_wait
from .task import REMEDY, Outcome, Task
from .wait import Waited

# Seconds, as the default of an option: a broker that still has the name server in its list has come back by then.
WINDOW = REGISTRATION_PERIOD_MOST + 5.0

# A name server, and a broker that it lists: its name, id and address.
Entry = tuple[str, str, int, str]


@dataclass(frozen=True)
class Away:
    """C(listed): the brokers that are there. C(silent): name servers that did not answer. C(seconds): since when none
    is there, by looks that were all answered."""

    listed: tuple[Entry, ...]
    silent: tuple[str, ...]
    seconds: float
    window: float

    @property
    def ok(self) -> bool:
        # Who has come back is told at once; nothing would come of waiting.
        return bool(self.listed) or (not self.silent and self.seconds >= self.window)


def entries(cluster: ClusterSpec, servers: Sequence[str], answers: Sequence[Any]) -> tuple[Entry, ...]:
    """Who of the cluster is listed where. By name and address: another cluster may have a broker of the same name."""
    own = {broker.address for broker in cluster.brokers}
    return tuple(
        (server, name, number, address)
        for server, answer in zip(servers, answers, strict=True)
        if isinstance(answer, ClusterInfo)
        for name, data in sorted(answer.brokers.items())
        for number, address in sorted(data.addresses.items())
        if address in own
    )


def shown(found: Sequence[Entry]) -> list[str]:
    return [" ".join(map(str, one)) for one in found]


def run(task: Task, *, cluster: ClusterSpec, nameservers: list[str], window: float) -> Outcome:
    servers = nameservers_of(cluster.name, nameservers)
    if set(servers) & set(cluster.nameservers):
        raise ArgumentError(f"nameservers: {cluster.name} would leave name servers of its own")

    asked = {server: cluster_info(server) for server in servers}
    # A name server that is not there yet is told in check mode.
    answers = ask_table(task.admin, asked) if task.check_mode else answers_of(task, asked, "nothing was changed")
    there = entries(cluster, servers, list(answers.values()))
    before = {"listed": shown(there)} if there else None
    after: dict[str, list[str]] | None = {"listed": []} if there else None
    if task.check_mode:
        silent = [str(answer) for answer in answers.values() if isinstance(answer, AdminError)]
        return would_wait(
            task, f"{cluster.name} has stayed away from {', '.join(servers)} for {window:.0f} s",
            "; ".join([*shown(there), *silent]),
            changed=bool(there), before=before, after=after, listed=shown(there), elapsed=0.0,
        )  # fmt: skip
    task.admin.ask_all(
        unregister_broker(server, cluster.name, name, address, number) for server, name, number, address in there
    )

    def look() -> list[Any]:
        return task.admin.ask_all(cluster_info(server) for server in servers)

    # When the last look had ended, and since when all looks were answered; None: the last one was not.
    elapsed = 0.0
    since: float | None = 0.0

    def judge(answers: list[Any]) -> Away:
        silent = tuple(str(answer) for answer in answers if isinstance(answer, AdminError))
        seconds = 0.0 if since is None else elapsed - since
        return Away(entries(cluster, servers, answers), silent, seconds, window)

    def note(waited: Waited[list[Any], Away]) -> None:
        nonlocal elapsed, since
        elapsed = waited.elapsed
        if waited.last is None or waited.last.silent:
            # A name server that was away has forgotten who registered before.
            since = None
        elif since is None:
            since = elapsed

    def tell(away: Away) -> str:
        return f"{cluster.name} has left for {away.seconds:.0f} of {window:.0f} s"

    ended = Gate(task).wait(look, judge, tell=tell, on_sample=note)
    away = ended.state
    result = {"listed": shown(there), "elapsed": round(ended.elapsed, 1)}
    if away.listed:
        return Outcome.failed(
            f"these brokers were taken out and came back, so they still have that name server in their list: "
            f"{'; '.join(shown(away.listed))}. See with which list they run, then run this again.",
            before, after, changed=task.acknowledged, **result,
        )  # fmt: skip
    if not ended.ok:
        return Outcome.failed(
            f"not proved {ended.why} that the brokers stay away for {window:.0f} s: "
            f"{'; '.join(away.silent) or 'the time is up'}. {REMEDY}",
            before, after, changed=task.acknowledged, **result,
        )  # fmt: skip
    return Outcome.passed(changed=bool(there), before=before, after=after, **result)
