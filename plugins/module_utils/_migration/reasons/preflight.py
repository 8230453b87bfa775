# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons of the preflight about names, settings and tables."""

from __future__ import annotations

from ..._admin import release
from .entry import BLOCKING, CAPACITY, NAMES, NOTICE, PREFLIGHT, STAGE, TASKS, WAIVABLE, Entry

ENTRIES = (
    # Names that meet
    Entry(
        "SAME_GROUP",
        BLOCKING,
        "group",
        "The same consumer group exists in several sources. Its clients meet on the target's brokers as soon as "
        "these join, whatever their permission: each client divides the queues with clients that it should not "
        "know, so some queues are read by no consumer and others twice.",
        "Rename the group in all sources but one, together with its owners, before anything else.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "SAME_TOPIC",
        WAIVABLE,
        "topic",
        "The same topic exists in several sources. Messages of all of them meet on the target, and every group "
        "that reads the name gets them all.",
        "Rename the topic, or waive it when its owners want exactly that.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "SAME_TOPIC_UNEQUAL",
        WAIVABLE,
        "topic",
        "The same topic exists in several sources with other settings. Besides what SAME_TOPIC says, the target "
        "gives it the highest queue numbers and all permission bits of any of them, which none of its owners has "
        "chosen.",
        "Rename the topic, or make the settings equal; waive it when its owners want the settings that the plan shows.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "SAME_TOPIC_SERVED",
        WAIVABLE,
        "topic",
        "A topic of a source that is to join is on the target already, for a source that joined earlier, and its "
        "queues there cannot be closed until the consumers of the new source have found them. Broadcasting "
        "consumers of the new source lose what is written there before; its groups that are away begin at the "
        "end of queues that have left the memory of their broker; its other groups read all that the target "
        "still holds of the other source. Where the topic gets more queues, the same goes for the consumers of "
        "the source that is served already.",
        "Rename the topic, or migrate both sources together. Waive it when the owners on both sides accept what "
        "it says, or when neither produces nor consumes this topic while the source is attached.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "SAME_BROKER_NAME_TARGET",
        BLOCKING,
        "cluster/broker",
        "A target broker has the name of a source's broker. In one name server the last one registered wins, and "
        "a slave would replicate from the wrong master.",
        "Give the target's brokers names that no source uses.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "SAME_BROKER_NAME",
        NOTICE,
        "broker",
        "Several sources use the same broker name. That is harmless as long as their brokers never register in "
        "the same name server, which is why brokers end before their name server.",
        "Nothing to do; do not start a source's broker again after the switch of its name.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "TARGET_SINGLE_MASTER",
        BLOCKING,
        "cluster",
        "The target has one master. It cannot be restarted gently: while it is down no client can send, ordered "
        "sends fail, its queues stand still, and broadcast consumers can lose messages for good. The playbook "
        "restart refuses. No phase restarts a broker of the target, so the migration itself needs no second master.",
        "Add a second master. With one, restart the broker by hand, in a window in which the business stands still.",
        gates=(PREFLIGHT, TASKS),
        milder={PREFLIGHT: NOTICE},
    ),
    Entry(
        "BROKER_NAMES_MEET",
        BLOCKING,
        "broker",
        "Two sources use the same broker name, and a broker of one of them registers in a name server of the "
        "other. There the last one registered wins: clients are sent to the wrong broker, and the end of one "
        "unregisters the other.",
        "Take the foreign name server out of namesrvAddr and restart that broker, before anything else.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "SAME_ADDRESS",
        BLOCKING,
        "address",
        "The same address belongs to several members of the estate. With one address for the name servers of source "
        "and target nothing would be switched.",
        "Correct the inventory.",
        gates=(PREFLIGHT, TASKS),
    ),
    Entry(
        "SAME_CLUSTER_NAME",
        WAIVABLE,
        "cluster",
        "A source's brokers carry the target's cluster name, so tools that act on a cluster act on both.",
        "Give the target another cluster name.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "NAME_IS_TOPIC",
        BLOCKING,
        "source/topic",
        "The name of the target's cluster or of one of its brokers is a topic of a source. 4.4.0 makes a topic "
        "of its own with each of these names, and refuses to create one with the cluster's.",
        "Rename the target's cluster or broker.",
        gates=(PREFLIGHT,),
    ),
    # Names that 4.4.0 accepts and cannot use
    Entry(
        "TOPIC_NAME_TOO_LONG",
        WAIVABLE,
        "source/topic",
        f"The topic's name has more than {release.TOPIC_NAME_LIMIT} bytes: 4.4.0 creates such a topic and "
        "refuses every message to it.",
        "Delete or ignore it after the migration; waive it to copy it as it is.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "GROUP_NAME_TOO_LONG",
        WAIVABLE,
        "source/group",
        f"The group's name has more than {release.GROUP_NAME_LIMIT} bytes, so its retry topic is too long for a "
        "message: retries are lost.",
        "Rename the group, or waive it when it never retries.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "NAME_UNUSABLE",
        WAIVABLE,
        "source/topic or source/group",
        "The name has characters that a Java client refuses (allowed are letters, digits, %, |, _ and -).",
        "Find out who uses it; waive it to copy it as it is.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "NAME_HAS_AT",
        WAIVABLE,
        "source/topic or source/group",
        "The name contains an @. 4.4.0 stores offsets under topic@group and leaves such names out of its "
        "statistics: neither its own tools nor the drain can tell for sure what was consumed.",
        "Rename it before the migration; waive it when no client uses it.",
        gates=(PREFLIGHT,),
    ),
    # Settings that differ
    Entry(
        "DELAY_LEVELS_DIFFER",
        WAIVABLE,
        "cluster/broker",
        "A source's broker has other delay levels than the target will have: the same level would mean another time.",
        "Give the target the sources' messageDelayLevel, or waive it with the owners' consent.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "MAX_MESSAGE_SIZE_SMALLER",
        BLOCKING,
        "cluster/broker",
        "The target will accept smaller messages than a source's broker does: producers would fail.",
        "Raise maxMessageSize of the target to the highest of all sources.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "MAX_MESSAGE_SIZE_LARGER",
        NOTICE,
        "cluster/broker",
        "The target will accept larger messages than a source's broker does.",
        "Nothing to do.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "ACL_DIFFERS",
        BLOCKING,
        "cluster/broker",
        "aclEnable is not the same on a source's broker and on the target: either clients fail, or what was "
        "protected no longer is.",
        "Make it equal, and copy the account file to the target's brokers.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "AUTO_CREATE",
        NOTICE,
        "cluster/broker",
        "The broker creates topics or groups by itself, so new ones can appear at any time.",
        "The copy is repeated until it finds nothing; from the freeze on new names exist on the target alone.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "AUTO_CREATE_DIFFERS",
        WAIVABLE,
        "cluster/broker",
        "The broker creates topics or groups by itself and the target's will not: a new name that works on the "
        "source today fails once its clients are on the target.",
        "Give the target the same setting, or tell the owners that names are created for them from now on.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "FILTER_DIFFERS",
        WAIVABLE,
        "cluster/broker",
        "The broker filters messages by properties (enablePropertyFilter) and the target's will not: consumers "
        "with an SQL expression are refused there, while the target already gets their messages.",
        "Set enablePropertyFilter on the target, or waive it when no consumer uses an SQL expression.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "TRACE_DIFFERS",
        NOTICE,
        "cluster/broker",
        "Message traces (traceTopicEnable, msgTraceTopicName) are not set as on the target: traces are missing "
        "there or go to another topic.",
        "Set them alike on the target when the traces are read.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "RETENTION_SHORT",
        WAIVABLE,
        "cluster/broker",
        "The broker deletes messages after less than two days (fileReservedTime): what waits for a slow or "
        "absent group may expire before it is drained, silently.",
        "Raise fileReservedTime on the source until it is done.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "RETENTION_DISK",
        WAIVABLE,
        "cluster/broker",
        "The broker's disk is fuller than diskMaxUsedSpaceRatio: it deletes its oldest messages at once, however "
        "old they are.",
        "Free disk space on that machine, or raise the ratio.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "SOURCE_PERMISSION",
        BLOCKING,
        "cluster/broker",
        "A source's master has a brokerPermission that no phase has given it. From this permission the phases tell how "
        f"far a source is, and it is {release.READ_WRITE} before they begin: any other looks half frozen, or unknown.",
        f"Find out who closed it and why; set brokerPermission {release.READ_WRITE} (rocketmq_broker_perm), or end "
        "a broker that is not needed and take it out of the inventory.",
        gates=(PREFLIGHT, STAGE),
    ),
    Entry(
        "ORDER_MESSAGE_ENABLED",
        WAIVABLE,
        "cluster/nameserver",
        "The name server runs with orderMessageEnable=true: producers of topics with an order configuration take "
        "their queues from that text and ignore permissions, so freezing a broker does not move them.",
        "Tell the owners. Open adds the target's queues to that text, freeze takes the source's out; then waive it.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "ORDER_MESSAGE_DIFFERS",
        WAIVABLE,
        "cluster/nameserver",
        "orderMessageEnable is not the same on this name server and on the target's: producers of ordered topics "
        "choose their queues by another rule after the switch.",
        "Make it equal on all name servers.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "NAMESERVER_UNLISTED",
        WAIVABLE,
        "cluster/broker:id",
        "The broker is configured with a name server that the inventory does not know for this cluster. Clients "
        "may use it, and nothing here looks at it.",
        "Add it to the inventory, or take it out of namesrvAddr.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "ADDRESS_SERVER_USED",
        WAIVABLE,
        "cluster/broker:id",
        "The broker has no namesrvAddr and fetches its list of name servers from an address server, which it "
        "does not tell. Its clients may do so, too, and follow what is served there, not the DNS name that is "
        "switched.",
        "Find out where the clients get their list (rocketmq.namesrv.domain, or no list of their own). Where it "
        "is an address server, let it serve the target's name server when the clients are released; waive this "
        "when that is settled.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "OTHER_VERSION",
        WAIVABLE,
        "cluster/broker:id",
        "The broker does not run RocketMQ 4.4.0, for which everything here was proved.",
        "Try the migration with this version in a lab first.",
        gates=(PREFLIGHT,),
    ),
    # Members
    Entry(
        "DISPATCH_BEHIND",
        WAIVABLE,
        "cluster/broker",
        "A master has not dispatched to its queues what it held some seconds before: its numbers of waiting "
        "messages are too small.",
        "Look at the broker's store and disk; run the preflight again when dispatchBehindBytes is 0.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "TOPIC_TABLES_DIFFER",
        NOTICE,
        "cluster/topic",
        "The masters of a source do not have the same settings for a topic, or not all of them have it.",
        "Nothing to do when that is on purpose: the plan shows the rule by which it was resolved.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "GROUP_TABLES_DIFFER",
        NOTICE,
        "cluster/group",
        "The masters of a source do not have the same settings for a group, or not all of them have it.",
        "Nothing to do when that is on purpose: the plan shows the rule by which it was resolved.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "BROKER_NOT_IN_INVENTORY",
        BLOCKING,
        "nameserver/broker:id",
        "A name server lists a broker that the inventory does not know: its topics and messages would be left behind.",
        "Add it to the inventory, or stop it.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "ADDRESS_UNRESOLVED",
        BLOCKING,
        "name, or the source that has it",
        "A DNS server gave no answer for a name that the switch has to change.",
        "Check the server and the name in the inventory.",
        gates=(PREFLIGHT, NAMES, STAGE),
    ),
    Entry(
        "NAME_RESOLVES_ELSEWHERE",
        BLOCKING,
        "name",
        "A source's name does not resolve to exactly the address of its name server.",
        "Correct the record or the inventory; another system may use the name.",
        gates=(PREFLIGHT, NAMES),
    ),
    Entry(
        "DNS_SOURCE_UNKNOWN",
        BLOCKING,
        "name",
        "A DNS entry names a source, or an old address, that the inventory does not have.",
        "Correct the entry.",
        gates=(PREFLIGHT,),
    ),
    # Size
    Entry(
        "TABLE_TOO_LARGE",
        BLOCKING,
        "cluster",
        f"The merged topic table does not fit into one frame of {release.FRAME_LIMIT // 1024**2} MiB: the target's "
        "brokers would start without a word and never be listed completely.",
        "Remove unused topics before the migration.",
        gates=(PREFLIGHT, CAPACITY),
    ),
    # Good to know
    Entry(
        "BROADCAST_GROUP",
        NOTICE,
        "cluster/group",
        "The group's clients broadcast: only they know what they have consumed.",
        "Nothing to do; the drain treats the group separately.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "ORDERED_TOPIC",
        WAIVABLE,
        "cluster/topic",
        "The topic has an order configuration. When its queues change, at open, at freeze and around each gentle "
        "restart, messages of one key lie in two queues until the older one is consumed, and consumption in "
        "order stands still for some seconds.",
        "Ask its owners: they accept that window (a waiver), or they pause the topic's producers around each change.",
        gates=(PREFLIGHT,),
    ),
    # Waivers
    Entry(
        "WAIVER_EXPIRED",
        BLOCKING,
        "code subject",
        "A waiver has ended and its source is not done.",
        "Settle the reason, or agree on a new end with the person who gave the waiver.",
        gates=(PREFLIGHT,),
    ),
    Entry(
        "WAIVER_UNMATCHED",
        BLOCKING,
        "code subject",
        "A waiver covers nothing that the preflight has found: its reason is gone, or its code or subject is not "
        "what was meant.",
        "Remove it, or correct it; it would cover silently what comes later.",
        gates=(PREFLIGHT,),
    ),
)
