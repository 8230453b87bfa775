# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons why something does not pass, the one catalogue of their codes, and waivers.

A reason's subject is a path of plain names joined with ``/``, from the largest thing to the smallest, for example
``mro/mro-late/mro-orders`` (cluster, group, topic). Each entry of the catalogue says what its subject looks like.
Waivers match subjects with shell patterns, in which ``*`` also matches ``/``.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

BLOCKING = "blocking"  # cannot be waived
WAIVABLE = "waivable"  # blocks without a waiver
NOTICE = "notice"  # never blocks
SEVERITIES = (BLOCKING, WAIVABLE, NOTICE)

_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


@dataclass(frozen=True)
class Entry:
    """One code of the catalogue. ``subject`` shows the form of the subject."""

    code: str
    severity: str
    subject: str
    meaning: str
    remedy: str


CATALOGUE: dict[str, Entry] = {}


def define(code: str, severity: str, subject: str, meaning: str, remedy: str) -> str:
    """Adds a code and returns it. A code has one meaning: defining it again differently is a ValueError."""
    if not _CODE.fullmatch(code):
        raise ValueError(f"reason code {code!r} is not in upper snake case")
    if severity not in SEVERITIES:
        raise ValueError(f"reason code {code}: severity {severity!r} is none of {', '.join(SEVERITIES)}")
    entry = Entry(code, severity, subject, meaning, remedy)
    if CATALOGUE.setdefault(code, entry) != entry:
        raise ValueError(f"reason code {code} is defined twice, with two meanings")
    return code


@dataclass(frozen=True)
class Reason:
    """``evidence`` holds what was seen: numbers, request, address. Severity comes from the catalogue."""

    code: str
    subject: str
    evidence: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.code not in CATALOGUE:
            raise ValueError(f"reason code {self.code!r} is not in the catalogue")

    @property
    def severity(self) -> str:
        return CATALOGUE[self.code].severity

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code, "subject": self.subject, "evidence": dict(self.evidence), "severity": self.severity,
        }

    def __str__(self) -> str:
        seen = ", ".join(f"{key} {value}" for key, value in self.evidence.items())
        return f"{self.code} {self.subject}" + (f" ({seen})" if seen else "")


class WaiverError(ValueError):
    """A waiver that cannot be used; the text says which one and why."""


@dataclass(frozen=True)
class Waiver:
    """``until`` is the last day on which it counts (None: no end)."""

    code: str
    subject: str
    reason: str
    who: str = ""
    until: datetime.date | None = None

    def covers(self, reason: Reason, today: datetime.date | None) -> bool:
        """Without ``today`` an end date is not looked at."""
        if self.until is not None and today is not None and today > self.until:
            return False
        return (
            reason.severity == WAIVABLE
            and reason.code == self.code
            and fnmatchcase(reason.subject, self.subject)
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code, "subject": self.subject, "reason": self.reason, "who": self.who,
            "until": self.until.isoformat() if self.until else None,
        }


def parse_waivers(items: Iterable[Mapping[str, Any]] | None) -> tuple[Waiver, ...]:
    """Waivers out of an inventory's list of ``{code, subject, reason, who?, until?}``.

    Raises WaiverError for one without a reason or a subject, with an unknown code, with a code that nothing can
    waive, or with an end that is no date.
    """
    return tuple(_waiver(number, item) for number, item in enumerate(_listed(items), start=1))


def waiver_problems(items: Any) -> list[str]:
    """What C(parse_waivers) refuses, for each waiver, instead of the first one only."""
    try:
        listed = _listed(items)
    except WaiverError as error:
        return [str(error)]
    problems = []
    for number, item in enumerate(listed, start=1):
        try:
            _waiver(number, item)
        except WaiverError as error:
            problems.append(str(error))
    return problems


def _listed(items: Any) -> list[Any]:
    if items is None or items == "":
        return []
    if isinstance(items, (str, Mapping)) or not isinstance(items, Iterable):
        raise WaiverError("waivers are a list of mappings with code, subject and reason")
    return list(items)


def _waiver(number: int, item: Any) -> Waiver:
    if not isinstance(item, Mapping):
        raise WaiverError(f"waiver {number} is no mapping with code, subject and reason")
    code, subject = str(item.get("code") or "").strip(), str(item.get("subject") or "").strip()
    where = f"waiver {number} ({code or 'no code'} {subject or 'no subject'})"
    unknown = set(item) - {"code", "subject", "reason", "who", "until"}
    if unknown:
        raise WaiverError(f"{where}: unknown key {', '.join(sorted(map(str, unknown)))}")
    entry = CATALOGUE.get(code)
    if entry is None:
        near = difflib.get_close_matches(code, waivable_codes(), n=1)
        hint = f"did you mean {near[0]}?" if near else "docs/reasons.md has those that can be waived"
        raise WaiverError(f"{where}: no reason has this code; {hint}")
    if entry.severity != WAIVABLE:
        raise WaiverError(f"{where}: {entry.severity} reasons need and take no waiver" if entry.severity == NOTICE
                          else f"{where}: this reason cannot be waived: {entry.remedy}")
    if not subject:
        raise WaiverError(f"{where}: the subject is missing (its form is {entry.subject})")
    why = str(item.get("reason") or "").strip()
    if not why:
        raise WaiverError(f"{where}: it does not say why (reason)")
    return Waiver(code, subject, why, str(item.get("who") or "").strip(), _date(item.get("until"), where))


def waivable_codes() -> list[str]:
    return [code for code, entry in CATALOGUE.items() if entry.severity == WAIVABLE]


def _date(value: Any, where: str) -> datetime.date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value).strip())
    except ValueError:
        raise WaiverError(f"{where}: until {value!r} is not a date of the form YYYY-MM-DD") from None


@dataclass(frozen=True)
class Judged:
    """``blocking`` what still blocks, ``waived`` what a waiver covers, ``notices`` what is only told.
    ``unused``: waivers that covered nothing (expired ones included)."""

    blocking: tuple[Reason, ...]
    waived: tuple[tuple[Reason, Waiver], ...]
    notices: tuple[Reason, ...]
    unused: tuple[Waiver, ...]

    @property
    def ok(self) -> bool:
        return not self.blocking

    def as_result(self) -> dict[str, Any]:
        """Keys of a module's result: ``reasons`` (all, blocking first), ``waived``, ``unused_waivers``."""
        return {
            "reasons": [reason.as_dict() for reason in (*self.blocking, *self.notices)],
            "waived": [{**reason.as_dict(), "waiver": waiver.as_dict()} for reason, waiver in self.waived],
            "unused_waivers": [waiver.as_dict() for waiver in self.unused],
        }


def apply_waivers(
    reasons: Iterable[Reason], waivers: Iterable[Waiver], today: datetime.date | None = None
) -> Judged:
    """Splits ``reasons``; an expired waiver covers nothing."""
    waivers = tuple(waivers)
    blocking, waived, notices, used = [], [], [], set()
    for reason in reasons:
        if reason.severity == NOTICE:
            notices.append(reason)
            continue
        waiver = next((one for one in waivers if one.covers(reason, today)), None)
        if waiver is None:
            blocking.append(reason)
        else:
            used.add(waiver)
            waived.append((reason, waiver))
    return Judged(
        tuple(blocking), tuple(waived), tuple(notices), tuple(waiver for waiver in waivers if waiver not in used)
    )


def summary(reasons: Iterable[Reason], limit: int = 10) -> str:
    """The first reasons in one readable line, and how many more there are."""
    listed = list(reasons)
    text = "; ".join(str(reason) for reason in listed[:limit])
    return text + (f"; and {len(listed) - limit} more" if len(listed) > limit else "")


# --- the catalogue --------------------------------------------------------------------------------------
# One place, so that a waiver means the same to every module and each code is documented once.

# Answers that did not come
define("NAMESERVER_UNKNOWN", BLOCKING, "cluster/nameserver",
       "A name server did not answer, so what it tells clients is not known.",
       "Look at the request and the address in the evidence; start the name server or repair the connection.")
define("BROKER_UNKNOWN", BLOCKING, "cluster/broker",
       "A master did not answer a request that the decision needs.",
       "Look at the request and the address in the evidence; the phase can be run again when the broker answers.")
define("NOTHING_SEEN", BLOCKING, "cluster",
       "Not one topic, group or queue was found where some were expected: nothing proves anything.",
       "Check the addresses in the inventory; a cluster without any topic needs no migration.")

# Registration and routes
define("BROKER_NOT_REGISTERED", BLOCKING, "nameserver/broker:id",
       "A name server does not list an expected broker.",
       "Check the broker's namesrvAddr and log; a broker is listed within 30 s when the name server is reachable.")
define("BROKER_ADDRESS_DIFFERS", BLOCKING, "nameserver/broker:id",
       "A name server lists another address under the broker's name and id.",
       "Two brokers share a name, or brokerIP1 is wrong; stop the wrong one before anything else.")
define("BROKER_NOT_IN_CLUSTER", BLOCKING, "nameserver/broker",
       "A name server lists the broker under another cluster's name.",
       "Check brokerClusterName; a broker name must not be used by two clusters of one name server.")
define("TABLE_EMPTY", BLOCKING, "cluster/broker",
       "A master has no topic of the business in its table.",
       "The seed files were not read or the metadata was not copied: copy it before going on.")
define("TOPICS_NOT_LISTED", BLOCKING, "nameserver/broker",
       "Topics of a master's table are missing from a name server's list.",
       "An incremental registration can hide all others: send the same brokerPermission to the master again.")
define("TOPICS_NOT_ROUTED", BLOCKING, "nameserver/broker",
       "A name server's routes of some topics do not contain the master.",
       "Send the same brokerPermission to the master again; it then registers its complete table.")
define("ROUTES_DIFFER", BLOCKING, "nameserver/broker",
       "A name server publishes other queue numbers than the master's table holds.",
       "Send the same brokerPermission to the master again; it then registers its complete table.")
define("ROUTE_PERM_DIFFERS", BLOCKING, "nameserver/broker",
       "A name server publishes another permission than the one expected.",
       "Check brokerPermission on the master and send it again.")

# Stop of writes
define("CLIENT_WRITES", BLOCKING, "cluster/broker/topic/queue",
       "A client wrote to a source that should not be written any more.",
       "Permission 4 is no fence: only the owner of a producer that pins its queue or cannot reach the name server "
       "can end it.")
define("UNEXPLAINED_GROWTH", BLOCKING, "cluster/broker/topic/queue",
       "A queue grew and the records that made it grow could not be read, so nothing proves that the broker wrote "
       "them itself.",
       "Run the check again; when it stays, look at the broker's log.")
define("BROKER_RESTARTED", BLOCKING, "cluster/broker",
       "A broker was restarted, or its commit log went back, while it was watched.",
       "Find out why; the window begins anew.")

# Drain
define("NOT_DRAINED", BLOCKING, "cluster/group/topic",
       "A group still has messages to consume and does consume them.",
       "Wait, or give the group more consumers.")
define("STALLED", WAIVABLE, "cluster/group/topic",
       "A group is online and has messages to consume, but its offset does not move.",
       "Look at the consumers of this group.")
define("NO_CONSUMER", WAIVABLE, "cluster/group/topic",
       "Messages wait for a group that has no consumer for this topic on the broker.",
       "Start the group's consumers, or waive the rest by name.")
define("TOPIC_WITHOUT_GROUP", WAIVABLE, "cluster/topic",
       "A topic holds messages and no group consumes it: nothing will ever drain it.",
       "Start a consumer, export the messages, or waive the topic by name.")
define("HIDDEN_QUEUE", WAIVABLE, "cluster/group/topic",
       "Messages lie in queues beyond the topic's readQueueNums, where no consumer can read them.",
       "Raise readQueueNums of the topic on this broker.")
define("OFFSET_BEYOND_END", WAIVABLE, "cluster/group/topic",
       "A committed offset lies behind the end of its queue, so it does not tell what was consumed.",
       "The store lost data or offsets were written by hand; find out, then set the offset or waive it.")
define("REWOUND", BLOCKING, "cluster/group/topic",
       "A group's committed offset went back while it was watched; it consumes messages again.",
       "Wait until it has caught up; find out who reset it.")
define("BROADCAST_UNKNOWN", WAIVABLE, "cluster/group/topic",
       "The progress of a broadcasting group's client is not known: only the client itself knows it.",
       "Check that the client answers and holds every queue of the topic, or waive the group by name. On a closed "
       "broker no client can tell: give the commit_logs of the proof before the close, or open it for reading again.")
define("BROADCAST_CLOSED", NOTICE, "cluster/group/topic",
       "The broker is closed, so a broadcasting group's progress on it cannot be asked any more.",
       "Nothing was written since; the progress had to be proved before the broker was closed.")
define("PULL_GROUP", WAIVABLE, "cluster/group/topic",
       "A pull consumer has messages to consume; its committed offset is what the application chose to commit.",
       "Ask the owner; waive the group by name when its offset does not tell its progress.")
define("DELAYED_PENDING", BLOCKING, "cluster/broker/level",
       "Delayed messages are not due yet.",
       "Wait; the longest delay level decides how long.")
define("DELIVERY_BEYOND_END", WAIVABLE, "cluster/broker/level",
       "A broker counts more messages as delivered than a delay level (or, as level half, the topic of undecided "
       "transactions) has ever held: what is written there next is never delivered.",
       "The store lost data, or delayOffset.json or consumerOffset.json is of another store; find out before "
       "anything is stopped.")
define("GROUP_WITHOUT_OFFSETS", WAIVABLE, "cluster/group",
       "A group is known to the brokers, is offline and has no offset anywhere, so nothing tells what it has read: it "
       "broadcasts, or it was never used.",
       "Start its consumers, or ask its owner and waive the group by name.")
define("HALF_PENDING", BLOCKING, "cluster/broker",
       "Transactional messages are undecided.",
       "Wait for the broker's checks, one a minute; after 15 checks the broker drops them.")
define("SLAVE_BEHIND", BLOCKING, "cluster/broker:id",
       "A slave does not hold everything its master holds.",
       "Wait for the replication; check haServerAddr when it does not move.")
define("SLAVE_UNKNOWN", WAIVABLE, "cluster/broker:id",
       "A slave did not answer, so it is not known whether it holds everything.",
       "Start the slave, or waive it by name.")
define("NOT_SETTLED", BLOCKING, "cluster/broker",
       "Everything is consumed, but the commit log has not stood still for the whole window yet.",
       "Wait; when it goes on growing, somebody still writes.")
define("WRITTEN_SINCE", BLOCKING, "cluster/broker",
       "The commit log does not end where it ended when the drain was proved.",
       "Somebody wrote to the broker since: open it for reading again and drain it once more.")
define("DRAIN_GROWS", BLOCKING, "cluster",
       "More remains with every look, so the drain does not come to an end by waiting.",
       "A group consumes more slowly than its retries or delayed messages come; give it more consumers.")
define("CONSUMER_LOST", BLOCKING, "cluster/group",
       "A group that was draining its messages has lost its last consumer.",
       "Start the group's consumers and run the phase again, or waive NO_CONSUMER for what it leaves.")
define("TARGET_FALLS_BEHIND", BLOCKING, "cluster",
       "The target's own backlog grows faster than is allowed: its consumers do not keep up.",
       "Give the groups in the evidence more consumers before more traffic is moved; the source still has its data.")
define("DLQ_CONTENT", NOTICE, "cluster/topic",
       "A dead-letter queue holds messages. They stay on the source and end with it.",
       "Export them with rocketmq_dlq, which can also send them again, before the source is decommissioned.")
define("EXPIRED", NOTICE, "cluster/group/topic",
       "Messages were deleted by the broker's retention before the group consumed them.",
       "Nothing can be consumed any more; tell the owner.")

# Stage
define("STAGE_MIXED", BLOCKING, "source/topic",
       "The routes of a topic fit none of the stages.",
       "The rows in the evidence disagree; run the phase that was interrupted again.")

# One catalogue, whoever asks: a waiver for a code of one gate is known to all others. Imported last, because those
# files define their codes with what stands above.
from . import client_reasons as _client_reasons  # noqa: E402,F401
from . import drift_reasons as _drift_reasons  # noqa: E402,F401
from . import environment_reasons as _environment_reasons  # noqa: E402,F401
from . import preflight_reasons as _preflight_reasons  # noqa: E402,F401
