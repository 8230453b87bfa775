# Copyright (c) 2026, mqops.rocketmq contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the collection that say the same thing twice say the same thing."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = sorted((REPOSITORY / "plugins" / "modules").glob("*.py"))
FILTERS = sorted((REPOSITORY / "plugins" / "filter").glob("*.yml"))
# Of another kind: they ask no broker and no DNS server, and take none of the options that a group sets.
ALONE = {"rocketmq_proofs", *(path.stem for path in (REPOSITORY / "plugins" / "action").glob("*.py"))}
ROLES = sorted(path for path in (REPOSITORY / "roles").glob("*") if path.is_dir())


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def documentation(path: Path) -> dict[str, str]:
    """The raw YAML blocks of a module by name, read without importing it."""
    blocks = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    blocks[target.id] = node.value.value
    return blocks


def test_there_is_something_to_hold() -> None:
    assert MODULES
    assert FILTERS
    assert ROLES


def test_every_module_is_in_exactly_one_action_group() -> None:
    groups = load(REPOSITORY / "meta" / "runtime.yml")["action_groups"]
    grouped = [path.stem for path in MODULES if path.stem not in ALONE]
    assert sorted(name for names in groups.values() for name in names) == grouped
    assert all(name.startswith("dns_") for name in groups["dns"])
    assert all(name.startswith("rocketmq_") for name in groups["rocketmq"])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_explains_itself(path: Path) -> None:
    blocks = documentation(path)
    described = yaml.safe_load(blocks["DOCUMENTATION"])
    assert described["module"] == path.stem
    examples = yaml.safe_load(blocks["EXAMPLES"])
    used = {key for task in examples for key in (task if "hosts" not in task else {}) if "." in key}
    used |= {key for play in examples for task in play.get("tasks", []) for key in task if "." in key}
    assert f"mqops.rocketmq.{path.stem}" in used, "no example calls the module by its full name"
    returned = yaml.safe_load(blocks["RETURN"])
    assert returned
    # Jinja reads result.items as the method of the dictionary, so such a key could not be used.
    assert not {"values", "items", "keys", "update", "copy", "get", "pop"} & set(returned)
    if path.stem.endswith("_info"):
        assert "state" not in described.get("options", {})


def test_every_filter_is_documented_and_the_reverse() -> None:
    found = []
    for path in (REPOSITORY / "plugins" / "filter").glob("*.py"):
        module = importlib.import_module(f"ansible_collections.mqops.rocketmq.plugins.filter.{path.stem}")
        found += module.FilterModule().filters()
    assert sorted(found) == [path.stem for path in FILTERS]


# Nothing else parses them: ansible-doc shows the text of an example as it is.
@pytest.mark.parametrize("path", FILTERS, ids=lambda path: path.stem)
def test_example_of_filter_is_yaml_that_uses_it(path: Path) -> None:
    text = load(path)["EXAMPLES"]
    examples = yaml.safe_load(text)
    assert examples and all(isinstance(task, dict) and "name" in task for task in examples)
    assert re.search(rf"\| *mqops\.rocketmq\.{path.stem}\b", text)
    for template in re.findall(r"{{.*}}", text):
        Environment().parse(template)


@pytest.mark.parametrize("role", ROLES, ids=lambda path: path.name)
def test_role_arguments_and_defaults_agree(role: Path) -> None:
    specs = load(role / "meta" / "argument_specs.yml")["argument_specs"]
    defaults = (load(role / "defaults" / "main.yml") if (role / "defaults" / "main.yml").exists() else None) or {}
    options: dict[str, dict[str, Any]] = {}
    for entry, spec in specs.items():
        assert spec.get("short_description"), f"{entry}: no short_description"
        assert spec.get("description"), f"{entry}: no description"
        options.update(spec.get("options") or {})
    for name, option in options.items():
        if "default" in option:
            assert name in defaults, f"{name}: a documented default that is none"
    for name, value in defaults.items():
        documented = options.get(name, {}).get("default")
        if isinstance(value, str) and "{{" in value:
            # A value of the inventory's, with a literal for when there is none: the literal is what is documented.
            fallback = re.search(r"\| default\(('[^']*'|[0-9]+|true|false|\[\]|\{\})\) }}$", value.strip())
            if documented is not None and documented != value:
                assert fallback, f"{name}: documented {documented!r}, computed {value!r}"
                assert yaml.safe_load(fallback[1]) == documented, name
        else:
            assert value == documented, name
    assert set(defaults) <= set(options), "defaults without a description"
    required = {name for name, option in options.items() if option.get("required")}
    # What is computed from the inventory may come out undefined; a literal cannot.
    literal = {name for name, value in defaults.items() if "{{" not in str(value)}
    assert not required & literal, "required, and yet it has a default"


@pytest.mark.parametrize("role", ROLES, ids=lambda path: path.name)
def test_role_names_its_variables_after_itself(role: Path) -> None:
    specs = load(role / "meta" / "argument_specs.yml")["argument_specs"]
    names = {name for spec in specs.values() for name in spec.get("options") or {}}
    # rocketmq_*: what the whole estate has in common, described in the inventory once for all roles.
    assert {name for name in names if not name.startswith((f"{role.name}_", "rocketmq_"))} == set()


def test_no_sanity_check_is_switched_off() -> None:
    assert [path.name for path in (REPOSITORY / "tests" / "sanity").glob("ignore*")] == []


def test_waivers_that_are_shown_name_codes_that_exist() -> None:
    catalogue = (REPOSITORY / "docs" / "reasons.md").read_text(encoding="utf-8")
    shown = {}
    for folder in ("docs", "inventories", "plugins/modules"):
        for path in sorted((REPOSITORY / folder).rglob("*")):
            if path.suffix in (".md", ".yml", ".py") and path.name != "reasons.md":
                for code in re.findall(r"\bcode: ([A-Z][A-Z_]+)", path.read_text(encoding="utf-8")):
                    shown.setdefault(code, path.name)
    assert shown
    assert {code: place for code, place in shown.items() if f"\n### {code}\n" not in catalogue} == {}


def names_of(tasks: Any, kept: set[str], given: set[str]) -> None:
    """What tasks register or set as facts (kept), and what they give themselves as variables (given)."""
    for task in tasks if isinstance(tasks, list) else []:
        kept.update([task["register"]] if "register" in task else [])
        kept.update(name for name in task.get("ansible.builtin.set_fact", {}) if name != "cacheable")
        given.update(task.get("vars", {}))
        for part in ("block", "rescue", "always", "tasks"):
            names_of(task.get(part), kept, given)


def test_no_task_variable_is_hidden_by_a_fact() -> None:
    """In a run of site a fact or a registered variable of one phase wins over a later task's own variable."""
    kept: set[str] = set()
    given: set[str] = set(load(REPOSITORY / "roles/migration/vars/main.yml"))
    for path in [*(REPOSITORY / "roles/migration/tasks").rglob("*.yml"), *(REPOSITORY / "playbooks").glob("*.yml")]:
        names_of(load(path), kept, given)
    assert kept and given
    assert kept & given == set()


def every(tasks: Any) -> list[dict[str, Any]]:
    """The tasks of a file, those in blocks included."""
    found = [task for task in tasks if isinstance(task, dict)] if isinstance(tasks, list) else []
    return found + [
        inner for task in found for part in ("block", "rescue", "always") for inner in every(task.get(part))
    ]


def test_no_phase_sends_an_update_where_the_zone_takes_none() -> None:
    """A forgotten task would stop the way of a provider without RFC 2136 (docs/dns.md)."""
    (frame,) = load(REPOSITORY / "roles/migration/tasks/main.yml")
    assert frame["module_defaults"]["mqops.rocketmq.dns_record"]["update"] == "{{ migration_dns_updates }}"
    records = {
        f"{path.name}: {task['name']}": task["mqops.rocketmq.dns_record"]
        for path in (REPOSITORY / "roles/migration/tasks").rglob("*.yml")
        for task in every(load(path))
        if "mqops.rocketmq.dns_record" in task
    }
    assert records
    assert {name for name, given in records.items() if "update" in given} == set()


def test_no_file_in_a_folder_of_tasks_imports_another() -> None:
    """Before ansible-core 2.19 that is looked for from the folder of each file above it, up to the role's own include,
    which has no file there, and ends the run: "expected str, bytes or os.PathLike object, not NoneType".
    """
    folders = [folder for role in ROLES for folder in (role / "tasks").glob("*") if folder.is_dir()]
    assert folders
    files = [path for folder in folders for path in folder.rglob("*.yml")]
    found = [str(path.relative_to(REPOSITORY)) for path in files if "import_tasks:" in path.read_text(encoding="utf-8")]
    assert found == []


def test_what_was_proved_is_written_and_read_by_its_module_alone() -> None:
    """What a Jinja template makes of JSON is neither whole at every moment nor looked at when it is read."""
    text = {path: path.read_text(encoding="utf-8") for path in (REPOSITORY / "roles/migration").rglob("*.yml")}
    read = {str(path.relative_to(REPOSITORY)) for path, one in text.items() if "from_json" in one}
    written = {str(path.relative_to(REPOSITORY)) for path, one in text.items() if re.search(r"\bto_nice_json\b", one)}
    # The report of the decommission is for people: nothing reads it again.
    assert (read, written) == (set(), {"roles/migration/tasks/phases/decommission/prove.yml"})


def all_tasks(*folders: str) -> list[tuple[str, dict[str, Any]]]:
    """Path and task, of the tasks and plays of these folders."""
    found = []
    for path in sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.yml")):
        inside = {"tasks", "handlers", "playbooks"} & set(path.relative_to(REPOSITORY).parts)
        content = load(path) if inside else []
        plays = [part for play in content or [] for part in every(play.get("tasks"))]
        found += [(str(path.relative_to(REPOSITORY)), task) for task in every(content) + plays]
    return found


# base.yml of the role image builds the base image by a script, on the machine that builds; no old machine is asked.
COMMANDS_ELSEWHERE = {"roles/image/tasks/base.yml"}
COMMANDS = re.compile(
    r"((ansible\.(builtin|legacy)\.)?(raw|shell|command|script|expect)|mqops\.rocketmq\.machine_command)"
)


def test_commands_run_on_machines_from_one_task_file_only() -> None:
    """There what comes back is framed, bounded and limited in time; elsewhere a banner would come into a proof."""
    found = [path for path, task in all_tasks("roles", "playbooks") if any(COMMANDS.fullmatch(key) for key in task)]
    assert sorted(found) == sorted({"roles/migration/tasks/steps/machines/run.yml"} | COMMANDS_ELSEWHERE)


def test_a_machine_that_is_not_reached_ends_no_run_without_a_word() -> None:
    """any_errors_fatal of a play beats ignore_unreachable of a task, on ansible-core 2.16 to 2.21."""
    tasks = [task for _path, task in all_tasks("roles", "playbooks") if "ignore_unreachable" in task]
    assert tasks
    for task in tasks:
        assert (task["ignore_unreachable"], task.get("any_errors_fatal")) == (True, False), task["name"]
        # Nor does a time limit, after which failed_when is not asked.
        assert "timeout" not in task or task.get("ignore_errors") is True, task["name"]


TASKS = REPOSITORY / "roles" / "migration" / "tasks"
PLAYBOOKS = REPOSITORY / "playbooks"


def test_every_phase_begins_with_the_plan() -> None:
    """What is confirmed is asked before anything else: main.yml begins each phase, and there before the first look."""
    main, begin, prepare = ((TASKS / name).read_text() for name in ("main.yml", "begin.yml", "steps/run/prepare.yml"))
    assert main.index("include_tasks: begin.yml") < main.index('include_tasks: "{{ migration_tasks }}.yml"')
    assert begin.index("prepare.yml") < begin.index("stages/read.yml")
    assert "state: check" in prepare
    assert "when: __migration_phase.changes" in prepare
    # And the lock before any machine is asked.
    machines = (PLAYBOOKS / "look_at_machines.yml").read_text()
    assert machines.index("migration_tasks: steps/run/prepare") < machines.index("tasks_from: look_at_machine")


def test_no_folder_of_tasks_is_longer_than_a_reader_takes_in() -> None:
    found = {str(path.relative_to(TASKS)): len(list(path.glob("*.yml"))) for path in [TASKS, *TASKS.rglob("*/")]}
    assert len(found) > 10
    assert {name: number for name, number in found.items() if number > 25} == {}
