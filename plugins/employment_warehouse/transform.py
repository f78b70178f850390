"""dbt, one layer at a time: staging and core, then marts."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from employment_warehouse import settings
from employment_warehouse.database import connect
from employment_warehouse.database.connections import address
from employment_warehouse.database.model_declarations import read_models
from employment_warehouse.errors import UserError

logger = logging.getLogger(__name__)

SCRATCH_COMMANDS = ("build", "run", "test", "compile")


class TransformFailed(UserError):
    """数据加工失败，本晚不发布。 | A model or a test failed; the night is not published."""

    code = "transform_failed"
    exit_code = 1
    failed: tuple[Node, ...] = ()


class NotTonight(UserError):
    """该汇总编号已不是今晚的。 | This build is no longer tonight's; a later run has replaced it."""

    code = "not_tonight"
    exit_code = 1


@dataclass(frozen=True)
class Node:
    """What became of one node of dbt: its kind (`model`, `test`, …), status, seconds, and a message without values."""

    name: str
    kind: str
    status: str
    seconds: float
    message: str = ""

    @property
    def failed(self) -> bool:
        return self.status in {"error", "fail", "runtime error"}


@dataclass(frozen=True)
class Summary:
    """What one dbt run did."""

    select: str
    nodes: tuple[Node, ...]

    @property
    def failed(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.failed)

    @property
    def models(self) -> int:
        return sum(node.kind == "model" for node in self.nodes)

    @property
    def tests(self) -> int:
        return sum(node.kind in {"test", "unit_test"} for node in self.nodes)


def run_dbt(select: str, build: int) -> Summary:
    """Build what `select` names (`tag:core`, `tag:mart`) for tonight's build, tests included.

    A retry is safe: each model undoes what it wrote for a build that is not published. Raises NotTonight if
    another run has begun a later build, TransformFailed with the nodes that failed.

    Where the rules (settings and other seeds, decisions, models) differ from those of the last publication, or a person
    was erased since, everything is computed again: it concerns persons and months too of which nothing was reported.
    """
    with connect("wh_transformer") as connection:
        row = connection.execute("select build from ops.tonight").fetchone()
        if row != (build,):
            raise NotTonight(where=f"build {build}")
        changed = connection.execute("select ops.record_rules(%s)", (_models_digest(),)).fetchone()
    # Unit tests say whether the models are right, not whether the night is: they belong to `make test`. Seeds are
    # loaded by `database.seed_tables`: dbt owns no table.
    outcome = _run_models(
        ["build", "--select", select, "--exclude-resource-type", "unit_test", "--exclude-resource-type", "seed"]
        + (["--full-refresh"] if changed == (True,) else []),
        build,
    )
    summary = _summary(select, outcome)
    outcome.result.write(str(settings.current_home().dbt_runs / f"{build}_{_file_name(select)}.json"))
    return summary


def run_scratch(arguments: Sequence[str], build: int) -> Summary:
    """Run a command of dbt (SCRATCH_COMMANDS, with its options) for a scratch build: `["build", "-s", "dim_person"]`.

    Raises TransformFailed with the nodes that failed, UserError (`dbt_command_unknown`) for another command.
    """
    if not arguments or arguments[0] not in SCRATCH_COMMANDS:
        raise UserError(
            "不支持的 dbt 命令 | this command of dbt is not supported",
            code="dbt_command_unknown",
            where=" ".join(arguments[:1]),
            expected=" · ".join(SCRATCH_COMMANDS),
            todo="for example: `warehouse dbt -- build -s dim_person`",
        )
    no_seeds = ["--exclude-resource-type", "seed"] if arguments[0] == "build" else []
    return _invoke("scratch", [*arguments, *no_seeds], build)


def check_models(select: str) -> Summary:
    """Run the unit tests of the models that `select` names; the models that they read must have been built once.

    Raises TransformFailed with the tests that failed.
    """
    return _invoke(select, ["test", "--select", *(f"{part},test_type:unit" for part in select.split())])


def docs_page() -> Path:
    """Where `write_docs` writes."""
    return settings.current_home().shared / "reports" / "dbt-docs.html"


def write_docs() -> Path:
    """Write dbt's documentation of models, columns and lineage as one page that works offline; its path.

    Raises TransformFailed where dbt cannot read the models or the catalog.
    """
    outcome = _run(["docs", "generate", "--static"])
    if not outcome.success:
        raise TransformFailed(where="docs", expected=_without_values(str(outcome.exception or "dbt stopped")))
    docs_page().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(settings.current_home().dbt / "target" / "static_index.html", docs_page())
    return docs_page()


def _invoke(name: str, arguments: Sequence[str], build: int | None = None) -> Summary:
    return _summary(name, _run_models(arguments, build))


def _summary(name: str, outcome: Any) -> Summary:
    """What a run of dbt did; raises TransformFailed if it failed."""
    results = getattr(outcome.result, "results", None)
    if results is None:
        raise TransformFailed(where=name, expected=_without_values(str(outcome.exception or "dbt stopped")))
    summary = Summary(name, tuple(_read_node(result) for result in results))
    for node in summary.nodes:
        logger.info("%s %s: %s, %.1f s", node.kind, node.name, node.status, node.seconds)
    if summary.failed or not outcome.success:
        failure = TransformFailed(
            where=", ".join(node.name for node in summary.failed) or name,
            expected="; ".join(f"{node.name}: {node.message}" for node in summary.failed),
            todo="correct the model or the data, then run it again",
        )
        failure.failed = summary.failed
        raise failure
    return summary


def _run_models(arguments: Sequence[str], build: int | None = None) -> Any:
    """dbt's own result. Without its description of the whole project (manifest.json), which it would write twice."""
    return _run([*arguments, "--no-write-json"], build)


def _run(arguments: Sequence[str], build: int | None = None) -> Any:
    """dbt's own result. build: the only one that its sessions may write (ops.writable_build).

    In this very process: when it is killed, its connections close and PostgreSQL rolls back.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  takes seconds to import

    _silence_events()
    project = str(settings.project_root() / "dbt_project")
    with _environment(_dbt_environment(build)), _flags_of_one_run():
        return dbtRunner().invoke(
            [*arguments, "--project-dir", project, "--profiles-dir", project, "--log-level", "none",
             "--log-level-file", "none", "--quiet", "--no-populate-cache", "--vars", json.dumps(_variables())]
        )  # fmt: skip


def _silence_events() -> None:
    """dbt makes a message of each of its fifty events a model, even where nothing logs them: a tenth of its time."""
    from dbt_common.events.event_manager import EventManager  # noqa: PLC0415  as above
    from dbt_common.events.event_manager_client import ctx_set_event_manager  # noqa: PLC0415  as above

    class Silent(EventManager):
        def fire_event(self, *_: Any, **__: Any) -> None:
            pass

    ctx_set_event_manager(Silent())


@contextmanager
def _flags_of_one_run() -> Iterator[None]:
    """dbt adds the adapter's flags to a list of its own in each run, and searches the stack for each flag in it: in a
    process that runs it often, each run would take longer than the one before.
    """
    from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS  # noqa: PLC0415  as above

    flags = [*DEFAULT_BASE_BEHAVIOR_FLAGS]
    try:
        yield
    finally:
        DEFAULT_BASE_BEHAVIOR_FLAGS[:] = flags


def _models_digest() -> str:
    """Of the SQL of models and macros."""
    project = settings.project_root() / "dbt_project"
    files = sorted(path for folder in ("models", "macros") for path in (project / folder).rglob("*.sql"))
    content = b"".join(str(path.relative_to(project)).encode() + path.read_bytes() for path in files)
    return hashlib.sha256(content).hexdigest()


def _variables() -> dict[str, Any]:
    """What models cannot know while dbt reads them: which models declare figures of the reports, and so come first."""
    models = read_models(settings.project_root() / "dbt_project")
    return {"indicator_models": [model.name for model in models if model.indicators]}


def _read_node(result: Any) -> Node:
    return Node(
        name=result.node.name,
        kind=str(getattr(result.node.resource_type, "value", result.node.resource_type)),
        status=str(getattr(result.status, "value", result.status)),
        seconds=float(result.execution_time or 0),
        message=_without_values(result.message or ""),
    )


def _without_values(message: str) -> str:
    """dbt repeats PostgreSQL's text: what may hold a row's values (detail, context, a quoted value) is left out."""
    lines = [
        line.strip()
        for line in message.splitlines()
        if not re.match(r"\s*(DETAIL|CONTEXT|HINT|LINE \d+|compiled code at)\b", line)
    ]
    text = " ".join(line for line in lines if line)
    return re.sub(r"\d{6,}", "…", re.sub(r'(: )"[^"]*"', r'\1"…"', text))[:600]


def _dbt_environment(build: int | None) -> Mapping[str, str]:
    at = address("wh_transformer")
    home = settings.current_home()
    return {
        "DBT_HOST": at.host,
        "DBT_PORT": str(at.port),
        "DBT_DATABASE": at.database,
        # dbt keeps a variable of this prefix out of its logs and of its parsed state.
        "DBT_ENV_SECRET_PASSWORD": at.password,
        "DBT_TARGET_PATH": str(home.dbt / "target"),
        "DBT_LOG_PATH": str(home.dbt / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PGOPTIONS": "" if build is None else f"-c warehouse.build={build}",
    }


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _file_name(select: str) -> str:
    return re.sub(r"\W+", "_", select)
