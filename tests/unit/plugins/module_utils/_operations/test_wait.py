# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import dataclass

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.errors import AdminError
from ansible_collections.mqops.rocketmq.plugins.module_utils._operations.wait import wait_until
from ansible_collections.mqops.rocketmq.plugins.module_utils._remoting.errors import ConnectError


@dataclass(frozen=True)
class Number:
    value: int
    wanted: int

    @property
    def ok(self) -> bool:
        return self.value >= self.wanted


@pytest.fixture
def run(clock):
    def start(answers, wanted, *, timeout=10.0, interval=2.0, takes=0.0, on_sample=None):
        answers = list(answers)
        clock.slept.clear()

        def sample():
            clock.now += takes
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return wait_until(
            sample, lambda value: Number(value, wanted), timeout=timeout, interval=interval, on_sample=on_sample
        )

    return start


def test_ends_at_the_first_accepted_sample(run, clock) -> None:
    waited = run([1, 2, 3, 4], wanted=3)
    assert (waited.ok, waited.last, waited.sample, waited.samples, waited.elapsed) == (True, Number(3, 3), 3, 3, 4.0)
    assert clock.slept == [2.0, 2.0]


def test_looks_once_more_at_the_very_end(run, clock) -> None:
    waited = run([0], wanted=1, timeout=5.0)
    assert not waited.ok
    assert waited.samples == 4
    assert clock.slept == [2.0, 2.0, 1.0]


def test_timeout_zero_looks_once(run, clock) -> None:
    assert run([1], wanted=1, timeout=0.0).ok
    waited = run([0], wanted=1, timeout=0.0)
    assert (waited.ok, waited.samples, clock.slept) == (False, 1, [])


def test_the_interval_counts_from_the_start_of_a_sample(run, clock) -> None:
    run([0, 0, 1], wanted=1, takes=1.5)
    assert clock.slept == [0.5, 0.5]


def test_an_error_is_unknown_and_the_last_state_is_kept(run) -> None:
    error = AdminError("GET", "127.0.0.1:1", None, "no answer")
    waited = run([1, error], wanted=2)
    assert not waited.ok
    assert waited.last == Number(1, 2)
    assert waited.error is error
    assert "no answer" in waited.why()


def test_an_error_never_passes_even_after_a_good_verdict_could_be_remembered(run) -> None:
    waited = run([ConnectError("127.0.0.1:1", "refused")], wanted=0)
    assert not waited.ok
    assert waited.last is None


def test_a_later_answer_clears_the_error(run) -> None:
    waited = run([ConnectError("127.0.0.1:1", "refused"), 5], wanted=5)
    assert waited.ok
    assert waited.error is None


def test_other_exceptions_surface(run) -> None:
    with pytest.raises(KeyError):
        run([KeyError("bug")], wanted=1)


def test_reports_each_attempt(run) -> None:
    seen = []
    run(
        [1, ConnectError("127.0.0.1:1", "refused"), 3],
        wanted=3,
        on_sample=lambda waited: seen.append((waited.samples, waited.last.value, waited.error is not None)),
    )
    assert seen == [(1, 1, False), (2, 1, True), (3, 3, False)]


@pytest.mark.parametrize(("timeout", "interval"), [(1.0, 0.0), (1.0, -1.0), (-1.0, 1.0), (float("nan"), 1.0)])
def test_refuses_times_that_are_none(run, timeout: float, interval: float) -> None:
    with pytest.raises(ValueError, match="must"):
        run([1], wanted=1, timeout=timeout, interval=interval)
