"""The TCP ports of the embedded deployment's services, on this machine only."""

from __future__ import annotations

import json
from contextlib import suppress

from employment_warehouse import settings
from employment_warehouse.database.listening import free_port
from employment_warehouse.settings import Home


def choose_port(home: Home, service: str) -> int:
    """The service's previous port if it is free, else any free one; it is stored."""
    chosen = free_port(port(home, service))
    settings.write_whole(home.airflow / "ports.json", json.dumps(ports(home) | {service: chosen}))
    return chosen


def port(home: Home, service: str) -> int:
    """The port that was chosen last; 0 if none was."""
    return ports(home).get(service, 0)


def moved(home: Home, before: dict[str, int]) -> list[str]:
    """A sentence for each service whose earlier port was taken, so that an address that people know has changed."""
    return [
        f"{service}：端口 {before[service]} 已被占用，改用 {number} | port {before[service]} is taken, now {number}"
        for service, number in ports(home).items()
        if before.get(service, number) != number
    ]


def ports(home: Home) -> dict[str, int]:
    """The port that each service has, or had last."""
    kept: dict[str, int] = {}
    with suppress(FileNotFoundError, ValueError):  # an earlier version's, that a power cut left empty
        kept = json.loads((home.airflow / "ports.json").read_text())
    return kept
