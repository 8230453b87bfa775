# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A resolver beside a lab that keeps answers for longer than they may live, and the forwarder that it asks.

Both are BIND. The resolver keeps every answer for KEPT seconds, whatever the record says, and goes on giving an expired
one while the forwarder does not reply. No question leaves the lab.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

IMAGE = "mqops/bind:9"
KEPT = 90  # BIND allows no more
_ANSWERING = (
    'options {{ directory "/var/lib/bind"; listen-on {{ any; }}; listen-on-v6 {{ none; }}; dnssec-validation no; '
    "recursion yes; allow-query {{ any; }}; allow-recursion {{ any; }}; forward only; forwarders {{ {asks}; }}; "
    "{more} }};"
)
_STALE = (
    f"min-cache-ttl {KEPT}; stale-cache-enable yes; stale-answer-enable yes; stale-answer-ttl 30; "
    "stale-answer-client-timeout 0; stale-refresh-time 5; max-stale-ttl 3600;"
)


class Resolver:
    """Two containers of the lab, removed with it. C(address) is the resolver's; C(output) is C(Demo.output)."""

    def __init__(self, lab: str, output: Callable[..., str]) -> None:
        self.lab, self.output = lab, output
        network = f"mqops-{lab}"
        subnet = output("docker", "network", "inspect", network, "--format", "{{(index .IPAM.Config 0).Subnet}}")
        prefix = subnet.strip().rpartition(".")[0]
        self.address, forwarder = f"{prefix}.3", f"{prefix}.4"
        self._start("forwarder", forwarder, _ANSWERING.format(asks=f"{prefix}.2", more="max-cache-ttl 0;"))
        self._start("resolver", self.address, _ANSWERING.format(asks=forwarder, more=_STALE))

    def _start(self, name: str, address: str, configuration: str) -> None:
        place = "/etc/bind/lab/named.conf"
        self.output(
            "docker", "run", "--detach", "--name", f"mqops-{self.lab}-{name}", "--label", f"mqops.lab={self.lab}",
            "--network", f"mqops-{self.lab}", "--ip", address, IMAGE,
            "sh", "-c", f'printf "%s" "$0" > {place}; exec named -g -u bind -c {place}', configuration,
        )  # fmt: skip

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Meanwhile it always holds a fresh answer, however long the others take to look at it."""
        ended = threading.Event()

        def keep() -> None:
            while True:
                self.output("docker", "exec", f"mqops-{self.lab}-resolver", "rndc", "flush")
                self.ask(name)
                if ended.wait(5):
                    return

        thread = threading.Thread(target=keep, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def ask(self, name: str) -> str:
        """What the resolver answers now; the question brings the answer into its cache."""
        dig = ("dig", "+noall", "+answer", "@127.0.0.1", name, "A")
        return self.output("docker", "exec", f"mqops-{self.lab}-resolver", *dig)
