# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a chain takes away from the proofs comes back, whatever happens meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.driver.evidence import Proofs
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed


@pytest.fixture
def proofs(tmp_path: Path) -> Proofs:
    known = {"checked": {"a:1": {"end": 1}, "b:1": {"end": 2}}, "drained": {"ends": {"a": 1}}}
    (tmp_path / "proofs.json").write_text(json.dumps(known))
    sources = [{"name": "mro", "brokers": [{"address": "a:1"}]}, {"name": "mdm", "brokers": [{"address": "c:1"}]}]
    (tmp_path / "plan.json").write_text(json.dumps({"hash": "1", "decisions": {"sources": sources}}))
    return Proofs(tmp_path)


def test_parts_are_lost_and_found_again(proofs: Proofs) -> None:
    before = proofs.read()
    with pytest.raises(ZeroDivisionError), proofs.without(drained={}):
        assert proofs.read() == {**before, "drained": {}}
        raise ZeroDivisionError
    assert proofs.read() == before


def test_the_check_of_one_source_is_lost_and_what_was_checked_meanwhile_stays(proofs: Proofs) -> None:
    with proofs.without_check_of("mro"):
        assert proofs.read()["checked"] == {"b:1": {"end": 2}}
        proofs.change(checked={"b:1": {"end": 3}})
    assert proofs.read()["checked"] == {"a:1": {"end": 1}, "b:1": {"end": 3}}
    with pytest.raises(Failed, match="no last check of mdm is on record"), proofs.without_check_of("mdm"):
        pass
