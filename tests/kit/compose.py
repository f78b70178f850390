"""docker-compose.yml, or the file for several machines, as Docker reads it: variables replaced, anchors merged."""

from __future__ import annotations

import re
from typing import Any

import yaml

from employment_warehouse import settings

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
Service = dict[str, Any]
ONE_SERVER, SEVERAL_MACHINES = "docker-compose.yml", "docker-compose.scale.yml"
REQUIRED = {"PYTHON_DIGEST": "a" * 64, "POSTGRES_DIGEST": "b" * 64}
REQUIRED_BY_SEVERAL = {"CITUS_DIGEST": "c" * 64, "REDIS_DIGEST": "d" * 64, "WAREHOUSE_FILE_SERVER": "files"}


def services(variables: dict[str, str] | None = None, file: str = ONE_SERVER) -> dict[str, Service]:
    """Services by name. variables: those of .env; a required one that is not given is an error of the test."""
    given = REQUIRED | REQUIRED_BY_SEVERAL | (variables or {})

    def value(found: re.Match[str]) -> str:
        name, kind, text = found.groups()
        assert name in given or kind == "-", f"{name} is required"
        return given.get(name, text)

    read: dict[str, Service] = yaml.safe_load(VARIABLE.sub(value, text(file)))["services"]
    return read


def text(file: str = ONE_SERVER) -> str:
    return (settings.project_root() / file).read_text()


def gigabytes(limit: str) -> int:
    """`16g` → 16."""
    assert limit.endswith("g")
    return int(limit[:-1])
