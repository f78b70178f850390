"""From the served simulator into the ledger: the watermark moves with the items, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from starlette.responses import Response
from tests.kit.deadlocks import land_in_a_deadlock
from tests.kit.nights import Nights
from tests.kit.people import id_number
from tests.kit.platform import gig_order, served
from tests.kit.sealed import rejected_cells

from employment_warehouse import hr_platform, landing, publication
from employment_warehouse.contract import Contract, contract_of
from employment_warehouse.database import connect
from employment_warehouse.demonstration.shelves import Shelf
from employment_warehouse.demonstration.simulated_platform import Misbehaviour, Platform
from employment_warehouse.demonstration.simulator import build_app
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import steps
from employment_warehouse.settings import TIMEZONE

NIGHT = date(2024, 5, 20)
START = datetime(2024, 5, 20, 8, tzinfo=TIMEZONE)


@pytest.fixture
def platform(warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    orders = [gig_order(number, START + timedelta(minutes=number)) for number in range(50)]
    app = build_app({"gig-orders": orders}, "client", "secret")
    with served(app) as url:
        monkeypatch.setenv("WAREHOUSE_HR_URL", url)
        monkeypatch.setenv("WAREHOUSE_HR_CLIENT_ID", "client")
        monkeypatch.setenv("WAREHOUSE_HR_CLIENT_SECRET", "secret")
        yield app.state.platform


def pages_of(feed: Contract, page_items: int) -> Contract:
    """The contract of a platform whose pages are smaller."""
    assert feed.platform is not None
    return replace(feed, platform=replace(feed.platform, page_items=page_items))


def landed_ids() -> list[str]:
    with connect("wh_loader") as connection:
        return [row[0] for row in connection.execute("select order_id from landing.gig_orders order by order_id")]


def watermark() -> datetime | None:
    with connect("wh_loader") as connection:
        row = connection.execute("select watermark from ops.platform_cursor where resource = 'gig-orders'").fetchone()
    return row[0] if row else None


def rejected(owner: psycopg.Connection) -> list[tuple[str, str, str]]:
    """Column, reason and value as it came, of each rejected cell."""
    entries = sorted(rejected_cells(owner), key=lambda entry: entry.column)
    return [(entry.column, entry.reason, json.loads(entry.plain)["value"]) for entry in entries]


@pytest.mark.quick
def test_items_land_and_the_watermark_is_the_latest_of_them(platform: Platform) -> None:
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (50, 50, 0)
    assert watermark() == START + timedelta(minutes=49)


def test_reading_again_when_nothing_changed_lands_no_second_row(platform: Platform) -> None:
    hr_platform.ingest_resource("gig-orders", NIGHT)
    hr_platform.ingest_resource("gig-orders", NIGHT)
    assert hr_platform.ingest_resource("gig-orders", NIGHT) is None
    assert len(set(landed_ids())) == 50


def test_a_reading_that_is_rolled_back_by_a_deadlock_lands_at_once(
    platform: Platform, warehouse: psycopg.Connection
) -> None:
    platform.shelves["gig-orders"].add(gig_order(50, START + timedelta(minutes=50), id_number=id_number(1)))
    hr_platform.ingest_resource("gig-orders", NIGHT)
    landed = land_in_a_deadlock(warehouse, lambda: hr_platform.ingest_resource("gig-orders", NIGHT))
    assert landed is not None
    assert landed.rows_landed == 51
    assert len(set(landed_ids())) == 51
    assert watermark() == START + timedelta(minutes=50)


def test_an_item_that_was_committed_late_at_the_watermark_is_not_missed(platform: Platform) -> None:
    hr_platform.ingest_resource("gig-orders", NIGHT)
    platform.shelves["gig-orders"].add(gig_order(900, START + timedelta(minutes=49)))
    platform.shelves["gig-orders"].add(gig_order(901, START + timedelta(minutes=10)))
    hr_platform.ingest_resource("gig-orders", NIGHT)
    assert {"G000900", "G000901"} <= set(landed_ids())


def test_the_time_for_a_reading_is_the_setting_alone(platform: Platform, warehouse: psycopg.Connection) -> None:
    """A setting of 0 seconds is 0, not the default of the program; switched off, there is no limit."""
    change = "update seeds.setting set value = '0', enabled = %s where name = 'platform_read_seconds'"
    warehouse.execute(change, [True])
    with pytest.raises(hr_platform.PlatformFault) as fault:
        hr_platform.ingest_resource("gig-orders", NIGHT)
    assert fault.value.code == "platform_too_slow"
    warehouse.execute(change, [False])
    assert hr_platform.ingest_resource("gig-orders", NIGHT) is not None


@pytest.mark.parametrize(
    ("settings", "is_read"),
    [
        ([(date(2020, 1, 1), "24", True)], True),
        # A row of next month does not take effect today, and one that is switched off overlaps nothing.
        ([(date(2020, 1, 1), "24", True), (date(2024, 6, 1), "0", True)], True),
        ([(date(2020, 1, 1), "0", True), (date(2024, 6, 1), "24", True)], False),
        ([(date(2020, 1, 1), "24", True), (date(2024, 5, 1), "24", False)], False),
    ],
)
def test_the_overlap_is_the_setting_in_force_on_the_night(
    platform: Platform, warehouse: psycopg.Connection, settings: list[tuple[date, str, bool]], is_read: bool
) -> None:
    warehouse.execute("delete from seeds.setting where name = 'platform_overlap_hours'")
    warehouse.cursor().executemany(
        "insert into seeds.setting (name, valid_from, value, enabled) values ('platform_overlap_hours', %s, %s, %s)",
        settings,
    )
    hr_platform.ingest_resource("gig-orders", NIGHT)
    platform.shelves["gig-orders"].add(gig_order(901, START + timedelta(minutes=10)))
    hr_platform.ingest_resource("gig-orders", NIGHT)
    assert ("G000901" in landed_ids()) == is_read


def test_items_of_tomorrow_wait_for_their_night(platform: Platform) -> None:
    platform.shelves["gig-orders"].add(gig_order(900, START + timedelta(days=1)))
    hr_platform.ingest_resource("gig-orders", NIGHT)
    assert "G000900" not in landed_ids()
    hr_platform.ingest_resource("gig-orders", NIGHT + timedelta(days=1))
    assert "G000900" in landed_ids()


def test_a_failed_reading_leaves_the_watermark_where_it_was(platform: Platform) -> None:
    platform.misbehave(Misbehaviour(resource="gig-orders", kind="forbidden"))
    with pytest.raises(hr_platform.PlatformFault):
        hr_platform.ingest_resource("gig-orders", NIGHT)
    assert watermark() is None
    assert landed_ids() == []


def before_each_page(platform: Platform, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    honest = platform.shelves["gig-orders"].page

    def page(*given: Any) -> tuple[list[dict[str, Any]], bool]:
        act()
        return honest(*given)

    monkeypatch.setattr(platform.shelves["gig-orders"], "page", page)


def test_a_rollback_during_a_reading_has_everything_read_again(
    platform: Platform, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.shelves["gig-orders"].add(gig_order(900, START - timedelta(days=30)))  # before any overlap
    nights = Nights(warehouse)
    published = ingest_and_publish(nights, NIGHT)
    wrong = nights.scalar("select delivery_id from ops.delivery")

    def roll_back_once() -> None:
        if watermark():
            publication.roll_back(published, [wrong], "the platform was wrong")

    before_each_page(platform, monkeypatch, roll_back_once)
    landed = hr_platform.ingest_resource("gig-orders", NIGHT + timedelta(days=1))
    assert landed is not None
    assert landed.rows_landed == 51
    assert nights.scalar("select count(*) from ops.delivery") == 2


def test_a_reading_that_is_overtaken_each_time_stores_nothing(
    platform: Platform, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    hr_platform.ingest_resource("gig-orders", NIGHT)
    platform.shelves["gig-orders"].add(gig_order(901, START + timedelta(hours=1)))
    overtaken: list[object] = []

    def overtake() -> None:
        overtaken.append(warehouse.execute("update ops.platform_cursor set watermark = watermark + interval '1 min'"))

    before_each_page(platform, monkeypatch, overtake)
    with pytest.raises(UserError) as refused:
        hr_platform.ingest_resource("gig-orders", NIGHT)
    assert refused.value.code == "platform_overtaken"
    assert len(overtaken) == 3
    assert "G000901" not in landed_ids()


def test_pages_in_the_wrong_order_leave_the_watermark_where_it_was(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second page comes before the first, and the cursor to the first expires once."""
    monkeypatch.setattr(
        "employment_warehouse.hr_platform.ingesting.contract_of", lambda feed: pages_of(contract_of(feed), 20)
    )
    honest = platform.shelves["gig-orders"].page

    def second_first(
        since: datetime, after: tuple[datetime, str] | None, limit: int
    ) -> tuple[list[dict[str, Any]], bool]:
        first, _ = honest(since, None, limit)
        end = (datetime.fromisoformat(first[-1]["updated_at"]), first[-1]["id"])
        return (first, False) if after else (honest(since, end, limit)[0] or first, True)

    monkeypatch.setattr(platform.shelves["gig-orders"], "page", second_first)
    platform.misbehave(Misbehaviour(resource="gig-orders", kind="cursor_dies"))
    with pytest.raises(hr_platform.PlatformFault):
        hr_platform.ingest_resource("gig-orders", NIGHT)
    assert watermark() is None
    assert landed_ids() == []


def test_an_item_that_breaks_its_schema_is_rejected_like_a_bad_row(platform: Platform) -> None:
    platform.shelves["gig-orders"].add(gig_order(900, START, id_number=532501199001010018))
    platform.shelves["gig-orders"].add(gig_order(901, START, task={"name": "摘果"}))
    platform.shelves["gig-orders"].add(gig_order(902, START, hours="八"))
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (53, 50, 3)
    with connect("wh_loader") as connection:
        reasons = connection.execute("select reason from vault.rejected_row order by reason").fetchall()
    assert reasons == [("id_not_text",), ("not_a_number",), ("schema_violation",)]


def test_items_of_another_schema_are_read_again_once_they_are_mended(platform: Platform) -> None:
    """The first reading after a release of the platform that sends numbers as texts, and the one after the next."""
    shelf = platform.shelves["gig-orders"]
    for number in range(100, 160):
        shelf.add(gig_order(number, START - timedelta(days=number), hours="八"))
    with pytest.raises(hr_platform.PlatformFault, match="60 of 110 items") as refused:
        hr_platform.ingest_resource("gig-orders", NIGHT)
    assert refused.value.code == "schema_changed"
    assert (watermark(), landed_ids()) == (None, [])
    for number in range(100, 160):
        shelf.add(gig_order(number, START - timedelta(days=number)))
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_landed, landed.rows_rejected) == (110, 0)


def test_a_first_reading_that_was_withdrawn_is_taken_again_unchanged(
    platform: Platform, warehouse: psycopg.Connection
) -> None:
    nights = Nights(warehouse)
    published = ingest_and_publish(nights, NIGHT)
    publication.roll_back(published, [nights.scalar("select delivery_id from ops.delivery")], "the wrong address")
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.revision, landed.rows_landed) == (2, 50)


@pytest.mark.parametrize(
    "broken",
    [
        {"task": "摘果\ud83d"},
        {"id": "G\ud83d"},
        {"brand_new": "\udc00"},
        {"brand_new": {"deep": ["\udc00"]}},
        {"brand\ud83d": 1},
        {"brand\0": 1},
    ],
)
def test_an_item_that_text_cannot_hold_is_rejected_and_kept_as_received(
    platform: Platform, warehouse: psycopg.Connection, broken: dict[str, Any]
) -> None:
    item = gig_order(900, START + timedelta(hours=2), **broken)
    platform.shelves["gig-orders"].add(item)
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (51, 50, 1)
    assert watermark() == START + timedelta(hours=2)
    ((column, reason, value),) = rejected(warehouse)
    assert (column, reason, json.loads(value)) == ("", "schema_violation", item)


def test_a_nul_in_a_value_is_rejected_with_its_column(platform: Platform, warehouse: psycopg.Connection) -> None:
    platform.shelves["gig-orders"].add(gig_order(900, START, id="G\0"))
    platform.shelves["gig-orders"].add(gig_order(901, START, task="摘\0果"))
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_landed, landed.rows_rejected) == (50, 2)
    assert rejected(warehouse) == [("order_id", "schema_violation", "G\0"), ("task", "schema_violation", "摘\0果")]


BROKEN = [{"task": {"name": "摘果"}}, {"task": "\ud83d"}, {"hours": "八"}, {"id_number": None}]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("later", [timedelta(minutes=-1), timedelta(), timedelta(minutes=1)])
def test_a_good_item_stays_when_a_broken_copy_of_it_arrives(
    platform: Platform, broken: dict[str, Any], later: timedelta
) -> None:
    copies = [gig_order(1, START, task="好"), gig_order(1, START + later, **broken)]
    platform.shelves["gig-orders"] = Shelf([*copies, copies[0]])
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (2, 1, 1)
    with connect("wh_loader") as connection:
        assert connection.execute("select task from landing.gig_orders").fetchall() == [("好",)]


def test_of_good_copies_the_latest_counts_and_none_is_rejected(platform: Platform) -> None:
    copies = [gig_order(1, START + timedelta(minutes=minutes), hours=minutes) for minutes in (0, 1, 2, 2)]
    platform.shelves["gig-orders"] = Shelf([*copies, gig_order(1, START + timedelta(minutes=2), hours=7)])
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (1, 1, 0)
    with connect("wh_loader") as connection:
        assert connection.execute("select hours::int from landing.gig_orders").fetchall() == [(7,)]


BEYOND = {
    "10⁹ hours": '{"hours": 1000000000}',
    "a number of 5,000 digits": '{"hours": ' + "9" * 5000 + "}",
    "an amount of 5,000 decimals": '{"amount_due": 1.' + "1" * 5000 + "}",
    "a number with an exponent of 400": '{"amount_due": 1e400}',
    "an id of 10,000 characters": '{"id": "' + "G" * 10_000 + '"}',
    "a task of 3,000 characters": '{"task": "' + "摘" * 3000 + '"}',
    "100,000 nested brackets": '{"task": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "a field of 100,000 nested brackets": '{"brand_new": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "a word that JSON does not know": '{"task": nil}',
    "not a number": '{"hours": NaN}',
    "a year of six digits": '{"completed_at": "+123456-05-01T08:00:00Z"}',
    "a time before the year 1": '{"completed_at": "0001-01-01T00:00:00+14:00"}',
    "a time after the year 9999": '{"completed_at": "9999-12-31T23:59:59-14:00"}',
    "changed before the year 1": '{"updated_at": "0001-01-01T00:00:00+14:00"}',
    "changed after the year 9999": '{"updated_at": "9999-12-31T23:59:59-14:00"}',
    "changed in thirty years": '{"updated_at": "2055-05-01T08:00:00+08:00"}',
    "a field twice": '{"id": "G900900", "id": "G900901"}',
    "a field twice in a field": '{"brand_new": {"a": 1, "a": 2}}',
}


@pytest.mark.parametrize("name", BEYOND)
def test_an_item_beyond_all_limits_is_rejected_alone(
    platform: Platform, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text is put into the page as it is, in the middle of the good items."""
    marked = {"id": "G900900", "updated_at": START.isoformat()} | {"marked": 1}
    good = gig_order(900, START)
    platform.shelves["gig-orders"].add(marked)
    change = BEYOND[name]
    fields = json.dumps({key: value for key, value in good.items() if f'"{key}":' not in change})
    broken = f"{fields[:-1]}, {change[1:]}"

    def with_broken_item(page: dict[str, Any]) -> Response:
        text = json.dumps(page).replace(json.dumps(marked), broken)
        return Response(text, media_type="application/json")

    monkeypatch.setattr("employment_warehouse.demonstration.simulated_platform.as_json", with_broken_item)
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (51, 50, 1)
    assert watermark() == START + timedelta(minutes=49)


def test_a_reading_of_one_item_with_an_impossible_time_stops_no_later_one(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watermark comes from what was read, and must be one from which the next reading can begin."""
    for updated_at in ("0001-01-01T00:00:00+14:00", "2055-05-01T08:00:00+08:00"):
        item = gig_order(900, START) | {"updated_at": updated_at}
        with monkeypatch.context() as patch:
            patch.setattr(platform.shelves["gig-orders"], "page", lambda *_, item=item: ([item], False))
            landed = hr_platform.ingest_resource("gig-orders", NIGHT)
        assert landed is not None
        assert (landed.rows_landed, landed.rows_rejected) == (0, 1)
        assert watermark() is None
    hr_platform.ingest_resource("gig-orders", NIGHT)
    assert len(landed_ids()) == 50


def test_texts_are_stored_as_received(platform: Platform) -> None:
    texts = {"77": "'摘果", "77.0": "３号楼 ", "/": "="}
    platform.shelves["gig-orders"] = Shelf(
        [gig_order(1, START, id=identifier, task=task) for identifier, task in texts.items()]
    )
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_landed, landed.rows_rejected) == (3, 0)
    with connect("wh_loader") as connection:
        assert dict(connection.execute("select order_id, task from landing.gig_orders").fetchall()) == texts


def test_an_amount_is_stored_to_the_fen_that_was_sent(platform: Platform) -> None:
    platform.shelves["gig-orders"] = Shelf([gig_order(1, START, amount_due=1.1e2, amount_paid=0.29)])
    hr_platform.ingest_resource("gig-orders", NIGHT)
    with connect("wh_loader") as connection:
        amounts = connection.execute("select amount_due::text, amount_paid::text from landing.gig_orders").fetchall()
    assert amounts == [("110.00", "0.29")]


def test_an_instant_may_be_written_in_small_letters(platform: Platform) -> None:
    platform.shelves["gig-orders"].add(gig_order(900, START) | {"updated_at": "2024-05-20t09:00:00z"})
    platform.shelves["gig-orders"].add(gig_order(901, START) | {"updated_at": "2024-05-21t09:00:00z"})
    landed = hr_platform.ingest_resource("gig-orders", NIGHT)
    assert landed is not None
    assert (landed.rows_landed, landed.rows_rejected) == (51, 0)
    assert watermark() == datetime(2024, 5, 20, 17, tzinfo=TIMEZONE)


def test_a_deleted_item_is_landed_as_deleted(platform: Platform) -> None:
    platform.shelves["gig-orders"].add({"id": "G000003", "updated_at": START.isoformat(), "deleted": True})
    hr_platform.ingest_resource("gig-orders", NIGHT)
    with connect("wh_loader") as connection:
        deleted = connection.execute("select order_id from landing.gig_orders where is_deleted").fetchall()
    assert deleted == [("G000003",)]


def test_a_platform_that_is_not_configured_is_missing_not_failed(
    warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WAREHOUSE_HR_URL", "WAREHOUSE_HR_CLIENT_ID", "WAREHOUSE_HR_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    assert hr_platform.ingest_resource("gig-orders", NIGHT) is None


def test_a_purged_reading_that_a_rollback_offers_again_is_restored_from_the_archive(
    platform: Platform, warehouse: psycopg.Connection
) -> None:
    platform.shelves["gig-orders"].add(gig_order(900, START, hours="八"))
    nights, tomorrow = Nights(warehouse), NIGHT + timedelta(days=1)
    first = ingest_and_publish(nights, NIGHT)
    rows = warehouse.execute("select * from landing.gig_orders order by line").fetchall()
    platform.shelves["gig-orders"].add(gig_order(901, START + timedelta(days=1)))
    ingest_and_publish(nights, tomorrow)
    assert landing.purge() == len(rows) == 50
    publication.roll_back(first, [], "the wrong registers were loaded")
    steps.start_build(str(tomorrow), "the night after a rollback")
    delivery = "delivery_id = (select min(delivery_id) from ops.delivery)"
    assert warehouse.execute(f"select * from landing.gig_orders where {delivery} order by line").fetchall() == rows


def ingest_and_publish(nights: Nights, night: date) -> int:
    assert hr_platform.ingest_resource("gig-orders", night)
    return nights.publish(nights.start(night))
