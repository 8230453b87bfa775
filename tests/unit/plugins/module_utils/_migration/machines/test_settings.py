# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A broker's file is read and edited by real shells; what java.util.Properties makes of it is the measure."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines import settings as machine_settings
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.machines.settings import (
    Settings,
    addresses,
    edit,
    look,
    problem_of_list,
    problem_of_return,
    read,
    read_back,
    refusal,
    same,
)

SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]
TARGET = "198.18.9.80:9876;198.18.9.81:9876"
WANTED = {"namesrvAddr": TARGET, "brokerPermission": "0"}
PLAIN = """# broker-a
brokerName=broker-a
namesrvAddr=198.18.9.20:9876
 namesrvAddrOther=x
brokerPermission=0
storePathRootDir=/data/store\\
  /more
"""
# Two lists, of which the last counts, in three lines; a comment that looks like one; blanks, tabs, a colon, no sign.
CROOKED = (
    "namesrvAddr 198.18.9.1:9876\n"
    "#namesrvAddr=198.18.9.2:9876\\\n"
    "\tnamesrvAddr : 198.18.9.3\\:9876;\\\n"
    "    198.18.9.4:9876;\\\r\n"
    "\t198.18.9.5:9876\r\n"
    "brokerPermission\t=\t4\n"
    "name=a\\\\\n"
    "last=no line break\\"
)


def sh(text, shell="sh", **environment):
    words = ["busybox", "sh"] if shell == "busybox" else [shell]
    return subprocess.run(
        [*words, "-c", 'eval "$TEXT"'], env={**os.environ, **environment, "TEXT": text},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def seen(path, shell="sh"):
    done = sh(look(str(path)), shell)
    assert done.returncode == 0, done.stderr
    return read(str(path), done.stdout.splitlines())


@pytest.fixture
def file(tmp_path):
    place = tmp_path / "it's $(touch hit) conf"
    place.mkdir()
    path = place / "broker a.conf"
    path.write_text(PLAIN)
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    return path


def tool(tmp_path, name, text):
    place = tmp_path / "tools"
    place.mkdir(exist_ok=True)
    (place / name).write_text(text.replace("REAL", shutil.which(name)).replace("HERE", str(place)))
    (place / name).chmod(0o755)
    return {"PATH": f"{place}:{os.environ['PATH']}"}


def left_alone(file, before=PLAIN):
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    return file.read_text() == before


@pytest.mark.parametrize("shell", SHELLS)
def test_a_file_is_edited_and_the_first_original_is_kept(file, shell):
    was = file.stat()
    found = seen(file, shell)
    assert (found.kind, found.name_servers, found.permission) == ("file", "198.18.9.20:9876", "0")
    assert (found.uid, found.writable, refusal(found)) == (was.st_uid, True, "")
    done = sh(edit(str(file), WANTED), shell)
    assert done.returncode == 0 and read_back(done.stdout.splitlines(), WANTED) == "", done.stderr
    now = file.stat()
    assert (now.st_uid, now.st_gid, now.st_mode) == (was.st_uid, was.st_gid, was.st_mode)
    others = [line for line in PLAIN.splitlines(True) if not line.startswith(("namesrvAddr=", "brokerPermission="))]
    assert file.read_text() == "".join(others) + f"namesrvAddr={TARGET}\nbrokerPermission=0\n"
    saved = file.with_name(file.name + machine_settings.SAVED_AS)
    assert (saved.read_text(), saved.stat().st_uid, saved.stat().st_mode) == (PLAIN, was.st_uid, was.st_mode)
    # A second edit takes one setting out, and leaves the first original.
    done = sh(edit(str(file), {"namesrvAddr": None}), shell)
    assert read_back(done.stdout.splitlines(), {"namesrvAddr": None}) == "", done.stderr
    assert file.read_text() == "".join(others) + "brokerPermission=0\n" and saved.read_text() == PLAIN
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name, saved.name]
    assert not list(file.parent.parent.rglob("hit")) and not os.path.exists("hit")


@pytest.mark.parametrize("shell", SHELLS)
def test_settings_are_read_as_java_reads_them(file, shell):
    file.write_bytes(CROOKED.encode())
    found = seen(file, shell)
    assert found.name_servers == "198.18.9.3:9876;198.18.9.4:9876;198.18.9.5:9876"
    assert found.permission == "4"
    done = sh(edit(str(file), WANTED), shell)
    assert read_back(done.stdout.splitlines(), WANTED) == "", done.stderr
    assert file.read_bytes().decode() == (
        "#namesrvAddr=198.18.9.2:9876\\\nname=a\\\\\nlast=no line break\\\n\n"
        f"namesrvAddr={TARGET}\nbrokerPermission=0\n"
    )
    found = seen(file, shell)
    assert same(found.name_servers, TARGET) and found.permission == "0"


def test_a_file_without_the_settings_says_so(file):
    file.write_text("")
    assert (seen(file).name_servers, seen(file).permission) == (None, None)
    assert sh(edit(str(file), WANTED)).returncode == 0
    assert file.read_text() == f"namesrvAddr={TARGET}\nbrokerPermission=0\n"


def test_what_is_no_plain_file_is_refused_and_left_alone(file, tmp_path):
    link = tmp_path / "link.conf"
    link.symlink_to(file)
    found = seen(link)
    assert (found.kind, found.name_servers) == ("link", "198.18.9.20:9876")
    assert f"is a symbolic link to {file}" in refusal(found)
    for path, kind, words in (
        (tmp_path / "none.conf", "missing", "is missing: restore it"),
        (tmp_path / "away" / "none.conf", "missing", "is missing"),
        (file.parent, "other", "is no plain file"),
    ):
        assert seen(path).kind == kind and words in refusal(seen(path))
    for path in (link, file.parent, tmp_path / "none.conf"):
        done = sh(edit(str(path), WANTED))
        assert done.returncode == 1 and "is no plain file; the file is as it was" in done.stderr
    assert left_alone(file) and link.is_symlink()


def test_what_this_user_may_not_see_is_not_told_as_missing(file):
    away = file.parent / "closed" / "deeper" / "none.conf"
    away.parent.mkdir(parents=True)
    away.parent.parent.chmod(0)
    somebody = {"user": 65534} if os.geteuid() == 0 else {}
    for path, kind in ((away, "unreadable"), ("/mqops-none/none.conf", "missing")):
        done = subprocess.run(
            ["sh", "-c", look(str(path))], cwd="/", capture_output=True, text=True, timeout=60, check=True, **somebody
        )
        assert read(str(path), done.stdout.splitlines()).kind == kind
    away.parent.parent.chmod(0o700)


# Each stands for a disk that is full at another moment; head writes what fits.
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mktemp", "#!/bin/sh\nexit 1\n"),
        ("cp", "#!/bin/sh\nexit 1\n"),
        ("cp", '#!/bin/sh\nfor last; do :; done\nhead -c 20 "$2" > "$last"\n'),
        ("awk", '#!/bin/sh\nREAL "$@" | head -c 20\n'),
        # Only what it writes, and not what it compares.
        ("awk", '#!/bin/sh\n[ ! -e HERE/hit ] || exec REAL "$@"\n: > HERE/hit\nREAL "$@" | head -n 1\n'),
        ("mv", "#!/bin/sh\nexit 1\n"),
    ],
)
def test_a_disk_that_is_full_changes_nothing(file, tmp_path, name, text):
    done = sh(edit(str(file), WANTED), **tool(tmp_path, name, text))
    assert done.returncode == 1 and "the file is as it was" in done.stderr, done.stdout
    assert left_alone(file)


def test_a_write_that_hits_a_limit_changes_nothing(file):
    big = PLAIN + "# more\n" * 1000
    file.write_text(big)
    done = sh("trap '' XFSZ; ulimit -f 4\n" + edit(str(file), WANTED), "bash")
    assert done.returncode == 1 and "the file is as it was" in done.stderr
    assert left_alone(file, big)


def test_another_owner_changes_nothing(file, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root has files of others")
    text = '#!/bin/sh\nREAL "$@"; for last; do :; done\nchown 0:0 "$last"\n'
    done = sh(edit(str(file), WANTED), **tool(tmp_path, "cp", text))
    assert done.returncode == 1 and "would have another owner; the file is as it was" in done.stderr
    assert left_alone(file)


def test_room_and_a_place_to_write_are_asked_for_before():
    there = Settings("/opt/b.conf", "file", room=5000, writable=True)
    assert refusal(there) == ""
    full = Settings("/opt/b.conf", "file", room=10, writable=True)
    assert refusal(full) == "only 10 KiB are free where /opt/b.conf lies: make room there, at least 1024 KiB"
    assert "no file can be made beside /opt/b.conf" in refusal(Settings("/opt/b.conf", "file", room=5000))


@pytest.mark.parametrize(
    ("path", "settings"),
    [
        ("b.conf", WANTED),
        ("/opt/b.conf\nreboot", WANTED),
        ("/opt/", WANTED),
        ("/opt/b.conf", {"namesrvAddr": ""}),
        ("/opt/b.conf", {"namesrvAddr": "198.18.9.80"}),
        ("/opt/b.conf", {"namesrvAddr": "198.18.9.80:9876\nbrokerId=1"}),
        ("/opt/b.conf", {"namesrvAddr": ";"}),
        ("/opt/b.conf", {"namesrvAddr": "198.18.9.80:99999"}),
        ("/opt/b.conf", {"namesrvAddr": "a b:9876"}),
        ("/opt/b.conf", {"brokerPermission": "7"}),
        ("/opt/b.conf", {"brokerPermission": None}),
        ("/opt/b.conf", {"brokerId": "0"}),
    ],
)
def test_what_is_odd_becomes_no_command(path, settings):
    with pytest.raises(ValueError):
        edit(path, settings)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("had", ["198.18.9.20:9876;", "198.18.9.20:9876; mro-ns.mq.test:9876", " ;198.18.9.20:9876"])
def test_a_list_as_people_write_it_is_put_back(file, shell, had):
    back = {"namesrvAddr": had}
    done = sh(edit(str(file), back), shell)
    assert done.returncode == 0 and read_back(done.stdout.splitlines(), back) == "", done.stderr
    assert same(seen(file, shell).name_servers, had) and problem_of_return(had) == ""


@pytest.mark.parametrize("had", [";", "mro-ns", "[::1]:9876", "a:1,b:2"])
def test_a_list_that_could_not_be_put_back_is_told(had):
    assert f"namesrvAddr={had} is no list of name servers" in problem_of_return(had)


def test_no_list_is_put_back_by_none():
    assert problem_of_return(None) == problem_of_return("") == ""


def test_lists_of_name_servers():
    assert problem_of_list(TARGET) == "" and problem_of_list("mro-ns.mq.example.com:9876") == ""
    assert same("a:1;b:2", " b:2; a:1;") and not same("a:1", "a:1;b:2") and same(None, "")
    assert addresses("a:1;;b:2") == ["a:1", "b:2"]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["kind=file"],
        ["end="],
        ["kind=file", "kind=link", "end="],
        ["kind=file", "end=", "line=brokerPermission=6"],
        ["welcome", "kind=file", "end="],
        ["kind=file", "line=brokerName=x", "end="],
        ["kind=fifo", "end="],
    ],
)
def test_an_odd_answer_is_none(lines):
    with pytest.raises(ValueError):
        read("/opt/b.conf", lines)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "does not say that it was written"),
        (["written", "line=namesrvAddr=a:1"], "does not say that it was written"),
        (["written", "line=brokerPermission=0", "end="], "namesrvAddr is not there"),
        (["written", f"line=namesrvAddr={TARGET}", "line=brokerPermission=6", "end="], "brokerPermission is 6"),
        (["written", "line=other=6", "end="], "unexpected output"),
    ],
)
def test_what_is_read_back_has_to_be_what_was_written(lines, words):
    assert words in read_back(lines, WANTED)


def test_an_owner_is_a_name_or_a_number():
    lines = ["kind=file", "owner=1001:UNKNOWN", "room=x", "end="]
    found = read("/opt/b.conf", lines)
    assert (found.uid, found.user, found.room) == (1001, "", None)
    assert read("/opt/b.conf", ["kind=file", "owner=1001:$(reboot)", "end="]).user == ""
