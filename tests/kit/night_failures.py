"""Tasks of a night made to fail, and what then becomes of the others."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from employment_warehouse.database.embedded import Server
from employment_warehouse.settings import Home, project_root


@cache
def night() -> Any:
    spec = importlib.util.spec_from_file_location("night_dag", project_root() / "dags" / "night.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.night()


def states(failing: str) -> dict[str, str]:
    """The state of every task when one fails, by the trigger rules of the DAG."""
    found: dict[str, str] = {}
    for task in night().topological_sort():
        upstream = {found[name] for name in task.upstream_task_ids}
        if task.trigger_rule.value == "all_success" and upstream - {"success"}:
            found[task.task_id] = "upstream_failed"
        else:
            assert task.trigger_rule.value in ("all_success", "all_done")
            found[task.task_id] = "failed" if task.task_id == failing else "success"
    return found


@contextmanager
def without(home: Path, privilege: str, role: str) -> Iterator[None]:
    """A privilege taken from a role: the task that needs it fails, and so do its retries."""
    with Server(Home(home)).connect_superuser() as superuser:
        superuser.autocommit = True
        superuser.execute(f"revoke {privilege} from {role}")
        try:
            yield
        finally:
            superuser.execute(f"grant {privilege} to {role}")


@contextmanager
def blocked(folder: Path) -> Iterator[None]:
    """A file in the place of a folder: nothing can be written into it."""
    aside = folder.with_name(f"{folder.name} aside")
    folder.rename(aside)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)
