"""The rows of `ops.feed`: what the contracts declare of each feed, for SQL to join."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from employment_warehouse.contract import Column, Contract, contracts


def generate(connection: psycopg.Connection) -> list[str]:
    """Make `ops.feed` equal to the contracts; what was changed, in words. The caller commits."""
    rows = [_row(contract) for contract in contracts().values()]
    names = list(rows[0])
    insert = sql.SQL(
        "insert into ops.feed as known ({columns}) values ({values}) on conflict (feed) do update set {sets}"
        " where ({known}) is distinct from ({excluded}) returning feed"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, names)),
        values=sql.SQL(", ").join(map(sql.Placeholder, names)),
        sets=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names[1:]),
        known=sql.SQL(", ").join(sql.Identifier("known", name) for name in names),
        excluded=sql.SQL(", ").join(sql.Identifier("excluded", name) for name in names),
    )
    removed = connection.execute(
        "delete from ops.feed where feed <> all(%s) returning feed", ([row["feed"] for row in rows],)
    ).fetchall()
    changed = [found for row in rows for found in connection.execute(insert, row).fetchall()]
    return [f"ops.feed.{feed}" for (feed,) in removed + changed]


def _row(contract: Contract) -> dict[str, object]:
    calendar, payment, platform = contract.calendar, contract.payment, contract.platform
    frequency = calendar and calendar.frequency
    return {
        "feed": contract.feed,
        "title_zh": contract.title_zh,
        "title_en": contract.title_en,
        "owner": contract.owner,
        "source": contract.source,
        "kind": contract.kind,
        "unit": contract.unit,
        "unit_column": contract.unit_column,
        "key_columns": contract.landing_key,
        "person_column": contract.person_column and "person_key",
        "money_columns": list(contract.money_columns),
        "date_columns": list(contract.date_columns),
        "amount_due_column": payment and payment.due_column,
        "amount_paid_column": payment and payment.paid_column,
        "freshness_column": contract.freshness_column,
        "due_frequency": frequency,
        "due_time": calendar and calendar.due_time,
        # The campaign's setting may make its registers weekly or monthly.
        "due_weekday": calendar.weekday if calendar and frequency in ("weekly", "campaign") else None,
        "due_day": calendar.day if calendar and frequency in ("monthly", "campaign") else None,
        "due_working_days": calendar.working_days if calendar and frequency == "after_batch" else None,
        "platform_path": platform and platform.path,
        "platform_id_field": platform and platform.id_field,
        "platform_updated_field": platform and platform.updated_field,
        "platform_page_items": platform and platform.page_items,
        "codes": Jsonb({column.name: _labels(column) for column in contract.columns if column.codes}),
    }


def _labels(column: Column) -> dict[str, str]:
    """The label of each code; of several the first that the contract lists."""
    return {code: label for label, code in reversed(list(column.codes.items()))}
