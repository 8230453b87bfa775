# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons about machines, names and capacity."""

from __future__ import annotations

from ..._admin import release
from .entry import BLOCKING, CAPACITY, MACHINES, NAMES, NOTICE, TASKS, WAIVABLE, Entry

ENTRIES = (
    # Machines
    Entry(
        "MACHINE_UNREACHABLE",
        BLOCKING,
        "host",
        "A machine could not be reached over the inventory's connection. Where a process of it answers "
        "RocketMQ's protocol, that it runs is known all the same, and phases that run nothing on the machine go "
        "on; the preflight, and phases that end a process there, do not. A machine that is merely not reached "
        "never counts as stopped; one of a source whose release was proved may be switched off.",
        "The evidence says how it was tried and what came back. Try it by hand (ansible HOST -m raw -a true), "
        "correct ansible_host, ansible_user, the key or the way there, or bring the machine up; then run the "
        "same playbook again.",
        gates=(MACHINES, TASKS),
    ),
    Entry(
        "MACHINE_UNKNOWN",
        BLOCKING,
        "host",
        "A machine was reached, but its answer is missing, incomplete or too late, so nothing is known about it.",
        "Look at the answer in the evidence: sudo that refuses, a shell that is none. bash and coreutils have to "
        "be there (ansible HOST -m raw -a true); no Python is needed.",
        gates=(MACHINES,),
    ),
    Entry(
        "COMMAND_FAILED",
        BLOCKING,
        "host/command",
        "A command that later phases run on the machine was run there and failed, or printed what cannot be "
        "read: ss, which shows who is connected, pgrep, which shows what runs, or what shows whether the process "
        "can be ended as the inventory says (rocketmq_method).",
        "Look at the answer in the evidence. ss is in iproute2, pgrep and pkill are in procps; systemd needs a "
        "loaded rocketmq_unit that is given enough time to end (TimeoutStopSec, or SendSIGKILL=no); the "
        "connection's user may have to become another (ansible_become).",
        gates=(MACHINES,),
    ),
    Entry(
        "PROCESS_SUPERVISED",
        BLOCKING,
        "host",
        "The process is started again when it ends, by one of these: a supervisor above it (runsv, supervisord, s6), "
        "a unit of systemd with Restart=, a container's engine. Ended by a signal it would be taken for crashed, and "
        "would come back behind the proofs that it has ended. What looks at processes only from time to time (monit, "
        "cron, an agent) is not seen here; where it starts the process within seconds the phase that "
        "ends it says so, else switch it off before.",
        "Let the one who runs the process end it: rocketmq_stop_command with its command (sv -w 180 stop "
        "rocketmq-broker, docker stop -t 180 NAME) and rocketmq_start_command with the one that starts it; "
        "rocketmq_method systemd with rocketmq_unit; or docker. Where the evidence names a restart policy: "
        "docker update --restart=unless-stopped NAME, which takes effect at once. Where the parent that is named "
        "starts nothing again, a rocketmq_stop_command that sends SIGTERM (pkill -TERM -f PATTERN) says so; "
        "rocketmq_start_command then runs as the user to whom the process belonged, or as rocketmq_user.",
        gates=(MACHINES,),
    ),
    Entry(
        "TOOL_MISSING",
        BLOCKING,
        "host",
        "A command that the phases run on the machine is not there.",
        "Install it: pgrep and pkill are in procps, ss is in iproute2.",
        gates=(MACHINES,),
    ),
    Entry(
        "CLOCK_SKEW",
        WAIVABLE,
        "host",
        "The machine's clock and the control host's differ. Delayed messages, retention and everything that "
        "compares times of brokers follow these clocks.",
        "Synchronize the clock (chrony, ntpd); waive it when the difference is the connection's own slowness.",
        gates=(MACHINES,),
    ),
    Entry(
        "PORT_IN_USE",
        BLOCKING,
        "host/port",
        "Another process listens on a port that the target's process will open (a broker: listenPort"
        f"{release.FAST_PORT_SHIFT}, listenPort and listenPort+{release.HA_PORT_SHIFT}; on the machine of the first "
        "name server the address server, 9875).",
        "End that process, or choose another port (rocketmq_port, rocketmq_address_server_port).",
        gates=(MACHINES,),
    ),
    Entry(
        "UNREACHABLE",
        BLOCKING,
        "host/address",
        "A machine does not reach another one that it will have to reach: nothing came back, not even a refusal.",
        "Open the ports in the evidence between the two, then run the preflight again.",
        gates=(MACHINES,),
    ),
    Entry(
        "UNREACHABLE_FROM_BUSINESS",
        WAIVABLE,
        "host/address",
        "A machine of the clients does not reach a broker or name server of the target: its clients would stall "
        "as soon as they learn of it.",
        "Open the ports in the evidence; waive it for a machine on which no client runs any more.",
        gates=(MACHINES,),
    ),
    Entry(
        "ENGINE_UNKNOWN",
        BLOCKING,
        "host",
        "The container engine of a target machine did not answer.",
        "Check rocketmq_docker_host and that the engine runs there.",
        gates=(MACHINES,),
    ),
    Entry(
        "ENGINE_OLD",
        WAIVABLE,
        "host",
        "The container engine is older than those for which the roles were tried.",
        "Upgrade it, or waive it after a trial.",
        gates=(MACHINES,),
    ),
    Entry(
        "IMAGE_MISSING",
        BLOCKING,
        "host/image",
        "The engine of a target machine does not have the image.",
        "Run phase_10_image.yml.",
        gates=(MACHINES, TASKS),
    ),
    Entry(
        "IMAGE_PLANNED",
        NOTICE,
        "host/image",
        "The engine of a target machine does not have the image yet. This is a run in check mode, before which "
        "the image phase has brought nothing.",
        "Run phase_10_image.yml.",
        gates=(MACHINES,),
    ),
    Entry(
        "IMAGE_DIFFERS",
        BLOCKING,
        "image",
        "The image of this name is not the same on all target machines, or not the one that was built.",
        "Run phase_10_image.yml again.",
        gates=(MACHINES, TASKS),
    ),
    Entry(
        "CORES_FEW",
        WAIVABLE,
        "host",
        "A machine of the target's brokers has fewer cores than one of the sources' has.",
        "Give it more, or waive it when the sources' machines are idle.",
        gates=(MACHINES,),
    ),
    Entry(
        "MEMORY_SHORT",
        WAIVABLE,
        "host",
        "The machine has not enough free memory for the heap and the direct memory that its process is given, "
        f"and {release.MEMORY_BESIDE // 1024**2} MiB beside them.",
        "Lower rocketmq_broker_heap or rocketmq_broker_direct_memory, or give the machine more.",
        gates=(MACHINES,),
    ),
    Entry(
        "DISK_SHORT",
        WAIVABLE,
        "host",
        "With its share of what the sources hold in retention, the disk of the container engine would not have "
        "room or would be so full that 4.4.0 deletes messages before their time (diskMaxUsedSpaceRatio).",
        "Make room, or waive it when the sources hold far more than their retention will bring again.",
        gates=(MACHINES,),
    ),
    Entry(
        "OPEN_FILES_LOW",
        WAIVABLE,
        "host",
        "The broker may not open one file for each queue, and some more: it fails when enough queues have had a "
        "message.",
        "Raise the engine's limit, or set rocketmq_ulimits, e.g. nofile:655350:655350.",
        gates=(MACHINES,),
    ),
    Entry(
        "MAP_COUNT_LOW",
        WAIVABLE,
        "host",
        "vm.max_map_count is lower than one mapping for each queue, and some more: the broker ends with an error "
        "of memory when enough queues have had a message.",
        "sysctl -w vm.max_map_count=655360, and the same in /etc/sysctl.d.",
        gates=(MACHINES,),
    ),
    # Names
    Entry(
        "DNS_NOT_SERVED",
        BLOCKING,
        "name/server",
        "A listed DNS server does not serve the name's zone, so it cannot be told of the switch.",
        "List the zone's authoritative servers in rocketmq_dns_servers; the first that answers takes the update.",
        gates=(NAMES,),
    ),
    Entry(
        "DNS_SERVERS_DISAGREE",
        BLOCKING,
        "name/server",
        "The zone's authoritative servers do not agree about the name: its values, its TTL, or the zone's serial.",
        "Look at the transfers from the primary to the server in the subject.",
        gates=(NAMES,),
    ),
    Entry(
        "DNS_UPDATE_REFUSED",
        BLOCKING,
        "name",
        "No listed DNS server would take an update of the name with this key. An update that changes nothing was "
        "tried.",
        "Compare the key's name, secret and algorithm, and the zone's update policy, with the answers in the "
        "evidence. For a zone that takes no updates at all, set rocketmq_dns_updates to false and change the "
        "names by other means.",
        gates=(NAMES,),
    ),
    Entry(
        "RESOLVER_SILENT",
        BLOCKING,
        "name/resolver",
        "A listed resolver gave no usable answer, so nothing would prove that its clients see the switch.",
        "Check it, or take it out of rocketmq_dns_resolvers when no client uses it.",
        gates=(NAMES,),
    ),
    Entry(
        "DNS_ANSWER_STALE",
        NOTICE,
        "name/resolver",
        "A resolver's answer lives longer than the authoritative servers say now: it is from before the TTL was "
        "lowered, or the resolver has a minimum of its own. The switch is refused until no resolver holds such "
        "an answer.",
        "Wait as long as the evidence says, or have the name flushed there.",
        gates=(NAMES,),
    ),
    Entry(
        "DNS_TTL_LONG",
        NOTICE,
        "name",
        "The name's TTL is longer than the one that the switch works with. The deploy phase lowers it, or with "
        "rocketmq_dns_updates false waits for you to do it; answers from before live up to this long in "
        "resolvers.",
        "Nothing to do when the deploy phase runs at least this long before the switch.",
        gates=(NAMES,),
    ),
    Entry(
        "RESOLVER_LOCAL",
        NOTICE,
        "host/resolver",
        "A machine of the clients asks a resolver of its own, which only it can ask. What it makes of the names "
        "was read on the machine itself; the resolver behind it is not known.",
        "List the resolver behind it in rocketmq_dns_resolvers, so that the switch waits for it.",
        gates=(NAMES,),
    ),
    Entry(
        "RESOLVER_NOT_LISTED",
        WAIVABLE,
        "host/resolver",
        "A machine of the clients uses a resolver that is not listed, so no phase asks it after the switch.",
        "Add it to rocketmq_dns_resolvers.",
        gates=(NAMES,),
    ),
    Entry(
        "NAME_PINNED",
        WAIVABLE,
        "host/name",
        "The hosts file of a machine of the clients has the name: its clients would never see the switch.",
        "Take the line out, or waive it when the clients there run in containers that do not see this file.",
        gates=(NAMES,),
    ),
    Entry(
        "HOST_RESOLVES_ELSEWHERE",
        BLOCKING,
        "host/name",
        "On a machine of the clients the name does not resolve to exactly the address of its name server.",
        "Look at the machine's hosts file, resolvers and caches (getent ahostsv4 NAME).",
        gates=(NAMES,),
    ),
    # Capacity
    Entry(
        "REPLY_TOO_LARGE",
        WAIVABLE,
        "cluster/request",
        f"A table of the target does not fit into one frame of {release.FRAME_LIMIT // 1024**2} MiB: slaves and Java "
        "tools cannot read it, so "
        "slaves would not have it after a failure of their master.",
        "Remove unused groups before the migration.",
        gates=(CAPACITY,),
    ),
    Entry(
        "TARGET_CAPACITY",
        NOTICE,
        "cluster",
        "What each master of the target will hold, and what its size costs: 4.4.0 writes and registers its whole "
        "table at each creation, one after the other.",
        "Nothing to do; the tables are seeded before the first start, which takes seconds.",
        gates=(CAPACITY,),
    ),
)
