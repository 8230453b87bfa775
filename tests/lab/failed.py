# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way in which a driver, a chain or a helper of the lab says that something did not come about."""

from __future__ import annotations


class Failed(Exception):
    """What was to be done or to be seen did not come about; the text says what was seen instead, and what to do."""
