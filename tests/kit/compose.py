"""docker-compose.yml as Docker reads it: variables replaced, anchors merged."""

from __future__ import annotations

import re
from typing import Any

import yaml

from employment_warehouse import settings

VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
Service = dict[str, Any]


def services(variables: dict[str, str] | None = None) -> dict[str, Service]:
    """Services by name. variables: those of .env; a required one that is not given is an error of the test."""
    given = {"PYTHON_DIGEST": "a" * 64, "POSTGRES_DIGEST": "b" * 64} | (variables or {})

    def value(found: re.Match[str]) -> str:
        name, kind, text = found.groups()
        assert name in given or kind == "-", f"{name} is required"
        return given.get(name, text)

    read: dict[str, Service] = yaml.safe_load(VARIABLE.sub(value, text()))["services"]
    return read


def text() -> str:
    return (settings.project_root() / "docker-compose.yml").read_text()


def gigabytes(limit: str) -> int:
    """`16g` → 16."""
    assert limit.endswith("g")
    return int(limit[:-1])
