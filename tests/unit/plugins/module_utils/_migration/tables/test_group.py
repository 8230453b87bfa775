# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deciding twice decides nothing new."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import SubscriptionGroup, TopicConfig
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.group import GroupWish, decide

queues = st.integers(1, 16)
topics = st.builds(TopicConfig, st.just("t"), queues, queues, st.sampled_from([0, 2, 4, 6]))
groups = st.builds(
    SubscriptionGroup,
    st.just("g"),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    queues,
    queues,
    queues,
    queues,
    st.booleans(),
)


@given(st.none() | groups, st.none() | queues, st.none() | topics)
def test_group_decisions(
    current: SubscriptionGroup | None, retry_queues: int | None, retry: TopicConfig | None
) -> None:
    step = decide(GroupWish("g", retry_queues=retry_queues), current, retry)
    assert min(step.retry.after.read_queues, step.retry.after.write_queues) >= step.after.retry_queues
    if retry is not None:
        assert step.retry.after.read_queues >= retry.read_queues and step.retry.after.perm == retry.perm
    again = decide(GroupWish("g", retry_queues=retry_queues), step.after, step.retry.after)
    assert not again.changes and not again.retry.changes
