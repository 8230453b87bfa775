# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two settings in a broker's configuration file on its machine: namesrvAddr and brokerPermission.

4.4.0 reads the file that -c names when it starts, and what stands there overrules NAMESRV_ADDR of the environment. The
file is one of java.util.Properties: the last of equal keys counts, a key ends at an equals sign, a colon or a blank,
and a backslash at the end of a line continues it. It is changed only while its broker does not run: a running one
writes it anew, whole, whenever its configuration is updated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from shlex import quote
from typing import Any

from ..._admin.release import BROKER_PERMISSIONS, PERMISSION_KEY
from . import account
from .answer import printable
from .identity import problem_of_path

NAME_SERVERS = "namesrvAddr"
KEYS = (NAME_SERVERS, PERMISSION_KEY)
# A copy of the file as it was before the first change; never written again.
SAVED_AS = ".before-mqops"
# What has to be free beside the file before it is changed, in KiB.
LEAST_ROOM = 1024

_MOST = 65536
_ADDRESS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?:[0-9]{1,5}")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}

# Joins the lines of one setting, as java.util.Properties does. held: those lines as they are.
_AWK = r"""
function odd(text,  n) {
  n = length(text); while (n > 0 && substr(text, n, 1) == "\\") n--
  return (length(text) - n) % 2 }
{ held = held $0 "\n"; text = $0; sub(/\r$/, "", text); sub(/^[ \t\f]+/, "", text)
  if (!more) { whole = ""; comment = text ~ /^[#!]/ }
  more = !comment && odd(text)
  whole = whole (more ? substr(text, 1, length(text) - 1) : text)
  if (!more) ended() }
END { if (more) { held = held "\n"; ended() } }
function ended() {
  if (comment || whole !~ ("^(" keys ")([ \t\f=:]|$)")) { if (!show) printf "%s", held }
  else if (show) print "line=" whole
  held = "" }
"""


def _functions(keys: Iterable[str] = KEYS) -> str:
    """For sh: C(shown FILE) prints the settings of the keys, C(others FILE) all other lines as they are."""
    awk = f"awk -v keys={quote('|'.join(keys))}"
    return (
        f"shown() {{ {awk} -v show=1 {quote(_AWK)} \"$1\"; }}\n"
        f"others() {{ {awk} -v show= {quote(_AWK)} \"$1\"; }}\n"
    )  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What was found at the path. C(kind): file, link, missing, unreadable or other. C(name_servers), C(permission):
    None where the file does not say. C(room): KiB that are free there. C(writable): whether files can be made there.
    """

    path: str
    kind: str
    to: str = ""
    uid: int | None = None
    user: str = ""
    name_servers: str | None = None
    permission: str | None = None
    room: int | None = None
    writable: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def look(path: str) -> str:
    """Prints what lies at the path, and the settings in it. Changes nothing."""
    return f"""
file={quote(path)}
{_functions()}
if [ -L "$file" ]; then echo kind=link; echo "to=$(readlink "$file" | head -n 1)"
elif [ ! -e "$file" ]; then
  # What lies in a directory that this user may not enter only seems not to be there.
  near=$(dirname "$file"); while [ ! -e "$near" ]; do near=$(dirname "$near"); done
  if [ -d "$near" ] && [ ! -x "$near" ]; then echo kind=unreadable; else echo kind=missing; fi
elif [ ! -f "$file" ]; then echo kind=other
elif [ ! -r "$file" ]; then echo kind=unreadable
else echo kind=file
fi
[ ! -e "$file" ] || stat -Lc 'owner=%u:%U' "$file"
df -Pk "$(dirname "$file")" 2>/dev/null | awk 'NR == 2 {{ print "room=" $4 }}'
[ ! -w "$(dirname "$file")" ] || echo writable=yes
if [ -f "$file" ] && [ -r "$file" ]; then shown "$file" | head -c {_MOST}; fi
echo end=
"""


def usual(settings: Mapping[str, str | None]) -> dict[str, str | None]:
    """The settings as edit() writes them: 4.4.0 takes a list with blanks, or an empty entry, for the same list."""
    return {
        key: ";".join(addresses(value)) if key == NAME_SERVERS and value is not None else value
        for key, value in settings.items()
    }


def edit(path: str, settings: Mapping[str, str | None]) -> str:
    """Writes the settings into a new file beside it, which takes its place; prints "written", then the settings.

    A setting that is None is taken out. Owner, mode and every other line stay, which is looked at before the new file
    takes the place of the old one; a copy of the first original stays beside it.
    """
    settings = usual(settings)
    for wrong in (problem_of_path(path), *(_wrong(key, value) for key, value in settings.items())):
        if wrong:
            raise ValueError(wrong)
    added = "".join(f"{key}={value}\n" for key, value in settings.items() if value is not None)
    return f"""
file={quote(path)} added={quote(added + ".")} kept={quote(path + SAVED_AS)}
{_functions(settings)}
fail() {{ echo "$1; the file is as it was" >&2; exit 1; }}
[ -f "$file" ] && [ ! -L "$file" ] || fail "$file is no plain file"
new= copy=
trap '[ -z "$new" ] || rm -f "$new"; [ -z "$copy" ] || rm -f "$copy"' EXIT
trap 'exit 1' HUP INT TERM
owner=$(stat -c %u:%g:%a "$file") || fail "its owner cannot be read"
new=$(mktemp "$file.mqops.XXXXXX") || fail "no file can be made beside it"
cp -p "$file" "$new" || fail "it cannot be copied"
{{ others "$file" && printf %s "${{added%.}}"; }} > "$new" || fail "the new one cannot be written"
[ "$(stat -c %u:%g:%a "$new")" = "$owner" ] || fail "the new one would have another owner"
[ "$(others "$new" | cksum)" = "$(others "$file" | cksum)" ] &&
  [ "$(shown "$new"; echo .)" = "$(printf %s "${{added%.}}" | sed 's/^/line=/'; echo .)" ] ||
  fail "the new one was not written whole"
if ! [ -e "$kept" ] && ! [ -L "$kept" ]; then
  copy=$(mktemp "$file.mqops.XXXXXX") || fail "no file can be made beside it"
  cp -p "$file" "$copy" || fail "it cannot be copied"
  [ "$(cksum < "$copy")" = "$(cksum < "$file")" ] || fail "its copy was not written whole"
  mv "$copy" "$kept" || fail "its copy cannot be kept"
  copy=
fi
mv "$new" "$file" || fail "the new one cannot take its place"
new=
echo written
shown "$file" | head -c {_MOST}
echo end=
"""


def read(path: str, lines: Iterable[str]) -> Settings:
    """The answer to look(); ValueError, in words, where it is none."""
    found: dict[str, str] = {}
    settings: dict[str, str] = {}
    ended = False
    for line in lines:
        key, equals, value = line.partition("=")
        if ended or not equals or (key != "line" and key in found):
            raise ValueError(f"unexpected output: {printable(line, 80)}")
        ended = key == "end"
        if key == "line":
            settings.update([_setting(value)])
        else:
            found[key] = value
    if not ended or found.get("kind") not in ("file", "link", "missing", "unreadable", "other"):
        raise ValueError("the answer is cut" if not ended else "unexpected output: nothing is said about the file")
    uid, _colon, user = found.get("owner", "").partition(":")
    return Settings(
        path=path,
        kind=found["kind"],
        to=printable(found.get("to", ""), 200),
        uid=int(uid) if re.fullmatch("[0-9]{1,10}", uid) else None,
        # stat says UNKNOWN of a user without a name.
        user="" if user == "UNKNOWN" or account.problem(user) else user,
        name_servers=settings.get(NAME_SERVERS),
        permission=settings.get(PERMISSION_KEY),
        room=int(found["room"]) if re.fullmatch("[0-9]{1,15}", found.get("room", "")) else None,
        writable=found.get("writable") == "yes",
    )


def read_back(lines: Iterable[str], settings: Mapping[str, str | None]) -> str:
    """What is wrong with the file, by what edit() has printed behind "written"; nothing where it holds the settings."""
    printed = list(lines)
    if "written" not in printed or printed[-1] != "end=":
        return "it does not say that it was written"
    try:
        found = dict(_setting(line.removeprefix("line=")) for line in printed[printed.index("written") + 1 : -1])
    except ValueError as error:
        return str(error)
    differing = [
        f"{key} is {printable(found.get(key, 'not there'), 200)}"
        for key, value in usual(settings).items()
        if found.get(key) != value
    ]
    return "; ".join(differing)


def refusal(settings: Settings) -> str:
    """Why the file cannot be edited, with what to do; nothing where it can."""
    path = printable(settings.path, 200)
    if settings.kind == "link":
        # 4.4.0 itself puts a plain file in the place of a link when it saves its configuration.
        return (
            f"{path} is a symbolic link to {settings.to}, which is not followed: put a plain file in its place, owned"
            " by the broker's user, or name the file itself in rocketmq_config_file and in what starts the broker"
        )
    if settings.kind != "file":
        kinds = {"missing": "is missing", "unreadable": "cannot be read by this user (ansible_become)"}
        said = kinds.get(settings.kind, "is no plain file")
        return f"{path} {said}: restore it, or name the right one in rocketmq_config_file"
    if not settings.writable:
        return f"no file can be made beside {path} by this user (ansible_become), or the file system is read-only"
    if settings.room is not None and settings.room < LEAST_ROOM:
        return f"only {settings.room} KiB are free where {path} lies: make room there, at least {LEAST_ROOM} KiB"
    return ""


def same(one: str | None, other: str | None) -> bool:
    """Whether two lists of name servers hold the same."""
    return sorted(addresses(one)) == sorted(addresses(other))


def addresses(text: str | None) -> list[str]:
    """The entries of a list of name servers."""
    return [entry.strip() for entry in (text or "").split(";") if entry.strip()]


def problem_of_list(text: str) -> str:
    """Why a text is no list of name servers (HOST:PORT;...); nothing where it is one."""
    entries = text.split(";")
    right = 0 < len(entries) <= 64 and all(
        _ADDRESS.fullmatch(entry) and 0 < int(entry.rpartition(":")[2]) < 65536 for entry in entries
    )
    return "" if right else f"{printable(text, 100)} is no list of name servers (ADDRESS:PORT;...)"


def problem_of_return(text: str | None) -> str:
    """Why edit() could not write this list again, with what to do; nothing where it could, or there is none."""
    if not text or not problem_of_list(";".join(addresses(text))):
        return ""
    return (
        f"{NAME_SERVERS}={printable(text, 100)} is no list of name servers (ADDRESS:PORT;...), so that it could not be"
        " put back: write it as such a list"
    )


def _wrong(key: str, value: str | None) -> str:
    if key == NAME_SERVERS:
        return "" if value is None else problem_of_list(value)
    if key == PERMISSION_KEY:
        right = value in [str(bits) for bits in BROKER_PERMISSIONS]
        return "" if right else f"{printable(value, 20)} is no brokerPermission"
    return f"{printable(key, 40)} is none of {', '.join(KEYS)}"


def _setting(line: str) -> tuple[str, str]:
    """Key and value of a whole line, as java.util.Properties reads it."""
    match = re.fullmatch(rf"({'|'.join(KEYS)})[ \t\f]*(?:[=:][ \t\f]*)?(.*)", line, re.DOTALL)
    if match is None:
        raise ValueError(f"unexpected output: {printable(line, 80)}")

    def plain(escape: re.Match[str]) -> str:
        letter = escape[1]
        return chr(int(letter[1:], 16)) if len(letter) == 5 else _ESCAPES.get(letter, letter)

    return match[1], printable(re.sub(r"\\(u[0-9A-Fa-f]{4}|.|$)", plain, match[2]).strip(), 2000)
