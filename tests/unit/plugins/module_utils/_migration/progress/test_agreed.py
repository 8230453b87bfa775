# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the agreed plan."""

from __future__ import annotations

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.agreed import view

MRO = {"name": "mro", "spec": {"name": "mro"}}
PLAN = {
    "sources": [
        {
            "name": "mro",
            "broker_permission": {"broker-a": 6, "broker-b": 4},
            "topics": {"news": {}},
            "groups": {"g": {}},
        },
        {"name": "mdm", "broker_permission": {"broker-a": 6}, "topics": {}, "groups": {}},
    ],
    "dns": [
        {"name": "mro-ns.mq.test", "source": "mro", "ttl": 0},
        {"name": "mdm-ns.mq.test", "source": "mdm", "ttl": 600},
    ],
}


def test_an_undo_gives_back_what_the_plan_has_recorded_of_its_sources():
    assert view(PLAN, [MRO], ["mro", "mdm"]).permissions == [
        {"source": {"name": "mro"}, "broker": "broker-a", "perm": 6},
        {"source": {"name": "mro"}, "broker": "broker-b", "perm": 4},
    ]
    # No record of a name has no time to live.
    assert view(PLAN, [], []).ttl == {"mro-ns.mq.test": 1, "mdm-ns.mq.test": 600}


def test_what_a_source_owns_is_known_when_the_inventory_lists_it_no_more():
    found = view(PLAN, [], ["mdm"])
    assert found.unlisted == [{"name": "mro", "dns": PLAN["dns"][0]}]
    assert found.owned[0] == {"name": "mro", "topics": ["news"], "groups": ["g"]}


def test_without_a_plan_nothing_follows():
    assert view(None, [MRO], ["mro"]).as_dict() == {"permissions": [], "unlisted": [], "owned": [], "ttl": {}}
