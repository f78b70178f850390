"""Planted cases of other feeds: odd public posts, a dispute that drags on, an agreement that moves nobody."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from employment_warehouse.demonstration import months
from employment_warehouse.demonstration.cast import Cast, Person, post_row, story_month
from employment_warehouse.demonstration.manifest import Trace
from employment_warehouse.demonstration.sending import Row

POSTS = "532523"
"""The county of the odd posts."""


def odd_posts(cast: Cast) -> None:
    """Posts that each show one finding, on the first night: what began before is seen from the first register on."""
    first = cast.nights[0]
    holders = {
        name: cast.resident(POSTS, 50)
        for name in ("not_in_need", "over_term", "duplicate_holder", "paid_not_present", "arrears_30d")
    }
    _tenure(cast, holders["not_in_need"], "91", first - timedelta(days=100), {"is_full_time": True})
    cast.spell(holders["not_in_need"], first - timedelta(days=60))
    _found(
        cast, "not_in_need", "全日制公岗人员另在企业务工", "the holder of a full-time post works in a factory", ["91"]
    )

    _tenure(cast, holders["over_term"], "92", first - timedelta(days=420))
    _found(cast, "over_term", "公益性岗位协议期满未退", "a holder stays beyond the agreed term", ["92"])

    for number in ("93", "94"):
        _tenure(cast, holders["duplicate_holder"], number, first - timedelta(days=50))
    _found(cast, "duplicate_holder", "一人占两个公益性岗位", "one person holds two posts", ["93", "94"])

    for end in (200, 120, 40):
        person, last = cast.resident(POSTS, 45), first - timedelta(days=end)
        _tenure(cast, person, "95", last - timedelta(days=59), {"end_date": last})
    _found(
        cast,
        "rotated",
        "一个公益性岗位一年内轮换三人",
        "three persons in turn hold one post for two months each",
        ["95"],
    )

    _tenure(cast, holders["paid_not_present"], "96", first - timedelta(days=200))
    _pay(cast, holders["paid_not_present"], "96", story_month(first), {"days_present": 0})
    _found(cast, "paid_not_present", "未出勤领取公岗补贴", "paid for a month without a day present", ["96"])

    _tenure(cast, holders["arrears_30d"], "97", first - timedelta(days=200))
    unpaid = {"amount_paid": 0, "paid_on": None}
    _pay(cast, holders["arrears_30d"], "97", months.after(story_month(first), -1), unpaid)
    _found(cast, "arrears_30d", "公岗补贴拖欠超过30天", "a subsidy is owed for more than 30 days", ["97"])

    _pay(cast, cast.resident(POSTS, 40), "97", story_month(first), {})
    _found(cast, "paid_not_holder", "补贴发给不在岗的人", "paid to somebody who does not hold the post", ["97"])


def brand_and_agreement(cast: Cast) -> None:
    """A labour brand of two counties, and an agreement with a province where nobody works."""
    first = cast.nights[0]
    brand = {"labor_brand": "演示梯田绣娘", "is_organised": True}
    for county in (POSTS, "532503"):
        cast.spell(cast.resident(county, 30), first - timedelta(days=90), other=brand)
    cast.fault(
        "labor_brand",
        "两个县市同一劳务品牌",
        "two counties' people work under one brand",
        Trace(
            "labor_brand_monitor",
            first,
            {"labor_brand": brand["labor_brand"], "month": first.replace(day=1)},
            {"persons": 2, "counties": 2, "median_income": "4200.00"},
        ),
    )
    agreement = {
        "agreement_no": f"XZ{POSTS}90",
        "partner_division_code": "620102",
        "cooperation_type": "interprovincial",
        "signed_on": first - timedelta(days=300),
        "planned_workers": 40,
    }
    cast.at(cast.every_night(), "labor_cooperation", POSTS, Row(agreement))
    cast.fault(
        "agreement_not_fulfilled",
        "劳务协作协议未输出一人",
        "nobody has gone where an agreement plans 40 workers",
        Trace(
            "labor_cooperation",
            first,
            {"county_code": POSTS, "partner_code": "620000", "month": first.replace(day=1)},
            {"employed_there": 0, "planned": 40, "fulfilment_rate": "0.0000"},
        ),
    )


def dispute_and_graduate(cast: Cast) -> None:
    """A dispute that was accepted 57 days ago and is still open, and a graduate without work for over a year."""
    first = cast.nights[0]
    worker = cast.resident(POSTS, 33)
    case = {
        "case_no": f"LR{POSTS}P0001",
        "id_number": worker.id_number,
        "employer_name": "示例建筑公司",
        "dispute_type": "unpaid_wages",
        "filed_on": first - timedelta(days=60),
        "accepted_on": first - timedelta(days=57),
        "amount_claimed": 1_260_000,
    }
    cast.at(cast.every_night(), "labor_dispute", POSTS, Row(case))
    cast.fault(
        "dispute_open",
        "劳动争议受理57天未结",
        "a dispute is still open 57 days after it was accepted",
        Trace(
            "fct_dispute",
            first,
            {"county_code": POSTS, "case_no": case["case_no"]},
            {"closed_on": None, "close_overdue_on": first - timedelta(days=11)},
        ),
    )
    graduate = cast.resident(POSTS, 24, population_category="lifted_out")
    graduated = first - timedelta(days=400)
    study = {
        "id_number": graduate.id_number,
        "full_name": graduate.full_name,
        "school": "示例学院",
        "level": "bachelor",
        "enrolled_on": graduated - timedelta(days=1400),
        "graduated_on": graduated,
        "outcome": "unemployed",
    }
    cast.at(cast.every_night(), "youth_support", POSTS, Row(study))
    cast.fault(
        "graduate_without_work",
        "毕业生一年未就业",
        "a graduate has had no work for over a year",
        Trace(
            "youth_monitor",
            first,
            {"county_code": POSTS, "level": "bachelor", "graduation_year": graduated.year},
            {"graduates": 1, "employed": 0, "unemployed_12m": 1},
        ),
    )


def _number(post: str) -> str:
    return f"{POSTS}GY900{post}"


def _tenure(cast: Cast, holder: Person, post: str, start: date, other: Mapping[str, object] | None = None) -> None:
    row = post_row(holder, _number(post), start) | dict(other or {})
    cast.at(cast.every_night(), "public_post", POSTS, Row(row))


def _pay(cast: Cast, person: Person, post: str, month: date, other: Mapping[str, object]) -> None:
    """A month's line: paid in full for 21 days, unless a story says otherwise."""
    row = {
        "post_no": _number(post),
        "id_number": person.id_number,
        "period": month,
        "days_present": 2_100,
        "amount_due": 50_000,
        "amount_paid": 50_000,
        "paid_on": months.reported_on(month) - timedelta(days=2),
        "fund_source": "衔接资金",
        "bank_account": person.account,
    }
    cast.rows["public_post_payment", POSTS, months.reported_on(month)].append(Row(row | dict(other)))


def _found(cast: Cast, finding: str, title_zh: str, title_en: str, posts: Sequence[str]) -> None:
    first = cast.nights[0]
    traces = (
        Trace(
            "public_post_finding",
            first,
            {"county_code": POSTS, "post_no": _number(post), "finding": finding},
            {"opened_on": first, "closed_on": None},
        )
        for post in posts
    )
    cast.fault(f"post_{finding}", title_zh, title_en, *traces)
