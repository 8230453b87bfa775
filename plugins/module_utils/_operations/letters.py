# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of rocketmq_dlq (private): nothing outside their directory is read or written, whatever a name says.

    DIRECTORY/CLUSTER-HASH/GROUP-HASH.jsonl      the messages of one group of one cluster
                           GROUP-HASH.sent       which of them were sent again
                           GROUP-HASH.*.part     not finished; worth nothing once its run has ended

Each directory and file is opened below the one above it that is open already, and no symbolic link is followed.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .._migration.clients import dead_letters
from .._migration.clients.dead_letters import shown
from .errors import OperationError

LETTERS, SENT, PART = ".jsonl", ".sent", ".part"

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, to open a named pipe in its place would wait for ever.
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_BLOCK = 1024 * 1024
_REMEDY = "Move this file to another directory"


@dataclass(frozen=True)
class Place:
    """A file of dead letters: its directory below that of all, and its name without the ending."""

    folder: str
    name: str


class Letters:
    """The directory of the dead letters, which need not exist before something is written.

    Every method raises OperationError, naming the file or directory, for what is a link, is no plain file or directory,
    cannot be read or written, or does not hold dead letters.
    """

    def __init__(self, directory: str) -> None:
        self._path = os.path.abspath(directory)
        self._root = _open(self._path, _DIRECTORY, None, self._path)
        self.directory = Path(os.path.realpath(self._path))

    def __enter__(self) -> Letters:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self._root is not None:
            os.close(self._root)
            self._root = None

    def path(self, place: Place, ending: str = LETTERS) -> Path:
        return self.directory / place.folder / f"{place.name}{ending}"

    @staticmethod
    def own(cluster: str, group: str) -> Place:
        """Where the messages of a group belong. Raises nothing."""
        return Place(dead_letters.file_name(cluster), dead_letters.file_name(group))

    def place(self, cluster: str, group: str) -> Place:
        """Where they lie or will: in the file that the first form of the module wrote, if there is one, for the same
        message must not lie in two files."""
        own = self.own(cluster, group)
        folder, name = dead_letters.earlier_file_name(cluster), dead_letters.earlier_file_name(group)
        if folder is None or name is None or self._exists(own):
            return own
        earlier = Place(folder, name)
        return earlier if self._exists(earlier) else own

    def places(self) -> tuple[list[Place], list[Path]]:
        """All files of dead letters; and the directories beside them, in which nothing was looked for."""
        found: list[Place] = []
        passed: list[Path] = []
        for folder in _entries(self._root):
            if folder.is_symlink() and not folder.is_dir():
                continue  # to a file, and files lie one deeper
            # lost+found is at the root of a mount, and only root may read it.
            if not folder.is_dir() or folder.name == "lost+found":
                continue
            with self._folder(folder.name) as opened:
                for entry in _entries(opened):
                    if entry.name.endswith(LETTERS):
                        found.append(Place(folder.name, entry.name.removesuffix(LETTERS)))
                    elif entry.is_dir(follow_symlinks=False):
                        passed.append(self.directory / folder.name / entry.name)
        return sorted(found, key=lambda place: (place.folder, place.name)), sorted(passed)

    # --- messages -----------------------------------------------------------------------------------------

    def owner(self, place: Place) -> tuple[str, str]:
        """Cluster and group of a file, as its first message says."""
        with closing(self.read(place)) as items:
            first = next(items)
        return first["cluster"], dead_letters.group_of(first["topic"])

    def read(self, place: Place) -> Generator[dict[str, Any], None, None]:
        """Yields its messages one by one; there must be a file."""
        path = shown(str(self.path(place)), 1000)
        with self._folder(place.folder) as folder:
            descriptor = self._file(folder, place, LETTERS, os.O_RDONLY)
            if descriptor is None:
                raise OperationError(f"{path} is not there any more")
            with os.fdopen(descriptor, encoding="utf-8") as stream:
                try:
                    yield from dead_letters.parse(stream, path)
                except dead_letters.DeadLetterError as error:
                    raise OperationError(f"{error}. {_REMEDY}") from error
                except UnicodeDecodeError as error:
                    raise OperationError(f"{path} is no text in UTF-8 ({error}). {_REMEDY}") from error
                except OSError as error:
                    raise OperationError(f"{path} cannot be read: {error.strerror}") from error

    def spans(self, place: Place, cluster: str, group: str) -> dead_letters.Spans:
        """Which messages of this group its file holds already; none where there is no file."""
        if not self._exists(place):
            return {}
        owner = self.owner(place)
        if owner != (cluster, group):
            raise OperationError(
                f"{shown(str(self.path(place)), 1000)} holds dead letters of {shown('/'.join(owner))}. {_REMEDY}"
            )
        return dead_letters.spans(self.read(place))

    def add(self, place: Place, lines: Iterable[str]) -> None:
        """Adds messages to a file. It is replaced as a whole when all of them are on the disk, or stays as it was."""
        path = shown(str(self.path(place)), 1000)
        try:
            self._make(place.folder)
            with self._folder(place.folder) as folder:
                part = f"{place.name}.{secrets.token_hex(8)}{PART}"
                opened = _open(part, _FILE | os.O_WRONLY | os.O_CREAT | os.O_EXCL, folder, f"{path}{PART}")
                if opened is None:
                    raise OperationError(f"{path} cannot be written: its directory was removed")
                with _removed_unless_renamed(part, folder), os.fdopen(opened, "wb") as out:
                    self._copy(folder, place, out)
                    out.writelines(f"{line}\n".encode() for line in lines)
                    out.flush()
                    os.fsync(out.fileno())
                    os.rename(part, f"{place.name}{LETTERS}", src_dir_fd=folder, dst_dir_fd=folder)
                    os.fsync(folder)
        except OSError as error:
            raise OperationError(f"{path} cannot be written: {error.strerror}") from error

    def _copy(self, folder: int, place: Place, out: BinaryIO) -> None:
        descriptor = self._file(folder, place, LETTERS, os.O_RDONLY)
        if descriptor is None:
            return
        last = b"\n"
        with os.fdopen(descriptor, "rb") as stream:
            while block := stream.read(_BLOCK):
                out.write(block)
                last = block[-1:]
        if last != b"\n":
            out.write(b"\n")

    # --- notes of what was sent ---------------------------------------------------------------------------

    def sent(self, place: Place) -> set[str]:
        """The notes beside a file. A line without an end is none: its run was killed in the middle of it."""
        with self._folder(place.folder) as folder:
            descriptor = self._file(folder, place, SENT, os.O_RDONLY)
            if descriptor is None:
                return set()
            with os.fdopen(descriptor, "rb") as stream:
                return set(stream.read().decode("utf-8", "replace").split("\n")[:-1])

    @contextmanager
    def noting(self, place: Place) -> Iterator[Callable[[str], None]]:
        """Gives what adds a line to the notes, at once."""
        with self._folder(place.folder) as folder:
            descriptor = self._file(folder, place, SENT, os.O_RDWR | os.O_CREAT)
            if descriptor is None:
                raise OperationError(f"{self.path(place, SENT)} cannot be written: its directory was removed")
            with os.fdopen(descriptor, "r+b") as stream:
                # What a killed run left of its last line must not become a line by what is added.
                stream.truncate(stream.seek(stream.read().rfind(b"\n") + 1))

                def add(line: str) -> None:
                    stream.write(f"{line}\n".encode())
                    stream.flush()

                yield add
                os.fsync(stream.fileno())

    # --- opening ------------------------------------------------------------------------------------------

    def _exists(self, place: Place) -> bool:
        with self._folder(place.folder, absent=True) as folder:
            if folder is None:
                return False
            try:
                os.stat(f"{place.name}{LETTERS}", dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                return False
            return True

    @contextmanager
    def _folder(self, name: str, *, absent: bool = False) -> Iterator[Any]:
        """The directory of a cluster, open; None where it is absent and may be."""
        path = self.directory / name
        opened = None if self._root is None else _open(name, _DIRECTORY, self._root, str(path))
        if opened is None and not absent:
            raise OperationError(f"{shown(str(path), 1000)} is not there any more")
        try:
            yield opened
        finally:
            if opened is not None:
                os.close(opened)

    def _file(self, folder: int, place: Place, ending: str, flags: int) -> int | None:
        path = str(self.path(place, ending))
        descriptor = _open(f"{place.name}{ending}", _FILE | flags, folder, path)
        if descriptor is not None and not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OperationError(f"{shown(path, 1000)} is no plain file. Remove it")
        return descriptor

    def _make(self, folder: str) -> None:
        """Makes what is missing of the directories, each for the owner alone."""
        if self._root is None:
            absent, path = [], self._path
            while not os.path.lexists(path):
                absent.append(path)
                path = os.path.dirname(path)
            for one in reversed(absent):
                with suppress(FileExistsError):
                    os.mkdir(one, 0o700)
            self._root = _open(self._path, _DIRECTORY, None, self._path)
            self.directory = Path(os.path.realpath(self._path))
        if self._root is not None:
            with suppress(FileExistsError):
                os.mkdir(folder, 0o700, dir_fd=self._root)
                os.fsync(self._root)


def _open(name: str, flags: int, parent: int | None, path: str) -> int | None:
    """A descriptor; None for what is not there. C(path): how messages name it."""
    try:
        return os.open(name, flags, 0o600, dir_fd=parent)
    except FileNotFoundError:
        return None
    except OSError as error:
        where, mode = shown(path, 1000), 0
        with suppress(OSError):
            mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            raise OperationError(
                f"{where} is a symbolic link, and dead letters are neither read nor written through one. Give the "
                "directory that it leads to as the directory, or remove the link"
            ) from error
        raise OperationError(f"{where} cannot be opened: {error.strerror}") from error


def _entries(directory: int | None) -> list[os.DirEntry[str]]:
    if directory is None:
        return []
    with os.scandir(directory) as found:
        return sorted(found, key=lambda entry: entry.name)


@contextmanager
def _removed_unless_renamed(name: str, folder: int) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise
