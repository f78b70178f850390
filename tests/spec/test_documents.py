"""The documents: what they name is there (links, files, tests, commands, options, tables, pages, alerts)."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from employment_warehouse import settings
from employment_warehouse.command import app
from employment_warehouse.console import menu
from employment_warehouse.database.model_declarations import read_models

ROOT = settings.project_root()
PACKAGE, PROJECT = ROOT / "plugins" / "employment_warehouse", ROOT / "dbt_project"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FILE = re.compile(r"(?<![\w./*<>～-])((?:[\w.-]+/)+[\w.-]+\.(?:py|ya?ml|sql|md|csv|j2|json|typ|txt))(?![\w*])")

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def spoken(path: Path) -> str:
    """The text of a document; of the changelog only what is not history."""
    text = path.read_text("utf-8")
    return text.partition("\n## 0.")[0] if path.name == "CHANGELOG.md" else text


@each_document
def test_every_link_leads_somewhere(path: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", spoken(path)):
        name, _, anchor = target.partition("#")
        there = path.parent / name if name else path
        if "://" in target or not there.exists() or (anchor and anchor not in anchors(there)):
            dead.append(target)
    assert dead == []


@cache
def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"(?m)^#+ (.*)$", path.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_every_file_that_is_named_exists(path: Path) -> None:
    named = {name for quoted in re.findall(r"`([^`\n]+)`", spoken(path)) for name in FILE.findall(quoted)}
    places = (ROOT, PACKAGE, PROJECT, PROJECT / "models", path.parent)
    assert {name for name in named if not any((place / name).exists() for place in places)} == set()


@each_document
def test_every_test_that_is_named_exists(path: Path) -> None:
    text = spoken(path)
    for name in re.findall(r"\b(test_\w+)\.py\b", text):
        assert list((ROOT / "tests").rglob(f"{name}.py")), name
    for name, begun in re.findall(r"(?:\.py::|…)(test_\w+)(…?)", text):
        assert re.search(rf"def {name}" + ("" if begun else r"\b"), all_tests()), name
    for file, word in re.findall(r"(?<![\w/])((?:tests/)?[\w/]*test_\w+\.py)`? -k (\w+)", text):
        found = [source for source in (ROOT / "tests").rglob(Path(file).name) if source.match(file)]
        assert any(word in source.read_text("utf-8") or word in source.name for source in found), (file, word)


@cache
def all_tests() -> str:
    return "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))


@each_document
def test_every_command_is_one_and_has_these_options(path: Path) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for call in calls(spoken(path)):
        name, *arguments = call
        assert name in commands, call
        command = commands[name]
        if group := getattr(command, "commands", None):
            assert not arguments or arguments[0] in group or "|" in arguments[0], call
            command = group.get(arguments[0]) if arguments else None
        if command is not None and name != "dbt":
            known = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in arguments if word.startswith("--") and word != "--"} <= known, call


def calls(text: str) -> list[list[str]]:
    """Calls of the command line in quotes and blocks, as a shell splits them; prose about a warehouse is not one."""
    quoted = re.findall(r"`([^`\n]+)`", text) + re.findall(r"(?ms)^ *```sh\n(.*?)```", text)
    found = []
    for part in quoted:
        for call in re.findall(r"(?:^|[|&(] ?|run --rm )(?:\S*/)?warehouse ([a-z][^\n]*)", part, re.MULTILINE):
            alone = re.split(r" +#| && ", call)[0]
            found += [shlex.split(alone)] if alone.count('"') % 2 == 0 else []
    return found


@each_document
def test_every_mart_and_register_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\b(?:ops|marts)\.(\w+)", spoken(path))) - {"md", "py"}
    assert named - relations() == set()


@cache
def relations() -> set[str]:
    """Models, and what the schema has beside them."""
    schema = (PACKAGE / "database" / "schema.sql").read_text("utf-8")
    texts = (file.read_text("utf-8") for file in (PROJECT / "models").rglob("*.yml"))
    models = {name for text in texts for name in re.findall(r"(?m)^  - name: (\w+)", text)}
    return models | set(re.findall(r"(?i)(?:table|view|function) (?:ops|marts|vault)\.(\w+)", schema))


@each_document
def test_every_make_target_exists(path: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8")))
    quoted = " ; ".join(re.findall(r"`([^`\n]+)`", spoken(path)) + re.findall(r"(?ms)```sh\n(.*?)```", spoken(path)))
    assert set(re.findall(r"(?m)(?:^|; |&& |\d )make ([a-z]+)", quoted)) <= targets


@each_document
def test_every_variable_that_is_named_is_read(path: Path) -> None:
    named = {name.removesuffix("_FILE") for name in re.findall(r"\bWAREHOUSE_[A-Z_]+", spoken(path))}
    assert {name for name in named if name not in programs()} == set()


@cache
def programs() -> str:
    files = [*PACKAGE.rglob("*.py"), *ROOT.glob("docker-compose*.yml"), *(ROOT / "dbt_project").rglob("*.yml")]
    return "\n".join(path.read_text("utf-8") for path in files)


def test_the_operators_guide_has_every_kind_of_alert_in_both_languages() -> None:
    declared = set(yaml.safe_load((PACKAGE / "alert_texts.yml").read_text("utf-8")))
    guide = (ROOT / "docs" / "operators.md").read_text("utf-8")
    for language in guide.split("# Operator's guide (English)"):
        rows = re.findall(r"(?m)^\| (`[a-z_`、, ]+) \|", language)
        listed = {kind for row in rows for kind in re.findall(r"`(\w+)`", row)}
        assert declared - listed == set()


def test_what_analysts_do_not_read_is_named_as_the_models_declare_it() -> None:
    closed = {model.name for model in read_models(PROJECT) if model.sensitivity == "L3"}
    for document, languages in (("security.md", 1), ("operators.md", 2)):
        rows = re.findall(r"(?m)^\| `?analyst`? \|.*", (ROOT / "docs" / document).read_text("utf-8"))
        assert [set(re.findall(r"`(\w+)`", row)) - {"analyst"} for row in rows] == [closed] * languages


def test_the_operators_guide_has_every_page_of_the_console() -> None:
    chinese, english = (ROOT / "docs" / "operators.md").read_text("utf-8").split("# Operator's guide (English)")
    assert [page.zh for page in menu.PAGES if page.zh not in chinese] == []
    assert [page.en for page in menu.PAGES if page.en not in english] == []
