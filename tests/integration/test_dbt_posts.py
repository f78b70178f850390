"""Public posts: holders, subsidies and findings, through dbt on a real server."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.kit.nights import count_unit_tests
from tests.kit.people import token
from tests.kit.reported import registered, spell

from employment_warehouse.database import OWN_LOGIN, connect

YUANYANG, MENGZI, PREFECTURE = "532528", "532503", "532500"


@pytest.fixture
def posts(nights: Any) -> Any:
    nights.select = "+path:models/marts/public_post,resource_type:model"
    return nights


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

    # The day after, what is missing is owed; a nil register has no posts.
    posts.deliver("public_post", YUANYANG, "2024-06-15")
    posts.night("2024-06-15")
    assert monitored(posts, YUANYANG, "05")["all"]["arrears"] == Decimal("200.00")
    assert [(category, row["posts"]) for category, row in monitored(posts, YUANYANG, "06").items()] == [
        ("all", 0), ("护林员", 0), ("保洁员", 0),
    ]  # fmt: skip


def findings(nights: Any) -> dict[tuple[str, str], tuple[str, str | None, Any]]:
    """(Post, finding) → opened, closed, amount; without arrears, of which a post here has two cases."""
    rows = nights.rows(
        "select post_no, finding, opened_on::text, closed_on::text, amount from marts.public_post_finding"
        " where finding <> 'arrears_30d'"
    )
    found = {(post, finding): tuple(rest) for post, finding, *rest in rows}
    assert len(found) == len(rows)
    return found


def test_findings_hold_on_the_days_of_their_facts(posts: Any) -> None:
    posts.deliver("labor_register", YUANYANG, "2024-04-01", [
        registered("kin", household_no="H1"), registered("approver", household_no="H1"), registered("full time"),
    ])  # fmt: skip
    since_january = {"work_division_code": YUANYANG, "start_date": "2024-01-01", "updated_on": "2024-07-01"}
    posts.deliver("employment", YUANYANG, "2024-07-09", [
        spell("part time", **since_january), spell("full time", **since_january, end_date="2024-06-01"),
    ])  # fmt: skip
    posts.deliver("public_post", YUANYANG, "2024-07-09", [
        tenure("PART", "part time", is_full_time=False), tenure("FULL", "full time", "2024-06-01"),
        # 80, 85 and 60 days of three persons; and of two.
        tenure("TURN", "one", "2023-11-13", "2024-01-31"), tenure("TURN", "two", "2024-02-06", "2024-04-30"),
        tenure("TURN", "three", "2024-05-02", "2024-06-30"),
        tenure("PAIR", "four", "2024-01-01", "2024-01-31"), tenure("PAIR", "five", "2024-02-01", "2024-02-29"),
        tenure("PAIR", "four", "2024-03-01", "2024-03-31"),
        # Over its term in May; the new row has a term of its own. Another was over before the first register.
        tenure("TERM", "six", "2024-03-01", "2024-05-31", term_months=2),
        tenure("TERM", "six", "2024-06-01", term_months=6),
        tenure("GONE", "seven", "2022-01-01", "2023-12-31", term_months=12),
        tenure("TWO1", "eight", "2024-05-10"), tenure("TWO2", "eight", "2024-03-01", "2024-05-20"),
        tenure("KIN1", "kin", "2024-05-01", approver_key=token("approver"), relation_to_approver="非亲属"),
        tenure("KIN2", "nine", "2024-05-02", "2024-05-03", approver_key=token("far"), relation_to_approver="父　子"),
        tenure("KIN3", "ten", "2024-05-02", approver_key=token("far"), relation_to_approver="非亲属"),
        tenure("PAID", "eleven", "2024-01-01"), tenure("HERS", "wife"), tenure("HIS", "husband"),
    ])  # fmt: skip
    joint = {"account_key": token("their account"), "paid_on": "2024-05-12"}
    posts.deliver("public_post_payment", YUANYANG, "2024-06-10", [
        subsidy("PAID", "eleven", "2024-02-01", paid_on="2024-05-02"), subsidy("PAID", "eleven", "2024-03-01"),
        subsidy("PAID", "eleven", "2024-04-01", amount_paid=0), subsidy("PAID", "eleven", "2024-05-01", amount_paid=0),
        subsidy("PAID", "stranger", "2024-04-01", paid_on=None), subsidy("FULL", "full time", "2024-06-01"),
        subsidy("PART", "part time", "2024-04-01", days_present=0, paid_on="2024-05-10"),
        subsidy("HERS", "wife", "2024-04-01", **joint), subsidy("HIS", "husband", "2024-03-01"),
        subsidy("HIS", "husband", "2024-04-01", **joint),
    ])  # fmt: skip
    posts.night("2024-07-09")
    by_default = {
        ("FULL", "not_in_need"): ("2024-06-01", "2024-06-02", None),
        ("TURN", "rotated"): ("2024-06-30", None, None),
        ("TERM", "over_term"): ("2024-05-01", "2024-06-01", None),
        ("TWO1", "duplicate_holder"): ("2024-05-10", "2024-05-21", None),
        ("TWO2", "duplicate_holder"): ("2024-05-10", "2024-05-21", None),
        ("PART", "paid_not_present"): ("2024-05-10", None, Decimal("500.00")),
        ("PAID", "paid_not_holder"): ("2024-05-01", None, Decimal("500.00")),
    }
    # February was paid seven weeks late, April (due on 15 May) is still owed: two cases of one post and finding.
    rows = posts.rows(
        "select opened_on::text, closed_on::text, amount, days_open from marts.public_post_finding"
        " where finding = 'arrears_30d' order by 1"
    )
    assert rows == [
        ("2024-04-14", "2024-05-02", Decimal("0.00"), 18),
        ("2024-06-14", None, Decimal("500.00"), 25),
    ]
    assert findings(posts) == by_default
    assert posts.rows("select evidence from marts.public_post_finding where post_no = 'FULL'") == [
        ([{"person_key": token("full time"), "start_on": "2024-06-01", "other_unit": YUANYANG,
           "other_key": "2024-01-01"}],)
    ]  # fmt: skip

    # Rules that join kinship or accounts wait for the operator.
    for rule in ("kin_of_approver", "paid_to_other_account"):
        with connect(OWN_LOGIN) as connection:
            connection.execute("select ops.decide_rule(%s, '2024-07-10', true, '州人社局批复')", (rule,))
    # Which work is full time is a setting.
    posts.connection.execute(
        "update seeds.setting set value = 'workshop，self_employed' where name = 'full_time_channels'"
    )
    posts.night("2024-07-10")
    found = findings(posts)
    assert by_default.keys() - found.keys() == {("FULL", "not_in_need")}
    assert {key: value for key, value in found.items() if key not in by_default} == {
        ("KIN1", "kin_of_approver"): ("2024-05-01", None, None),
        ("KIN2", "kin_of_approver"): ("2024-05-02", "2024-05-04", None),
        ("HERS", "paid_to_other_account"): ("2024-05-12", None, Decimal("500.00")),
        ("HIS", "paid_to_other_account"): ("2024-05-12", None, Decimal("500.00")),
    }

    # A year after the first of the three tenures ended there are only two left; the renewed term is over as well.
    posts.night("2025-01-30")
    assert posts.rows(
        "select finding, opened_on::text, closed_on::text from marts.public_post_finding"
        " where post_no in ('TURN', 'TERM') order by opened_on"
    ) == [
        ("over_term", "2024-05-01", "2024-06-01"),
        ("rotated", "2024-06-30", "2025-01-30"),
        ("over_term", "2024-12-01", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "sees"),
    [("county_532528", 1), ("caseworker_532528", 1), ("county_532503", 0), ("wh_auditor", None), ("wh_analyst", None)],
)
def test_findings_on_persons_are_read_by_those_who_act_on_them(posts: Any, role: str, sees: int | None) -> None:
    posts.deliver("labor_register", YUANYANG, "2024-05-01", [registered("one")])
    posts.deliver("public_post", YUANYANG, "2024-05-01", [tenure("G1", "one", term_months=1)])
    posts.night("2024-05-01")
    with connect(role) as connection:
        query = "select count(*) from marts.public_post_finding"
        if sees is None:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(query)
        else:
            assert connection.execute(query).fetchone() == (sees,)


def test_the_unit_tests_of_posts_pass(posts: Any) -> None:
    build = posts.start("2024-05-01")
    posts.build(build, "+int_post_payment,resource_type:model")
    assert count_unit_tests("int_post_payment") == 1
