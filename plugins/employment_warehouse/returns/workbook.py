"""One return workbook: 说明, then a sheet a feed with the county's own columns, broken cells filled and explained.

Every cell is a text in a text column: what came is what stands there, and nothing can start a formula.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from employment_warehouse.checking import reason_of
from employment_warehouse.contract import Column, Contract, contract, due
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.landing import FILE_HEADER, LINE_HEADER, NOTES_SHEET, REPEATED
from employment_warehouse.returns.rejected import RejectedRow, Returned
from employment_warehouse.returns.words import REFUSALS

# A workbook is for a person to mend; of more rows than these the source is to be mended instead.
ROWS_SHOWN = 5_000
CELL_CHARACTERS = 32_767  # of a cell in Excel
LIST_CHARACTERS = 255  # of a drop-down's choices
A4 = 9
OPTIONS = {
    "in_memory": True,  # no draft of it in a folder for temporary files
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
TEXT = {"num_format": "@", "valign": "top"}


def workbook(found: Returned) -> bytes:
    """The bytes of an xlsx: 说明, the feeds' sheets (by their titles), and sheets of repeated rows, to look at only."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        formats = {
            "text": book.add_format(TEXT),
            "wrapped": book.add_format(TEXT | {"text_wrap": True}),
            "broken": book.add_format(TEXT | {"bg_color": "#F8CBAD", "border": 1, "border_color": "#C55A11"}),
            "place": book.add_format(TEXT | {"font_color": "#595959", "bg_color": "#F2F2F2"}),
            "header": book.add_format(TEXT | {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True}),
            "title": book.add_format(TEXT | {"bold": True, "font_size": 16}),
            "strong": book.add_format(TEXT | {"bold": True}),
        }
        _explain(book.add_worksheet(NOTES_SHEET), formats, found)
        for name, feed, rows in _sheets(found):
            _write_sheet(book.add_worksheet(name), formats, contract(feed), rows[:ROWS_SHOWN])
        for sheet in book.worksheets():
            sheet.set_paper(A4)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
    return content.getvalue()


def _sheets(found: Returned) -> Iterator[tuple[str, str, list[RejectedRow]]]:
    """(sheet name, feed, rows). Repeated rows have sheets of their own: put back, they would replace the last one."""
    for feed, rows in found.rows.items():
        title = contract(feed).title_zh
        for name, wanted in ((title, False), (title + REPEATED, True)):
            chosen = [row for row in rows if row.is_repeated == wanted]
            if chosen:
                yield name, feed, chosen


def _write_sheet(sheet: Worksheet, formats: dict[str, Format], feed: Contract, rows: list[RejectedRow]) -> None:
    own = [_own_columns(feed, row) for row in rows]
    columns = _columns(feed, rows, own)
    positions = {key: at for at, key in enumerate(columns, start=2)}
    titles = (FILE_HEADER, LINE_HEADER, *columns.values())
    table = [
        (row.source, row.line, *(row.cells.get(headers.get(key, ""), "") for key in columns))
        for row, headers in zip(rows, own, strict=True)
    ]
    for at, title in enumerate(titles):
        sheet.set_column(at, at, _width(title, *(cells[at] for cells in table[:200])), formats["text"])
        sheet.write_string(0, at, title[:CELL_CHARACTERS], formats["header"])
    for column in feed.columns:
        if column.name in positions:
            _offer_choices(sheet, positions[column.name], column, len(rows))
    for line, (row, cells) in enumerate(zip(rows, table, strict=True), start=1):
        notes = _notes(feed, row, positions)
        for at, text in enumerate(cells):
            look = "broken" if at in notes else "place" if at < 2 else "text"
            sheet.write_string(line, at, text[:CELL_CHARACTERS], formats[look])
        for at, note in notes.items():
            size = {"x_scale": 2.4, "y_scale": 0.35 + 0.28 * (note.count("\n") + len(note) // 24)}
            sheet.write_comment(line, at, note, {"author": ""} | size)
    sheet.freeze_panes(1, 2)


def _width(*texts: str) -> int:
    """Of a column, in digits: a Chinese character takes two."""
    return min(42, 3 + max(sum(1 + (ord(character) > 0x2E7F) for character in text) for text in texts))


def _own_columns(feed: Contract, row: RejectedRow) -> dict[str, str]:
    """The columns of a row's file: name of the contract's column, else its header text → header text."""
    headers = list(row.cells)
    matched = feed.match_header(headers)
    return {column.name if column else text: text for column, text in zip(matched, headers, strict=True)}


def _columns(feed: Contract, rows: list[RejectedRow], own: list[dict[str, str]]) -> dict[str, str]:
    """The county's own columns in its own order, then those that it lacks and needs: required, or found missing.

    As in _own_columns: one column of the contract is one column here, however several files head it.
    """
    columns: dict[str, str] = {}
    for headers in own:
        for key, text in headers.items():
            columns.setdefault(key, text)
    wanted = {name for row in rows for name, _ in row.faults}
    if any(column.required and column.name not in columns for column in feed.columns):
        wanted = {column.name for column in feed.columns}  # rows that could not be cut into cells
    return columns | {c.name: c.header for c in feed.columns if c.name in wanted and c.name not in columns}


def _offer_choices(sheet: Worksheet, at: int, column: Column, n_rows: int) -> None:
    choices = column.choices
    if not choices or len(",".join(choices)) > LIST_CHARACTERS:
        return
    rule = {
        "validate": "list",
        "source": list(choices),
        "error_title": column.header,
        "error_message": "请从列表中选择",
    }
    sheet.data_validation(1, at, n_rows, at, rule)


def _notes(feed: Contract, row: RejectedRow, positions: dict[str, int]) -> dict[int, str]:
    """Position → what is wrong there. What is wrong with the row as a whole stands at its line number."""
    told: dict[int, list[str]] = defaultdict(list)
    for column, code in row.faults:
        reason = reason_of(code, feed, column)
        lines = [f"问题：{reason.wrong_zh}", f"应为：{reason.expected_zh}", f"办法：{reason.todo_zh}"]
        if reason.example not in ("", "—"):
            lines.insert(2, f"示例：{reason.example}")
        for name in _columns_of(feed, column, code):
            told[positions.get(name, 1)].append("\n".join(lines))
    return {at: "\n\n".join(dict.fromkeys(notes)) for at, notes in told.items()}


def _columns_of(feed: Contract, column: str, code: str) -> Iterable[str]:
    """Where to look: a rule speaks of several columns."""
    return next((rule.columns for rule in feed.rules if f"rule_{rule.name}" == code), (column,))


def _explain(sheet: Worksheet, formats: dict[str, Format], found: Returned) -> None:
    county = divisions().counties[found.county]
    n_rows = sum(len(rows) for rows in found.rows.values())
    back_to = f"corrections/{found.report_date.isoformat()}/{found.county}.xlsx"
    table = [
        (name, str(len(rows)), _by_when(contract(feed), found.report_date), _remark(name, rows))
        for name, feed, rows in _sheets(found)
    ]
    lines: list[tuple[str, tuple[str, ...]]] = [
        ("title", (f"退回更正　{county}（{found.county}）　{found.report_date.isoformat()}",)),
        ("text", (f"共退回 {n_rows} 行，涉及 {len(found.rows)} 张表；无法读取的文件 {len(found.files)} 个。",)),
        ("text", ()),
        *(_table("退回的行", ("工作表", "行数", "请在此前更正", "说明"), table) if table else ()),
        ("strong", ("怎样更正",)),
        ("text", ("一、在各工作表中改正涂色的单元格；鼠标停在上面，批注写明问题、要求和示例。",)),
        ("text", ("二、工作表名、表头和左边的“文件”“行号”两列不要改；一时改不了的行留着不动，下次仍会退回。",)),
        ("text", (f"三、存为 xlsx，放到落地区的 {back_to}；第二次更正照此再放一次即可。",)),
        ("text", ()),
        *_table(
            "举例",
            (FILE_HEADER, LINE_HEADER, "列", "退回时", "批注", "改为"),
            [
                (
                    f"{found.county}.xlsx",
                    "17",
                    "身份证号",
                    "53252819900101000",
                    "号码的位数或字符不对：身份证号 18 位",
                    "532528199001010009",
                )
            ],
        ),
        *_files(found),
    ]
    for at, width in enumerate((26, 12, 20, 26, 44, 24)):
        sheet.set_column(at, at, width, formats["text"])
    sheet.set_row(0, 28)
    for line, (look, cells) in enumerate(lines):
        for at, text in enumerate(cells):
            sheet.write_string(line, at, text, formats[look])


def _files(found: Returned) -> Iterator[tuple[str, tuple[str, ...]]]:
    if found.files:
        rows = [(source, contract(feed).title_zh, REFUSALS[code]) for feed, source, code in found.files]
        yield from _table("无法读取的文件（整份没有入库，请重新报送）", (FILE_HEADER, "报表", "原因"), rows)


def _table(
    title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "strong", (title,)
    yield "header", header
    yield from (("text", row) for row in rows)
    yield "text", ()


def _remark(name: str, rows: list[RejectedRow]) -> str:
    if name.endswith(REPEATED):
        return "同一主键以最后一行为准，只供核对，不会读回；主键填错的，改好后移到同名工作表"
    if len(rows) > ROWS_SHOWN:
        return f"只列出前 {ROWS_SHOWN} 行；错误多半相同，请改正源文件后整份重报"
    return ""


def _by_when(feed: Contract, report_date: date) -> str:
    """The end of the next day on which the feed is due."""
    days = (report_date + timedelta(days=n) for n in range(1, 63))
    next_due: datetime | None = next((at for day in days if (at := due(feed, day))), None)
    return next_due.strftime("%Y-%m-%d %H:%M") if next_due else "随下一次报送"
