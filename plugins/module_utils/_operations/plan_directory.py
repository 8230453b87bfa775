# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory where a plan, its page and the plans before it lie (private)."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from typing import Any

from .._migration.progress import plan
from . import files
from .errors import OperationError

_HASH = re.compile(r"[0-9a-f]{16}")


class Directory:
    """The files of the plan."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.json = os.path.join(path, "plan.json")
        self.page = os.path.join(path, "plan.md")

    def load(self) -> dict[str, Any] | None:
        return self._load(self.json)

    def older(self, given: str | None) -> dict[str, Any] | None:
        """The replaced plan that had this hash."""
        if not given or not _HASH.fullmatch(given.strip()):
            return None
        return self._load(self.kept(given.strip()))

    def kept(self, digest: str) -> str:
        return os.path.join(self.path, f"plan-{digest}.json")

    def _load(self, path: str) -> dict[str, Any] | None:
        try:
            with open(path, encoding="utf-8") as handle:
                return plan.parse(handle.read(), path)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeError) as error:
            raise OperationError(f"{path} cannot be read: {error}") from error

    def write(self, path: str, text: str) -> None:
        """One that is replaced keeps its mode and, where that is allowed, its owner; a new one has the umask's mode."""
        try:
            there = os.stat(path) if os.path.exists(path) else None
        except OSError as error:
            raise OperationError(f"{path} cannot be written: {error}") from error
        files.write(path, text, 0o666 & ~_umask() if there is None else stat.S_IMODE(there.st_mode))
        if there is not None:
            with suppress(OSError):
                os.chown(path, there.st_uid, there.st_gid)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
