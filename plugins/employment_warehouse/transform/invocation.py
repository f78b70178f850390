"""One call of dbt, in this very process: where it works, its arguments, and what it need not do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from employment_warehouse import settings
from employment_warehouse.database.connections import address
from employment_warehouse.database.model_declarations import read_models


def invoke(arguments: Sequence[str], build: int | None = None) -> Any:
    """Call dbt; its own result. build: the only one that its sessions may write (ops.writable_build).

    It runs in this very process: when that is killed, its connections close and PostgreSQL rolls back.
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


def _variables() -> dict[str, Any]:
    """What models cannot know while dbt reads them: which models declare figures of the reports, and so come first."""
    models = read_models(settings.project_root() / "dbt_project")
    return {"indicator_models": [model.name for model in models if model.indicators]}


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
