# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With which list of name servers each broker runs, where it fetches that list from an address server.

No request of 4.4.0 asks for it. A broker without namesrvAddr fetches its list 10 s after its start and then each 120 s,
and takes it over at once; one that was started with a namesrvAddr never fetches any. So the list is the one that was
served when the broker was last seen to fetch one, and a broker that fetches none runs with what its configuration
names. Code 25 changes that name while the broker runs, for its next start: it is pinned, and goes on fetching until
then.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..._admin import release
from ..machines.answer import printable
from ..machines.settings import addresses, problem_of_list

# Seconds until a fetch that did not come is missed. It may last (ADDRESS_FETCH_TIMEOUT), and what the server logs is
# written within 4 s.
MISSED_AFTER = release.ADDRESS_FETCH + 20
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")
_TIME = r"[0-9]{1,12}(?:[.][0-9]{1,9})?"
_FETCH = re.compile(
    rf"({_TIME}) 200 GET {release.ADDRESS_SERVER_DIRECTORY}({_NAME.pattern}) [A-Za-z0-9_.-]*[0-9][A-Za-z0-9_.-]*"
)
_LIST = re.compile(rf"({_NAME.pattern}) (-|{_TIME}) (-|[A-Za-z0-9+/=]+) (-|[A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class Served:
    """One list: its text, since when it is in place (None: not known), and the text before it."""

    text: str
    since: float | None
    before: str = ""


@dataclass(frozen=True)
class Seen:
    """What the address server was seen to do, by its own clock. C(fetched): name → when it was last given away."""

    now: float
    started: float
    lists: Mapping[str, Served] = field(default_factory=dict)
    fetched: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class BrokerList:
    """C(nameservers): with which the broker runs; where that is not C(known), all that it may have. C(pin): what it is
    started with the next time; empty: what it fetches then. C(fetches): whether it fetches its list, None where that is
    not known. C(why): what is not known or not in order, in words.
    """

    nameservers: tuple[str, ...] = ()
    pin: tuple[str, ...] = ()
    fetches: bool | None = None
    known: bool = False
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "nameservers": list(self.nameservers), "pin": list(self.pin)}


def name_of(broker: Mapping[str, Any]) -> str:
    """The name of a broker's path, which stands in the log: C(brokerName-brokerId)."""
    return f"{broker['name']}-{broker['id']}"


def path_of(values: Mapping[str, Any]) -> str:
    """The path of the broker of a host of the inventory."""
    number = values.get("rocketmq_broker_id")
    broker_id = number if number is not None else int(values["rocketmq_role"] != "master")
    return release.ADDRESS_SERVER_DIRECTORY + name_of({"name": values["rocketmq_broker_name"], "id": broker_id})


def problem_of_name(broker_name: str) -> str:
    """Why a broker's name cannot be a part of a path; nothing where it can. 4.4.0 puts it there as it is."""
    if _NAME.fullmatch(broker_name):
        return ""
    return f"{printable(broker_name, 60)} cannot be a part of an address: letters, digits, '.', '_' and '-' only"


def text_of(nameservers: Iterable[str]) -> str:
    """The text that is served; ValueError where it would not be one: 4.4.0 takes any text over."""
    text = ";".join(nameservers)
    if wrong := problem_of_list(text):
        raise ValueError(wrong)
    return text


def read(lines: Iterable[str]) -> Seen:
    """What roles/address_server/files/read.sh printed; ValueError, in words, where it is none."""
    single: dict[str, float] = {}
    lists: dict[str, Served] = {}
    fetched: dict[str, float] = {}
    ended = False
    for line in lines:
        key, equals, value = line.strip().partition("=")
        if not equals or ended:
            raise ValueError(f"unexpected output: {printable(line, 80)}")
        if key == "end":
            ended = True
        elif key in ("now", "started") and re.fullmatch(_TIME, value):
            single[key] = float(value)
        elif key == "list" and (match := _LIST.fullmatch(value)):
            since = None if match[2] == "-" else float(match[2])
            lists[match[1]] = Served(_text(match[3]), since, _text(match[4]))
        elif key == "fetch":
            # Any client may ask for any path: a path that is no broker's is left out.
            if match := _FETCH.fullmatch(value):
                fetched[match[2]] = max(float(match[1]), fetched.get(match[2], 0.0))
        else:
            raise ValueError(f"unexpected output: {printable(line, 80)}")
    if not ended or len(single) != 2:
        raise ValueError("the answer is cut")
    return Seen(single["now"], single["started"], lists, fetched)


def judge(broker: Mapping[str, Any], config: Any, seen: Seen | str) -> BrokerList:
    """The list of one broker. C(config): its configuration (code 26), anything else where it did not answer.

    C(seen): a text says why the address server could not be asked.
    """
    if not isinstance(config, Mapping):
        return BrokerList(why="the broker does not answer")
    pin = tuple(addresses(printable(str(config.get("namesrvAddr") or ""), 2000)))
    if isinstance(seen, str):
        return BrokerList(pin, pin, why=f"the address server tells nothing ({seen})")
    name = name_of(broker)
    served, last = seen.lists.get(name), seen.fetched.get(name)
    if served is not None and (wrong := problem_of_list(served.text)):
        return BrokerList(pin, pin, why=f"what the address server serves for it is no list: {wrong}")
    present = tuple(addresses(served.text)) if served else ()
    if served is not None and last is not None and seen.now - last <= MISSED_AFTER:
        if served.since is not None and last > served.since:
            return BrokerList(present, pin, True, True)
        both = tuple(dict.fromkeys((*addresses(served.before), *present)))
        return BrokerList(both, pin, True, why="it has not fetched its present list yet")
    if seen.now - seen.started <= MISSED_AFTER:
        may = tuple(dict.fromkeys((*pin, *present)))
        return BrokerList(may, pin, why="the address server has just started, and it has fetched no list since")
    if pin:
        # It was started with this, and fetches nothing.
        return BrokerList(pin, pin, False, True)
    gone = "never" if last is None else f"{seen.now - last:.0f} s ago"
    return BrokerList(
        fetches=False,
        why=f"it has no list of name servers of its own, and fetched one {gone}: it was started while the"
        " address server was away, or does not reach it",
    )  # fmt: skip


def not_fetched(seen: Seen, awaited: Mapping[str, str], since: float = 0.0) -> list[str]:
    """A line for each name of which it is not proved that its broker has fetched this text since it is in place.

    since: and after that, by the server's clock.
    """
    missing = []
    for name, text in awaited.items():
        served, last = seen.lists.get(name), seen.fetched.get(name)
        if served is None or served.text != text:
            is_there = printable(served.text, 200) if served else "nothing"
            missing.append(f"{name} ({is_there} is served, and not {printable(text, 200)})")
        elif served.since is None:
            missing.append(f"{name} (it is not known since when its list is in place)")
        elif last is None or last <= max(served.since, since):
            when = "never seen to fetch one" if last is None else f"last seen {seen.now - last:.0f} s ago"
            missing.append(f"{name} ({when}, and its list is in place since {seen.now - served.since:.0f} s)")
    return missing


def body(lines: Iterable[str]) -> str:
    """The body in an answer of HTTP, as a machine printed it with its head; ValueError, in words, where it is none."""
    printed = [line.rstrip("\r") for line in lines]
    if not printed or not re.fullmatch(r"HTTP/1[.][01] [0-9]{3}( .*)?", printed[0]):
        raise ValueError(f"no answer of HTTP: {printable(printed[0], 80) if printed else 'nothing came'}")
    status = printed[0].split()[1]
    if status != "200":
        raise ValueError(f"it answered {status}")
    if "" not in printed:
        raise ValueError("the answer is cut")
    return "\n".join(printed[printed.index("") + 1 :]).strip()


def _text(encoded: str) -> str:
    try:
        return "" if encoded == "-" else base64.b64decode(encoded, validate=True).decode("utf-8", "replace").strip()
    except binascii.Error as error:
        raise ValueError(f"unexpected output: no base64 ({error})") from error
