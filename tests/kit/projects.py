"""Projects of a few models, with the feeds of the real one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from employment_warehouse import settings


def write_small_project(folder: Path, models: Mapping[str, tuple[str, str]]) -> Path:
    """A copy of the project whose only models, beside staging, are these; the folder of its models.

    models: path below that folder, without its extension → SQL and YAML.
    """
    for name in ("dbt_project", "expectations"):
        shutil.copytree(settings.project_root() / name, folder / name)
    made = folder / "dbt_project" / "models"
    (made / "exposures.yml").unlink()
    for others in set(made.iterdir()) - {made / "staging"}:
        shutil.rmtree(others)
    for name, (query, declaration) in models.items():
        (made / name).parent.mkdir(parents=True)
        (made / f"{name}.sql").write_text(query, "utf-8")
        (made / f"{name}.yml").write_text(declaration, "utf-8")
    return made
