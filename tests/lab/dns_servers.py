# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers of DNS beside a lab, all of them BIND: a resolver that keeps answers for longer than they may live, the
forwarder that it asks, and a secondary that lags. No question leaves the lab.
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
_SECONDARY = (
    'options {{ directory "/var/lib/bind"; listen-on {{ any; }}; listen-on-v6 {{ none; }}; dnssec-validation no; '
    "recursion no; allow-query {{ any; }}; notify no; }}; "
    'key "mqops-lab." {{ algorithm hmac-sha256; secret "{secret}"; }}; '
    'zone "mq.test" {{ type secondary; primaries {{ {primary} key "mqops-lab."; }}; }};'
)


class Servers:
    """Containers of the lab, removed with it. C(output) is C(Demo.output)."""

    def __init__(self, lab: str, output: Callable[..., str]) -> None:
        self.lab, self.output = lab, output
        network = f"mqops-{lab}"
        subnet = output("docker", "network", "inspect", network, "--format", "{{(index .IPAM.Config 0).Subnet}}")
        self.prefix = subnet.strip().rpartition(".")[0]
        self.primary = f"{self.prefix}.2"

    def start(self, name: str, address: str, configuration: str) -> None:
        place = "/etc/bind/lab/named.conf"
        self.output(
            "docker", "run", "--detach", "--name", f"mqops-{self.lab}-{name}", "--label", f"mqops.lab={self.lab}",
            "--network", f"mqops-{self.lab}", "--ip", address, IMAGE,
            "sh", "-c", f'printf "%s" "$0" > {place}; exec named -g -u bind -c {place}', configuration,
        )  # fmt: skip

    def ask(self, server: str, name: str) -> str:
        """What it answers now; the question brings the answer into a resolver's cache."""
        dig = ("dig", "+noall", "+answer", "@127.0.0.1", name, "A")
        return self.output("docker", "exec", f"mqops-{self.lab}-{server}", *dig)


class Secondary(Servers):
    """A server of the zone that nobody tells of a change: it answers what it was given at its start. C(address)."""

    def __init__(self, lab: str, output: Callable[..., str], secret: str, name: str) -> None:
        super().__init__(lab, output)
        self.address = f"{self.prefix}.5"
        self.start("secondary", self.address, _SECONDARY.format(secret=secret, primary=self.primary))
        transferred = f"until dig +short @127.0.0.1 {name} A | grep '^[0-9]'; do sleep 0.5; done"
        output("docker", "exec", f"mqops-{lab}-secondary", "timeout", "30", "sh", "-c", transferred)


class Resolver(Servers):
    """C(address) is the resolver's, which keeps every answer for KEPT seconds, whatever the record says, and goes on
    giving an expired one while the forwarder does not reply."""

    def __init__(self, lab: str, output: Callable[..., str]) -> None:
        super().__init__(lab, output)
        self.address, forwarder = f"{self.prefix}.3", f"{self.prefix}.4"
        self.start("forwarder", forwarder, _ANSWERING.format(asks=self.primary, more="max-cache-ttl 0;"))
        self.start("resolver", self.address, _ANSWERING.format(asks=forwarder, more=_STALE))

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Meanwhile it always holds a fresh answer, however long the others take to look at it."""
        ended = threading.Event()

        def keep() -> None:
            while True:
                self.output("docker", "exec", f"mqops-{self.lab}-resolver", "rndc", "flush")
                self.ask("resolver", name)
                if ended.wait(5):
                    return

        thread = threading.Thread(target=keep, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
