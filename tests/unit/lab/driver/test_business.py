# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the business flows, by what its processes write down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.mqops.rocketmq.tests.lab.driver.business import Business
from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed


def counts(place: Path, source: str, sent: int, received: int) -> None:
    (place / "ledger" / source).mkdir(parents=True, exist_ok=True)
    modes = {"normal": {"acknowledged": sent, "received": received}}
    (place / "ledger" / source / "status.json").write_text(json.dumps({"process_start": 7, "modes": modes}))


def test_every_mode_has_to_send_and_receive_since_then(tmp_path: Path) -> None:
    business = Business(tmp_path, lambda _text: None)
    with pytest.raises(Failed, match="no ledger was written"):
        business.wait_for(1, -1)
    counts(tmp_path, "mro", 20, 20)
    business.wait_for(20, -1)
    before = business.status()
    assert business.started() == {"mro": "7"}
    counts(tmp_path, "mro", 40, 39)
    with pytest.raises(Failed, match="mro/normal: 20 sent, 19 received"):
        business.wait_for(20, -1, since=before)
    counts(tmp_path, "mro", 40, 40)
    business.wait_for(20, -1, since=before)


def test_words_reach_the_sources_that_are_meant(tmp_path: Path) -> None:
    business = Business(tmp_path, lambda _text: None)
    for source in ("mro", "mdm"):
        counts(tmp_path, source, 0, 0)
    business.tell("late-return", sources=["mdm"])
    business.quiesce()
    told = sorted(str(path.relative_to(business.ledger)) for path in business.ledger.glob("*/[!s]*-*"))
    assert told == ["mdm/late-return"]
    assert len(list(business.ledger.glob("*/stop-producing"))) == 2
