"""A text table and its contract → good rows, and rejected rows with reasons.

What is checked is declared elsewhere: a cell by the type of its column in `contract/column_types/`, a row by the rules
of its contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl

from employment_warehouse.checking.parsing_cache import ColumnParser
from employment_warehouse.checking.persons import without_names
from employment_warehouse.checking.rejected import (
    REJECTED_SCHEMA,
    Fault,
    as_received,
    entries_of,
    entries_of_broken,
    present_in,
)
from employment_warehouse.checking.repeated_rows import DUPLICATE_KEY
from employment_warehouse.contract import Column, Contract, Parsed
from employment_warehouse.reading.table import TextTable

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Checked:
    """A frame of a table after all checks.

    good: `sheet`, `line`, the contract's columns by name (typed; identities still plain), `extra` (JSON text of
    the cells that the contract does not know and that were asked for, or null).
    rejected: `sheet`, `line`, `column_name` ('' for the row as a whole), `reason`, `value` (the cell as received, of a
    very long one the beginning), `row_json` (header text → the same). One entry for each wrong cell; the first of a
    line is the reason counted.
    rows_read: good rows + rejected lines.
    """

    good: pl.DataFrame
    rejected: pl.DataFrame
    rows_read: int


def check_table(
    table: TextTable, contract: Contract, expected: Mapping[str, str], kept: Mapping[str, str] = NOTHING
) -> Iterator[Checked]:
    """Check every cell of every frame, in order; memory is one frame.

    kept: of the columns that the contract does not know, those whose cells are kept, by header text, and the regular
    expression that a cell must match; nobody knows what the others hold.

    expected: values that the path fixes, by column (`county_code`, `project_no`, `batch_no`, `period`), as text.
    A row that disagrees is rejected; an empty cell takes the value. Of the rows with one key in a frame the last counts
    and the others are rejected; keys that repeat in a later frame, or in another part of the snapshot, are resolved in
    `landing`.
    """
    fixed = {
        column.name: column.parse(pl.Series([expected[column.name]])).values
        for column in contract.columns
        if column.name in expected
    }
    parser = ColumnParser(contract, table.columns)
    for frame in table.frames:
        yield _check_frame(frame, table, contract, parser, fixed, kept)
        yield from _broken(table, contract)
    yield from _broken(table, contract)


def _check_frame(  # noqa: PLR0913, PLR0917  what a whole table has in common
    frame: pl.DataFrame,
    table: TextTable,
    contract: Contract,
    parser: ColumnParser,
    fixed: Mapping[str, pl.Series],
    kept: Mapping[str, str],
) -> Checked:
    cells = {name: frame[f"c{position}"] for name, position in table.columns.items()}
    read = parser.parse(cells)
    typed: dict[str, pl.Series] = {}
    faults: list[Fault] = []
    for column in contract.columns:
        parsed = read.get(column.name) or _absent(column, len(frame))
        if column.name in fixed:
            parsed = _agreeing(parsed, fixed[column.name])
        if column.required:
            parsed = _present(parsed)
        typed[column.name] = parsed.values.alias(column.name)
        if parsed.reasons is not None:
            faults.append(Fault(column.name, parsed.reasons))
    rows = without_names(pl.DataFrame(typed), contract)
    faults += _row_faults(rows, contract, faults)
    rejected = _rejected_rows(faults, len(frame))
    repeated = _superseded(rows, contract, rejected)
    if repeated is not None:
        faults.append(repeated)
        rejected = _rejected_rows(faults, len(frame))
    good = pl.DataFrame([frame["sheet"], frame["line"], *rows.get_columns(), _extra(frame, table, kept)])
    if not faults:
        return Checked(good, pl.DataFrame(schema=REJECTED_SCHEMA), len(frame))
    return Checked(good.filter(~rejected), entries_of(faults, frame, table, cells), len(frame))


def _absent(column: Column, height: int) -> Parsed:
    return Parsed(pl.repeat(None, height, dtype=column.type.dtype(), eager=True), None)


def _agreeing(parsed: Parsed, expected: pl.Series) -> Parsed:
    """Filled where the cell is empty, rejected where it disagrees with the path."""
    values, wanted = parsed.values, expected.new_from_index(0, len(parsed.values))
    differs = (values != wanted).fill_null(False)
    filled = values.zip_with(values.is_not_null(), wanted)
    return _rejected(Parsed(filled, parsed.reasons), differs, "path_disagrees")


def _present(parsed: Parsed) -> Parsed:
    """A required cell is not empty; one that cannot be read already has its reason."""
    if parsed.values.null_count() == 0:
        return parsed
    missing = parsed.values.is_null()
    if parsed.reasons is not None:
        missing &= parsed.reasons.is_null()
    return _rejected(parsed, missing, "required_missing")


def _rejected(parsed: Parsed, wrong: pl.Series, reason: str) -> Parsed:
    if not wrong.any():
        return parsed
    reasons = parsed.reasons
    if reasons is None:
        reasons = pl.repeat(None, len(wrong), dtype=pl.String, eager=True)
    return Parsed(parsed.values, reasons.set(wrong, reason))


def _row_faults(rows: pl.DataFrame, contract: Contract, rejected: list[Fault]) -> list[Fault]:
    """Faults that only the row as a whole shows. A cell that is null, or was rejected, breaks no rule."""
    was_rejected = {fault.column_name: fault.reasons.is_not_null() for fault in rejected}
    broken: list[tuple[str, str, pl.Expr]] = []
    for column in contract.columns:
        if column.required_when is not None:
            missing = pl.sql_expr(column.required_when) & pl.col(column.name).is_null()
            if column.name in was_rejected:  # it is not empty, and has its reason
                missing &= ~pl.lit(was_rejected[column.name])
            broken.append((column.name, "required_missing", missing))
        parent = _parent(column, contract)
        if parent is not None:
            strays = ~pl.col(column.name).str.starts_with(pl.col(parent))
            broken.append((column.name, "prefix_mismatch", strays))
    for rule in contract.rules:
        broken.append((rule.columns[0], f"rule_{rule.name}", ~pl.sql_expr(rule.expression)))
    if not broken:
        return []
    found = rows.select(expr.fill_null(False).alias(str(at)) for at, (_, _, expr) in enumerate(broken))
    return [
        Fault(column, _where(found[str(at)], reason))
        for at, (column, reason, _) in enumerate(broken)
        if found[str(at)].any()
    ]


def _parent(column: Column, contract: Contract) -> str | None:
    """The column whose code begins this one's: county → township → village."""
    names = [other.name for other in contract.columns]
    wanted = column.type.parent_column
    return wanted if wanted in names else None


def _where(mask: pl.Series, reason: str) -> pl.Series:
    return mask.replace_strict({True: reason}, default=None, return_dtype=pl.String)


def _superseded(rows: pl.DataFrame, contract: Contract, rejected: pl.Series) -> Fault | None:
    """Of the good rows with one key all but the last. An empty cell counts as a value of the key."""
    hashes = rows.select(contract.key).hash_rows()
    in_order = np.sort(hashes.to_numpy())
    if not (in_order[1:] == in_order[:-1]).any():  # nearly always
        return None
    keys = hashes.to_frame("key").with_row_index().filter(~rejected)
    again = keys.filter(~pl.col("key").is_last_distinct())["index"]
    if again.is_empty():
        return None
    reasons = pl.repeat(None, len(rows), dtype=pl.String, eager=True).scatter(again, DUPLICATE_KEY)
    return Fault(contract.key[0], reasons)


def _rejected_rows(faults: list[Fault], height: int) -> pl.Series:
    rejected = pl.repeat(False, height, dtype=pl.Boolean, eager=True)
    for fault in faults:
        rejected |= fault.reasons.is_not_null()
    return rejected


def _extra(frame: pl.DataFrame, table: TextTable, kept: Mapping[str, str]) -> pl.Series:
    """The cells of the unknown columns that are kept, as JSON; null where there are none."""
    extra = {text: at for text, at in present_in(frame, table.extra).items() if text in kept}
    if not extra:
        return pl.repeat(None, len(frame), dtype=pl.String, eager=True).alias("extra")
    cells = pl.DataFrame([as_received(frame[f"c{at}"]).alias(text) for text, at in extra.items()])
    matching = cells.select(
        pl.when(pl.col(text) != "", pl.col(text).str.contains(kept[text])).then(text) for text in extra
    )
    nothing = matching.select(pl.all_horizontal(pl.all().is_null())).to_series()
    return matching.to_struct().struct.json_encode().set(nothing, None).alias("extra")


def _broken(table: TextTable, contract: Contract) -> Iterator[Checked]:
    """Rows that could not be split into cells."""
    broken = table.pop_broken()
    if broken.is_empty():
        return
    rejected = entries_of_broken(broken)
    nothing = {column.name: column.type.dtype() for column in contract.columns}
    good = pl.DataFrame(schema={"sheet": pl.String(), "line": pl.Int64(), **nothing, "extra": pl.String()})
    yield Checked(good, rejected, broken.select("sheet", "line").n_unique())
