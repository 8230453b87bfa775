#!/usr/bin/python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the modules of community.docker, whose check mode is their own. WANT_JSON: takes any option.

No engine has the image before the target is deployed. What is not run in check mode is noted, with its volumes.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

NAME = "MODULE"
with open(sys.argv[1]) as given:
    options = json.load(given)
there = os.environ["STAGE"] not in ("apart",)
running = {"State": {"Running": True, "Status": "running"}, "Name": f"/{options.get('name')}",
           "HostConfig": {"RestartPolicy": {"Name": "no"}}}  # fmt: skip
name = str(options.get("name"))
if name.startswith(("mdm-a", "mdm-ns")) or name in ("mdm-a", "mdm-ns"):
    ended = os.environ["STAGE"] == "done" or (os.environ["STAGE"] == "stopped" and "ns" not in name)
    there, running["State"] = True, {"Running": not ended, "Status": "exited" if ended else "running"}
result: dict = {"changed": False}
if NAME == "docker_container_info":
    result.update(exists=there, container=running if there else None)
elif NAME == "docker_volume_info":
    result.update(exists=there)
elif NAME == "docker_host_info":
    result.update(host_info={"ServerVersion": "27.1.0"}, containers=[], images=[])
elif NAME == "docker_container":
    if options.get("image") and not there and options.get("pull") == "never":
        result.update(failed=True, msg=f"Cannot find image with name {options['image']}, and pull=never")
    elif options["_ansible_check_mode"]:
        state = options.get("state", "started")
        result.update(changed=not there or state == "stopped" or options.get("detach") is False)
        if there and options.get("detach") is not False:
            result.update(container=running)
    else:
        with Path(os.environ["CHANGED"]).open("a") as log:
            writes = [one for one in options.get("volumes") or () if not one.endswith(":ro")]
            log.write(f"docker_container {name} {writes}\n" if writes or options.get("detach") is not False else "")
        output = os.environ["LISTS" if "-read-" in name else "SOURCE" if name.startswith("mdm") else "SETTING"]
        result.update(changed=True, status=0, container={"Output": output})
print(json.dumps(result))
