"""Public posts: holders, subsidies and findings, through dbt on a real server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.kit.people import token

from employment_warehouse import transform

YUANYANG, MENGZI, PREFECTURE = "532528", "532503", "532500"


@pytest.fixture
def posts(nights: Any) -> Any:
    nights.select = "+path:models/marts/public_post,resource_type:model"
    return nights


def registered(person: str, category: str = "general", **other: Any) -> dict[str, Any]:
    return {
        "person_key": token(person), "birth_date": "1980-02-03", "sex": "male", "household_no": f"H-{person}",
        "relation_to_head": "户主", "county_code": YUANYANG, "township_code": f"{YUANYANG}101",
        "village_code": f"{YUANYANG}101001", "population_category": category, "is_relocated": False,
        "work_capacity": "ordinary", "in_school": False,
    } | other  # fmt: skip


def tenure(post: str, person: str, start: str = "2024-03-01", end: str | None = None, **other: Any) -> dict[str, Any]:
    return {
        "post_no": post, "post_category": "护林员", "township_code": f"{YUANYANG}101", "county_code": YUANYANG,
        "village_code": f"{YUANYANG}101001", "person_key": token(person), "birth_date": "1980-02-03", "sex": "male",
        "start_date": start, "end_date": end, "is_full_time": True, "monthly_subsidy": 500,
    } | other  # fmt: skip


def subsidy(post: str, person: str, period: str, **other: Any) -> dict[str, Any]:
    return {
        "post_no": post, "county_code": YUANYANG, "person_key": token(person), "birth_date": "1980-02-03",
        "period": period, "days_present": 22, "amount_due": 500, "amount_paid": 500, "paid_on": f"{period[:7]}-28",
        "account_key": token(f"account of {person}"),
    } | other  # fmt: skip


def monitored(nights: Any, county: str, month: str) -> dict[str, dict[str, Any]]:
    """Category → row of a month."""
    rows = nights.records(
        "select * from marts.public_post_monitor where county_code = %s and month = %s", county, f"2024-{month}-01"
    )
    return {row["post_category"]: row for row in rows}


def test_posts_and_their_subsidies_by_category_and_month(posts: Any) -> None:
    posts.deliver("labor_register", YUANYANG, "2024-04-30", [registered("one", "lifted_out"), registered("two")])
    posts.deliver("public_post", YUANYANG, "2024-04-30", [
        tenure("G1", "one"), tenure("G2", "one", post_category="保洁员", is_full_time=False),
        tenure("G3", "two", end="2024-05-20"), tenure("G4", "two", "2024-01-31", "2024-03-31", term_months=4),
    ])  # fmt: skip
    posts.deliver("public_post_payment", YUANYANG, "2024-06-10", [
        subsidy("G1", "one", "2024-05-01", batch_no="B1", fund_source="就业补助资金"),
        subsidy("G3", "two", "2024-05-01", days_present=5, amount_due=200, amount_paid=200),
        subsidy("G9", "two", "2024-05-01"),
    ])  # fmt: skip
    posts.deliver("bank_return", "B1", "2024-06-11", [{
        "batch_no": "B1", "line_no": 1, "account_key": token("account of one"), "amount": "300.00",
        "result": "success", "credited_on": "2024-06-11",
    }])  # fmt: skip
    # A county that has no register of labour yet counts in the prefecture.
    posts.deliver("public_post", MENGZI, "2024-05-01", [tenure("G1", "elsewhere", county_code=MENGZI)])
    posts.night("2024-06-14")

    may = monitored(posts, YUANYANG, "05")
    assert {category: (row["posts"], row["holders"]) for category, row in may.items()} == {
        "all": (2, 1), "护林员": (1, 1), "保洁员": (1, 1), "unknown": (0, 0),
    }  # fmt: skip
    assert [may["all"][name] for name in ("full_time_holders", "poverty_alleviated_holders")] == [1, 1]
    assert [may["保洁员"][name] for name in ("full_time_holders", "poverty_alleviated_holders")] == [0, 1]
    # Of the 500 yuan due to G1 the bank credited 300; the pay date, Friday 14 June, is not over.
    assert [may["护林员"][name] for name in ("due", "paid", "unconfirmed", "arrears")] == [
        Decimal("700.00"), Decimal("500.00"), Decimal("200.00"), Decimal("0.00"),
    ]  # fmt: skip
    assert (may["unknown"]["due"], may["unknown"]["paid"]) == (Decimal("500.00"), Decimal("500.00"))
    assert (may["all"]["payees"], may["all"]["mean_days_present"]) == (2, Decimal("16.33"))
    # The term of G4 ended on 30 May, four months after 31 January; the tenure of G3 ended on the twentieth.
    assert (may["all"]["ended_terms"], may["all"]["ended_tenures"]) == (1, 1)
    assert [may["保洁员"][name] for name in ("due", "payees", "mean_days_present")] == [Decimal("0.00"), 0, None]

    whole = monitored(posts, PREFECTURE, "05")
    assert (whole["all"]["posts"], whole["护林员"]["holders"], whole["all"]["counties_reporting"]) == (3, 2, 1)
    assert monitored(posts, MENGZI, "05") == {}
    assert posts.rows("select fund_source, due, paid, payees from marts.public_post_funds where county_code = '532528'"
                      " order by fund_source collate \"C\"") == [
        ("unknown", Decimal("700.00"), Decimal("700.00"), 1),
        ("就业补助资金", Decimal("500.00"), Decimal("300.00"), 1),
    ]  # fmt: skip

    # The day after, what is missing is owed; a nil roster has no posts.
    posts.deliver("public_post", YUANYANG, "2024-06-15")
    posts.night("2024-06-15")
    assert monitored(posts, YUANYANG, "05")["all"]["arrears"] == Decimal("200.00")
    assert [(category, row["posts"]) for category, row in monitored(posts, YUANYANG, "06").items()] == [
        ("all", 0), ("护林员", 0), ("保洁员", 0),
    ]  # fmt: skip


def test_the_unit_tests_of_posts_pass(posts: Any) -> None:
    build = posts.start("2024-05-01")
    posts.build(build, "+int_post_payment,resource_type:model")
    assert transform.check_models("int_post_payment").tests == 1
