"""Planted cases of public posts: each finding once."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from employment_warehouse.demonstration import months
from employment_warehouse.demonstration.cast import AFFAIRS_COUNTY, Cast, Person, post_row, story_month
from employment_warehouse.demonstration.manifest import Trace
from employment_warehouse.demonstration.sender import Row


def odd_posts(cast: Cast) -> None:
    """Posts that each show one finding: what began before is seen from the first register on."""
    first = cast.nights[0]
    holders = {
        name: cast.resident(AFFAIRS_COUNTY, 50)
        for name in ("not_in_need", "over_term", "duplicate_holder", "paid_not_present", "arrears_30d")
    }
    _tenure(cast, holders["not_in_need"], "91", first - timedelta(days=100), {"is_full_time": True})
    cast.spell(holders["not_in_need"], first - timedelta(days=60))
    words = "全日制公岗人员另在企业务工", "the holder of a full-time post works in a factory"
    _plant_finding(cast, "not_in_need", words, first - timedelta(days=60), ["91"])

    _tenure(cast, holders["over_term"], "92", first - timedelta(days=420))
    words = "公益性岗位协议期满未退", "a holder stays beyond the agreed term"
    _plant_finding(cast, "over_term", words, months.later(first - timedelta(days=420), 12), ["92"])

    for number in ("93", "94"):
        _tenure(cast, holders["duplicate_holder"], number, first - timedelta(days=50))
    words = "一人占两个公益性岗位", "one person holds two posts"
    _plant_finding(cast, "duplicate_holder", words, first - timedelta(days=50), ["93", "94"])

    for end in (200, 120, 40):
        person, last = cast.resident(AFFAIRS_COUNTY, 45), first - timedelta(days=end)
        _tenure(cast, person, "95", last - timedelta(days=59), {"end_date": last})
    words = "一个公益性岗位一年内轮换三人", "three persons in turn hold one post for two months each"
    _plant_finding(cast, "rotated", words, first - timedelta(days=40), ["95"])

    _tenure(cast, holders["paid_not_present"], "96", first - timedelta(days=200))
    _pay(cast, holders["paid_not_present"], "96", story_month(first), {"days_present": 0})
    paid_on = months.reported_on(story_month(first)) - timedelta(days=2)
    words = "未出勤领取公岗补贴", "paid for a month without a day present"
    _plant_finding(cast, "paid_not_present", words, paid_on, ["96"])

    _tenure(cast, holders["arrears_30d"], "97", first - timedelta(days=200))
    unpaid = {"amount_paid": 0, "paid_on": None}
    _pay(cast, holders["arrears_30d"], "97", months.after(story_month(first), -1), unpaid)
    words = "公岗补贴欠发超过30天", "a subsidy is owed for more than 30 days"
    _plant_finding(cast, "arrears_30d", words, None, ["97"])

    _pay(cast, cast.resident(AFFAIRS_COUNTY, 40), "97", story_month(first), {})
    words = "补贴发给不在岗的人", "paid to somebody who does not hold the post"
    _plant_finding(cast, "paid_not_holder", words, paid_on, ["97"])


def _number(post: str) -> str:
    return f"{AFFAIRS_COUNTY}GY900{post}"


def _tenure(cast: Cast, holder: Person, post: str, start: date, other: Mapping[str, object] | None = None) -> None:
    row = post_row(holder, _number(post), start) | dict(other or {})
    cast.at(cast.every_night(), "public_post", AFFAIRS_COUNTY, Row(row))


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
    cast.rows["public_post_payment", AFFAIRS_COUNTY, months.reported_on(month)].append(Row(row | dict(other)))


def _plant_finding(cast: Cast, finding: str, words: tuple[str, str], since: date | None, posts: Sequence[str]) -> None:
    """A finding on posts, each a case; `since` is None where the day depends on the calendar of holidays."""
    opened = {} if since is None else {"opened_on": max(since, cast.began)}
    keys = [{"county_code": AFFAIRS_COUNTY, "post_no": _number(post), "finding": finding} for post in posts]
    for key in keys:
        cast.case("public_post", finding, *key.values())
    traces = (Trace("public_post_finding", cast.nights[0], key, opened | {"closed_on": None}) for key in keys)
    cast.fault(f"post_{finding}", *words, *traces)
