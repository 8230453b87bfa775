# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals of what is done on machines: processes, containers, files, stores and images."""

from __future__ import annotations

from .entry import BLOCKING, TASKS, Entry

ENTRIES = (
    Entry(
        "METHOD_UNUSABLE",
        BLOCKING,
        "host",
        "A process cannot be ended, for good, as the inventory says (rocketmq_method).",
        "docker needs rocketmq_docker_host and the container of that name (rocketmq_container), with a restart "
        "policy that does not bring it back; systemd a loaded rocketmq_unit that is given at least "
        "migration_stop_timeout seconds before systemd sends SIGKILL (TimeoutStopSec, or SendSIGKILL=no); command "
        "pgrep, pkill, a user who may signal the process, and nothing that starts it again, or a rocketmq_stop_command "
        "that is there. Both of the latter need a machine that can be reached.",
        gates=(TASKS,),
    ),
    Entry(
        "PROCESS_AMBIGUOUS",
        BLOCKING,
        "host",
        "The pattern of a host fits several brokers, which would be ended together.",
        "Give each host a rocketmq_process_pattern that fits its own process alone.",
        gates=(TASKS,),
    ),
    Entry(
        "PROCESS_NOT_ENDED",
        BLOCKING,
        "host",
        "A process that was to end runs, or its end is not known. What comes after its end was not done.",
        "If it was started again, let the one who did that end it (rocketmq_stop_command). Else look there what it "
        "waits for, and whether the connection's user may signal it; never end it with SIGKILL. Then run this phase "
        "again.",
        gates=(TASKS,),
    ),
    Entry(
        "PROCESS_NOT_STARTED",
        BLOCKING,
        "host",
        "A process does not run after its start, or nothing can be said about it.",
        "Look into its log, start it there as it was started before (rocketmq_start_command, rocketmq_unit), then "
        "run this playbook again.",
        gates=(TASKS,),
    ),
    Entry(
        "PROCESS_NOT_LISTENING",
        BLOCKING,
        "address",
        "The container of a process was started, and nothing answers at its address.",
        "See what its log says (docker logs) and whether another process has the port; then run this again.",
        gates=(TASKS,),
    ),
    Entry(
        "COMMAND_LOST",
        BLOCKING,
        "host",
        "A process there was to end or to start, and the answer of its machine did not come back.",
        "Make the machine answer, then run this again: it looks first.",
        gates=(TASKS,),
    ),
    Entry(
        "CONTAINER_MISSING",
        BLOCKING,
        "container",
        "The engine has no such container. Only one that was deployed can be started again; nothing is rendered here.",
        "Deploy it (phase_30_deploy), or correct rocketmq_container and rocketmq_docker_host of the host.",
        gates=(TASKS,),
    ),
    Entry(
        "SETTINGS_UNREADABLE",
        BLOCKING,
        "container or host",
        "The configuration file of a broker cannot be read.",
        "See whether the container or the file is there and readable for the connection's user, then run this again.",
        gates=(TASKS,),
    ),
    Entry(
        "SETTINGS_NOT_WRITTEN",
        BLOCKING,
        "host",
        "The configuration file of a process does not hold what it was to get. The process was not started.",
        "Set right there what is named here, then run this playbook again.",
        gates=(TASKS,),
    ),
    Entry(
        "SETTINGS_UNFIT",
        BLOCKING,
        "host",
        "A process could not be started towards the name servers that are meant: what its file or its volume says is "
        "not known, or cannot be changed.",
        "Set right what is named here, then run this playbook again.",
        gates=(TASKS,),
    ),
    Entry(
        "STORE_NOT_EMPTY",
        BLOCKING,
        "container",
        "The store is not empty, so a process has run on it. Seeds go into a store that is new only.",
        "Take away the store if it is not needed any more; else deploy with the store as it is.",
        gates=(TASKS,),
    ),
    Entry(
        "STORE_UNREADABLE",
        BLOCKING,
        "host",
        "A store could not be read, so it is not known whether it ends where the last check has seen it end.",
        "Set right what is named here, then run this phase again: it goes on by reading this store.",
        gates=(TASKS,),
    ),
    Entry(
        "STORE_NOT_CHECKED",
        BLOCKING,
        "host",
        "What was written to the store at last is not known, so a message could be left behind unseen.",
        "Of a source that is not done, start the brokers again (rollback_stop_brokers), then close and switch once "
        "more. The clients of one that is done know the target only: rescue finds out whether something unread is left "
        "there and brings it to its readers. Where the evidence lies elsewhere, name its directory with "
        "rocketmq_migration_directory.",
        gates=(TASKS,),
    ),
    Entry(
        "STORE_NOT_PACKED",
        BLOCKING,
        "host",
        "The store was not packed into its archive.",
        "Look there for room and for the directory, which is not made, and run this phase again: what is packed is "
        "left alone.",
        gates=(TASKS,),
    ),
    Entry(
        "BROKER_MAY_HOLD",
        BLOCKING,
        "host",
        "The broker may have run, does not answer, and nothing proves that it is empty.",
        "Start its container (or run phase_30_deploy, which makes one for a store that has lost it), and run this "
        "again.",
        gates=(TASKS,),
    ),
    Entry(
        "BROKER_NOT_EMPTY",
        BLOCKING,
        "broker",
        "The broker was not restarted, for it was not proved empty.",
        "Run this again when its consumers have caught up, or with a waiver for those that may stay behind.",
        gates=(TASKS,),
    ),
    Entry(
        "BROKER_STRAYED",
        BLOCKING,
        "broker",
        "It is registered at the target's name server and is none of the target's: it knows its name server by a DNS "
        "name that has led here. Clients would meet it there, and brokers of equal names push each other out.",
        "On the way forward, end its process with SIGTERM (stop_brokers does while the source's name server lives; "
        "later it is done by hand). On the way back, see that the name answers the source again (rollback_switch_dns "
        "where it does not), then restart each of these brokers by hand (SIGTERM, then its start), so that it "
        "registers at its own. Then run this again.",
        gates=(TASKS,),
    ),
    Entry(
        "IMAGE_BASE_MISSING",
        BLOCKING,
        "image",
        "The base image is not on the engine that builds and could not be pulled.",
        "Load it there, name a registry that has it (rocketmq_image_base), or let it be built "
        "(rocketmq_image_base_fallback).",
        gates=(TASKS,),
    ),
    Entry(
        "IMAGE_UNFIT",
        BLOCKING,
        "host/image",
        "The image does not hold RocketMQ 4.4.0 with the JSON library that was asked for.",
        "If the image is an older one, build it again (phase_10_image).",
        gates=(TASKS,),
    ),
    Entry(
        "JAR_DIFFERS",
        BLOCKING,
        "directory",
        "A jar has another SHA-256 than the pinned one, or is missing.",
        "Check the Maven repository, and run again: they are fetched anew.",
        gates=(TASKS,),
    ),
    Entry(
        "MACHINE_CALLS_UNKNOWN",
        BLOCKING,
        "host",
        "A client that still calls at an old machine would not be noticed.",
        "Make the machines answer and run this phase again.",
        gates=(TASKS,),
    ),
    Entry(
        "MACHINE_STILL_CALLED",
        BLOCKING,
        "host",
        "Connections were refused there, so a client still calls. The kernel counts them for all ports (OutRsts in "
        "/proc/net/snmp).",
        "See who it is: tcpdump -n 'tcp[tcpflags] & tcp-rst != 0' on that machine. A client at a port of RocketMQ "
        "has to be corrected; where it is something else, name the machine and the reason in rocketmq_noisy_hosts. "
        "Then run this phase again.",
        gates=(TASKS,),
    ),
)
