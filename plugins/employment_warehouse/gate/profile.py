"""What a unit's report looks like in numbers: one pass of SQL a feed, one row a report, nothing of any person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from employment_warehouse.contract import Column, Contract
from employment_warehouse.gate.queries import query

Measures = Mapping[str, float | None]
EPOCH = date(1970, 1, 1)
FRESHNESS = "updated_on"


@dataclass(frozen=True)
class Report:
    """What a unit says for one date: all parts together, of each the latest revision.

    offered: every delivery that this build may accept or hold with it; ids: those whose rows count.
    previous: the measures of the unit's last accepted report, previous_ids: its deliveries, while landing has them.
    """

    feed: str
    unit: str
    report_date: date
    offered: list[int]
    ids: list[int]
    rows_read: int
    rows_landed: int
    rows_rejected: int
    previous: Measures | None
    previous_ids: list[int]


@dataclass(frozen=True)
class Profile:
    """A report with its own measures (kept for later nights) and those against its history (of tonight only)."""

    report: Report
    own: Measures
    compared: Measures = field(default_factory=dict)

    @property
    def all(self) -> dict[str, float | None]:
        return {**self.own, **self.compared}


def offered_reports(connection: psycopg.Connection, build: int) -> list[Report]:
    """The reports that gate 1 has to judge: those with a delivery that `ops.start_build` offered to the build."""
    with connection.cursor(row_factory=class_row(Report)) as cursor:
        return cursor.execute(query("offered_reports"), {"build": build}).fetchall()


def profiles(
    connection: psycopg.Connection, contract: Contract, reports: Sequence[Report], rows_compared: float
) -> list[Profile]:
    """Measure all reports of one feed. rows_compared: fewer rows than this are too few to compare."""
    measured = _measured(connection, contract, reports)
    agreed = _agreements(connection, contract, reports) if contract.kind == "snapshot" else {}
    repeated = _repetitions(connection, contract, reports) if contract.kind == "period" else {}
    owns = [
        _own(contract, report, {**measured.get(number, {}), **repeated.get(number, {})})
        for number, report in enumerate(reports)
    ]
    peers = _accepted_profiles(connection, contract)
    return [
        Profile(
            report,
            own,
            {
                **_against_history(contract, report, own, rows_compared),
                **_against_peers(contract, report, own, {**peers, **_by_unit(reports, owns)}, rows_compared),
                **_large_enough(agreed.get(number, {}), report, own, rows_compared),
            },
        )
        for number, (report, own) in enumerate(zip(reports, owns, strict=True))
    ]


def keep(connection: psycopg.Connection, kept: Iterable[Profile]) -> None:
    """Remember the measures of what was accepted; a rerun of the night replaces them."""
    with connection.cursor() as cursor:
        for profile in kept:
            report = profile.report
            cursor.execute("delete from ops.delivery_profile where delivery_id = %s", (max(report.offered),))
            cursor.execute(
                "insert into ops.delivery_profile values (%s, %s, %s, %s, %s)",
                (
                    max(report.offered),
                    report.feed,
                    report.unit,
                    report.report_date,
                    Jsonb({name: value for name, value in profile.own.items() if value is not None}),
                ),
            )


# --- one pass over landing --------------------------------------------------------------------------------


def _measured(
    connection: psycopg.Connection, contract: Contract, reports: Sequence[Report]
) -> dict[int, dict[str, float | None]]:
    """The measures of one feed by number of the report; a report without rows is not among them."""
    measures = dict(_measure_expressions(contract))
    statement = sql.SQL("select r.report, {} from {} group by r.report").format(
        sql.SQL(", ").join(measures.values()), _rows(contract, "ids")
    )
    found = connection.execute(statement, _labels("ids", [report.ids for report in reports])).fetchall()
    return {number: dict(zip(measures, values, strict=True)) for number, *values in found}


def _measure_expressions(contract: Contract) -> Iterator[tuple[str, sql.Composable]]:
    """Name and aggregate of every measure, all of them numbers."""
    yield "rows", sql.SQL("count(*)::float8")
    for column in contract.columns:
        yield from _column_measures(contract, column)
    for rule in contract.rules:
        yield (
            f"rule.{rule.name}.broken",
            sql.SQL("count(*) filter (where not ({}))::float8").format(sql.SQL(rule.expression)),
        )
    names = {column.name for column in contract.columns}
    if FRESHNESS in names:
        yield (
            f"{FRESHNESS}.latest",
            sql.SQL("(max({}) - date '1970-01-01')::float8").format(sql.Identifier(FRESHNESS)),
        )
    if contract.kind == "period":
        yield "periods", sql.SQL("count(distinct period)::float8")
    if {"amount_due", "amount_paid"} <= names:
        yield "paid.share", sql.SQL("(sum(amount_paid) / nullif(sum(amount_due), 0))::float8")


def _column_measures(contract: Contract, column: Column) -> Iterator[tuple[str, sql.Composable]]:
    name = sql.Identifier(landing_name(contract, column))
    yield f"{column.name}.null_share", sql.SQL("(1 - count({})::float8 / count(*))").format(name)
    broken = list(_breaks(column, name))
    if broken:
        yield (
            f"{column.name}.broken",
            sql.SQL("count(*) filter (where {})::float8").format(sql.SQL(" or ").join(broken)),
        )
    if column.type.is_number:
        yield f"{column.name}.mean", sql.SQL("avg({})::float8").format(name)
    for value in mix_values(column):
        yield (
            f"{column.name}={value}",
            sql.SQL("(count(*) filter (where {} = {})::float8 / count(*))").format(name, sql.Literal(value)),
        )


def _breaks(column: Column, name: sql.Identifier) -> Iterator[sql.Composable]:
    """When a cell breaks its column's contract, once more in SQL: the reader is not taken at its word."""
    if column.required:
        yield sql.SQL("{} is null").format(name)
    if column.required_when:
        yield sql.SQL("({} and {} is null)").format(sql.SQL(column.required_when), name)
    if column.type.needs_codes:
        yield sql.SQL("{} <> all({})").format(name, sql.Literal(sorted(set(column.codes.values()))))
    if column.minimum is not None:
        yield sql.SQL("{} < {}").format(name, sql.Literal(column.minimum))
    if column.maximum is not None:
        yield sql.SQL("{} > {}").format(name, sql.Literal(column.maximum))


def landing_name(contract: Contract, column: Column) -> str:
    """The landing column that stands for a column: its token, or itself."""
    return contract.landing_columns_of(column)[0][0]


def mix_values(column: Column) -> list[Any]:
    """The values whose shares make up the mix of a column; none for a column without codes."""
    return list(column.type.mix_values(column))


def is_broken_measured(column: Column) -> bool:
    """Whether the contract says anything that a cell of the column could break."""
    return next(_breaks(column, sql.Identifier(column.name)), None) is not None


def _rows(contract: Contract, labels: str) -> sql.Composed:
    """The landed rows of the reports, each with the number of its report, as `r`."""
    return sql.SQL(
        "(select o.report, l.* from {} as l join unnest({}::bigint[], {}::integer[]) as o (delivery_id, report)"
        " on o.delivery_id = l.delivery_id where l.delivery_id = any({})) as r"
    ).format(
        sql.Identifier("landing", contract.feed),
        sql.Placeholder(labels),
        sql.Placeholder(f"{labels}_reports"),
        sql.Placeholder(labels),
    )


def _labels(name: str, ids: Sequence[Sequence[int]]) -> dict[str, list[int]]:
    """Deliveries, and beside each the number of its report."""
    pairs = [(delivery, number) for number, deliveries in enumerate(ids) for delivery in deliveries]
    return {name: [delivery for delivery, _ in pairs], f"{name}_reports": [number for _, number in pairs]}


# --- against what was there before ------------------------------------------------------------------------


def _agreements(
    connection: psycopg.Connection, contract: Contract, reports: Sequence[Report]
) -> dict[int, dict[str, float | None]]:
    """Against the rows of the unit's last accepted snapshot: the share of its keys that are still there, and of
    those the share whose value is unchanged, column by column. Two swapped columns agree with nothing."""
    if not any(report.previous_ids for report in reports):
        return {}
    compared = agreeing_columns(contract)
    keys = [landing_name(contract, contract.column(name)) for name in contract.key]
    statement = sql.SQL(
        "select r.report, {measures} from {before} left join {tonight} on {same_key} group by r.report"
    ).format(
        measures=sql.SQL(", ").join(
            [
                sql.SQL("count(t.report)::float8 / count(*)"),
                *(
                    sql.SQL(
                        "avg((t.{0} is not distinct from r.{0})::integer) filter (where t.report is not null)::float8"
                    ).format(sql.Identifier(landing_name(contract, column)))
                    for column in compared
                ),
            ]
        ),
        before=_rows(contract, "before"),
        tonight=sql.SQL("(select r.* from {}) as t").format(_rows(contract, "ids")),
        same_key=sql.SQL(" and ").join(
            [sql.SQL("t.{0} = r.{0}").format(sql.Identifier(name)) for name in ("report", *keys)]
        ),
    )
    found = connection.execute(
        statement,
        _labels("ids", [report.ids for report in reports])
        | _labels("before", [report.previous_ids for report in reports]),
    ).fetchall()
    names = ["overlap", *(f"{column.name}.agreement" for column in compared)]
    return {number: dict(zip(names, values, strict=True)) for number, *values in found}


def agreeing_columns(contract: Contract) -> list[Column]:
    """The columns of a snapshot that hardly change for one key from one day to the next; amounts have their means."""
    return [
        column
        for column in contract.columns
        if column.name not in (*contract.key, contract.unit_column, FRESHNESS) and not column.type.is_number
    ]


def _repetitions(
    connection: psycopg.Connection, contract: Contract, reports: Sequence[Report]
) -> dict[int, dict[str, float | None]]:
    """How much of a payroll stands there twice: under another key of the same month (`twin.share`: the same person
    with the same amounts), or under another month with the same dates and batch (`repeated.share`)."""
    amounts = [sql.Identifier(column.name) for column in contract.columns if column.type.is_number]
    content = [
        sql.Identifier(landing_name(contract, column)) for column in contract.columns if column.type.name != "month"
    ]
    evidence = [sql.Identifier(column.name) for column in contract.columns if column.type.name == "date"]
    statement = sql.SQL(
        """
        with
        tonight as materialized (select r.* from {tonight}),
        twins as (
            select report, count(*) as times from tonight group by report, person_key, period, {amounts}
        ),
        every_month as (
            select report, period, false as is_before, {content} from tonight where num_nonnulls({evidence}) > 0
            union all
            select r.report, r.period, true, {content} from {before} where num_nonnulls({evidence}) > 0
        ),
        contents as (
            select
                report,
                count(*) filter (where not is_before) as times,
                count(distinct period) > 1 as is_repeated
            from every_month group by report, {content}
        ),
        repeated as (
            select report, sum(times) filter (where is_repeated) as times from contents group by report
        )
        select
            t.report,
            (1 - count(*) / sum(t.times))::float8,
            (coalesce(max(r.times), 0) / sum(t.times))::float8
        from twins as t left join repeated as r on r.report = t.report
        group by t.report
        """
    ).format(
        tonight=_rows(contract, "ids"),
        before=_rows(contract, "before"),
        amounts=sql.SQL(", ").join(amounts),
        content=sql.SQL(", ").join(content),
        evidence=sql.SQL(", ").join(evidence),
    )
    found = connection.execute(
        statement,
        _labels("ids", [report.ids for report in reports])
        | _labels("before", [report.previous_ids for report in reports]),
    ).fetchall()
    return {number: {"twin.share": twins, "repeated.share": repeated} for number, twins, repeated in found}


def _accepted_profiles(connection: psycopg.Connection, contract: Contract) -> dict[str, Measures]:
    """The last accepted measures of every unit of the feed."""
    rows = connection.execute(
        """
        select distinct on (p.unit) p.unit, p.measures
        from ops.delivery_profile as p join ops.delivery as d on d.delivery_id = p.delivery_id
        where p.feed = %s and d.status = 'accepted' and d.build <= ops.last_published()
        order by p.unit, p.report_date desc, p.delivery_id desc
        """,
        (contract.feed,),
    ).fetchall()
    return dict(rows)


def _own(contract: Contract, report: Report, measured: Mapping[str, float | None]) -> Measures:
    """The measures of a report by itself; counts of a report without rows are 0, shares and means are not there."""
    counts = {name: 0.0 for name, _ in _measure_expressions(contract) if name == "rows" or name.endswith(".broken")}
    if contract.kind == "period":
        counts |= {"twin.share": 0.0, "repeated.share": 0.0}
    own = {**counts, **measured}
    latest = own.pop(f"{FRESHNESS}.latest", None)
    own["rows.unaccounted"] = abs((own["rows"] or 0) - report.rows_landed)
    own["rows.rejected_all"] = float(report.rows_read > 0 and report.rows_landed == 0)
    own["rejected.share"] = report.rows_rejected / report.rows_read if report.rows_read else 0.0
    own["volume"] = (own["rows"] or 0) / max(own.get("periods") or 1, 1)
    if latest is not None:
        own["days_stale"] = (report.report_date - EPOCH).days - latest
    return own


def _against_history(contract: Contract, report: Report, own: Measures, rows_compared: float) -> Measures:
    before = report.previous
    if before is None or (before.get("rows") or 0) < rows_compared:
        return {}
    found: dict[str, float | None] = {"volume.ratio": _ratio(own.get("volume"), before.get("volume"))}
    if (own.get("rows") or 0) < rows_compared:
        return found
    for column in contract.columns:
        name = column.name
        found[f"{name}.null_rise"] = _difference(own.get(f"{name}.null_share"), before.get(f"{name}.null_share"))
        if f"{name}.mean" in own:
            found[f"{name}.mean_ratio"] = _ratio(own[f"{name}.mean"], before.get(f"{name}.mean"))
        shares = [f"{name}={value}" for value in mix_values(column)]
        if shares and all(share in before for share in shares):
            found[f"{name}.shift"] = _shift([(own.get(share), before[share]) for share in shares])
    return found


def _against_peers(
    contract: Contract, report: Report, own: Measures, units: Mapping[str, Measures], rows_compared: float
) -> Measures:
    """Without a history of its own a unit is held against the middle of at least three others."""
    if report.previous is not None or (own.get("rows") or 0) < rows_compared:
        return {}
    others = [
        measures
        for unit, measures in units.items()
        if unit != report.unit and (measures.get("rows") or 0) >= rows_compared
    ]
    found: dict[str, float | None] = {}
    for column in contract.columns:
        means = [mean for measures in others if (mean := measures.get(f"{column.name}.mean")) is not None]
        if len(means) >= 3:
            found[f"{column.name}.peer_ratio"] = _ratio(own.get(f"{column.name}.mean"), median(means))
    return found


def _by_unit(reports: Sequence[Report], owns: Sequence[Measures]) -> dict[str, Measures]:
    return {report.unit: own for report, own in zip(reports, owns, strict=True)}


def _large_enough(agreed: Measures, report: Report, own: Measures, rows_compared: float) -> Measures:
    before = (report.previous or {}).get("rows") or 0
    return agreed if min(before, own.get("rows") or 0) >= rows_compared else {}


def _ratio(now: float | None, before: float | None) -> float | None:
    return None if now is None or not before else now / before


def _difference(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


def _shift(pairs: list[tuple[float | None, float | None]]) -> float:
    """How much of a mix has moved: half the sum of the changes of its shares, the rest counted as one value."""
    now, before = [share or 0.0 for share, _ in pairs], [share or 0.0 for _, share in pairs]
    moved = [abs(a - b) for a, b in zip(now, before, strict=True)]
    return (sum(moved) + abs(sum(now) - sum(before))) / 2
