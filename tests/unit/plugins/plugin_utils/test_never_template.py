# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.mqops.rocketmq.plugins.filter.batch_view import batch_view
from ansible_collections.mqops.rocketmq.plugins.filter.list_view import list_view
from ansible_collections.mqops.rocketmq.plugins.filter.look_view import look_view
from ansible_collections.mqops.rocketmq.plugins.filter.machine_view import machine_view
from ansible_collections.mqops.rocketmq.plugins.filter.phase_view import phase_view
from ansible_collections.mqops.rocketmq.plugins.filter.process_view import process_view
from ansible_collections.mqops.rocketmq.plugins.plugin_utils.never_template import never_template

try:
    from ansible.template import is_trusted_as_template, trust_as_template
except ImportError:  # before 2.19 every text is evaluated but those that are marked

    def trust_as_template(text: str) -> str:
        return text

    def is_trusted_as_template(text: str) -> bool:
        return not getattr(text, "__UNSAFE__", False)


TEMPLATE = "{{ 6 * 7 }}"


def test_texts_of_a_filter_are_never_evaluated() -> None:
    def made() -> dict[str, object]:
        return {trust_as_template(TEMPLATE): [trust_as_template(TEMPLATE), 1, None]}

    assert is_trusted_as_template(made().popitem()[1][0])
    result = never_template(made)()
    assert result == {TEMPLATE: [TEMPLATE, 1, None]}
    [(key, values)] = result.items()
    assert not is_trusted_as_template(key)
    assert not is_trusted_as_template(values[0])


def test_what_stands_in_many_places_is_marked_once() -> None:
    """A view of a phase shows each source twenty times, and is made anew wherever a task names it."""
    source = {"name": trust_as_template(TEMPLATE), "brokers": [{"id": 0}]}
    result = never_template(lambda: {"at": [source], "since": ({"name": "other"}, source)})()
    assert result["at"][0] is result["since"][1] and result["since"][0] == {"name": "other"}
    assert not is_trusted_as_template(result["since"][1]["name"])


VIEWS = [batch_view, list_view, look_view, machine_view, phase_view, process_view]


@pytest.mark.parametrize("made", VIEWS, ids=lambda made: made.__name__)
def test_filters_that_read_what_hosts_have_told_are_such(made) -> None:
    assert made.__wrapped__
