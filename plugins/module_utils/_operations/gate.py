# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every gate has in common: waivers with one clock, a wait, its progress, and how it ended (private).

A gate is a sample (asks), a judge (pure) and a text for the operator::

    gate = Gate(task, waivers)
    ended = gate.wait(look, lambda sample: State(gate.apply(reasons_of(sample))), tell=lambda state: "...")
    judged = ended.state.judged
    return gate.end(
        ended.ok, f"not drained {ended.why}", until="c is drained", seen=summary(judged.blocking), **judged.as_result()
    )

In check mode a gate never waits for what that run does not bring about: C(wait) looks once, and C(end) passes, saying
for what a run would wait.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .._migration.reasons.reason import Reason
from .._migration.reasons.waivers import Judged, Waiver, apply_waivers
from .task import PROGRESS_EVERY, Outcome, Task
from .wait import Verdict, Waited, wait_until

S = TypeVar("S")
V = TypeVar("V", bound=Verdict)


def today() -> datetime.date:
    """The date by which the end of a waiver is judged, in UTC: the same on every control host."""
    return datetime.datetime.now(tz=datetime.UTC).date()


def would_wait(
    task: Task, until: str, seen: str, *, changed: bool = False, before: Any = None, after: Any = None, **values: Any
) -> Outcome:
    """How an operation ends in check mode where a run would wait. C(seen): what stands against it now."""
    text = f"Would wait until {until}{f'; now: {seen}' if seen else ''}"
    task.progress(text)
    return Outcome.passed(changed, before, after, would_wait=text, **values)


@dataclass(frozen=True)
class Ended(Generic[V]):
    """How a wait ended. C(state): the newest verdict. C(why): after how long and how many samples, for a failure."""

    ok: bool
    state: V
    why: str
    elapsed: float
    samples: int

    def times(self) -> dict[str, Any]:
        """Keys of the result: C(samples), and C(elapsed) in seconds."""
        return {"samples": self.samples, "elapsed": round(self.elapsed, 1)}


class Gate:
    """The frame of an operation that waits until something is proved."""

    def __init__(self, task: Task, waivers: Iterable[Waiver] = ()) -> None:
        self.task, self.waivers = task, tuple(waivers)

    def apply(self, reasons: Iterable[Reason]) -> Judged:
        """The reasons with this gate's waivers."""
        return apply_waivers(reasons, self.waivers, today())

    def end(self, ok: bool, failure: str, *, until: str, seen: str, **values: Any) -> Outcome:
        """Passed, or failed; C(until), C(seen) as in C(would_wait). C(values): keys of the result in either case."""
        if ok:
            return Outcome.passed(**values)
        if self.task.check_mode:
            return would_wait(self.task, until, seen, **values)
        return Outcome.failed(failure, **values)

    def wait(
        self,
        sample: Callable[[], S],
        judge: Callable[[S], V],
        *,
        tell: Callable[[V], str] | None = None,
        on_sample: Callable[[Waited[S, V]], None] | None = None,
        timeout: float | None = None,
        interval: float | None = None,
    ) -> Ended[V]:
        """Samples every C(interval) seconds until the verdict is ok, for C(timeout) seconds; the task's own by default.
        In check mode it samples once.

        C(tell) makes the line for the progress file, at most one every PROGRESS_EVERY seconds. C(on_sample) as in
        C(wait_until). The sample of a gate holds what did not answer as unknown, so it never raises.
        """
        said = -PROGRESS_EVERY

        def after(waited: Waited[S, V]) -> None:
            nonlocal said
            if on_sample is not None:
                on_sample(waited)
            if tell is not None and waited.last is not None and waited.elapsed - said >= PROGRESS_EVERY:
                said = waited.elapsed
                self.task.progress(tell(waited.last))

        if self.task.check_mode:
            timeout, tell = 0.0, None
        waited = wait_until(
            sample, judge,
            timeout=self.task.timeout if timeout is None else timeout,
            interval=self.task.interval if interval is None else interval,
            on_sample=after,
        )  # fmt: skip
        if waited.last is None:
            raise AssertionError(f"a gate ended without a look: {waited.error!r}")
        return Ended(waited.ok, waited.last, waited.why(), waited.elapsed, waited.samples)
