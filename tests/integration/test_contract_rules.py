"""The SQL in contracts means the same to polars and to PostgreSQL."""

from __future__ import annotations

from datetime import date

import polars as pl
import psycopg
import pytest
from psycopg import sql

from employment_warehouse.contract import Contract, contracts
from employment_warehouse.database import feeds
from employment_warehouse.landing import expect_deliveries

pytestmark = pytest.mark.quick


# One row that breaks every rule, one that keeps them, one that is empty: the same three for every feed.
_DAYS = ("2024-05-03", "2024-05-01", None), ("2024-05-01", "2024-05-03", None)


def _rows(contract: Contract) -> pl.DataFrame:
    """Columns alternate between falling and rising values, so that of two that are compared some break the rule."""
    columns = []
    for at, (name, kind) in enumerate(contract.landing_columns()):
        match kind:
            case "date":
                values = pl.Series(_DAYS[at % 2]).str.to_date()
            case "timestamptz":
                values = pl.Series(_DAYS[at % 2]).str.to_date().cast(pl.Datetime("us", "UTC"))
            case "integer":
                values = pl.Series([[3, 1, None], [1, 3, None]][at % 2], dtype=pl.Int32)
            case "numeric":
                values = pl.Series([[3, 1, None], [1, 3, None]][at % 2]).cast(pl.Decimal(38, 2))
            case "boolean":
                values = pl.Series([True, False, None])
            case _:
                values = pl.Series(["workshop", "gig", None])
        columns.append(values.alias(name))
    return pl.DataFrame(columns)


def _expressions(contract: Contract) -> list[str]:
    conditions = [column.required_when for column in contract.columns if column.required_when]
    return [*(rule.expression for rule in contract.rules), *conditions]


@pytest.mark.parametrize("feed", [feed for feed, contract in contracts().items() if _expressions(contract)])
def test_a_rule_means_the_same_to_polars_and_to_postgresql(feed: str, warehouse: psycopg.Connection) -> None:
    contract = contracts()[feed]
    rows = _rows(contract)
    names = [name for name, _ in contract.landing_columns() if not name.endswith("_key")]
    table = sql.Identifier("landing", feed)
    for at, row in enumerate(rows.select(names).iter_rows()):
        warehouse.execute(
            sql.SQL("insert into {} (delivery_id, line, {}) values (1, {}, {})").format(
                table, sql.SQL(", ").join(map(sql.Identifier, names)), at, sql.SQL(", ").join(map(sql.Literal, row))
            )
        )
    for expression in _expressions(contract):
        by_polars = rows.select(pl.sql_expr(expression).alias("answer"))["answer"].to_list()
        statement = sql.SQL("select {} from {} order by line").format(sql.SQL(expression), table)
        by_server = [answer for (answer,) in warehouse.execute(statement).fetchall()]
        assert by_polars == by_server, expression


def test_sql_reads_the_declarations_of_a_feed_from_its_contract(warehouse: psycopg.Connection) -> None:
    rows = warehouse.execute(
        "select feed, title_zh, source, kind, unit, key_columns, money_columns, freshness_column, due_frequency,"
        " due_time::text, due_day, amount_paid_column, platform_path from ops.feed"
        " where feed in ('relief_payroll', 'gig_orders', 'relief_project') order by feed"
    ).fetchall()
    assert rows == [
        (
            *(
                "gig_orders",
                "零工订单",
                "hr_platform",
                "events",
                "platform",
                ["order_id"],
                ["amount_due", "amount_paid"],
            ),
            *("updated_at", "daily", "20:00:00", None, "amount_paid", "gig-orders"),
        ),
        (
            *("relief_payroll", "以工代赈工资表", "payroll", "period", "project"),
            *(["project_no", "period", "person_key", "crew"], ["amount_due", "amount_paid"]),
            *(None, "monthly", "20:00:00", 10, "amount_paid", None),
        ),
        (
            *("relief_project", "以工代赈项目", "payroll", "snapshot", "project", ["project_no"]),
            *(["total_investment", "relief_funds", "planned_remuneration"], None, "campaign", "20:00:00"),
            *(10, None, None),
        ),
    ]


def test_a_key_of_a_feed_is_columns_of_its_landing_table(warehouse: psycopg.Connection) -> None:
    strays = warehouse.execute(
        "select feed, name from ops.feed, unnest(key_columns || money_columns || date_columns) as name"
        " where not exists (select from pg_attribute"
        " where attrelid = format('landing.%I', feed)::regclass and attname = name)"
    ).fetchall()
    assert strays == []
    assert warehouse.execute("select count(*) from ops.feed").fetchone() == (18,)


def test_a_feed_that_is_no_longer_declared_is_removed_from_the_table(warehouse: psycopg.Connection) -> None:
    warehouse.execute("insert into ops.feed select * from ops.feed where false")
    warehouse.execute("update ops.feed set title_en = 'x' where feed = 'employment'")
    assert feeds.generate(warehouse) == ["ops.feed.employment"]
    assert feeds.generate(warehouse) == []


@pytest.mark.parametrize(
    ("rows", "frequency"),
    [
        ([], "daily"),
        ([(date(2024, 5, 1), "weekly", True)], "weekly"),
        ([(date(2024, 6, 1), "weekly", True)], "daily"),
        ([(date(2024, 5, 1), "daily", False)], None),
    ],
)
def test_registers_are_due_at_the_frequency_of_the_setting_in_force(
    warehouse: psycopg.Connection, rows: list[tuple[date, str, bool]], frequency: str | None
) -> None:
    warehouse.cursor().executemany(
        "insert into seeds.setting (name, valid_from, value, enabled) values ('campaign_frequency', %s, %s, %s)", rows
    )
    monday, sunday = date(2024, 5, 13), date(2024, 5, 12)
    due = {"daily": {monday, sunday}, "weekly": {sunday}, None: set()}[frequency]
    for day in (monday, sunday):
        expect_deliveries(day)
    found = warehouse.execute("select distinct report_date from ops.due where feed = 'labor_register'").fetchall()
    assert {day for (day,) in found} == due
