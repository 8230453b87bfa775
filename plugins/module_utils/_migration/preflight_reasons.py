# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons that only the preflight gives; they join the one catalogue when this file is imported."""

from __future__ import annotations

from .reasons import BLOCKING, NOTICE, WAIVABLE, define

# Names that meet
define(
    "SAME_GROUP",
    BLOCKING,
    "group",
    "The same consumer group exists in several sources. Its clients meet on the target's brokers as soon as these "
    "join, whatever their permission: each client divides the queues with clients that it should not know, so "
    "some queues are read by nobody and others twice.",
    "Rename the group in all sources but one, together with its owners, before anything else.",
)
define(
    "SAME_TOPIC",
    WAIVABLE,
    "topic",
    "The same topic exists in several sources. Messages of all of them meet on the target, and every group that "
    "reads the name gets them all.",
    "Rename the topic, or waive it when its owners want exactly that.",
)
define(
    "SAME_BROKER_NAME_TARGET",
    BLOCKING,
    "cluster/broker",
    "A target broker has the name of a source's broker. In one name server the last one registered wins, and a "
    "slave would replicate from the wrong master.",
    "Give the target's brokers names that no source uses.",
)
define(
    "SAME_BROKER_NAME",
    NOTICE,
    "broker",
    "Several sources use the same broker name. That is harmless as long as their brokers never register in the same "
    "name server, which is why brokers end before their name server.",
    "Nothing to do; do not start a source's broker again after the switch of its name.",
)
define(
    "SAME_ADDRESS",
    BLOCKING,
    "address",
    "The same address belongs to several members of the estate.",
    "Correct the inventory.",
)
define(
    "SAME_CLUSTER_NAME",
    WAIVABLE,
    "cluster",
    "A source's brokers carry the target's cluster name, so tools that act on a cluster act on both.",
    "Give the target another cluster name.",
)
define(
    "NAME_IS_TOPIC",
    BLOCKING,
    "source/topic",
    "The name of the target's cluster or of one of its brokers is a topic of a source. 4.4.0 makes a topic of its "
    "own with each of these names, and refuses to create one with the cluster's.",
    "Rename the target's cluster or broker.",
)

# Names that 4.4.0 accepts and cannot use
define(
    "TOPIC_NAME_TOO_LONG",
    WAIVABLE,
    "source/topic",
    "The topic's name has more than 127 bytes: 4.4.0 creates such a topic and refuses every message to it.",
    "Delete or ignore it after the migration; waive it to copy it as it is.",
)
define(
    "GROUP_NAME_TOO_LONG",
    WAIVABLE,
    "source/group",
    "The group's name has more than 120 bytes, so its retry topic is too long for a message: retries are lost.",
    "Rename the group, or waive it when it never retries.",
)
define(
    "NAME_UNUSABLE",
    WAIVABLE,
    "source/topic or source/group",
    "The name has characters that a Java client refuses (allowed are letters, digits, %, |, _ and -). An @ also makes "
    "offsets ambiguous, because 4.4.0 stores them under topic@group.",
    "Find out who uses it; waive it to copy it as it is.",
)

# Settings that differ
define(
    "DELAY_LEVELS_DIFFER",
    WAIVABLE,
    "cluster/broker",
    "A source's broker has other delay levels than the target will have: the same level would mean another time.",
    "Give the target the sources' messageDelayLevel, or waive it with the owners' consent.",
)
define(
    "MAX_MESSAGE_SIZE_SMALLER",
    BLOCKING,
    "cluster/broker",
    "The target will accept smaller messages than a source's broker does: producers would fail.",
    "Raise maxMessageSize of the target to the highest of all sources.",
)
define(
    "MAX_MESSAGE_SIZE_LARGER",
    NOTICE,
    "cluster/broker",
    "The target will accept larger messages than a source's broker does.",
    "Nothing to do.",
)
define(
    "ACL_DIFFERS",
    BLOCKING,
    "cluster/broker",
    "aclEnable is not the same on a source's broker and on the target: either clients fail, or what was protected no "
    "longer is.",
    "Make it equal, and copy the account file to the target's brokers.",
)
define(
    "AUTO_CREATE",
    NOTICE,
    "cluster/broker",
    "The broker creates topics or groups by itself, so new ones can appear at any time.",
    "The copy is repeated until it finds nothing; from the freeze on new names exist on the target alone.",
)
define(
    "OTHER_VERSION",
    WAIVABLE,
    "cluster/broker:id",
    "The broker does not run RocketMQ 4.4.0, for which everything here was proved.",
    "Try the migration with this version in a lab first.",
)

# Members
define(
    "BROKER_DOWN",
    BLOCKING,
    "cluster/broker",
    "An expected master answered none of the requests.",
    "Start it, or take it out of the inventory when its messages are given up.",
)
define(
    "SLAVE_DOWN",
    WAIVABLE,
    "cluster/broker:id",
    "An expected slave answered none of the requests.",
    "Start it, or waive it.",
)
define(
    "BROKER_NOT_IN_INVENTORY",
    BLOCKING,
    "nameserver/broker:id",
    "A name server lists a broker that the inventory does not know: its topics and messages would be left behind.",
    "Add it to the inventory, or stop it.",
)
define(
    "ADDRESS_UNRESOLVED",
    BLOCKING,
    "name",
    "A DNS server gave no answer for a name that the switch has to change.",
    "Check the server and the name in the inventory.",
)
define(
    "NAME_RESOLVES_ELSEWHERE",
    BLOCKING,
    "name",
    "A source's name does not resolve to exactly the address of its name server.",
    "Correct the record or the inventory; somebody else may use the name.",
)
define(
    "DNS_SOURCE_UNKNOWN",
    BLOCKING,
    "name",
    "A DNS entry names a source, or an old address, that the inventory does not have.",
    "Correct the entry.",
)

# Size
define(
    "TABLE_TOO_LARGE",
    BLOCKING,
    "cluster",
    "The merged topic table does not fit into one frame of 16 MiB: the target's brokers would start without a word "
    "and never be listed completely.",
    "Remove unused topics before the migration.",
)

# Good to know
define(
    "OFFLINE_GROUP_BACKLOG",
    NOTICE,
    "cluster/group",
    "The group has messages to consume and no client online: the drain will wait for it.",
    "Tell its owners, or waive the rest when the drain asks for it.",
)
define(
    "BROADCAST_GROUP",
    NOTICE,
    "cluster/group",
    "The group's clients broadcast: only they know what they have consumed.",
    "Nothing to do; the drain treats the group separately.",
)
define(
    "ORDERED_TOPIC",
    NOTICE,
    "cluster/topic",
    "The topic has an order configuration: its messages of one key lie on old and new brokers while both take writes.",
    "Tell its owners; consumption in order stands still for some seconds whenever queues appear or vanish.",
)
