"""When alerts of submissions and files end: not with the next build, nor with the next date, but with their cause."""

from __future__ import annotations

import pytest
from tests.kit.nights import Nights, insert, publish, start_build
from tests.kit.receivers import webhook

from employment_warehouse import alert
from employment_warehouse.console.queries import query

YUANYANG, GEJIU, KAIYUAN, SHIPING = "532528", "532501", "532502", "532525"
DAY, NEXT, LATER = "2024-05-02", "2024-05-03", "2024-05-06"
HELD, REFUSED, MISSING = ("delivery_held", YUANYANG), ("file_refused", GEJIU), ("feed_missing", KAIYUAN)
SHEETS, HOUSEHOLDS = ("sheets_left_out", SHIPING), ("zero_employment", SHIPING)
NOTES = '{"notes": ["工作表“说明”未读取"]}'


class County:
    """What counties send, as the gates and the reader left it, and the nights that follow."""

    def __init__(self, nights: Nights) -> None:
        self.nights = nights

    def due(self, feed: str, unit: str, on: str) -> None:
        due = {"feed": feed, "unit": unit, "report_date": on, "due_at": f"{on} 20:00+08"}
        insert(self.nights.connection, "ops", "due", [due])

    def send(self, feed: str, unit: str, on: str, **delivered: str) -> int:
        number = self.nights.deliver(feed, unit, on, kind="file")
        self.nights.connection.execute(
            "update ops.delivery set status = coalesce(%(status)s, status), reason = %(reason)s,"
            " understood = coalesce(%(understood)s, understood) where delivery_id = %(number)s",
            {"status": None, "reason": None, "understood": None, **delivered, "number": number},
        )
        return number

    def begin(self, on: str, *held: int) -> int:
        """A night that gate 1 has gone through."""
        build = start_build(on)
        self.nights.connection.execute(
            "update ops.delivery set status = case when delivery_id = any(%s) then 'held' else 'accepted' end"
            " where build = %s and status = 'landed'",
            (list(held), build),
        )
        return build

    def night(self, on: str, *held: int) -> set[tuple[str, str]]:
        """A night, published; which alerts are open after it."""
        build = self.begin(on, *held)
        publish(build)
        return self.raised(build)

    def raised(self, build: int) -> set[tuple[str, str]]:
        alert.raise_night_alerts(build)
        return set(self.nights.rows("select kind, unit from ops.alert where resolved_at is null"))

    def open_since(self, kind: str) -> list[str]:
        """The report dates of the open alerts of a kind."""
        found = "select report_date::text from ops.alert where kind = %s and resolved_at is null order by 1"
        return [on for (on,) in self.nights.rows(found, kind)]


@pytest.fixture
def county(nights: Nights) -> County:
    """The evening of 2 May: a register is held, a file is refused, another is missing, one has an unread sheet, and
    two households are new. Nothing was open before.
    """
    sent = County(nights)
    sent.send("employment", SHIPING, "2024-05-01")
    assert sent.night("2024-05-01") == set()
    sent.due("workshop", KAIYUAN, DAY)
    sent.send("employment", GEJIU, DAY, status="refused", reason="password_protected")
    sent.send("employment", SHIPING, DAY, understood=NOTES)
    held = sent.send("labor_register", YUANYANG, DAY)
    build = sent.begin(DAY, held)
    household = {"county_code": SHIPING, "township_code": f"{SHIPING}100", "is_relocated": False, "from_build": build}
    new = {"members_in_labour_force": 2, "opened_on": DAY}
    insert(
        nights.connection, "store", "zero_employment_household",
        [household | new | {"household_no": number} for number in ("H1", "H2")],
    )  # fmt: skip
    publish(build)
    assert sent.raised(build) == {HELD, REFUSED, MISSING, SHEETS, HOUSEHOLDS}
    return sent


@pytest.mark.quick
def test_what_the_evening_found_is_open_after_each_build_of_its_date(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel that was down in the evening has them in the morning, and once."""
    found = {HELD, REFUSED, MISSING, SHEETS, HOUSEHOLDS}
    with webhook() as channel:
        monkeypatch.setenv("WAREHOUSE_ALERT_URLS", channel.address)
        for sent in (4, 0):
            assert county.night(DAY) == found
            build = county.nights.scalar("select max(build) from ops.build")
            assert alert.deliver_alerts(build) == (sent, 0)
            shown = county.nights.connection.execute(query("open_alerts"), {"build": build}).fetchall()
            assert {(kind, unit) for _, _, kind, unit, *_ in shown} == found


def test_what_the_evening_found_is_resolved_by_the_build_that_no_longer_finds_it(county: County) -> None:
    for feed, unit in (("labor_register", YUANYANG), ("workshop", KAIYUAN), ("employment", SHIPING)):
        county.send(feed, unit, DAY)
    assert county.night(DAY) == {REFUSED, HOUSEHOLDS}


def test_it_stays_open_over_the_next_dates_until_its_cause_is_gone(county: County) -> None:
    """Each under its own date; a later night's own alerts are beside it. That a sheet was not read, perhaps rightly, is
    said on its date alone.
    """
    county.due("workshop", KAIYUAN, NEXT)
    assert county.night(NEXT) == {HELD, REFUSED, MISSING, HOUSEHOLDS}
    assert (county.open_since("feed_missing"), county.open_since("file_refused")) == ([DAY, NEXT], [DAY])
    county.send("workshop", KAIYUAN, DAY)
    county.send("employment", GEJIU, DAY)
    assert county.night(LATER) - {("unattended", "532500")} == {HELD, MISSING, HOUSEHOLDS}
    assert county.open_since("feed_missing") == [NEXT]
    county.send("labor_register", YUANYANG, DAY)
    county.send("employment", SHIPING, DAY)
    build = county.begin(LATER)
    county.nights.connection.execute(
        "update store.zero_employment_household set cleared_on = %s where household_no = 'H1'", (LATER,)
    )
    publish(build)
    assert county.raised(build) - {("unattended", "532500")} == {MISSING, HOUSEHOLDS}
    build = county.begin(LATER)
    county.nights.connection.execute("update store.zero_employment_household set cleared_on = %s", (LATER,))
    publish(build)
    assert county.raised(build) - {("unattended", "532500")} == {MISSING}


def test_households_are_still_there_though_a_later_report_dates_their_loss_earlier(county: County) -> None:
    build = county.begin(NEXT)
    county.nights.connection.execute(
        """
        with ended as (update store.zero_employment_household set to_build = %(build)s returning *)
        insert into store.zero_employment_household
        select dated.*
        from ended,
            jsonb_populate_record(
                null::store.zero_employment_household,
                to_jsonb(ended) || '{"opened_on": "2024-04-29", "to_build": null}'
                || jsonb_build_object('from_build', %(build)s::integer)
            ) as dated
        """,
        {"build": build},
    )
    publish(build)
    assert HOUSEHOLDS in county.raised(build)
    build = county.begin(LATER)
    county.nights.connection.execute(
        "update store.zero_employment_household set to_build = %s where to_build is null", (build,)
    )
    publish(build)
    assert HOUSEHOLDS not in county.raised(build)


def test_a_later_snapshot_ends_what_was_open_of_an_earlier_one(county: County) -> None:
    """Nobody sends yesterday's register again once today's is accepted; while today's is held, both are open."""
    for feed, unit in (("employment", GEJIU), ("workshop", KAIYUAN), ("employment", SHIPING)):
        county.send(feed, unit, NEXT)
    held = county.send("labor_register", YUANYANG, NEXT)
    assert county.night(NEXT, held) == {HELD, HOUSEHOLDS}
    assert county.open_since("delivery_held") == [DAY, NEXT]
    county.send("labor_register", YUANYANG, LATER)
    assert county.night(LATER) == {HOUSEHOLDS}


def test_a_feed_of_events_stays_missing_though_a_later_one_came(county: County) -> None:
    county.due("job_event", GEJIU, NEXT)
    county.night(NEXT)
    county.send("job_event", GEJIU, LATER)
    assert ("feed_missing", GEJIU) in county.night(LATER)
    county.send("job_event", GEJIU, NEXT)
    assert ("feed_missing", GEJIU) not in county.night(LATER)


def test_a_night_that_fails_or_is_held_ends_with_the_next_that_is_published(county: County) -> None:
    failed = county.begin(NEXT)
    assert ("night_failed", "532500") in county.raised(failed)
    assert HOUSEHOLDS in county.raised(failed)  # only a published night can say that nothing is left of them
    assert ("night_failed", "532500") not in county.night(LATER)


def test_what_a_county_leaves_open_for_days_is_escalated_though_no_night_raised_it_again(county: County) -> None:
    """The file that was refused on 2 May, on 6 May; households, which take weeks, are not."""
    county.night(LATER)
    body = county.nights.scalar("select body from ops.alert where kind = 'unattended' and resolved_at is null")
    assert "个旧市：1 个文件无法读取（自 5月2日 起，已 4 天）" in body
    assert "零就业" not in body


def test_an_alert_is_not_sent_again_because_a_date_has_passed(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as channel:
        monkeypatch.setenv("WAREHOUSE_ALERT_URLS", channel.address)
        build = county.nights.scalar("select max(build) from ops.build")
        assert alert.deliver_alerts(build).sent == 4
        county.night(NEXT)
        assert alert.deliver_alerts(build + 1) == (0, 0)
