"""Which row is the header: by the contract, or, without one, as a careful human would choose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from employment_warehouse.contract import Contract, normalise_header
from employment_warehouse.reading.table import Refused

# How many rows may stand above the header.
DEPTH = 60

# What str.strip takes away; polars is told the same, so that every path trims alike.
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())

_MOST_COLUMNS = 4096

TOTALS = frozenset({"合计", "小计", "总计", "共计", "总合计", "本页合计", "本页小计"})

_VALUE = re.compile(r"[¥$￥€-]?[\d.,:/ %-]*\d[\d.,:/ %年月日-]*(元|万元)?$")


@dataclass(frozen=True)
class Header:
    """The header row. index: of the row among those given; width: how many cells a row of the table has.

    texts: trimmed, without trailing columns that are empty all through; columns: contract column → position.
    """

    index: int
    width: int
    texts: list[str]
    columns: dict[str, int]


def find_header(rows: Sequence[Sequence[str]], contract: Contract | None) -> Header:
    """The header among the first rows of a table (broken records are given as empty rows).

    Raises Refused: header_not_found, required_column_missing.
    """
    trimmed = [[cell.strip() for cell in row] for row in rows]
    index = _index_by_contract(trimmed, contract) if contract else _index_by_look(trimmed)
    texts = trimmed[index]
    if len(texts) > _MOST_COLUMNS:
        raise _not_found(f"有 {len(texts)} 列，不是一张表 | {len(texts)} columns make no table")
    body = [row for row in trimmed[index + 1 :] if any(row) and not is_total(row)]
    width = _width(texts, body)
    kept = _kept(texts[:width], body, width)
    columns = _columns(kept, contract) if contract else {}
    return Header(index, width, kept, columns)


def extra_columns(texts: Sequence[str], columns: Mapping[str, int]) -> dict[str, int]:
    """Header text → position of the columns that the contract does not know; the unnamed and the second of a name by
    their place.
    """
    extra: dict[str, int] = {}
    for position, text in enumerate(texts):
        if position not in columns.values():
            extra[text if text and text not in extra else f"{text}第{position + 1}列"] = position
    return extra


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row of trimmed cells is a line of totals: the first cell that is not empty says so."""
    first = next((cell for cell in cells if cell), "")
    return "".join(first.split()).rstrip(":：") in TOTALS


def _index_by_contract(rows: list[list[str]], contract: Contract) -> int:
    matches = [sum(column is not None for column in contract.match_header(row)) for row in rows[:DEPTH]]
    best = max(matches, default=0)
    if best < min(2, len(contract.columns)):
        raise Refused(
            f"没有找到《{contract.title_zh}》的表头。 | No row looks like the header of {contract.feed}.",
            code="header_not_found",
            expected="、".join(column.header for column in contract.columns if column.required),
            todo="请使用统一模板（warehouse template）。 | Use the template (warehouse template).",
        )
    return matches.index(best)


def _columns(texts: list[str], contract: Contract) -> dict[str, int]:
    found = contract.match_header(texts)
    columns = {column.name: position for position, column in enumerate(found) if column}
    missing = [column for column in contract.columns if column.required and column.name not in columns]
    if missing:
        names = "、".join(column.header for column in missing)
        raise Refused(
            f"缺少必填列：{names}。 | Required columns are missing: {names}.",
            code="required_column_missing",
            expected=names,
            todo="请补上这些列后重新上传。 | Add the columns and send the file again.",
        )
    headers = Counter(normalise_header(text) for text in texts if text)
    twice = [contract.column(name).header for name, at in columns.items() if headers[normalise_header(texts[at])] > 1]
    if twice:
        raise _not_found(f"这些列出现了两次：{'、'.join(twice)} | These columns stand there twice")
    return columns


def _index_by_look(rows: list[list[str]]) -> int:
    """The first row that is as wide as the table and names more than its first column."""
    filled = [row for row in rows if any(row)]
    if not filled:
        raise _not_found("文件里没有内容 | The file is empty")
    usual, n_rows = _usual_width(filled)
    if len(filled) > 5 and n_rows < len(filled) / 2:
        raise _not_found(
            "各行的列数不一，看不出是一张表 | The rows have no common number of cells; no table can be seen"
        )
    for index, row in enumerate(rows[:DEPTH]):
        named = [position for position, cell in enumerate(row) if cell]
        wide = usual == 1 or (len(row) >= usual and len(named) >= usual / 2 and named != [0])
        if named and wide:
            if _looks_like_data(row, [later for later in rows[index + 1 :] if len(later) == len(row)]):
                raise _not_found("第一行像是数据，不是表头 | The first row looks like data, not like a header")
            return index
    raise _not_found("没有一行像表头 | No row looks like a header")


def _usual_width(rows: list[list[str]]) -> tuple[int, int]:
    """The width that most rows have (of equals the wider), and how many have it."""
    counts = Counter(len(row) for row in rows)
    width = max(counts, key=lambda width: (counts[width], width))
    return width, counts[width]


def _looks_like_data(row: list[str], body: list[list[str]]) -> bool:
    """Whether values stand where the rows below have values of the same form, and nowhere a name above values."""
    alike = 0
    for position, cell in enumerate(row):
        below = [later[position] for later in body if later[position]]
        if sum(bool(_VALUE.match(text)) for text in below) < max(1, len(below) * 0.9):
            continue
        if not _VALUE.match(cell):
            return False
        forms = Counter(map(_form, below))
        alike += forms[_form(cell)] > len(below) / 2
    return alike >= max(1, sum(map(bool, row)) / 4)


def _form(text: str) -> str:
    return re.sub(r"\d+", "9", text)


def _width(texts: list[str], body: list[list[str]]) -> int:
    """How many cells a row has: as many as the header, unless nearly all rows have only empty ones more, or fewer and
    the header ends in as many empty ones.
    """
    if len(body) < 3:
        return len(texts)
    usual, n_rows = Counter(len(row) for row in body).most_common(1)[0]
    if usual == len(texts) or n_rows < len(body) * 0.8:
        return len(texts)
    only_empty = all(not any(row[len(texts) :]) for row in body if len(row) == usual)
    if (usual > len(texts) and only_empty) or (usual < len(texts) and not any(texts[usual:])):
        return usual
    raise _not_found(
        f"表头有 {len(texts)} 列，下面的行有 {usual} 列"
        f" | The header has {len(texts)} cells, the rows below have {usual}"
    )


def _kept(texts: list[str], body: list[list[str]], width: int) -> list[str]:
    """The header's texts without the trailing columns that are empty all through."""
    used = max((position + 1 for position, text in enumerate(texts) if text), default=0)
    for row in body:
        if len(row) == width and any(row[used:]):
            used = max(position + 1 for position, cell in enumerate(row) if cell)
    return (texts + [""] * width)[:used]


def _not_found(message: str) -> Refused:
    return Refused(message, code="header_not_found", todo="请检查表头。 | Check the header.")
