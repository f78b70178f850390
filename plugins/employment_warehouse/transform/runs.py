"""What is run of dbt: a layer of a night, an engineer's scratch build, unit tests, the documentation."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from employment_warehouse import settings
from employment_warehouse.database import connect, setting
from employment_warehouse.database.model_declarations import read_models
from employment_warehouse.errors import UserError
from employment_warehouse.transform.dbt_result import Summary, TransformFailed, read_summary, without_values
from employment_warehouse.transform.invocation import invoke

SCRATCH_COMMANDS = ("build", "run", "test", "compile")
LONGEST_NAME = 150
SECONDS_PER_DAY = 24 * 3600


class NotTonight(UserError):
    """该汇总编号已不是今晚的。 | This build is no longer tonight's; a later run has replaced it."""

    code = "not_tonight"
    exit_code = 1


def run_dbt(select: str, build: int) -> Summary:
    """Build what `select` names (`tag:core`, `tag:mart`) for tonight's build, tests included.

    A retry is safe: each model undoes what it wrote for a build that is not published. Raises NotTonight if
    another run has begun a later build, TransformFailed with the nodes that failed, ServerLost.

    Where the rules (settings and other seeds, decisions, models) differ from those of the last publication, or a person
    was erased since, everything is computed again: it concerns persons and months too of which nothing was reported.
    """
    with connect("wh_transformer") as connection:
        row = connection.execute("select build from ops.tonight").fetchone()
        if row != (build,):
            raise NotTonight(where=f"build {build}")
        changed = connection.execute("select ops.record_rules(%s)", (_models_hash(),)).fetchone()
    # Unit tests say whether the models are right, not whether the night is: they belong to `make test`. Seeds are
    # loaded by `database.seed_tables`: dbt owns no table.
    run = _without_manifest(
        ["build", "--select", select, "--exclude-resource-type", "unit_test", "--exclude-resource-type", "seed"]
        + (["--full-refresh"] if changed == (True,) else []),
        build,
    )
    summary = read_summary(select, run)
    run.result.write(str(settings.current_home().dbt_runs / f"{build}_{_file_name(select)}.json"))
    return summary


def delete_old_runs() -> int:
    """Delete what runs of dbt did longer ago than the setting `retention_dbt_runs_days`; how many files."""
    with connect("wh_transformer") as connection:
        days = setting(connection, "retention_dbt_runs_days", datetime.now(settings.TIMEZONE).date())
    if days is None:
        return 0
    began = time.time() - int(days) * SECONDS_PER_DAY
    old = [path for path in settings.current_home().dbt_runs.glob("*.json") if path.stat().st_mtime < began]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def run_scratch(arguments: Sequence[str], build: int) -> Summary:
    """Run a command of dbt (SCRATCH_COMMANDS, with its options) for a scratch build: `["build", "-s", "dim_person"]`.

    Raises TransformFailed with the nodes that failed, ServerLost, UserError for another command
    (`dbt_command_unknown`).
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
    return run_models("scratch", [*arguments, *no_seeds], build)


def docs_page() -> Path:
    """Where `write_docs` writes."""
    return settings.current_home().shared / "reports" / "dbt-docs.html"


def write_docs() -> Path:
    """Write dbt's documentation of models, columns and lineage as one page that works offline; its path.

    Raises TransformFailed where dbt cannot read the models or the catalog.
    """
    run = invoke(["docs", "generate", "--static"])
    if not run.success:
        raise TransformFailed(where="docs", found=without_values(str(run.exception or "dbt stopped")))
    docs_page().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(settings.current_home().dbt / "target" / "static_index.html", docs_page())
    return docs_page()


def run_models(name: str, arguments: Sequence[str], build: int | None = None) -> Summary:
    """Run a command of dbt on models; name: what a failure says it was.

    Raises TransformFailed with the nodes that failed, ServerLost.
    """
    return read_summary(name, _without_manifest(arguments, build))


def _without_manifest(arguments: Sequence[str], build: int | None = None) -> Any:
    """dbt's own result. Without its description of the whole project (manifest.json), which it would write twice."""
    return invoke([*arguments, "--no-write-json"], build)


def _models_hash() -> str:
    """Of the SQL of models and macros, and of the feeds that it reads from the models' YAML (`needed_feeds`)."""
    project = settings.project_root() / "dbt_project"
    files = sorted(path for folder in ("models", "macros") for path in (project / folder).rglob("*.sql"))
    content = b"".join(str(path.relative_to(project)).encode() + path.read_bytes() for path in files)
    feeds = repr([(model.name, model.feeds) for model in read_models(project)])
    return hashlib.sha256(content + feeds.encode()).hexdigest()


def _file_name(select: str) -> str:
    """Of a file of what a selection built; a long one is cut, as no file has a name of more than 255 characters."""
    name = re.sub(r"\W+", "_", select)
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[:LONGEST_NAME]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
