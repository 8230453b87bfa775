# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the phases fits the playbooks, the role and itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.mqops.rocketmq.plugins.module_utils._admin.models import ClusterSpec
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight.estimate import estimate
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.preflight.facts import Facts
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress import phases
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.phases import BY_NAME, PHASES, WAY
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.progress.source_stage import ORDER
from ansible_collections.mqops.rocketmq.plugins.module_utils._migration.tables.merge import merge

STAGES = {"a": "frozen", "b": "open", "c": "closed"}


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_phase_has_a_playbook_and_its_stages_exist_in_their_order(repository: Path, phase: phases.Phase) -> None:
    assert (repository / "playbooks" / f"{phase.playbook}.yml").is_file()
    assert {phase.first, phase.last, phase.least, phase.most, phase.leaves} - {""} <= set(ORDER)
    assert bool(phase.first) is bool(phase.last)
    if phase.first:
        assert ORDER.index(phase.first) <= ORDER.index(phase.last)
    assert bool(phase.least) is bool(phase.early)
    assert not phase.undo or phase.undo in BY_NAME


def test_every_playbook_of_a_phase_is_in_the_table(repository: Path) -> None:
    plays = [
        play
        for path in (repository / "playbooks").glob("*.yml")
        for play in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    said = [one.get("vars", {}) for play in plays for one in (play, *play.get("tasks", ()))]
    found = {variables["migration_phase"] for variables in said if "migration_phase" in variables}
    assert found - set(BY_NAME) == set()
    assert set(BY_NAME) - found == set()


def runs(play: dict) -> list[str]:
    """The task files of the role's that a play runs within the role's frame."""
    roles = [(task, task[key]) for task in play.get("tasks", ()) for key in task if key.endswith("_role")]
    return [
        task.get("vars", {}).get("migration_tasks", f"phases/{task.get('vars', {}).get('migration_phase')}")
        for task, role in roles
        if role["name"] == "mqops.rocketmq.migration" and "tasks_from" not in role
    ]


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_the_parts_of_a_phase_are_what_its_playbook_runs(repository: Path, phase: phases.Phase) -> None:
    plays = yaml.safe_load((repository / "playbooks" / f"{phase.playbook}.yml").read_text(encoding="utf-8"))
    found = [name for play in plays for name in runs(play)]
    assert found == ([] if phase.name == "image" else list(phase.parts))
    assert [name for name in found if not (repository / f"roles/migration/tasks/{name}.yml").is_file()] == []


def test_every_file_of_the_phases_is_a_part_of_one(repository: Path) -> None:
    tasks = repository / "roles/migration/tasks"
    found = {str(path.relative_to(tasks).with_suffix("")) for path in (tasks / "phases").rglob("*.yml")}
    assert found == {part for phase in PHASES for part in phase.parts} - {"phases/image"}


def test_a_phase_begins_before_its_first_part_and_ends_after_its_last() -> None:
    deploy = BY_NAME["deploy"]
    assert (deploy.opening, deploy.closing) == ("phases/deploy", "phases/deploy/prove")
    assert [phase.name for phase in PHASES if not phase.opening] == ["image", "restart"]
    assert [phase.name for phase in PHASES if not phase.closing] == ["image", "status", "restart"]


def test_every_playbook_named_like_a_phase_or_an_undo_is_one(repository: Path) -> None:
    found = {path.stem for pattern in ("phase_*", "rollback_*") for path in (repository / "playbooks").glob(pattern)}
    assert found
    assert found - {phase.playbook for phase in PHASES} == set()


def test_the_table_is_written_in_the_order_of_the_way() -> None:
    assert tuple(phase for phase in PHASES if phase.number is not None) == WAY


def test_the_whole_way_is_gone_in_this_order(repository: Path) -> None:
    plays = yaml.safe_load((repository / "playbooks/site.yml").read_text(encoding="utf-8"))
    gone = [play["ansible.builtin.import_playbook"] for play in plays]
    assert [name for name in gone if name.startswith("phase_")] == [f"{phase.playbook}.yml" for phase in WAY]


def test_the_estimate_is_what_the_phases_take_where_the_estate_adds_nothing() -> None:
    target = ClusterSpec("hub", ("n:1",))
    nothing = Facts((), {}, merge([], target), target, ())
    assert estimate(nothing)["phases"] == {phase.name: phase.seconds for phase in WAY if phase.seconds is not None}
    assert estimate(nothing, [600, None])["phases"]["switch_dns"] == 600 + 30


def test_a_phase_of_the_way_tells_what_it_does_and_proves() -> None:
    assert [phase.name for phase in WAY if not phase.does or not phase.gate] == []


def test_a_phase_acts_on_what_lies_between_its_stages() -> None:
    found = phases.view(BY_NAME["close_source"], STAGES)
    assert found.batch == ("a", "c")
    assert found.early == ("b is open",)
    assert found.further == ()


def test_what_an_undo_stands_on_is_told_with_the_undos_before() -> None:
    undo = BY_NAME["rollback_freeze_source"]
    assert phases.view(undo, STAGES).further == ("c is closed",)
    assert phases.undos_before(undo) == ("rollback_stop_brokers", "rollback_switch_dns", "rollback_close_source")
    assert phases.undos_before(BY_NAME["rollback_stop_brokers"]) == ()


def test_check_mode_shows_what_would_be_done_with_sources_that_are_not_so_far() -> None:
    found = phases.view(BY_NAME["close_source"], {"a": "apart", "b": "switched"}, check=True)
    assert found.batch == ("a",)
    assert (found.early, found.ready) == ((), ())
    stages = {"a": "apart", "b": "closing", "c": "frozen", "d": "closed"}
    found = phases.view(BY_NAME["close_source"], stages, check=True)
    assert (found.batch, found.ready) == (("a", "b", "c", "d"), ("b", "c", "d"))


def test_in_a_run_all_of_the_batch_is_ready() -> None:
    for phase in PHASES:
        stages = {stage: stage for stage in ORDER}
        found = phases.view(phase, stages)
        assert found.early or found.ready == found.batch
    assert phases.view(BY_NAME["deploy"], {"a": "apart"}, check=True).ready == ("a",)


def test_only_a_phase_that_changes_something_would_wait() -> None:
    drain = BY_NAME["drain_source"]
    assert phases.view(drain, STAGES, check=True).would_wait == f"Would wait until {drain.gate}."
    assert phases.view(drain, STAGES).would_wait == ""
    assert phases.view(BY_NAME["preflight"], STAGES, check=True).would_wait == ""
    assert phases.view(BY_NAME["rollback_freeze_source"], STAGES, check=True).would_wait == ""


def test_an_undo_takes_a_source_back_to_where_its_phase_begins() -> None:
    stages = {"a": "apart", "b": "switched", "c": "stopping", "d": "unknown"}
    source_stages = {name: {"stage": stage, "listed": name == "a"} for name, stage in stages.items()}
    back = phases.not_taken_back(BY_NAME["rollback_stop_brokers"], source_stages)
    assert back == ("c is stopping", "d is unknown")
    assert phases.not_taken_back(BY_NAME["rollback_attach"], {"a": source_stages["a"]}) == ()
    back = phases.not_taken_back(BY_NAME["rollback_deploy"], source_stages)
    assert back == ("b is switched", "c is stopping", "d is unknown", "a is apart and lists a broker of the target")
    assert phases.not_taken_back(BY_NAME["freeze_source"], source_stages) == ()
    # Nothing is taken back by a run in check mode.
    assert phases.not_taken_back(BY_NAME["rollback_deploy"], source_stages, check=True) == ()


def test_an_unknown_stage_is_never_far_enough() -> None:
    found = phases.view(BY_NAME["finalize"], {"a": "done", "b": "unknown"})
    assert found.batch == ("a",)
    assert found.early == ("b is unknown",)


@pytest.mark.parametrize(
    ("stages", "name"),
    [
        (["apart", "open"], "deploy"),
        (["joined"], "open_target"),
        (["open"], "freeze_source"),
        (["freezing"], "freeze_source"),
        (["frozen", "closed"], "drain_source"),
        (["closing"], "close_source"),
        (["closed"], "switch_dns"),
        (["stopped"], "release_clients"),
        (["done"], "finalize"),
        (["unknown", "open"], None),
        ([], None),
    ],
)
def test_what_comes_next(stages: list[str], name: str | None) -> None:
    found = phases.following({str(number): stage for number, stage in enumerate(stages)})
    assert (found.name if found else None) == name


def test_sources_are_told_by_their_stages_and_never_the_unknown() -> None:
    sources = [{"name": name} for name in ("mro", "mdm", "pms")]
    found = phases.by_stage(sources, {"mro": "frozen", "mdm": "unknown", "pms": "apart", "other": "done"})
    assert [one["name"] for one in found["at"]["frozen"]] == ["mro"]
    assert [one["name"] for one in found["until"]["frozen"]] == ["mro", "pms"]
    assert [one["name"] for one in found["since"]["apart"]] == ["mro", "pms"]
    assert [one["name"] for one in found["since"]["joined"]] == ["mro"]
    assert found["since"]["closing"] == []
    with pytest.raises(KeyError):
        phases.by_stage(sources, {})


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ([], []),
        (["mro-a"], ["mro"]),
        (["mro-a", "mro-a-slave"], ["mro"]),
        (["mro-a", "mro-a-slave", "mro-ns"], []),
        (["mro-ns"], []),
    ],
)
def test_halted_whatever_dns_says(ended: list[str], expected: list[str]) -> None:
    hosts = {"nameservers": ["mro-ns"], "masters": ["mro-a"], "slaves": ["mro-a-slave"]}
    assert [one["name"] for one in phases.halted([{"name": "mro", "hosts": hosts}], {"mro": ended})] == expected
