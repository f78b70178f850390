"""Loaders whose connection is lost when COMMIT was sent: whether it was committed they cannot know, and need not."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.kit.files import COUNTY, DAY, arrivals, put, rows_of
from tests.torture import invariants
from tests.torture.conftest import Say

from employment_warehouse.landing import IngestFailed, ingest

CUTS = 100 if os.environ.get("TORTURE") else 3


@contextmanager
def cut_after_commit(number: int) -> Iterator[list[int]]:
    """The connection whose COMMIT is the n-th is cut as soon as that was sent; the list says that it was."""
    sent, cut = 0, list[int]()
    original = psycopg.Connection._exec_command

    def cutting(self: Any, command: Any, *given: Any, **named: Any) -> Any:
        nonlocal sent
        sent += command == b"COMMIT"
        if command == b"COMMIT" and sent == number:
            self.pgconn.send_query(command)
            self.pgconn.flush()
            with socket.socket(fileno=os.dup(self.pgconn.socket)) as wire:
                wire.shutdown(socket.SHUT_RDWR)
            cut.append(sent)
            raise psycopg.OperationalError("cut")
        return (yield from original(self, command, *given, **named))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "_exec_command", cutting)
        yield cut


def test_a_connection_cut_after_commit_was_sent(
    warehouse: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    monkeypatch.setenv("WAREHOUSE_LANDING_ZONE", str(tmp_path))
    luck, committed = random.Random(3), 0
    for number in range(1, CUTS + 1):
        shops = [{"workshop_no": f"W{n}", "workers": str(number)} for n in range(20)]
        put(tmp_path, rows_of("workshop", *shops), f"{COUNTY}.csv", feed="workshop", minutes=number)
        (arrival,) = arrivals(DAY)
        # The claim, or everything else.
        with cut_after_commit(luck.choice((1, 2, 2))) as cut, pytest.raises(IngestFailed):
            ingest(arrival)
        assert cut
        landed = ingest(arrival)
        committed += landed is None
        assert warehouse.execute("select count(*), max(revision) from ops.delivery").fetchone() == (number, number)
        assert [*invariants.lost(warehouse, tmp_path), *invariants.duplicated(warehouse, tmp_path)] == []
    say(f"{CUTS} connections cut after COMMIT was sent; {committed} had been committed all the same")
    assert CUTS < 10 or 0 < committed < CUTS
