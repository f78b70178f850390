"""A simulated HR platform, served, and its gig orders."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import uvicorn
from fastapi import FastAPI


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serves an application on a free port of loopback while the block runs; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def gig_order(number: int, updated_at: datetime, **changes: Any) -> dict[str, Any]:
    """An order as the platform sends it: completed and paid when it was last updated."""
    at = updated_at.isoformat()
    return {
        "id": f"G{number:06}",
        "market_code": "M01",
        "township_code": "532501001",
        "id_number": "532501199001010017",
        "task": "摘果",
        "accepted_at": at,
        "completed_at": at,
        "hours": 8,
        "amount_due": 120.5,
        "amount_paid": 120.5,
        "paid_at": None,
        "updated_at": at,
        **changes,
    }
