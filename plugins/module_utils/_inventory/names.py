# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable that an inventory gives to the collection, and the form of its value.

A unit test holds this table against what roles, playbooks and filters read: a new variable has to be entered here, or
an inventory that uses it is refused.
"""

from __future__ import annotations

import difflib

from .._admin.release import BROKER_PERMISSIONS
from .forms import (
    Form,
    account,
    any_value,
    choice,
    dns_name,
    dns_servers,
    engine,
    ip_address,
    mapping,
    mappings,
    number,
    path,
    pattern,
    seconds,
    secret,
    size,
    text,
    truth,
    unit,
    words,
)

PREFIX = "rocketmq_"
ROLES = ("nameserver", "master", "slave")
METHODS = ("command", "systemd", "docker")
KEY_ALGORITHMS = ("hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha1", "hmac-md5")

# Of a host, or of the group that holds it.
HOST: dict[str, Form] = {
    "rocketmq_address": ip_address,
    "rocketmq_address_server_port": number(1, 65535),
    "rocketmq_broker_direct_memory": size,
    "rocketmq_broker_heap": size,
    "rocketmq_broker_id": number(0, 2**31 - 1),
    "rocketmq_broker_master_role": choice("ASYNC_MASTER", "SYNC_MASTER"),
    "rocketmq_broker_name": text,
    "rocketmq_broker_options": mapping,
    "rocketmq_broker_permission": choice(*map(str, BROKER_PERMISSIONS)),
    "rocketmq_broker_seed_dir": text,
    "rocketmq_cluster": text,
    "rocketmq_config_file": path,
    "rocketmq_container": text,
    "rocketmq_container_labels": mapping,
    "rocketmq_container_prefix": text,
    "rocketmq_docker_directory": text,
    "rocketmq_docker_host": engine,
    "rocketmq_gc": choice("g1", "cms", "serial"),
    "rocketmq_image": text,
    "rocketmq_image_base": text,
    "rocketmq_image_base_fallback": text,
    "rocketmq_image_build_docker_host": engine,
    "rocketmq_image_debootstrap_mirror": text,
    "rocketmq_image_directory": text,
    "rocketmq_image_distribution": choice("load", "registry"),
    "rocketmq_image_fastjson": choice("safe", "original"),
    "rocketmq_image_maven_repository": text,
    "rocketmq_image_rebuild": truth,
    "rocketmq_java_options": text,
    "rocketmq_method": choice(*METHODS),
    "rocketmq_nameserver_direct_memory": size,
    "rocketmq_nameserver_heap": size,
    "rocketmq_nameserver_name": dns_name,
    "rocketmq_nameserver_options": mapping,
    "rocketmq_nameserver_seed_dir": text,
    "rocketmq_nameservers": words,
    "rocketmq_network_mode": text,
    # Names of variables that something else than this collection reads.
    "rocketmq_other_variables": words,
    "rocketmq_pid_mode": text,
    "rocketmq_port": number(1, 65535),
    "rocketmq_process_pattern": pattern,
    "rocketmq_restart_policy": choice("no", "unless-stopped"),
    "rocketmq_role": choice(*ROLES),
    "rocketmq_start_command": text,
    "rocketmq_stop_command": text,
    "rocketmq_ulimits": words,
    "rocketmq_unit": unit,
    "rocketmq_user": account,
}

# Of the whole run: the control host reads them, so that they belong to all, or into an extra variable.
RUN: dict[str, Form] = {
    "rocketmq_access_key": secret,
    "rocketmq_business_unlisted": truth,
    "rocketmq_connect_timeout": seconds,
    "rocketmq_dns_allow_md5": truth,
    "rocketmq_dns_key_algorithm": choice(*KEY_ALGORITHMS),
    "rocketmq_dns_key_name": text,
    "rocketmq_dns_key_secret": secret,
    "rocketmq_dns_port": number(1, 65535),
    "rocketmq_dns_protocol": choice("udp", "tcp"),
    "rocketmq_dns_query_timeout": seconds,
    "rocketmq_dns_resolvers": dns_servers,
    "rocketmq_dns_servers": dns_servers,
    "rocketmq_dns_updates": truth,
    "rocketmq_dns_zone": dns_name,
    "rocketmq_expected_clients": mappings("address", "reason"),
    "rocketmq_migration_archive": text,
    "rocketmq_migration_batch": words,
    "rocketmq_migration_confirm": text,
    "rocketmq_migration_directory": text,
    "rocketmq_migration_drain_abort": mapping,
    "rocketmq_migration_lock_ended": text,
    "rocketmq_migration_owners": mappings("name", "source"),
    "rocketmq_migration_release": truth,
    "rocketmq_migration_replan": truth,
    # Judged by the catalogue of reasons.
    "rocketmq_migration_waivers": any_value,
    "rocketmq_noisy_hosts": mappings("host", "reason"),
    "rocketmq_producer_groups": words,
    "rocketmq_request_timeout": seconds,
    "rocketmq_restart_brokers": words,
    "rocketmq_secret_key": secret,
    "rocketmq_target_config": mapping,
    "rocketmq_tls": truth,
}

VARIABLES: dict[str, Form] = {**HOST, **RUN}

# Text for a shell, which may hold braces of its own, such as a format of docker.
COMMANDS = ("rocketmq_start_command", "rocketmq_stop_command")

# Those that plays and roles read by themselves, and not out of hostvars: what they are computed from, such as hostvars
# itself or a variable of a play, is not known where hostvars computes them.
PLAYS = RUN.keys() | {name for name in HOST if name.startswith("rocketmq_image_")}


def closest(name: str) -> str | None:
    """The variable that a misspelt name means, if one is near."""
    own = name.removeprefix(PREFIX)
    longer = [known for known in VARIABLES if known.endswith(f"_{own}")]
    # Without the prefix, which all have in common: with it every short name would be near to every other.
    near = difflib.get_close_matches(own, [known.removeprefix(PREFIX) for known in VARIABLES], n=1, cutoff=0.75)
    return longer[0] if len(longer) == 1 else PREFIX + near[0] if near else None


def not_known(name: str) -> str:
    near = closest(name)
    return (
        f"{name} is no variable of this collection{f' (did you mean {near}?)' if near else ''}; correct it, or list it"
        " in rocketmq_other_variables if something else reads it"
    )
