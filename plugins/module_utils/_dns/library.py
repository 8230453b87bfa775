# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports dnspython, so that its absence is an explanation and not a traceback."""

from __future__ import annotations

import traceback

IMPORT_ERROR: str | None = None
try:
    import dns
    import dns.exception
    import dns.flags
    import dns.inet
    import dns.message
    import dns.name
    import dns.opcode
    import dns.rcode
    import dns.rdata
    import dns.rdataclass
    import dns.rdataset
    import dns.rdatatype
    import dns.reversename
    import dns.rrset
    import dns.tsig
    import dns.tsigkeyring
    import dns.update
except ImportError:
    dns = None  # type: ignore[assignment]
    IMPORT_ERROR = traceback.format_exc()

__all__ = ["IMPORT_ERROR", "dns"]
