#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rocketmq_seed
short_description: Write the tables with which brokers of a new cluster start for the first time
description:
  - Merges the topics and groups of the sources as M(mqops.rocketmq.rocketmq_metadata) does, and writes them as the
    files
    that RocketMQ 4.4.0 reads at its start. Thousands of topics are then there at once, instead of one by one.
  - Writes C(<directory>/<broker name>/topics.json), C(subscriptionGroup.json) and C(consumerOffset.json) for each
    master
    of the target, to be copied to C(<store>/config) of a broker that has never started, and
    C(<directory>/nameserver/kvConfig.json) with the merged order configuration for its name servers.
  - C(consumerOffset.json) holds offset 0 for every known group on every queue; a group that comes back late must not
    start
    at the end of queues that it has never seen.
  - Slaves need no files, they get everything from their master within about a minute.
  - Only reads from the sources. A broker that has started already ignores such files or overwrites them; use
    M(mqops.rocketmq.rocketmq_metadata) for it.
options:
  directory:
    description: Directory on the host that runs the module. It is created if it is missing.
    type: path
    required: true
extends_documentation_fragment:
  - mqops.rocketmq._clusters.sources
  - mqops.rocketmq._clusters.target
  - mqops.rocketmq._connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - Versions (times) inside the files are not compared.
seealso:
  - module: mqops.rocketmq.rocketmq_metadata
  - module: mqops.rocketmq.rocketmq_plan
author:
  - mqops.rocketmq contributors (@mqops)
"""

EXAMPLES = r"""
- name: Write the seeds of a cluster with one master
  mqops.rocketmq.rocketmq_seed:
    sources:
      - {name: mro, nameservers: ["198.18.10.20:9876"]}
      - {name: mdm, nameservers: ["198.18.10.40:9876"]}
    target:
      name: hub
      nameservers: ["198.18.10.80:9876"]
      brokers:
        - {name: hub-a, id: 0, address: "198.18.10.81:10911"}
    directory: /var/lib/mqops/seed
"""

RETURN = r"""
files:
  description: All files of the seed, those that were right already included.
  returned: success
  type: list
  elements: str
  sample: ["/var/lib/mqops/seed/hub-a/topics.json"]
written:
  description: The files that were written, or would be in check mode.
  returned: success
  type: list
  elements: str
topics:
  description: Number of topics, retry and dead letter topics included.
  returned: success
  type: int
groups:
  description: Number of groups.
  returned: success
  type: int
offsets:
  description: Number of entries in C(consumerOffset.json), one for each group and topic. Count them after the start.
  returned: success
  type: int
"""

import os
import tempfile
import time
from typing import Any

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.snapshot import take
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration import conflicts, merge, metadata, seed
from ansible_collections.mqops.rocketmq.plugins.module_utils._module import (
    ModuleError,
    RocketmqModule,
    cluster_option,
    clusters_option,
    run_module,
)

SOURCE_PARTS = frozenset({"topics", "groups", "offsets", "clients"})


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as handle:
            return handle.read()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ModuleError(f"{path} cannot be read: {error}") from error


def _write(module: Any, path: str, text: str) -> None:
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(text)
        # Brokers run under another user than the one who copies the files.
        os.chmod(temporary, 0o644)
    except OSError as error:
        raise ModuleError(f"{path} cannot be written: {error}") from error
    module.atomic_move(temporary, path)


def _summary(name: str, text: str | None) -> dict[str, Any] | str:
    """What a diff shows of a file: thousands of lines help nobody, the names do."""
    if text is None:
        return ""
    if name == seed.OFFSETS:
        return {"entries": text.count("@")}
    try:
        value = seed.json.loads(text)
    except ValueError:
        return "unreadable"
    return {key: table for key, table in value.items() if key != "dataVersion"}


@run_module
def main() -> None:
    module = RocketmqModule(
        argument_spec={
            "sources": clusters_option(),
            "target": cluster_option(),
            "directory": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    sources = module.clusters("sources")
    if not sources:
        raise ModuleError("sources is empty: there is nothing to seed from")
    if not module.params["target"]["brokers"]:
        raise ModuleError("target needs its list of brokers: a cluster that has never started cannot be asked for them")
    target = module.clusters("target")[0]
    if not target.masters:
        raise ModuleError(f"target {target.name} has no master")

    wishes = merge.merge([take(module.admin, spec, SOURCE_PARTS) for spec in sources], target)
    if wishes.gaps:
        lines = metadata.describe(wishes.gaps)
        raise ModuleError(
            f"the sources did not answer completely, nothing was written: {'; '.join(lines[:5])}", unanswered=lines
        )
    if not wishes.topics and not wishes.groups:
        raise ModuleError("the sources have no topic and no group of their own: check their addresses")
    size = conflicts.registration_bytes(wishes.topics.values(), target.name, [one.name for one in target.brokers])
    if size > conflicts.FRAME_LIMIT:
        raise ModuleError(
            f"{len(wishes.topics)} topics make a registration of {size} bytes, a name server accepts "
            f"{conflicts.FRAME_LIMIT}: the brokers would start and never be listed. Nothing was written."
        )

    directory = module.params["directory"]
    contents: dict[str, str] = {}
    for broker in target.masters:
        for name, text in seed.broker_files(wishes, int(time.time() * 1000)).items():
            contents[os.path.join(directory, broker.name, name)] = text
    for name, text in seed.nameserver_files(wishes).items():
        contents[os.path.join(directory, "nameserver", name)] = text

    before, after, written = {}, {}, []
    for path, text in contents.items():
        name, old = os.path.basename(path), _read(path)
        if seed.same_content(name, old, text):
            continue
        written.append(path)
        before[path], after[path] = _summary(name, old), _summary(name, text)
        if not module.check_mode:
            _write(module.module, path, text)
    module.exit(
        changed=bool(written),
        before=before,
        after=after,
        files=sorted(contents),
        written=written,
        topics=len(wishes.topics),
        groups=len(wishes.groups),
        offsets=len(wishes.pairs),
    )


if __name__ == "__main__":
    main()
