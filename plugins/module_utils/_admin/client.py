# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks requests, one or many, and keeps the record of what was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from .._remoting.acl import Credentials
from .._remoting.errors import RemotingError
from .._remoting.frame import Command
from .._remoting.pool import Pool, Tls
from .errors import AdminError, Refused, Unexpected, response_name
from .release import SUCCESS, SYSTEM_ERROR
from .request import Request

T = TypeVar("T")
K = TypeVar("K")

# What a parser may stumble over when an answer does not look as it should.
_MISREAD = (Unexpected, LookupError, TypeError, ValueError, AttributeError, RecursionError, OverflowError)


class Admin:
    """The only thing that sends admin requests. ``timeout``, ``connect_timeout`` (seconds), ``window``,
    ``credentials`` and ``tls`` as in the pool. Use as a context manager, or ``close()``.

    ``audit``: one entry for each *changing* request that was sent, in order:
    ``{"request": "UPDATE_AND_CREATE_TOPIC", "address": "…", "fields": {…}, "result": "SUCCESS"}``; any other
    result is the error's words. ``audit_line`` makes text of it. ``count``: requests sent in all.
    """

    def __init__(
        self,
        timeout: float = 5.0,
        connect_timeout: float = 3.0,
        window: int = 64,
        credentials: Credentials | None = None,
        tls: Tls = None,
    ) -> None:
        self._pool = Pool(
            timeout=timeout, connect_timeout=connect_timeout, window=window, credentials=credentials, tls=tls
        )
        self.audit: list[dict[str, Any]] = []
        self.count = 0

    def __enter__(self) -> Admin:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    def ask(self, request: Request[T]) -> T:
        """Raises AdminError."""
        (result,) = self.ask_all([request])
        if isinstance(result, AdminError):
            raise result
        return result

    def ask_all(
        self,
        requests: Iterable[Request[T]],
        *,
        serial: bool = False,
        ahead: int = 0,
        on_answer: Callable[[], None] | None = None,
    ) -> list[T | AdminError]:
        """Results in the order of the requests, an AdminError where one failed. Does not raise.

        Requests to one address are sent in their order but may be carried out in any: ask what depends on
        another answer in a further call, or ask ``serial``: one after the other at each address, all addresses at
        once. An address that does not answer one of them is sent no more; the rest has the same error. ``ahead``: so
        many more than one may be on their way there, in any order.

        ``on_answer`` is called as each of them is answered or given up.
        """
        asked = list(requests)
        results: dict[int, T | AdminError] = {}
        todo: Sequence[int] = range(len(asked))
        tries = 0
        while todo:
            again: list[int] = []
            self.count += len(todo)

            def convert(at: int, answer: Command | RemotingError, todo: Sequence[int] = todo) -> T | AdminError:
                if on_answer is not None:
                    on_answer()
                return _read(asked[todo[at]], answer)

            items = [_item(asked[index]) for index in todo]
            found = self._pool.call_all(items, convert=convert, serial=serial, ahead=ahead)
            for index, result in zip(todo, found, strict=True):
                request = asked[index]
                results[index] = result
                if isinstance(result, AdminError) and result.code == SYSTEM_ERROR and tries < request.retries:
                    again.append(index)
            todo, tries = again, tries + 1
        for index, request in enumerate(asked):
            if request.changes and not (serial and never_sent(results[index])):
                self._record(request, results[index])
        return [results[index] for index in range(len(asked))]

    def _record(self, request: Request[Any], result: object) -> None:
        words = "SUCCESS"
        if isinstance(result, AdminError):
            words = result.remark if result.code is None else f"{response_name(result.code)}: {result.remark}"
        fields = request.ext if request.fields is None else request.fields
        self.audit.append({"request": request.name, "address": request.address, "fields": fields, "result": words})


def audit_line(entry: Mapping[str, Any]) -> str:
    """One entry of ``Admin.audit`` as a module returns it."""
    fields = " ".join([f"{name}={value}" for name, value in entry["fields"].items()])
    return f"{entry['request']} {entry['address']} {fields}: {entry['result']}"


def never_sent(result: object) -> bool:
    """Is this the error of a request that never left: no connection, or one before it was not answered?"""
    return isinstance(result, AdminError) and not getattr(result.__cause__, "sent", True)


def _item(request: Request[Any]) -> tuple[str, Command, float | None]:
    command = Command(code=request.code, ext=request.ext, body=request.body, repeatable=not request.changes)
    return request.address, command, request.timeout


def _refusal(request: Request[Any], answer: Command) -> AdminError:
    return AdminError(request.name, request.address, answer.code, answer.remark or "without a remark")


def _read(request: Request[T], answer: Command | RemotingError) -> T | AdminError:
    if isinstance(answer, RemotingError):
        error = AdminError(request.name, request.address, None, answer.message)
        error.__cause__ = answer
        return error
    if answer.code != SUCCESS and answer.code not in request.accept:
        return _refusal(request, answer)
    try:
        return request.parse(answer)
    except Refused:
        return _refusal(request, answer)
    except _MISREAD as error:
        words = f"the answer cannot be read ({type(error).__name__}: {error})"
        misread = AdminError(request.name, request.address, None, words)
        misread.__cause__ = error
        return misread


class Asker(Protocol):
    """What can ask one request, or many at once; C(Admin) can."""

    def ask(self, request: Request[T]) -> T:
        """The answer; raises AdminError."""

    def ask_all(self, requests: Iterable[Request[Any]]) -> list[Any]:
        """The answers in the order of the requests, an AdminError where one failed. Does not raise."""


def ask_table(admin: Asker, requests: Mapping[K, Request[Any]]) -> dict[K, Any]:
    """Answers by the keys of the requests, an AdminError where one failed. Does not raise."""
    return dict(zip(requests, admin.ask_all(requests.values()), strict=True))


def ask_known(admin: Asker, requests: Mapping[K, Request[Any]]) -> dict[K, Any]:
    """As C(ask_table), with Unknown in the place of an error."""
    return {
        key: answer.as_unknown() if isinstance(answer, AdminError) else answer
        for key, answer in ask_table(admin, requests).items()
    }
