# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a state of the world that is read again and again (private).

The loop of every gate: it ends when the judge says so or when the time is up, and it keeps what was seen last,
because a gate that fails has to say what it was looking at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar


class Verdict(Protocol):
    """What a judge returns."""

    @property
    def ok(self) -> bool:
        """Whether the wait is over."""


@dataclass(frozen=True)
class Left:
    """A verdict that passes where nothing is left to be waited for."""

    items: Collection[Any]

    @property
    def ok(self) -> bool:
        return not self.items


S = TypeVar("S")
V = TypeVar("V", bound=Verdict)


@dataclass(frozen=True)
class Waited(Generic[S, V]):
    """``ok``       the judge accepted the newest sample; never true when that sample could not be taken.
    ``last``     the newest verdict there was (None: no sample could ever be taken).
    ``sample``   the sample behind it.
    ``error``    why the newest sample could not be taken (None: it could); ``last`` is then older than that.
    ``elapsed``  seconds since the wait began, ``samples`` how often a sample was attempted.
    """

    ok: bool
    last: V | None
    sample: S | None
    error: Exception | None
    elapsed: float
    samples: int

    def why(self) -> str:
        """For a failure's message: how long, how often, and the error that hides the newest state, if any."""
        text = f"after {self.elapsed:.0f} s and {self.samples} samples"
        if self.error is not None:
            text += f"; the newest sample failed: {self.error}"
        return text


def no_answer(error: Exception) -> bool:
    """True for the collection's errors of a peer that did not answer: they all name the ``address`` they meant.

    Everything else is a programming error and has to surface.
    """
    return isinstance(getattr(error, "address", None), str)


def wait_until(
    sample: Callable[[], S],
    judge: Callable[[S], V],
    *,
    timeout: float,
    interval: float,
    on_sample: Callable[[Waited[S, V]], None] | None = None,
    is_unknown: Callable[[Exception], bool] = no_answer,
) -> Waited[S, V]:
    """Takes samples every ``interval`` seconds until ``judge(sample).ok`` or ``timeout`` seconds are over.

    At least one sample is taken, and one more at the very end of the time. A sample that raises an error which
    ``is_unknown`` accepts is unknown: the judge is not asked, the wait goes on, the error is kept. ``on_sample`` is
    called after each attempt with the state so far.

    Raises ValueError for an interval that is not positive or a negative timeout.
    """
    # `not >` and not `<=`: a NaN is refused too.
    if not interval > 0:
        raise ValueError(f"interval must be greater than 0 seconds, got {interval}")
    if not timeout >= 0:
        raise ValueError(f"timeout must not be negative, got {timeout}")
    begun = time.monotonic()
    waited: Waited[S, V] = Waited(False, None, None, None, 0.0, 0)
    while True:
        started = time.monotonic()
        taken, verdict, ok = waited.sample, waited.last, False
        error: Exception | None = None
        try:
            taken = sample()
            verdict = judge(taken)
            ok = bool(verdict.ok)
        except Exception as caught:
            if not is_unknown(caught):
                raise
            error = caught
        now = time.monotonic()
        waited = Waited(ok, verdict, taken, error, now - begun, waited.samples + 1)
        if on_sample is not None:
            on_sample(waited)
        left = timeout - (now - begun)
        if ok or left <= 0:
            return waited
        # The interval counts from the start of a sample, so slow samples do not stretch it.
        time.sleep(min(max(interval - (now - started), 0.0), left))
