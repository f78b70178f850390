"""Planted deliveries of the counties: silent, late, corrected, repeated, growing, in parts."""

from datetime import timedelta

from employment_warehouse.demonstration.cast import (
    CORRECTED_COUNTY,
    EVENING_COUNTY,
    GROWING_COUNTY,
    LATE_COUNTY,
    NIL_COUNTY,
    RESENT_COUNTY,
    SILENT_COUNTY,
    SPLIT_COUNTY,
    Cast,
)
from employment_warehouse.demonstration.manifest import Trace

DAILY = (
    "labor_register",
    "employment",
    "public_post",
    "workshop",
    "resettlement_site",
    "youth_support",
    "labor_cooperation",
    "labor_dispute",
)
WEEKLY = ("employment_service", "job_event")
"""The feeds of counties, by when they are due."""


def silent_county(cast: Cast) -> None:
    """A county sends nothing on one night."""
    first, second, third = cast.nights[0], cast.night(1), cast.night(2)
    for feed in DAILY:
        cast.case("feed", "feed", feed, SILENT_COUNTY, nights=[1])
    # What is due on Sundays is silent until the next one.
    week = range(1, 8) if second.isoweekday() == 7 else ()
    for feed in WEEKLY:
        cast.case("feed", "feed", feed, SILENT_COUNTY, nights=week)

    silent = cast.resident(SILENT_COUNTY)
    cast.spell(silent, first - timedelta(days=100))
    cast.fault(
        "missing_county",
        "元阳县第二晚未报，沿用上一日",
        "a county sends nothing on night 2 and is carried forward",
        Trace(
            "feed_timeliness",
            second,
            {"feed": "employment", "county_code": SILENT_COUNTY},
            {"status": "missing", "days_stale": (second - first).days},
        ),
        Trace(
            "feed_timeliness",
            third,
            {"feed": "employment", "county_code": SILENT_COUNTY},
            {"status": "on_time", "days_stale": 0},
        ),
        Trace("fct_person_state", second, {"id_number": silent.id_number}, {"is_employed": True}),
    )


def late_file(cast: Cast) -> None:
    """A county's file arrives a night late."""
    second, third = cast.night(1), cast.night(2)
    if third in cast.nights:
        cast.case("feed", "feed", "employment", LATE_COUNTY, nights=[1])
    cast.fault(
        "late_file",
        "绿春县第二晚的就业台账次日才到，按其日期补收",
        "a file for night 2 arrives a day late and keeps its own date",
        Trace("feed_timeliness", second, {"feed": "employment", "county_code": LATE_COUNTY}, {"status": "missing"}),
        Trace(
            "ops.delivery",
            third,
            {"feed": "employment", "unit": LATE_COUNTY, "report_date": second},
            {"revision": 1, "status": "accepted"},
        ),
    )


def resent_file(cast: Cast) -> None:
    """A file is sent twice for the same date."""
    first, second = cast.nights[0], cast.night(1)
    cast.fault(
        "resent_file",
        "石屏县重发同一文件，不重复入库",
        "the same bytes for the same date load nothing",
        Trace(
            "ops.delivery",
            second,
            {"feed": "labor_register", "unit": RESENT_COUNTY, "report_date": first},
            {"revision": 1},
        ),
        Trace(
            "ops.delivery",
            second,
            {"feed": "labor_register", "unit": RESENT_COUNTY, "report_date": first, "revision": 2},
            None,
        ),
    )


def same_bytes_next_date(cast: Cast) -> None:
    """A register has not changed from one date to the next."""
    second = cast.night(1)
    cast.fault(
        "same_bytes_next_date",
        "次日文件与上日逐字节相同：是一次报送，没有变化",
        "the same bytes for the next date are a report",
        Trace(
            "ops.delivery",
            second,
            {"feed": "resettlement_site", "unit": "532503", "report_date": second},
            {"revision": 1, "status": "accepted"},
        ),
        Trace("feed_timeliness", second, {"feed": "resettlement_site", "county_code": "532503"}, {"status": "on_time"}),
    )


def nil_file(cast: Cast) -> None:
    """A county sends a nil return."""
    first = cast.nights[0]
    cast.fault(
        "nil_file",
        "河口县公益性岗位零报告",
        "a nil file is a report",
        Trace(
            "feed_timeliness",
            first,
            {"feed": "public_post", "county_code": NIL_COUNTY},
            {"status": "on_time", "rows_read": 0},
        ),
    )


def growing_file(cast: Cast) -> None:
    """A file is never whole."""
    first = cast.nights[0]
    cast.fault(
        "growing_file",
        "红河县有一个未传完的文件，不予理会",
        "a file that is still growing is left alone",
        Trace("ops.delivery", first, {"feed": "employment", "unit": GROWING_COUNTY, "part": "9"}, None),
    )


def sent_in_two_parts(cast: Cast) -> None:
    """A register comes in two files."""
    first = cast.nights[0]
    cast.fault(
        "sent_in_two_parts",
        "弥勒市就业台账分两个文件",
        "two parts are one snapshot",
        Trace("ops.delivery", first, {"feed": "employment", "unit": SPLIT_COUNTY, "part": "2"}, {"status": "accepted"}),
    )


def sent_in_the_evening(cast: Cast) -> None:
    """A file arrives after the hour."""
    first = cast.nights[0]
    cast.fault(
        "sent_in_the_evening",
        "泸西县首晚 21:15 才报",
        "sent after the hour",
        Trace("feed_timeliness", first, {"feed": "employment", "county_code": EVENING_COUNTY}, {"status": "late"}),
    )


def correction(cast: Cast) -> None:
    """A county corrects a wage, and reports a person whom it had left out."""
    first, second = cast.nights[0], cast.night(1)
    corrected, omitted = cast.resident(CORRECTED_COUNTY), cast.resident(CORRECTED_COUNTY, 27)
    cast.spell(corrected, first - timedelta(days=60), other={"monthly_wage": 390_000})
    cast.spell(omitted, first - timedelta(days=60))
    cast.corrections = {corrected.id_number: {"monthly_wage": 3_900_000}, omitted.id_number: None}
    cast.fault(
        "correction",
        "建水县更正首晚就业台账：工资多写一个零、漏一人",
        "the first night's file is corrected: a wage with a zero too many, a person left out",
        Trace("fct_person_state", first, {"id_number": omitted.id_number}, {"is_employed": False}),
        Trace(
            "ops.delivery",
            second,
            {"feed": "employment", "unit": CORRECTED_COUNTY, "report_date": first, "revision": 2},
            {"status": "accepted"},
        ),
        Trace("fct_person_state", second, {"id_number": omitted.id_number}, {"is_employed": True}),
    )
