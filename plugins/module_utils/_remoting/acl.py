# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signature that RocketMQ's access control asks for."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)


def sign(credentials: Credentials, ext: Mapping[str, str], body: bytes = b"") -> dict[str, str]:
    """The header fields to send: ``ext`` with AccessKey, SecurityToken if there is one, and Signature.

    Signed is what stands on the wire: the *values* of all header fields, sorted by name, one after the other,
    and the body; HMAC-SHA1 with the secret key, Base64.
    """
    signed = {name: value for name, value in ext.items() if name != "Signature"}
    signed["AccessKey"] = credentials.access_key
    if credentials.security_token is not None:
        signed["SecurityToken"] = credentials.security_token
    # The server sorts by UTF-16 code units, which differs from code points for exotic names only.
    names = sorted(signed, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    content = "".join(signed[name] for name in names).encode("utf-8", "replace") + body
    digest = hmac.new(credentials.secret_key.encode("utf-8"), content, hashlib.sha1).digest()
    return {**signed, "Signature": base64.b64encode(digest).decode("ascii")}
