# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a record set becomes: a pure function of what is there and what is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .errors import Conflict, InputError
from .records import RecordSet, as_held, content

# For a set that does not exist yet and is given no TTL.
DEFAULT_TTL = 3600


@dataclass(frozen=True)
class Wish:
    """I(values) None: whatever is there (a change of the TTL alone), or with state absent the whole set.

    I(ttl) None: the existing TTL is kept. I(expected): the values the change must start from, None for any,
    empty for "no such set". I(on_conflict): replace, keep or fail.
    """

    name: Any
    type: str
    state: str = "present"
    mode: str = "exclusive"
    values: frozenset[Any] | None = None
    ttl: int | None = None
    expected: frozenset[Any] | None = None
    on_conflict: str = "replace"


@dataclass(frozen=True)
class Decision:
    """From I(before) to I(after); None means that there is no such set. I(kept): a conflict was left as it is."""

    before: RecordSet | None
    after: RecordSet | None
    kept: bool = False

    @property
    def changed(self) -> bool:
        return self.before != self.after


def decide(wish: Wish, current: RecordSet | None) -> Decision:
    """Raises Conflict when the set is neither what was expected nor already as wanted, or the policy says fail."""
    have = current.rdatas if current else frozenset()
    wish = replace(wish, values=as_held(wish.values, have), expected=as_held(wish.expected, have))
    after = _after(wish, current)
    if after == current:
        return Decision(current, current)
    if wish.expected is not None:
        # Only the TTL is left to do, for instance after an interruption: the values are already those wanted.
        if have != wish.expected and not (current and after and after.rdatas == have):
            raise Conflict(
                f"{wish.name.to_text()} {wish.type} holds {_list(have)}, expected was {_list(wish.expected)}, wanted "
                f"is {_list(after.rdatas if after else frozenset())}. It was changed by other means: find out "
                "by which and why, then correct 'expected'. Nothing was changed."
            )
    elif _overwrites(wish, current):
        if wish.on_conflict == "keep":
            return Decision(current, current, kept=True)
        if wish.on_conflict == "fail":
            raise Conflict(
                f"{wish.name.to_text()} {wish.type} already holds {_list(have)}, wanted is {_list(wish.values or ())}, "
                "and on_conflict is fail. Nothing was changed."
            )
    return Decision(current, after)


def _after(wish: Wish, current: RecordSet | None) -> RecordSet | None:
    have = current.rdatas if current else frozenset()
    if wish.state == "absent":
        rest = frozenset() if wish.values is None else have - wish.values
        return replace(current, rdatas=rest) if current and rest else None
    if wish.values is None:
        if current is None:
            raise Conflict(
                f"{wish.name.to_text()} {wish.type} does not exist, so it has no TTL to change. Give its values."
            )
        wanted = have
    else:
        wanted = have | wish.values if wish.mode == "add" else wish.values
    if not wanted:
        raise InputError("A set needs at least one value. To remove the set, use state=absent.")
    if wish.type == "CNAME" and len(wanted) > 1:
        raise InputError(f"A CNAME has one value; adding would make it {_list(wanted)}. Use mode=exclusive.")
    ttl = wish.ttl if wish.ttl is not None else current.ttl if current else DEFAULT_TTL
    return RecordSet(wish.name, wish.type, ttl, wanted)


def _overwrites(wish: Wish, current: RecordSet | None) -> bool:
    """Whether values of another origin would be lost. Additions and TTLs lose nothing; a removal was asked for."""
    return (
        current is not None
        and wish.state == "present"
        and wish.mode == "exclusive"
        and wish.values is not None
        and current.rdatas != wish.values
    )


def _list(rdatas: Any) -> str:
    return ", ".join(content(rdatas)) or "nothing"
