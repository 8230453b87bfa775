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
        module.end(some_operation.run(module, **module.options()))
"""

from __future__ import annotations

import functools
import gc
import os
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._admin.client import Admin, audit_line
from .._admin.errors import AdminError
from .._admin.models import ClusterSpec
from .._dns.library import IMPORT_ERROR
from .._migration.reasons.waivers import WaiverError, parse_waivers
from .._operations.errors import ArgumentError, OperationError
from .._operations.task import Outcome
from .._remoting.acl import Credentials
from .._remoting.errors import RemotingError
from .arguments import CLUSTER, LISTED_CLUSTER, UNASKED_CLUSTER, WAIVER, clusters_from, connection_spec
from .result import make_diff, plain

# Seconds, 30 days: beyond some hundred years the clock that waits overflows.
_LONGEST = 30 * 24 * 3600
_WAITS = ("timeout", "interval")
_DURATIONS = ("timeout", "interval", "window")

_running: RocketmqModule | None = None


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
        self._spec = argument_spec or {}
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

    def options(self) -> dict[str, Any]:
        """The module's own options by name, without those of connection and waits: clusters as C(ClusterSpec) (brokers
        left out are discovered), waivers as C(Waiver). Raises ArgumentError for values that cannot be used.
        """
        return {name: self._value(name, option) for name, option in self._spec.items() if name not in _WAITS}

    def _value(self, name: str, option: Mapping[str, Any]) -> Any:
        value, kind = self.params[name], option.get("options")
        if kind is WAIVER:
            try:
                return parse_waivers(value)
            except WaiverError as error:
                raise ArgumentError(str(error)) from error
        if kind is LISTED_CLUSTER and not value["brokers"]:
            raise ArgumentError(
                f"{name} needs its list of brokers: a cluster that does not exist yet cannot be asked for them"
            )
        if any(kind is one for one in (CLUSTER, LISTED_CLUSTER, UNASKED_CLUSTER)):
            found = clusters_from(value, None if kind is UNASKED_CLUSTER else self.admin)
            return found if option["type"] == "list" else next(iter(found), None)
        return value

    @property
    def timeout(self) -> float:
        return float(self.params["timeout"])

    @property
    def interval(self) -> float:
        return float(self.params["interval"])

    @property
    def acknowledged(self) -> bool:
        """Whether any changing request was answered with success: then something did change, whatever came after."""
        return any(entry.get("result") == "SUCCESS" for entry in (self._admin.audit if self._admin is not None else ()))

    @property
    def wants_diff(self) -> bool:
        """Whether the task runs with C(--diff); both sides of ten thousand changes are made only then."""
        return bool(self.module._diff)

    def warn(self, text: str) -> None:
        self.module.warn(text)

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
        if isinstance(error, OperationError):
            result = {**error.result, **result}
        result.setdefault("changed", False)
        self._add_diff(result, before, after)
        self._close(result)
        fail_json: Callable[..., NoReturn] = self.module.fail_json
        fail_json(msg=str(error), **plain(result))

    def exit(self, changed: bool = False, before: Any = None, after: Any = None, **result: Any) -> NoReturn:
        """Ends the run; C(before) and C(after) become C(diff) when either is given and the task asks for it."""
        self._add_diff(result, before, after)
        self._close(result)
        exit_json: Callable[..., NoReturn] = self.module.exit_json
        exit_json(changed=changed, **plain(result))

    def end(self, outcome: Outcome) -> NoReturn:
        """Ends the run as the operation has ended."""
        if outcome.failure is None:
            self.exit(outcome.changed, outcome.before, outcome.after, **outcome.values)
        self.fail(outcome.failure, outcome.before, outcome.after, changed=outcome.changed, **outcome.values)

    def _add_diff(self, result: dict[str, Any], before: Any, after: Any) -> None:
        if self.wants_diff and (before is not None or after is not None):
            result["diff"] = make_diff(before, after)

    def _close(self, result: dict[str, Any]) -> None:
        # A line each: what ten thousand requests say as dicts would cost more than to send them.
        result.setdefault("requests", [audit_line(entry) for entry in (self._admin.audit if self._admin else ())])
        if self._admin is not None:
            self._admin.close()
            self._admin = None


class DnsModule(RocketmqModule):
    """A module that talks to DNS servers and not to RocketMQ. Fails where their library is missing."""

    def __init__(self, argument_spec: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(argument_spec, connection=False, required_together=[("key_name", "key_secret")], **kwargs)
        if IMPORT_ERROR:
            self.module.fail_json(msg=missing_required_lib("dnspython"), exception=IMPORT_ERROR)


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
        except (OperationError, AdminError, RemotingError) as error:
            if _running is None:
                raise
            _running.fail(error, changed=_running.acknowledged)

    return guarded
