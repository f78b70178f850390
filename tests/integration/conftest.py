"""Fixtures of the tests that need a server."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from tests.kit.nights import Nights


@pytest.fixture
def nights(warehouse: psycopg.Connection) -> Nights:
    """The nights of a fresh warehouse."""
    return Nights(warehouse)


@pytest.fixture
def zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty landing zone, with a space in its name."""
    folder = tmp_path / "landing zone"
    folder.mkdir()
    monkeypatch.setenv("WAREHOUSE_LANDING_ZONE", str(folder))
    return folder
