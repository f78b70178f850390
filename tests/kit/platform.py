"""A served HR platform with gig orders."""

from __future__ import annotations

from datetime import datetime
from typing import Any


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
