# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one bridge between AnsibleModule and the rest of the collection (private).

Shared arguments, typed errors turned into C(fail_json), diff, the audit of changing requests, and the progress file.
A module looks like this::

    @run_module
    def main() -> None:
        module = RocketmqModule(
            argument_spec=dict(clusters=clusters_option(), **gate_spec()),
            supports_check_mode=True,
        )
        for cluster in module.clusters("clusters"):
            ...
        module.exit(changed=False)
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import gc
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule, env_fallback

from ._admin.client import Admin, audit_line
from ._admin.errors import AdminError
from ._admin.masters import Masters
from ._admin.models import BrokerSpec, ClusterSpec
from ._admin.request import Request
from ._admin.silent import BLACK_HOLE_SECONDS, FEW_CREATIONS, registering, silent_nameservers
from ._admin.snapshot import discover
from ._migration import changes
from ._migration.census import ip_of, parse_ss
from ._remoting.acl import Credentials
from ._remoting.errors import RemotingError
from ._wait import wait_until

# IPv6 literals are left out on purpose: RocketMQ 4.4.0 splits addresses at the first colon and cannot use them.
_ADDRESS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?:([0-9]{1,5})")

# Seconds, 30 days: beyond some hundred years the clock that waits overflows.
_LONGEST = 30 * 24 * 3600
_DURATIONS = ("timeout", "interval", "window")
REMEDY = "See that each of them runs and that its address is right, then run this again."
# Seconds between two lines of a wait in the progress file.
PROGRESS_EVERY = 10.0

_running: RocketmqModule | None = None


class ModuleError(Exception):
    """A failure whose text is meant for the operator.

    Keyword arguments become keys of the module's result beside C(msg), for example C(reasons=[...]).
    """

    def __init__(self, msg: str, **result: Any) -> None:
        super().__init__(msg)
        self.result = result


class ArgumentError(ModuleError):
    """Arguments that the argument specification alone cannot refuse."""


def connection_spec() -> dict[str, dict[str, Any]]:
    """Options of every module that talks RocketMQ's protocol (documented in the fragment C(_connection))."""
    return {
        "request_timeout": {"type": "float", "default": 5.0},
        "connect_timeout": {"type": "float", "default": 3.0},
        "access_key": {"type": "str", "no_log": False},
        "secret_key": {"type": "str", "no_log": True},
        "tls": {"type": "bool", "default": False},
        "progress_file": {"type": "path", "fallback": (env_fallback, ["MQOPS_PROGRESS_FILE"])},
    }


def gate_spec(timeout: float = 300.0, interval: float = 2.0) -> dict[str, dict[str, Any]]:
    """Options of a module that waits, in seconds (fragment C(_gate); a module with other defaults documents them)."""
    return {
        "timeout": {"type": "float", "default": timeout},
        "interval": {"type": "float", "default": interval},
    }


def registers_option() -> dict[str, Any]:
    """With which name servers the brokers run (fragment C(_registers))."""
    return {"type": "list", "elements": "str", "default": []}


def waivers_option() -> dict[str, Any]:
    """Waivers, as C(_migration.reasons.parse_waivers) takes them (fragment C(_gate.waivers))."""
    return {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "code": {"type": "str", "required": True},
            "subject": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
            "who": {"type": "str"},
            "until": {"type": "str"},
        },
    }


def preflight_spec() -> dict[str, dict[str, Any]]:
    """What a preflight is told beside the clusters (fragment C(_preflight))."""
    return {
        "target_config": {"type": "dict", "default": {}},
        "target_nameserver_config": {"type": "dict", "default": {}},
        "business": {"type": "list", "elements": "str"},
        "peers": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "source": {"type": "str", "required": True},
                "host": {"type": "str", "default": ""},
                "lines": {"type": "list", "elements": "str", "required": True},
                "error": {"type": "str", "default": ""},
            },
        },
        "replication_timeout": {"type": "float", "default": 10.0},
    }


def peers_from(items: Iterable[Mapping[str, Any]]) -> dict[str, dict[Any, Any]]:
    """Facts out of the option C(peers): C(peers), source → IP addresses; C(peers_unknown), (source, host) → why.

    A line that is no socket makes its host unknown: what cannot be read could be anybody.
    """
    found: dict[str, set[str]] = {}
    unknown: dict[tuple[str, str], str] = {}
    for item in items:
        sockets, odd = parse_ss(item["host"], item["lines"])
        error = item["error"] or (f"{odd[0]!r} is no line of ss -tn" if odd else "")
        if error:
            unknown[item["source"], item["host"]] = error
        addresses = found.setdefault(item["source"], set())
        addresses.update(ip_of(socket.peer) for socket in sockets if socket.state == "ESTAB")
    return {"peers": found, "peers_unknown": unknown}


def cluster_spec() -> dict[str, dict[str, Any]]:
    """Suboptions that describe one cluster (fragment C(_clusters))."""
    return {
        "name": {"type": "str", "required": True},
        "nameservers": {"type": "list", "elements": "str", "required": True},
        "brokers": {
            "type": "list",
            "elements": "dict",
            "options": {
                "name": {"type": "str", "required": True},
                "id": {"type": "int", "required": True},
                "address": {"type": "str", "required": True},
            },
        },
    }


def clusters_option(required: bool = True) -> dict[str, Any]:
    """A list of clusters, for C(clusters) and C(sources)."""
    return {"type": "list", "elements": "dict", "required": required, "options": cluster_spec()}


def cluster_option(required: bool = True) -> dict[str, Any]:
    """One cluster, for C(cluster) and C(target)."""
    return {"type": "dict", "required": required, "options": cluster_spec()}


def cluster_from(value: Mapping[str, Any], admin: Admin | None = None) -> ClusterSpec:
    """One cluster out of its option's value.

    Brokers that are not given are discovered from the cluster's name servers; without C(admin) they stay empty.

    Raises ArgumentError for addresses that are none and for members named twice, AdminError when nobody answers
    the discovery.
    """
    name = value["name"].strip()
    if not name:
        raise ArgumentError("a cluster's name is empty")
    nameservers = tuple(_address(item, f"name server of cluster {name}") for item in value["nameservers"])
    if not nameservers:
        raise ArgumentError(f"cluster {name}: the list of name servers is empty")
    _no_twins(nameservers, f"cluster {name}: name server")
    given = value.get("brokers")
    if given is None:
        return _discovered(admin, name, nameservers) if admin is not None else ClusterSpec(name, nameservers, ())
    if not given:
        # An empty list is an empty host group far more often than a wish; treating it as "discover" would hide that.
        raise ArgumentError(f"cluster {name}: the list of brokers is empty (leave it out to discover the brokers)")
    brokers = tuple(
        BrokerSpec(item["name"], item["id"], _address(item["address"], f"broker {item['name']} of cluster {name}"))
        for item in given
    )
    for broker in brokers:
        if not broker.name or broker.id < 0:
            raise ArgumentError(f"cluster {name}: broker {broker.name!r} with id {broker.id} cannot exist")
    _no_twins([f"{broker.name}:{broker.id}" for broker in brokers], f"cluster {name}: broker")
    _no_twins([broker.address for broker in brokers], f"cluster {name}: broker address")
    return ClusterSpec(name, nameservers, brokers)


def _discovered(admin: Admin, name: str, nameservers: tuple[str, ...]) -> ClusterSpec:
    try:
        return discover(admin, name, nameservers)
    except AdminError as error:
        raise ModuleError(
            f"cluster {name}: its brokers are not given and could not be found out from its name servers: {error}. "
            f"Nothing was changed. {REMEDY}"
        ) from error


def clusters_from(
    value: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None, admin: Admin | None = None
) -> list[ClusterSpec]:
    """The clusters of an option that holds one or a list (None: no cluster), in the listed order."""
    if value is None:
        return []
    items = [value] if isinstance(value, Mapping) else list(value)
    clusters = [cluster_from(item, admin) for item in items]
    _no_twins([cluster.name for cluster in clusters], "cluster")
    return clusters


_SCALARS = (str, int, float, bool)


def plain(value: Any) -> Any:
    """Dataclasses, tuples, sets and keys of any type as what JSON and a playbook can hold.

    Sets are sorted; keys that are tuples or dataclasses become their parts joined with C(@).
    """
    # The most frequent first and without a further call: results have a hundred thousand values.
    if value is None or isinstance(value, _SCALARS):
        return value
    if isinstance(value, (dict, Mapping)):
        return {
            key if isinstance(key, str) else _plain_key(key): item if isinstance(item, _SCALARS) else plain(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=str)
    return str(value)


class RocketmqModule:
    """An AnsibleModule with the collection's connection options.

    C(params), C(check_mode) and C(module) are AnsibleModule's; C(admin) connects when it is first used.
    With C(connection=False) only C(progress_file) is added, for modules that never talk to RocketMQ.
    """

    def __init__(
        self, argument_spec: Mapping[str, Any] | None = None, *, connection: bool = True, **kwargs: Any
    ) -> None:
        global _running
        shared = connection_spec()
        if connection:
            kwargs["required_together"] = [*kwargs.get("required_together", ()), ("access_key", "secret_key")]
        else:
            shared = {"progress_file": shared["progress_file"]}
        self.module = AnsibleModule(argument_spec={**shared, **(argument_spec or {})}, **kwargs)
        _running = self
        self.params: dict[str, Any] = self.module.params
        self.check_mode: bool = self.module.check_mode
        self._admin: Admin | None = None
        self._progress_failed = False
        for option in ("request_timeout", "connect_timeout", "timeout", "interval"):
            number = self.params.get(option)
            # `not >` and not `<=`: a NaN is refused too.
            if number is not None and not (number > 0 or (option == "timeout" and number == 0)):
                self.fail(f"{option} must be greater than 0 seconds, got {number}")
        for option, number in self.params.items():
            if option.endswith(_DURATIONS) and isinstance(number, float) and number > _LONGEST:
                self.fail(f"{option} must not be more than {_LONGEST} seconds, got {number:g}")

    @property
    def admin(self) -> Admin:
        """The client of this run; it opens connections only when a request is sent."""
        if self._admin is None:
            access, secret = self.params["access_key"], self.params["secret_key"]
            self._admin = Admin(
                timeout=self.params["request_timeout"],
                connect_timeout=self.params["connect_timeout"],
                credentials=Credentials(access, secret) if access and secret else None,
                tls=self.params["tls"] or None,
            )
        return self._admin

    def clusters(self, option: str = "clusters") -> list[ClusterSpec]:
        """The clusters of an option that holds one or a list; brokers left out are discovered."""
        return clusters_from(self.params[option], self.admin)

    @property
    def acknowledged(self) -> bool:
        """Whether any changing request was answered with success: then something did change, whatever came after."""
        return any(entry.get("result") == "SUCCESS" for entry in (self._admin.audit if self._admin is not None else ()))

    @property
    def wants_diff(self) -> bool:
        """Whether the task runs with C(--diff); nobody else should pay for both sides of ten thousand changes."""
        return bool(self.module._diff)

    def progress(self, text: str) -> None:
        """Appends one line to the progress file, if there is one; never fails the module."""
        path = self.params.get("progress_file")
        if not path or self._progress_failed:
            return
        line = f"{time.strftime('%H:%M:%S')} {' '.join(str(text).split())}\n"
        try:
            # One write on an O_APPEND descriptor: lines of tasks that run at the same time do not mix.
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            self._progress_failed = True
            self.module.warn(f"progress_file {path} cannot be written: {error}")

    def fail(self, error: str | BaseException, before: Any = None, after: Any = None, **result: Any) -> NoReturn:
        """Ends the run as failed; changed is false unless the result says otherwise, C(diff) is as in C(exit)."""
        if isinstance(error, ModuleError):
            result = {**error.result, **result}
        result.setdefault("changed", False)
        self._add_diff(result, before, after)
        self._close(result)
        self.module.fail_json(msg=str(error), **plain(result))

    def exit(self, changed: bool = False, before: Any = None, after: Any = None, **result: Any) -> NoReturn:
        """Ends the run; C(before) and C(after) become C(diff) when either is given and the task asks for it."""
        self._add_diff(result, before, after)
        self._close(result)
        self.module.exit_json(changed=changed, **plain(result))

    def _add_diff(self, result: dict[str, Any], before: Any, after: Any) -> None:
        if self.wants_diff and (before is not None or after is not None):
            result["diff"] = make_diff(before, after)

    def _close(self, result: dict[str, Any]) -> None:
        # A line each: what ten thousand requests say as dicts would cost more than to send them.
        result.setdefault("requests", [audit_line(entry) for entry in (self._admin.audit if self._admin else ())])
        if self._admin is not None:
            self._admin.close()
            self._admin = None


def masters_of(module: RocketmqModule, cluster: ClusterSpec) -> Masters:
    """The masters of one cluster, with the task's client, waits (C(timeout), C(interval)) and progress."""
    return Masters(
        module.admin,
        cluster,
        wait=wait_until,
        timeout=module.params["timeout"],
        interval=module.params["interval"],
        progress=module.progress,
    )


def changed_clusters(module: RocketmqModule) -> list[ClusterSpec]:
    """The clusters of a task that changes something. Raises ArgumentError when there are none: that nothing was changed
    would look like success, and a list that comes out of a playbook empty is a mistake in it."""
    clusters = module.clusters()
    if not clusters:
        raise ArgumentError("clusters is empty: there is nothing to change")
    return clusters


def answers_of(module: RocketmqModule, requests: Mapping[Any, Request[Any]], what: str) -> dict[Any, Any]:
    """Answers by key. Raises ModuleError, naming each, when one did not come: half a picture is none.

    C(what): what follows from that, e.g. "nothing was changed".
    """
    answers = dict(zip(requests, module.admin.ask_all(requests.values()), strict=True))
    failed = [str(answer) for answer in answers.values() if isinstance(answer, AdminError)]
    if failed:
        raise ModuleError(f"{what}: {'; '.join(failed)}. {REMEDY}")
    return answers


def read_masters(module: RocketmqModule, *, groups: bool = False) -> list[Masters]:
    """The masters of all clusters of the option C(clusters), read.

    Raises ModuleError, naming each, when a cluster has no master or when any master or name server did not answer or
    is not what it was taken for: a task that goes on without one of them could only guess.
    """
    sides = [masters_of(module, cluster) for cluster in changed_clusters(module)]
    texts = [f"cluster {side.cluster.name} has no master" for side in sides if not side.specs]
    for side in sides:
        texts.extend(f"{side.cluster.name}: {trouble.text}" for trouble in side.read(groups=groups))
    if texts:
        raise ModuleError(f"nothing was changed: {'; '.join(texts)}. {REMEDY}", changes=[], cured=[])
    return sides


def cure_all(module: RocketmqModule, sides: list[Masters], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Completes the name servers' lists of all clusters, before anything is created in the first one.

    Returns what was cured (in check mode: what would be). Raises ModuleError when a list stays incomplete, or when many
    topics would each wait for a name server that swallows what it is sent.
    """
    refuse_slow_creations(module, sides, rows)
    cured: list[dict[str, Any]] = []
    for side in sides:
        if module.check_mode:
            cured.extend(side.cured_value(gap.address, gap) for gap in side.gaps())
            continue
        tried, left = side.cure()
        cured.extend(side.cured_value(gap.address, gap) for gap in tried)
        if left:
            changes.skip(rows)
            raise ModuleError(
                "nothing was created or changed, because a name server's list of topics is incomplete and publishing "
                "it again did not help: " + "; ".join(str(gap) for gap in left),
                changes=rows,
                cured=cured,
            )
    return cured


def refuse_slow_creations(module: RocketmqModule, sides: list[Masters], rows: list[dict[str, Any]]) -> None:
    """Raises ModuleError, naming them, where name servers would cost a broker seconds for each of many topics."""
    count = collections.Counter(row["address"] for row in rows if row["kind"] == "topic")
    configs = {
        address: registering(side.config.get(address), module.params["registers_with"])
        for side in sides
        for address, number in count.items()
        if number > FEW_CREATIONS and address in side.config
    }
    silent = silent_nameservers(module.admin, configs) if configs else {}
    if silent:
        changes.skip(rows)
        raise ModuleError(
            f"nothing was changed: {slow_creations(silent, max(count.values()))}",
            changes=rows,
            cured=[],
            silent_nameservers=sorted(silent),
        )


def slow_creations(silent: Mapping[str, str], topics: int) -> str:
    """What is wrong with name servers that answer nothing (address → what was seen), and what to do."""
    named = ", ".join(f"{address} ({why})" for address, why in silent.items())
    return (
        f"name server {named} is in the masters' namesrvAddr and does not answer at all. A master would wait "
        f"{BLACK_HOLE_SECONDS} s for it at each of {topics} topics. Start it, or let its host refuse the connection, "
        "or restart the masters, one by one and gently, with a namesrvAddr that does not name it"
    )


def finish_changes(module: RocketmqModule, rows: list[dict[str, Any]], cured: list[dict[str, Any]]) -> NoReturn:
    """Ends a task whose work is a list of changes (C(_migration.changes))."""
    message = changes.failure(rows)
    done = [row for row in rows if row["result"] in (changes.APPLIED, changes.PLANNED)]
    before, after = changes.difference(done) if module.wants_diff else (None, None)
    if message is not None:
        module.fail(message, before, after, changed=module.acknowledged, changes=rows, cured=cured)
    module.exit(changed=bool(rows or cured), before=before, after=after, changes=rows, cured=cured)


def make_diff(before: Any, after: Any) -> dict[str, Any]:
    """What C(--diff) prints; None on either side is shown as nothing there."""
    return {
        "before": plain(before) if before is not None else "",
        "after": plain(after) if after is not None else "",
    }


def run_module(main: Callable[[], None]) -> Callable[[], None]:
    """Decorator of a module's C(main): the collection's typed errors become C(fail_json), with changed=false.

    Other exceptions are programming errors and keep their traceback.
    """

    @functools.wraps(main)
    def guarded() -> None:
        global _running
        _running = None
        # A sweep makes a million objects that live until the end of the process and are in no cycle.
        gc.set_threshold(100_000, 50, 50)
        try:
            main()
        except (ModuleError, AdminError, RemotingError) as error:
            if _running is None:
                raise
            _running.fail(error, changed=_running.acknowledged)

    return guarded


def _address(text: str, what: str) -> str:
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or not 0 < int(match.group(1)) < 65536:
        raise ArgumentError(f"{what}: {text!r} is not an address of the form host:port")
    return text.strip()


def _no_twins(values: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ArgumentError(f"{what} {value} is listed twice")
        seen.add(value)


def _plain_key(key: Any) -> str:
    if dataclasses.is_dataclass(key) and not isinstance(key, type):
        return "@".join(str(getattr(key, field.name)) for field in dataclasses.fields(key))
    if isinstance(key, tuple):
        return "@".join(str(part) for part in key)
    return str(key)
