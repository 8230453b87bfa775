# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preflight: how the sources' processes are configured, against what the target will be given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._admin import release
from ..._admin.models import known
from ..reasons.reason import Reason
from .facts import Facts, answered_masters

FULL_PERMISSION = str(release.READ_WRITE)
# Hours. A drain may have to wait for an owner who is asked in the morning, and 4.4.0 deletes at four o'clock.
MIN_RETENTION = 48

_CREATES = ("autoCreateTopicEnable", "autoCreateSubscriptionGroup")
_EXACT = ("msgTraceTopicName",)
_NUMBERS = ("maxMessageSize", "fileReservedTime", "diskMaxUsedSpaceRatio")


def settings(facts: Facts) -> Iterator[Reason]:
    """Configuration of the sources' masters against what the target's will be given."""
    wanted = {key: setting(facts.target_config, key) for key in release.BROKER_DEFAULTS}
    for snapshot in facts.snapshots:
        for view in answered_masters(snapshot):
            subject = f"{snapshot.spec.name}/{view.spec.name}"
            found = {key: setting(view.config, key) for key in release.BROKER_DEFAULTS}
            yield from _messages(subject, found, wanted)
            yield from _names(subject, found, wanted)


def versions(facts: Facts) -> Iterator[Reason]:
    """Every broker, slaves too, against the version that all this was proved with."""
    for snapshot in facts.snapshots:
        for view in snapshot.brokers.values():
            if known(view.runtime):
                version = view.runtime.get("brokerVersionDesc", "")
                if version != release.VERSION_NAME:
                    subject = f"{snapshot.spec.name}/{view.spec.name}:{view.spec.id}"
                    yield Reason("OTHER_VERSION", subject, {"version": version or "not told"})


def retention(facts: Facts) -> Iterator[Reason]:
    """Whether messages may be deleted before they are consumed, and whether a master is open at all."""
    for snapshot in facts.snapshots:
        for view in answered_masters(snapshot):
            subject = f"{snapshot.spec.name}/{view.spec.name}"
            hours = int(setting(view.config, "fileReservedTime"))
            if hours < MIN_RETENTION:
                yield Reason("RETENTION_SHORT", subject, {"hours": hours, "at least": MIN_RETENTION})
            limit = int(setting(view.config, "diskMaxUsedSpaceRatio"))
            used = _percent(view.runtime.get("commitLogDiskRatio")) if known(view.runtime) else None
            if used is not None and used >= limit:
                yield Reason("RETENTION_DISK", subject, {"used percent": used, "deletes from": limit})
            permission = setting(view.config, "brokerPermission")
            if permission != FULL_PERMISSION:
                yield Reason("SOURCE_PERMISSION", subject, {"brokerPermission": permission})


def order_messages(facts: Facts) -> Iterator[Reason]:
    """orderMessageEnable of the sources' name servers and of the target's."""
    usual = release.NAMESERVER_DEFAULTS["orderMessageEnable"]
    wanted = str(facts.target_nameserver_config.get("orderMessageEnable", usual)).lower()
    for snapshot in facts.snapshots:
        for server in snapshot.spec.nameservers:
            config = facts.nameserver_configs.get(server)
            if not known(config):
                continue
            found = config.get("orderMessageEnable", usual).strip().lower()
            subject = f"{snapshot.spec.name}/{server}"
            if found == "true":
                yield Reason("ORDER_MESSAGE_ENABLED", subject, {"orderMessageEnable": found})
            if found != wanted:
                yield Reason("ORDER_MESSAGE_DIFFERS", subject, {"source": found, "target": wanted})


def nameserver_lists(facts: Facts) -> Iterator[Reason]:
    """Whom the brokers register with: only name servers of their own cluster, and of the target."""
    names_of = _names_by_source(facts)
    everywhere = {server: spec.name for spec in facts.specs for server in spec.nameservers}
    brokers: dict[str, set[str]] = {}
    for spec in facts.specs:
        for broker in spec.brokers:
            brokers.setdefault(broker.name, set()).add(spec.name)
    for snapshot in facts.snapshots:
        name = snapshot.spec.name
        for view in snapshot.brokers.values():
            if not known(view.config):
                continue
            fetches = str(view.config.get("fetchNamesrvAddrByAddressServer", "")).strip().lower() == "true"
            if fetches and not nameserver_entries(view.config):
                evidence = {"fetchNamesrvAddrByAddressServer": "true"}
                yield Reason("ADDRESS_SERVER_USED", f"{name}/{view.spec.name}:{view.spec.id}", evidence)
            for entry in nameserver_entries(view.config):
                if entry in snapshot.spec.nameservers or entry in facts.target.nameservers:
                    continue
                host = entry.rpartition(":")[0]
                owner = everywhere.get(entry) or facts.names.get(host)
                if owner == name or (owner is None and not names_of.get(name) and not _is_ip(host)):
                    # A name is judged only when it is known which names the source has.
                    continue
                subject = f"{name}/{view.spec.name}:{view.spec.id}"
                yield Reason("NAMESERVER_UNLISTED", subject, {"namesrvAddr": entry})
                if owner is not None and owner in brokers.get(view.spec.name, set()):
                    yield Reason(
                        "BROKER_NAMES_MEET",
                        view.spec.name,
                        {"broker of": name, "registers at": entry, "which is": owner},
                    )


def nameserver_entries(config: Mapping[str, Any]) -> list[str]:
    """What namesrvAddr lists, in its order."""
    return [entry.strip() for entry in str(config.get("namesrvAddr") or "").split(";") if entry.strip()]


def _is_ip(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdigit() for part in parts)


def _names_by_source(facts: Facts) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, source in facts.names.items():
        found.setdefault(source, set()).add(name)
    return found


def _messages(subject: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[Reason]:
    """What is done with messages."""
    if found["messageDelayLevel"] != wanted["messageDelayLevel"]:
        levels = {"source": found["messageDelayLevel"], "target": wanted["messageDelayLevel"]}
        yield Reason("DELAY_LEVELS_DIFFER", subject, levels)
    sizes = {"source": int(found["maxMessageSize"]), "target": int(wanted["maxMessageSize"])}
    if sizes["source"] > sizes["target"]:
        yield Reason("MAX_MESSAGE_SIZE_SMALLER", subject, sizes)
    elif sizes["source"] < sizes["target"]:
        yield Reason("MAX_MESSAGE_SIZE_LARGER", subject, sizes)
    if found["enablePropertyFilter"] == "true" and wanted["enablePropertyFilter"] != "true":
        yield Reason("FILTER_DIFFERS", subject, {"source": "true", "target": wanted["enablePropertyFilter"]})
    trace = [key for key in ("traceTopicEnable", "msgTraceTopicName") if found[key] != wanted[key]]
    # The name counts only where traces are kept.
    if trace and "true" in (found["traceTopicEnable"], wanted["traceTopicEnable"]):
        yield Reason("TRACE_DIFFERS", subject, {key: f"{found[key]}, target {wanted[key]}" for key in trace})


def _names(subject: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[Reason]:
    """Who may do what, and who creates names."""
    if found["aclEnable"] != wanted["aclEnable"]:
        yield Reason("ACL_DIFFERS", subject, {"source": found["aclEnable"], "target": wanted["aclEnable"]})
    creates = [key for key in _CREATES if found[key] == "true"]
    if creates:
        yield Reason("AUTO_CREATE", subject, {"enabled": ", ".join(creates)})
    lost = [key for key in creates if wanted[key] != "true"]
    if lost:
        yield Reason("AUTO_CREATE_DIFFERS", subject, {"only on the source": ", ".join(lost)})


def setting(config: Mapping[str, Any], key: str) -> str:
    """A setting in the form in which it can be compared; what 4.4.0 cannot read is its default, as it is there."""
    value = config.get(key)
    text = " ".join(str(release.BROKER_DEFAULTS[key] if value is None or value == "" else value).split())
    if key in _NUMBERS and not text.isdigit():
        return release.BROKER_DEFAULTS[key]
    return text if key in _EXACT or key == "messageDelayLevel" else text.lower()


def _percent(ratio: Any) -> int | None:
    try:
        return round(float(ratio) * 100)
    except (TypeError, ValueError):
        return None
