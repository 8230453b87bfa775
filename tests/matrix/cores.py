#!/usr/bin/env python
# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every ansible-core that is supported: unit tests on each, sanity on the oldest and the newest, a migration on the
oldest.

Each gets an environment of its own, build/cores/<series>, pinned by requirements/cores.yml and requirements/dev.lock.
The migration's clients, topics, groups, configurations and machines have templates for names (hostile.py). Ends with 0
only when every part has passed; what cannot be run has failed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.mqops.rocketmq.tests.lab.failed import Failed
from ansible_collections.mqops.rocketmq.tests.lab.paths import BUILD, ROOT

CORES = BUILD / "cores"
PINS = ROOT / "requirements/cores.yml"
LOCK = ROOT / "requirements/dev.lock"
PARTS = ("unit", "sanity", "migration")
# What the unit tests import and run; pip refuses the list when something that these need is missing from it.
PACKAGES = (
    "attrs", "certifi", "cffi", "charset-normalizer", "cryptography", "dnspython", "execnet", "hypothesis", "idna",
    "iniconfig", "jinja2", "lxml", "markupsafe", "packaging", "pluggy", "pycparser", "pygments", "pytest",
    "pytest-xdist", "pyyaml", "requests", "resolvelib", "sortedcontainers", "urllib3",
)  # fmt: skip


@dataclass(frozen=True)
class Core:
    """core: the version of ansible-core. python: the interpreter's, as 3.11. older: packages not as in dev.lock."""

    core: str
    python: str
    sha256: str
    older: tuple[str, ...] = ()

    @property
    def series(self) -> str:
        return self.core.rpartition(".")[0]

    @property
    def place(self) -> Path:
        return CORES / self.series


def read(text: str) -> tuple[list[Core], dict[str, dict[str, str]]]:
    """The cores, oldest first, and the packages that some of them need older: name to version and sha256."""
    told = yaml.safe_load(text)
    cores = [Core(str(one["core"]), one["python"], one["sha256"], tuple(one["older"])) for one in told["cores"]]
    return cores, told["older"]


def locked(text: str) -> dict[str, str]:
    """Package to its lines in a hashed lock file."""
    blocks = re.split(r"^(?=[a-zA-Z0-9][\w.-]*==)", text, flags=re.MULTILINE)[1:]
    return {
        block.partition("==")[0]: "".join(line for line in block.splitlines(True) if not line.lstrip().startswith("#"))
        for block in blocks
    }


def requirements(core: Core, older: Mapping[str, Mapping[str, str]], lock: str) -> str:
    """What pip installs with --require-hashes. Raises Failed where the lock file lacks a package."""
    pins = {name: f"{name}=={older[name]['version']} --hash=sha256:{older[name]['sha256']}\n" for name in core.older}
    known = locked(lock)
    missing = [name for name in PACKAGES if name not in {**known, **pins}]
    if missing:
        raise Failed(f"requirements/dev.lock has no {', '.join(missing)}, which tests/matrix/cores.py installs")
    lines = [pins.get(name) or known[name] for name in PACKAGES]
    return f"ansible-core=={core.core} --hash=sha256:{core.sha256}\n" + "".join(lines)


def answer(python: str) -> str:
    """The version, as 3.12, of an interpreter that can make environments; else what it said."""
    try:
        said = subprocess.run(
            [python, "-c", "import sys, ensurepip, venv; print('%d.%d' % sys.version_info[:2])"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return said.stdout.strip() or " ".join(said.stderr.split())[:200]


def interpreter(core: Core, environment: Mapping[str, str]) -> Path:
    """The Python that runs it: by PYTHON312 and the like; else python3.12 on the path, or one of pyenv's.

    Raises Failed, saying how to provide one.
    """
    name, variable = f"python{core.python}", "PYTHON" + core.python.replace(".", "")
    if environment.get(variable):
        candidates = [environment[variable]]
    else:
        pyenv = Path(environment.get("PYENV_ROOT") or Path(environment.get("HOME", "/")) / ".pyenv")
        on_path = shutil.which(name, path=environment.get("PATH", ""))
        candidates = [on_path] if on_path else []
        candidates += [str(path) for path in sorted(pyenv.glob(f"versions/{core.python}.*/bin/{name}"))]
    said = {candidate: answer(candidate) for candidate in candidates}
    found = next((candidate for candidate in candidates if said[candidate] == core.python), None)
    if found is None:
        tried = "; ".join(f"{candidate}: {told}" for candidate, told in said.items()) or "none was found"
        raise Failed(
            f"ansible-core {core.series} needs Python {core.python}, with venv and ensurepip: put {name} on the path,"
            f" or name it, {variable}=/path/to/{name} make matrix MATRIX=cores. Tried: {tried}"
        )
    return Path(found)


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def run(command: list[Any], log: Path, seconds: float, **more: str) -> str:
    """Run a command, its output into a file and back. Raises Failed with the end of it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as page:
        try:
            done = subprocess.run(
                [str(word) for word in command], cwd=ROOT, env={**os.environ, **more}, stdin=subprocess.DEVNULL,
                stdout=page, stderr=subprocess.STDOUT, timeout=seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{command[0]} took longer than {seconds:.0f} s; see {log}") from error
    printed = log.read_text(errors="replace")
    if done.returncode:
        raise Failed(f"{command[0]} ended with {done.returncode}; see {log}:\n{printed[-2000:]}")
    return printed


def make(core: Core) -> None:
    """Its environment; left alone when it is there already, made anew when a pin or the interpreter is another one."""
    python = interpreter(core, os.environ)
    cores, older = read(PINS.read_text())
    wanted = requirements(core, older, LOCK.read_text())
    stamp = hashlib.sha256(f"{python.resolve()}\n{wanted}".encode()).hexdigest()
    noted = core.place / ".stamp"
    if noted.exists() and noted.read_text() == stamp:
        return
    say(f"{core.series}: making {core.place.relative_to(ROOT)} with {python}")
    shutil.rmtree(core.place, ignore_errors=True)
    logs = CORES / "logs"
    run([python, "-m", "venv", core.place], logs / f"{core.series}.venv", 300)
    listed = core.place / "requirements.txt"
    listed.write_text(wanted)
    pip = [core.place / "bin/python", "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    run([*pip, "-r", listed], logs / f"{core.series}.pip", 1200)
    noted.write_text(stamp)


def unit(core: Core, arguments: list[str]) -> str:
    """The unit tests, or those that pytest is told. A run that says nothing of what it ran has not passed."""
    log = CORES / "logs" / f"{core.series}.unit"
    printed = run(["tools/unit.sh", "-q", *arguments], log, 3600, VENV=str(core.place))
    ran = re.search(r"^(\d+) passed.*", printed, re.MULTILINE)
    if ran is None or int(ran[1]) == 0:
        raise Failed(f"the unit tests did not say that any has passed; see {log}")
    return ran[0]


def sanity(core: Core) -> str:
    log = CORES / "logs" / f"{core.series}.sanity"
    printed = run(["tools/sanity.sh"], log, 3600, VENV=str(core.place))
    return next((line for line in reversed(printed.splitlines()) if line.startswith("sanity: ")), "")


def migration(core: Core) -> str:
    printed = run(
        [sys.executable, "tests/matrix/hostile.py", "--environment", core.place],
        CORES / "logs" / f"{core.series}.migration", 3 * 3600,
    )  # fmt: skip
    return printed.strip().splitlines()[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cores", nargs="+", help="series, such as 2.16; all, if none is given")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--pytest", default="", metavar="'PATH -k WORD'", help="arguments for pytest")
    options = parser.parse_args()
    cores, _older = read(PINS.read_text())
    unknown = set(options.cores or []) - {core.series for core in cores}
    if unknown:
        parser.error(f"requirements/cores.yml has no {', '.join(sorted(unknown))}")
    told: list[tuple[str, str]] = []
    for core in cores:
        if options.cores and core.series not in options.cores:
            continue
        parts = {
            "unit": lambda core=core: unit(core, shlex.split(options.pytest)),
            "sanity": lambda core=core: sanity(core) if core in (cores[0], cores[-1]) else None,
            "migration": lambda core=core: migration(core) if core is cores[0] else None,
        }
        for part in options.parts:
            began = time.monotonic()
            try:
                make(core)
                said = parts[part]()
            except Failed as failure:
                said = f"FAILED: {failure}"
            if said is not None:
                told.append((f"{core.core} {part}", said))
                say(f"{core.core} {part}: {said} ({time.monotonic() - began:.0f} s)")
    print("\n" + "\n".join(f"{what:<20} {said.splitlines()[0]}" for what, said in told))
    failed = [what for what, said in told if said.startswith("FAILED")]
    print(f"cores: failed: {', '.join(failed)}" if failed or not told else f"cores: {len(told)} parts passed")
    return 1 if failed or not told else 0


if __name__ == "__main__":
    sys.exit(main())
