# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a migration has proved and must not forget: one document, and the changes that a proof makes in it.

Nothing live shows these things again. A closed source does not show whether a client wrote to it since its drain, a
process that has ended answers nothing, and a machine that was switched off looks like one that was never asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from ..._admin.models import BrokerSpec, ClusterSpec
from ..clients import writers
from ..clients.census import Socket
from ..machines.answer import printable
from . import file_values as values
from .file_values import ShapeError

T = TypeVar("T")

KIND = "mqops.rocketmq.proofs"
VERSION = 1
# Ten thousand topics at twenty masters make ten MiB.
MOST_MIB = 64
# When it was known that a target holds nothing.
DEPLOY, UNDO = "deploy", "undo"

# An older copy would prove what is no longer so: that a target is empty, for example, which was opened since.
_RESTORE = (
    "It was left as it is. Restore it from a copy that was made after the last phase which has changed something "
    "(phases.jsonl beside it says when that was), and from no older one. Where there is none, move it elsewhere and "
    "run this again: then nothing counts as proved, and each phase says what has to be proved again. Messages that no "
    "broadcasting consumer has read, and that were not told yet, are told no more then."
)


class ProofsError(ValueError):
    """A file that cannot be used, in words for the operator. C(kind): cut, foreign, newer, wrong or huge."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        super().__init__(text)


@dataclass(frozen=True)
class Drained:
    """Of sources that were closed after the proof of their drain, and of what no phase has reported yet.

    C(ends): master's address → end of its commit log when it was proved to be drained. C(broadcast_topics): source →
    topics that are read by broadcast. C(missed): source → a line for each that no broadcasting consumer will read.
    """

    ends: Mapping[str, int] = field(default_factory=dict)
    broadcast_topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """Where a master's commit log ended at the last check before its process was ended, and in which directory."""

    end: int
    path: str


@dataclass(frozen=True)
class Leaving:
    """Of sources that leave a target, what was proved and not reported yet: master's address → topic → its end, of
    topics that no other source owns; subjects that are unread by a waiver.
    """

    sources: tuple[str, ...] = ()
    topic_ends: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    waived: tuple[str, ...] = ()


@dataclass(frozen=True)
class Released:
    """A source whose clients were released: host → address of each process. Its machines may be switched off."""

    hosts: Mapping[str, str]
    decommissioned: bool = False


@dataclass(frozen=True)
class Empty:
    """The target holds nothing, until it is opened: since its first DEPLOY, or since the proof of its UNDO."""

    since: str
    brokers: tuple[BrokerSpec, ...]


@dataclass(frozen=True)
class Reading:
    """What was read of sources that were opened again: C(offenders), C(unread) as rocketmq_write_stop returns them.

    C(unread) None: nothing was read, and C(failure) says why. C(peers): addresses that were connected to the masters.
    """

    offenders: tuple[Mapping[str, Any], ...] = ()
    unread: Mapping[str, str] | None = None
    failure: str = "nothing was read"
    peers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proofs:
    """All that is remembered. C(checked) is by master's address, C(released) by source, C(processes) by host: what
    kept_processes.py knows of a process that has ended.
    """

    drained: Drained = Drained()
    checked: Mapping[str, Checked] = field(default_factory=dict)
    leaving: Leaving = Leaving()
    released: Mapping[str, Released] = field(default_factory=dict)
    empty: Empty | None = None
    processes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {"kind": KIND, "version": VERSION, **asdict(self)}

    def dump(self) -> str:
        """The text of the file. Raises ShapeError for what parse() would refuse."""
        text = json.dumps(self.as_dict(), indent=2, sort_keys=True) + "\n"
        if len(text) > MOST_MIB * 1024**2:
            raise ShapeError(f"it would have more than {MOST_MIB} MiB")
        _read(json.loads(text))
        return text

    # Close
    def with_drained(
        self,
        sources: Iterable[ClusterSpec],
        commit_logs: Mapping[str, int],
        broadcast_topics: Mapping[str, Iterable[str]],
    ) -> Proofs:
        """Once sources were proved to be drained; the other arguments may know of more than these."""
        ends, topics = dict(self.drained.ends), dict(self.drained.broadcast_topics)
        for source in sources:
            addresses = [broker.address for broker in source.brokers]
            ends.update({address: commit_logs[address] for address in addresses if address in commit_logs})
            now = tuple(broadcast_topics[source.name])
            topics[source.name] = (*(one for one in topics.get(source.name, ()) if one not in now), *now)
        return replace(self, drained=replace(self.drained, ends=ends, broadcast_topics=topics))

    def reopened(self, sources: Iterable[ClusterSpec], reading: Reading) -> Proofs:
        """Once sources were opened for reading again: their proofs end, what they have missed is added.

        A broadcasting consumer gets a queue back at its end; so whatever was written to its topics is missed, and what
        was not read counts as written.
        """
        ends, topics = dict(self.drained.ends), dict(self.drained.broadcast_topics)
        missed: dict[str, list[str]] = {}
        for source in sources:
            closed = [master.name for master in source.masters if ends.pop(master.address, None) is not None]
            broadcast = topics.pop(source.name, ())
            if closed and broadcast:
                missed[source.name] = _missed(source.name, closed, broadcast, reading)
        changed = replace(self, drained=replace(self.drained, ends=ends, broadcast_topics=topics))
        return changed.with_missed(missed)

    def unrecorded(self, sources: Iterable[ClusterSpec], where: str) -> Proofs:
        """Of closed sources that are to be opened again: those without a proof of their drain may have missed anything.

        C(where): the file that should have held it.
        """
        return self.with_missed({
            source.name: [
                f"perhaps any such topic of {source.name}: {where} does not say where its logs ended when it was closed"
            ]
            for source in sources
            if not {broker.address for broker in source.brokers} & self.drained.ends.keys()
        })  # fmt: skip

    def with_missed(self, lines: Mapping[str, Iterable[str]]) -> Proofs:
        """Once more was missed: source → a line for each. A line that is there already is not added again."""
        missed = dict(self.drained.missed)
        for source, more in lines.items():
            told_once = dict.fromkeys([*missed.get(source, ()), *(printable(one, values.LONGEST_LINE) for one in more)])
            missed.update({source: tuple(told_once)} if told_once else {})
        return replace(self, drained=replace(self.drained, missed=missed))

    def reported(self, sources: Iterable[str]) -> Proofs:
        """Once a run has reported to the operator what these sources have missed."""
        return replace(self, drained=replace(self.drained, missed=_without(self.drained.missed, sources)))

    # Stop
    def with_checked(self, stores: Mapping[str, Checked]) -> Proofs:
        """Once the ends of commit logs were checked, by master's address."""
        return replace(self, checked={**self.checked, **stores})

    def without_checked_of(self, addresses: Iterable[str]) -> Proofs:
        """Once these brokers run again, or are about to: where their stores ended says nothing any more."""
        return replace(self, checked=_without(self.checked, addresses))

    def with_processes(self, processes: Mapping[str, Mapping[str, Any]]) -> Proofs:
        """Once it is known how processes were started, by host; what was known before is among it."""
        return replace(self, processes=dict(processes))

    # Release
    def with_released(self, hosts: Mapping[str, Mapping[str, str]], decommissioned: bool) -> Proofs:
        """Once the clients of sources were released (source → host → address), or their machines let go.

        A source whose machines were let go stays so.
        """
        found = {
            source: Released(its, decommissioned or (source in self.released and self.released[source].decommissioned))
            for source, its in hosts.items()
        }
        return replace(self, released={**self.released, **found})

    def forget_released(self, sources: Iterable[str]) -> Proofs:
        """Once the processes of these sources run again, or are about to."""
        return replace(self, released=_without(self.released, sources))

    # Target
    def with_empty(self, since: str, brokers: Iterable[BrokerSpec]) -> Proofs:
        return replace(self, empty=Empty(since, tuple(brokers)))

    def without_empty(self) -> Proofs:
        """Once the target takes writes, or is about to."""
        return replace(self, empty=None)

    # Leave
    def leaving_of(self, sources: Iterable[str]) -> Leaving:
        """What was proved of the topics of these sources; nothing where it was proved of others."""
        return self.leaving if set(sources) & set(self.leaving.sources) else Leaving()

    def with_leaving(
        self, sources: Iterable[str], topic_ends: Mapping[str, Mapping[str, int]], waived: Iterable[str]
    ) -> Proofs:
        """Once the topics of sources that leave were proved to be read; masters that have left already keep theirs."""
        names = tuple(sources)
        known = self.leaving_of(names)
        ends = {**known.topic_ends, **topic_ends}
        subjects = dict.fromkeys([*known.waived, *(printable(one, values.LONGEST_LINE) for one in waived)])
        return replace(self, leaving=Leaving(names, ends, tuple(subjects)))

    def without_leaving_of(self, sources: Iterable[str]) -> Proofs:
        """Once these sources have left and that was reported, or join again."""
        return replace(self, leaving=Leaving()) if set(sources) & set(self.leaving.sources) else self

    def sent_since(self, sources: Iterable[str], now: Mapping[str, Mapping[str, int]]) -> list[str]:
        """What was sent to the topics of these sources since they were proved to be read."""
        return written_since(self.leaving_of(sources).topic_ends, now)


def written_since(ends: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Where messages were added to topics, a line each, by two results C(topic_ends) of rocketmq_offset_lag.

    A topic without an end in the second result is named, too: what was sent to it is not known. A topic in the second
    result only was made since.
    """
    lines = []
    for address, topics in ends.items():
        later = now.get(address) or {}
        for topic in sorted({*topics, *later}):
            if topic not in later:
                lines.append(f"perhaps {topic} on {address}, which could not be read again")
            elif later[topic] != topics.get(topic, 0):
                lines.append(f"{later[topic] - topics.get(topic, 0)} in {topic} on {address}")
    return lines


def parse(text: str, where: str) -> Proofs:
    """The document in a file. Raises ProofsError, which says what was read, where, and what to do."""
    if len(text) > MOST_MIB * 1024**2:
        raise huge(where)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        why = f"{error.msg} in line {error.lineno}, column {error.colno}" if text.strip() else "it is empty"
        raise ProofsError("cut", f"{where} is cut off, or no JSON ({why}). {_RESTORE}") from error
    except (ValueError, RecursionError) as error:
        raise ProofsError("foreign", f"{where} cannot be read as JSON ({error}). {_other(where)}") from error
    if not isinstance(value, Mapping) or value.get("kind") != KIND:
        kind = value.get("kind") if isinstance(value, Mapping) else None
        said = f"of kind '{printable(kind, 60)}'" if isinstance(kind, str) else "without its kind"
        raise ProofsError("foreign", f"{where} is a document {said}, and not the proofs ({KIND}). {_other(where)}")
    try:
        version = values.number(value.get("version"), "version")
        if version > VERSION:
            raise ProofsError(
                "newer",
                f"{where} has version {version}, and this collection knows version {VERSION}: a newer one has written "
                "it. It was left as it is. Run this with the newer collection, with which the migration has gone on; "
                "do not edit the file.",
            )
        return _read(value)
    except ShapeError as error:
        raise ProofsError(
            "wrong", f"{where} cannot be used: {error}. It was edited, or the disk has damaged it. {_RESTORE}"
        ) from error


def huge(where: str) -> ProofsError:
    """For a file that is too long to be read."""
    return ProofsError("huge", f"{where} has more than {MOST_MIB} MiB, as no proofs have. {_other(where)}")


def _other(where: str) -> str:
    return f"Something else was put there; find out what. {_RESTORE}"


def _missed(source: str, closed: Iterable[str], broadcast: tuple[str, ...], reading: Reading) -> list[str]:
    lines = writers.lines(
        [one for one in reading.offenders if one["cluster"] == source and one["topic"] in broadcast],
        [Socket("", "", "", peer) for peer in reading.peers],
    )
    for broker in closed:
        why = reading.failure if reading.unread is None else reading.unread.get(f"{source}/{broker}")
        if why:
            lines.append(
                f"perhaps {', '.join(broadcast)} on {source}/{broker}, whose commit log could not be read: {why}"
            )
    return lines


def _without(known: Mapping[str, T], names: Iterable[str]) -> dict[str, T]:
    gone = set(names)
    return {name: value for name, value in known.items() if name not in gone}


# What of a document is believed
def _read(value: Any) -> Proofs:
    keys = ("kind", "version", "drained", "checked", "leaving", "released", "empty", "processes")
    found = values.fields(value, "the document", keys)
    if found["version"] != VERSION:
        raise ShapeError(f"version is {found['version']}, and there is none but {VERSION}")
    return Proofs(
        drained=_drained(found["drained"], "drained"),
        checked=values.by_name(found["checked"], "checked", _checked),
        leaving=_leaving(found["leaving"], "leaving"),
        released=values.by_name(found["released"], "released", _released),
        empty=None if found["empty"] is None else _empty(found["empty"], "empty"),
        processes=values.by_name(found["processes"], "processes", _process),
    )


def _names(value: Any, place: str) -> tuple[str, ...]:
    return values.listed(value, place, values.name)


def _drained(value: Any, place: str) -> Drained:
    found = values.fields(value, place, ("ends", "broadcast_topics", "missed"))
    return Drained(
        ends=values.by_name(found["ends"], f"{place}.ends", values.number),
        broadcast_topics=values.by_name(found["broadcast_topics"], f"{place}.broadcast_topics", _names),
        missed=values.by_name(
            found["missed"], f"{place}.missed", lambda one, where: values.listed(one, where, values.line)
        ),
    )


def _checked(value: Any, place: str) -> Checked:
    found = values.fields(value, place, ("end", "path"))
    return Checked(values.number(found["end"], f"{place}.end"), values.text(found["path"], f"{place}.path"))


def _leaving(value: Any, place: str) -> Leaving:
    found = values.fields(value, place, ("sources", "topic_ends", "waived"))
    return Leaving(
        sources=_names(found["sources"], f"{place}.sources"),
        topic_ends=values.by_name(
            found["topic_ends"], f"{place}.topic_ends", lambda one, where: values.by_name(one, where, values.number)
        ),
        waived=values.listed(found["waived"], f"{place}.waived", values.line),
    )


def _released(value: Any, place: str) -> Released:
    found = values.fields(value, place, ("hosts", "decommissioned"))
    return Released(
        hosts=values.by_name(found["hosts"], f"{place}.hosts", values.name),
        decommissioned=values.flag(found["decommissioned"], f"{place}.decommissioned"),
    )


def _empty(value: Any, place: str) -> Empty:
    found = values.fields(value, place, ("since", "brokers"))
    if found["since"] not in (DEPLOY, UNDO):
        raise ShapeError(f"{place}.since is neither {DEPLOY} nor {UNDO}")
    return Empty(found["since"], values.listed(found["brokers"], f"{place}.brokers", _broker))


def _broker(value: Any, place: str) -> BrokerSpec:
    found = values.fields(value, place, ("name", "id", "address"))
    return BrokerSpec(
        name=values.name(found["name"], f"{place}.name"),
        id=values.number(found["id"], f"{place}.id"),
        address=values.name(found["address"], f"{place}.address"),
    )


def _process(value: Any, place: str) -> dict[str, Any]:
    """An entry of kept_processes.py, which judges its texts itself where they become part of a command."""
    found = dict(values.mapping(value, place))
    for key, one in found.items():
        where = f"{place}.{key}"
        if key == "without_file":
            values.flag(one, where)
        elif key != "uid":
            values.opaque(one, where)
        elif one is not None:
            values.number(one, where)
    return found
