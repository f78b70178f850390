"""From the served simulator into the ledger: the watermark moves with the items, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from employment_warehouse import hr_platform
from employment_warehouse.database import connect
from employment_warehouse.demonstration.simulator import Misbehaviour, Platform, build_app, served
from employment_warehouse.settings import TIMEZONE

NIGHT = date(2024, 5, 20)
START = datetime(2024, 5, 20, 8, tzinfo=TIMEZONE)


def gig_order(number: int, updated_at: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"G{number:06}",
        "market_code": "M01",
        "township_code": "532501001",
        "id_number": "532501199001010017",
        "task": "摘果",
        "accepted_at": updated_at.isoformat(),
        "completed_at": updated_at.isoformat(),
        "hours": 8,
        "amount_due": 120.5,
        "amount_paid": 120.5,
        "paid_at": None,
        "updated_at": updated_at.isoformat(),
        **changes,
    }


@pytest.fixture
def platform(warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    orders = [gig_order(number, START + timedelta(minutes=number)) for number in range(50)]
    app = build_app({"gig-orders": orders}, "client", "secret")
    with served(app) as url:
        monkeypatch.setenv("WAREHOUSE_HR_URL", url)
        monkeypatch.setenv("WAREHOUSE_HR_CLIENT_ID", "client")
        monkeypatch.setenv("WAREHOUSE_HR_CLIENT_SECRET", "secret")
        yield app.state.platform


def landed_ids() -> list[str]:
    with connect("wh_loader") as connection:
        return [row[0] for row in connection.execute("select order_id from landing.gig_orders order by order_id")]


def watermark() -> datetime | None:
    with connect("wh_loader") as connection:
        row = connection.execute("select watermark from ops.platform_cursor where resource = 'gig-orders'").fetchone()
    return row[0] if row else None


def test_items_land_and_the_watermark_is_the_latest_of_them(platform: Platform) -> None:
    landed = hr_platform.land_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (50, 50, 0)
    assert watermark() == START + timedelta(minutes=49)


def test_reading_again_when_nothing_changed_lands_no_second_row(platform: Platform) -> None:
    hr_platform.land_resource("gig-orders", NIGHT)
    hr_platform.land_resource("gig-orders", NIGHT)
    assert hr_platform.land_resource("gig-orders", NIGHT) is None
    assert len(set(landed_ids())) == 50


def test_an_item_that_was_committed_late_at_the_watermark_is_not_missed(platform: Platform) -> None:
    hr_platform.land_resource("gig-orders", NIGHT)
    platform.shelves["gig-orders"].add(gig_order(900, START + timedelta(minutes=49)))
    platform.shelves["gig-orders"].add(gig_order(901, START + timedelta(minutes=10)))
    hr_platform.land_resource("gig-orders", NIGHT)
    assert {"G000900", "G000901"} <= set(landed_ids())


def test_items_of_tomorrow_wait_for_their_night(platform: Platform) -> None:
    platform.shelves["gig-orders"].add(gig_order(900, START + timedelta(days=1)))
    hr_platform.land_resource("gig-orders", NIGHT)
    assert "G000900" not in landed_ids()
    hr_platform.land_resource("gig-orders", NIGHT + timedelta(days=1))
    assert "G000900" in landed_ids()


def test_a_failed_reading_leaves_the_watermark_where_it_was(platform: Platform) -> None:
    platform.misbehave(Misbehaviour(resource="gig-orders", kind="forbidden"))
    with pytest.raises(hr_platform.PlatformFault):
        hr_platform.land_resource("gig-orders", NIGHT)
    assert watermark() is None
    assert landed_ids() == []


def test_an_item_that_breaks_its_schema_is_rejected_like_a_bad_row(platform: Platform) -> None:
    platform.shelves["gig-orders"].add(gig_order(900, START, id_number=532501199001010018))
    platform.shelves["gig-orders"].add(gig_order(901, START, task={"name": "摘果"}))
    platform.shelves["gig-orders"].add(gig_order(902, START, hours="八"))
    landed = hr_platform.land_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (53, 50, 3)
    with connect("wh_loader") as connection:
        reasons = connection.execute("select reason from vault.rejected_row order by reason").fetchall()
    assert reasons == [("id_not_text",), ("not_a_number",), ("schema_violation",)]


def test_a_deleted_item_comes_as_deleted(platform: Platform) -> None:
    platform.shelves["gig-orders"].add({"id": "G000003", "updated_at": START.isoformat(), "deleted": True})
    hr_platform.land_resource("gig-orders", NIGHT)
    with connect("wh_loader") as connection:
        deleted = connection.execute("select order_id from landing.gig_orders where is_deleted").fetchall()
    assert deleted == [("G000003",)]


def test_a_platform_that_is_not_configured_is_missing_not_failed(
    warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WAREHOUSE_HR_URL", "WAREHOUSE_HR_CLIENT_ID", "WAREHOUSE_HR_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    assert hr_platform.land_resource("gig-orders", NIGHT) is None
