"""What marts show: rows of those that several test files ask."""

from __future__ import annotations

from typing import Any

from tests.kit.reported import COUNTY


def progress(nights: Any, county: str, basis: str = "stock", target: str = "rural_employed") -> dict[str, Any]:
    (row,) = nights.records(
        "select * from marts.target_progress where county_code = %s and basis = %s and target_code = %s",
        county,
        basis,
        target,
    )
    return row


def restated(nights: Any, indicator: str = "rural_employed", county: str = COUNTY) -> list[tuple[Any, ...]]:
    return list(
        nights.rows(
            "select on_date::text, as_published, as_known_now, difference, cause, causes from marts.restatement"
            " where indicator = %s and county_code = %s order by on_date",
            indicator, county,
        )
    )  # fmt: skip
