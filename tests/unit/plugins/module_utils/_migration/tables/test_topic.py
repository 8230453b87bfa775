# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order table's values, and that deciding twice decides nothing new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin import release
from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import TopicConfig
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables import topic as topic_diff


@pytest.mark.parametrize(
    ("current", "entries", "ordered", "wanted"),
    [
        (None, {"a": 4}, True, "a:4"),
        (None, {"a": 4}, False, None),
        ("a:4;b:4", {"a": 4, "b": 4}, True, "a:4;b:4"),
        ("b:4;a:4", {"a": 4, "b": 4}, True, "b:4;a:4"),  # the same, so left as it is
        ("a:4", {"a": 8}, True, "a:8"),
        ("old:4", {"a": 8}, True, "a:8;old:4"),
        ("old:4;a:8", {"a": 8}, False, "old:4"),
        ("a:8", {"a": 8}, False, None),
        (" a:8 ; ", {"a": 8}, True, " a:8 ; "),
    ],
)
def test_order_value(current: str | None, entries: dict[str, int], ordered: bool, wanted: str | None) -> None:
    assert topic_diff.order_value(current, entries, ordered) == wanted


queues = st.integers(1, 16)
perms = st.sampled_from([0, 2, 4, 6])
topics = st.builds(
    TopicConfig,
    st.just("t"),
    queues,
    queues,
    perms,
    st.sampled_from(release.FILTER_TYPES),
    st.integers(0, 3),
    st.booleans(),
)
wishes = st.builds(
    topic_diff.TopicWish,
    st.just("t"),
    st.none() | queues,
    st.none() | queues,
    st.none() | perms,
    st.none() | st.sampled_from(release.FILTER_TYPES),
    st.none() | st.integers(0, 3),
)


@given(wishes, st.none() | topics, st.booleans())
def test_topic_decisions(wish: topic_diff.TopicWish, current: TopicConfig | None, allow: bool) -> None:
    step = topic_diff.decide(wish, current, allow)
    for field in ("read_queues", "write_queues", "perm", "filter_type", "sys_flag"):
        wanted = getattr(wish, field)
        if wanted is not None:
            assert getattr(step.after, field) == wanted
        elif current is not None:
            assert getattr(step.after, field) == getattr(current, field)
    if step.refusal is None:
        again = topic_diff.decide(wish, step.after, allow)
        assert again.refusal is None and not again.changes
        if step.changes and current is not None and not allow:
            assert step.after.read_queues >= current.read_queues
            assert step.after.write_queues >= current.write_queues
        if current is None:
            assert step.after.write_queues <= step.after.read_queues
