# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of users on machines that become a part of a command."""

from __future__ import annotations

import re

# Directories of a company give dots and capital letters, too. None of it means anything to a shell, or is an option.
_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,31}")


def problem(name: str) -> str | None:
    """What is wrong with the name of a user, as a part of a sentence; None if nothing is."""
    if _ACCOUNT.fullmatch(name):
        return None
    return "is no name of a user: at most 32 letters, digits, '_', '.' and '-', such as rocketmq"
