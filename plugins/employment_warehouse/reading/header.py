"""Which row is the header: by the contract, or, without one, as a careful human would choose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import median

from employment_warehouse.contract import Contract, normalise_header
from employment_warehouse.reading.table import Refused

# How many rows may stand above the header.
DEPTH = 60

EXCEL_ROW_GROUP = 16  # rows of a sheet that Excel writes as text together; see excel_short_rows

# What str.strip takes away; polars is told the same, so that every path trims alike.
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())

_MOST_COLUMNS = 4096
_CELLS_OF_A_ROW = 3  # a title has fewer, and a line such as 单位：…　日期：…
_FULL = 0.6  # of the cells that the rows below have
_HEADINGS = 3  # above the header that have so many; more are rows

TOTALS = frozenset({"合计", "小计", "总计", "共计", "总合计", "本页合计", "本页小计"})

_OTHER_UNIT = re.compile(
    r"(?:^|[|\s（(，,；;]|金额|计量|货币)单位\s*[:：为]?[^:：|]{0,12}?[十百千万亿]+元(?!\w)|以[十百千万亿]+元(?:为单位|计)"
    r"|(?:^|\|)[^|:：]*[（(](?:人民币)?[十百千万亿]+元[)）]\s*(?:\||$)"
)

_NOTHING = frozenset({"", "nan", "na", "n/a", "null", "none", "-", "--", "/", "无"})
_NOTE = re.compile(r"[^\d\s:：][^:：]*[:：]\s*\S")
_LABEL = re.compile(r"[^\d\s:：][:：]")
_VALUE = re.compile(r"[¥$￥€£+-]*[\d.,:/ %-]*\d[\d.,:/ %年月日-]*([eE][+-]?\d+)?(元|万元)?$")


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

    Raises Refused: header_not_found, required_column_missing, rows_above_header, amounts_not_in_yuan.
    """
    trimmed = [[cell.strip() for cell in row] for row in rows]
    index, texts = _header_by_contract(trimmed, contract) if contract else _header_by_look(trimmed)
    below = trimmed[index + 1 :]
    if len(texts) > _MOST_COLUMNS:
        raise _not_found(f"有 {len(texts)} 列，不是一张表 | {len(texts)} columns make no table")
    body = [row for row in trimmed[index + 1 :] if any(row) and not is_total(row)]
    beside = trimmed[index + 1 : (index // EXCEL_ROW_GROUP + 1) * EXCEL_ROW_GROUP]
    width = _width(texts, body, beside)
    kept = _kept(texts[:width], body, width)
    columns = _columns(kept, contract) if contract else {}
    usual = _usual_cells(below) or _n_filled(texts)
    least = max(_CELLS_OF_A_ROW, _FULL * usual) if contract else _CELLS_OF_A_ROW
    _refuse_rows_above(trimmed[: index + 1], below, least)
    if contract and contract.money_columns:
        _refuse_other_unit(trimmed[:index])
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


def _header_by_contract(rows: list[list[str]], contract: Contract) -> tuple[int, list[str]]:
    """The row with the most of the contract's columns, or two or three rows that have more together: names, and
    headings over some of them.
    """
    alone = list(enumerate(rows[:DEPTH]))
    joined = [(index, _under(rows[index - 1 : index + 1])) for index, _ in alone[1:]]
    thrice = [(index, _under(rows[index - 2 : index + 1])) for index, _ in alone[2:]]
    candidates = alone + joined + thrice
    matches = [sum(column is not None for column in contract.match_header(row)) for _, row in candidates]
    best = max(matches, default=0)
    if best < min(2, len(contract.columns)):
        raise Refused(
            f"没有找到《{contract.title_zh}》的表头。 | No row looks like the header of {contract.feed}.",
            code="header_not_found",
            expected="、".join(column.header for column in contract.columns if column.required),
            todo="请使用统一模板（warehouse template）。 | Use the template (warehouse template).",
        )
    return candidates[matches.index(best)]


def _under(rows: list[list[str]]) -> list[str]:
    """What stands lowest in each column of some rows."""
    return [next((cell for cell in reversed(cells) if cell), "") for cells in zip_longest(*rows, fillvalue="")]


def _columns(texts: list[str], contract: Contract) -> dict[str, int]:
    found = contract.match_header(texts)
    columns = {column.name: position for position, column in enumerate(found) if column}
    missing = [column for column in contract.columns if column.required and column.name not in columns]
    if missing:
        names = "、".join(column.header for column in missing)
        refusal = Refused(
            f"缺少必填列：{names}。 | Required columns are missing: {names}.",
            code="required_column_missing",
            expected=names,
            todo="请补上这些列后重新上传。 | Add the columns and send the file again.",
        )
        refusal.missing = tuple(column.name for column in missing)
        raise refusal
    headers = Counter(normalise_header(text) for text in texts if text)
    twice = [contract.column(name).header for name, at in columns.items() if headers[normalise_header(texts[at])] > 1]
    if twice:
        raise _not_found(f"这些列出现了两次：{'、'.join(twice)} | These columns stand there twice")
    return columns


def _header_by_look(rows: list[list[str]]) -> tuple[int, list[str]]:
    """The first row that is as wide as the table and names more than its first column; with the names below it, if it
    has headings over several of them.
    """
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
        if named and wide and not _is_note(row):
            if _looks_like_data(row, [later for later in rows[index + 1 :] if len(later) == len(row)]):
                raise _not_found("第一行像是数据，不是表头 | The first row looks like data, not like a header")
            least = max(_CELLS_OF_A_ROW, len(named) * _FULL)
            if any(_n_filled(above) >= least and not _is_note(above) for above in rows[:index]):
                raise _rows_above()
            below = next((at for at in range(index + 1, len(rows)) if any(rows[at])), index)
            if _has_names_below(row, rows[below:]):
                return below, _headed(row, rows[below])
            return index, row
    raise _not_found("没有一行像表头 | No row looks like a header")


def _n_filled(row: list[str]) -> int:
    return sum(map(bool, row))


def _is_note(row: list[str]) -> bool:
    """Whether a row says such as 单位：元阳县, in one cell or in two."""
    told = [cell for cell in row if cell]
    if told[0].endswith(("：", ":")) or (not all(row) and _NOTE.match(told[0])):
        return True
    return len(told) > 1 and all(map(_NOTE.match, told))


def _has_names_below(row: list[str], below: list[list[str]]) -> bool:
    """Whether the row has gaps, and the next row has names there that stand above values."""
    if len(below) < 3 or all(row):
        return False
    names, body = below[0], [later for later in below[1:] if len(later) == len(row)]
    if len(names) > len(row) or any(_VALUE.match(name) for name in names if name):
        return False
    unnamed = {at for at, cell in enumerate(row) if not cell}
    if any(name and not {at, at + 1} & unnamed for at, name in enumerate(names)):
        return False  # under a name of its own: a row
    gaps = [at for at in unnamed if any(later[at] for later in body)]
    above_values = [at for at, name in enumerate(names) if name and _is_of_values([later[at] for later in body])]
    return bool(gaps) and all(at < len(names) and names[at] for at in gaps) and 2 * len(above_values) >= len(gaps)


def _headed(row: list[str], names: list[str]) -> list[str]:
    """Each name with the heading over it, which stands at the first of those that it is over."""
    texts, heading = [], ""
    for cell, name in zip_longest(row, names, fillvalue=""):
        heading = cell or (heading if name else "")
        texts.append(f"{heading} {name}".strip())
    return texts


def _is_of_values(texts: list[str]) -> bool:
    """Whether they are values, but for one in ten, or one."""
    told = [text for text in texts if text.lower() not in _NOTHING]
    n_values = sum(bool(_VALUE.match(text)) for text in told)
    return n_values > 0 and len(told) - n_values <= max(1, len(told) / 10)


def _refuse_rows_above(head: list[list[str]], below: list[list[str]], least: float) -> None:
    """Titles and notes may stand above the header (the last of `head`), and headings over several columns, but no rows:
    of another table, or of this one, sorted with its header. least: cells that make a row of the table.
    """
    filled = [row for row in head[:-1] if _n_filled(row) >= least and not is_total(row) and not _is_numbering(row)]
    full = _FULL * _usual_cells(below)
    as_below = [
        row
        for row in filled
        if _n_filled(row) >= full and _looks_like_data(row, [later for later in below if len(later) == len(row)])
    ]
    if as_below or sum(not any(map(_LABEL.search, row)) for row in filled) >= _HEADINGS:
        raise _rows_above()


def _refuse_other_unit(above: list[list[str]]) -> None:
    """Amounts are yuan unless a cell or its header says otherwise; a line above the table would be overlooked."""
    if any(_OTHER_UNIT.search("|".join(row)) for row in above):
        raise Refused(
            "表头上方写明金额单位不是元。 | A line above the header says that amounts are not in yuan.",
            code="amounts_not_in_yuan",
            expected="元 yuan",
            todo="请把金额换算成元，或在单元格里写明单位（0.32万元）。 | Give yuan, or write the unit into the cells.",
        )


def _usual_cells(rows: list[list[str]]) -> float:
    """How many cells of a row are filled, as a rule."""
    return median(map(_n_filled, rows)) if rows else 0


def _is_numbering(row: list[str]) -> bool:
    """Whether a row counts the columns: 1, 2, 3."""
    told = [cell for cell in row if cell]
    return len(told) > 1 and told == [str(number) for number in range(1, len(told) + 1)]


def _rows_above() -> Refused:
    return Refused(
        "表头上方还有数据，像是两张表，或表头排到了数据中间。"
        " | Above the header stand rows: two tables, or a header sorted among its rows.",
        code="rows_above_header",
        todo="请把表头放到第一行，一张工作表只放一张表。 | Put the header into the first row; one table a sheet.",
    )


def _are_years(values: list[str]) -> bool:
    """Whether numbers beside a name count on by one, as years and days do in a header."""
    numbers = [int(value) for value in values if value.isdecimal()]
    return len(numbers) == len(values) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _usual_width(rows: list[list[str]]) -> tuple[int, int]:
    """The width that most rows have (of equals the wider), and how many have it."""
    counts = Counter(len(row) for row in rows)
    width = max(counts, key=lambda width: (counts[width], width))
    return width, counts[width]


def _looks_like_data(row: list[str], body: list[list[str]]) -> bool:
    """Whether there are only values; or values stand where the rows below have values of the same form, and nowhere a
    name above values.
    """
    told = [cell for cell in row if cell.lower() not in _NOTHING]
    if body and all(map(_VALUE.match, told)):
        return True
    if _are_years([cell for cell in told if _VALUE.match(cell)]):
        return False
    alike = 0
    for position, cell in enumerate(row):
        if cell.lower() in _NOTHING:
            continue
        below = [later[position] for later in body if later[position]]
        if not _is_of_values(below):
            continue
        if not _VALUE.match(cell):
            return False
        forms = Counter(map(_form, below))
        alike += forms[_form(cell)] > len(below) / 2
    return alike >= max(1, len(told) / 4)


def _form(text: str) -> str:
    return re.sub(r"\d+", "9", text)


def _width(texts: list[str], body: list[list[str]], beside: list[list[str]]) -> int:
    """How many cells a row has: as many as the header, unless nearly all rows have only empty ones more, or fewer and
    the header ends in as many empty ones. beside: the rows that Excel would have written together with the header.
    """
    if len(body) < 3:
        return len(texts)
    usual, n_rows = Counter(len(row) for row in body).most_common(1)[0]
    if usual == len(texts) or n_rows < len(body) * 0.8:
        return len(texts)
    if usual < len(texts) and beside and all(len(row) == len(texts) for row in beside):
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
