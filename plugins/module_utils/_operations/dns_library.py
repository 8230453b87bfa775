# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS servers cannot be asked without dnspython (private)."""

from __future__ import annotations

import platform
import sys

from .._dns.library import IMPORT_ERROR
from .errors import OperationError


def require_dnspython() -> None:
    """Raises OperationError, in Ansible's own words for a missing library, where dnspython cannot be imported."""
    if IMPORT_ERROR is not None:
        raise OperationError(
            f"Failed to import the required Python library (dnspython) on {platform.node()}'s Python {sys.executable}. "
            "Please read the module documentation and install it in the appropriate location. If the required library "
            "is installed, but Ansible is using the wrong Python interpreter, please consult the documentation on "
            "ansible_python_interpreter",
            exception=IMPORT_ERROR,
        )
