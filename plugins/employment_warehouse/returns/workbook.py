"""One return workbook: 说明, then a sheet for each feed with the county's own columns and coloured, explained cells.

Every cell is text in a text column, and marked as quoted: it shows exactly what arrived, and nothing can start a
formula, also when somebody edits it. Only what arrived as no text where it had to be one is what it was.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from employment_warehouse.contract import (
    EXPLANATION_SHEET,
    Column,
    Contract,
    contract_of,
    next_due,
    row_reason,
)
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.landing import FILE_HEADER, LINE_HEADER, REPEATED, file_of_date
from employment_warehouse.reading import match_header
from employment_warehouse.returns.lost_texts import FORMATS, as_it_was
from employment_warehouse.returns.rejected import RejectedRow, ReturnedRows
from employment_warehouse.settings import TIMEZONE
from employment_warehouse.workbook_style import A4, CELL_CHARACTERS, PLAIN_CELLS, QUOTED, choice_rule, width_of

# A person corrects the workbook by hand; with more rows than these the source has to be corrected instead.
ROWS_SHOWN = 5_000
LIST_CHARACTERS = 255  # of a drop-down's choices
TEXT = QUOTED | {"num_format": "@", "valign": "top"}
WRONG = {"bg_color": "#F8CBAD", "border": 1, "border_color": "#C55A11"}


def workbook(returned: ReturnedRows) -> bytes:
    """The bytes of an xlsx: 说明, a sheet for each feed (by its title), and sheets of repeated rows for reference."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, PLAIN_CELLS | {"in_memory": True}) as book:
        formats = {
            "text": book.add_format(TEXT),
            "wrapped": book.add_format(TEXT | {"text_wrap": True}),
            "wrong": book.add_format(TEXT | WRONG),
            "place": book.add_format(TEXT | {"font_color": "#595959", "bg_color": "#F2F2F2"}),
            "header": book.add_format(TEXT | {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True}),
            "title": book.add_format(TEXT | {"bold": True, "font_size": 16}),
            "strong": book.add_format(TEXT | {"bold": True}),
        }
        formats |= {code: book.add_format(WRONG | {"num_format": code, "valign": "top"}) for code in FORMATS}
        _write_notes(book.add_worksheet(EXPLANATION_SHEET), formats, returned)
        for name, feed, rows in _sheets(returned):
            _write_sheet(book.add_worksheet(name), formats, contract_of(feed), rows[:ROWS_SHOWN], returned)
        for sheet in book.worksheets():
            sheet.set_paper(A4)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
    return content.getvalue()


def _sheets(returned: ReturnedRows) -> Iterator[tuple[str, str, list[RejectedRow]]]:
    """(sheet name, feed, rows). Repeated rows have sheets of their own: sent back, they would replace the last one."""
    for feed, rows in returned.rows.items():
        title = contract_of(feed).title_zh
        for name, is_repeated in ((title, False), (title + REPEATED, True)):
            selected = [row for row in rows if row.is_repeated == is_repeated]
            if selected:
                yield name, feed, selected


def _write_sheet(
    sheet: Worksheet, formats: dict[str, Format], contract: Contract, rows: list[RejectedRow], returned: ReturnedRows
) -> None:
    own = [_own_columns(contract, row) for row in rows]
    columns = _columns(contract, rows, own)
    positions = {key: at for at, key in enumerate(columns, start=2)}
    titles = (FILE_HEADER, LINE_HEADER, *columns.values())
    table = [
        (
            file_of_date(returned.report_date, row.source),
            row.line,
            *(row.cells.get(headers.get(key, ""), "") for key in columns),
        )
        for row, headers in zip(rows, own, strict=True)
    ]
    for at, title in enumerate(titles):
        sheet.set_column(at, at, _width(title, *(cells[at] for cells in table[:200])), formats["text"])
        sheet.write_string(0, at, title[:CELL_CHARACTERS], formats["header"])
    for column in contract.columns:
        if column.name in positions:
            _add_drop_down(sheet, positions[column.name], column, len(rows))
    for line, (row, cells) in enumerate(zip(rows, table, strict=True), start=1):
        notes = _notes(contract, row, positions, returned.county)
        lost = {positions[name]: contract.column(name) for name, code in row.faults if code == "id_not_text"}
        for at, text in enumerate(cells):
            style = "wrong" if at in notes else "place" if at < 2 else "text"
            sheet.write_string(line, at, text[:CELL_CHARACTERS], formats[style])
            if at in lost and (was := as_it_was(text, lost[at])):
                value, code = was
                sheet.write(line, at, value, formats[code])
        for at, note in notes.items():
            size = {"x_scale": 2.4, "y_scale": 0.35 + 0.28 * (note.count("\n") + len(note) // 24)}
            sheet.write_comment(line, at, note, {"author": ""} | size)
    sheet.freeze_panes(1, 2)


def _width(*texts: str) -> int:
    """A column's width."""
    return min(42, 3 + max(map(width_of, texts)))


def _own_columns(contract: Contract, row: RejectedRow) -> dict[str, str]:
    """The columns of a row's file: name of the contract's column (or the header text) → header text."""
    headers = list(row.cells)
    matched = match_header(headers, contract)
    return {column.name if column else text: text for column, text in zip(matched, headers, strict=True)}


def _columns(contract: Contract, rows: list[RejectedRow], own: list[dict[str, str]]) -> dict[str, str]:
    """The county's own columns in its own order, then the required or faulty columns that it lacks.

    Keys as in _own_columns: a column of the contract appears once, whatever header texts several files use for it.
    """
    columns: dict[str, str] = {}
    for headers in own:
        for key, text in headers.items():
            columns.setdefault(key, text)
    needed = {name for row in rows for name, _ in row.faults}
    if any(column.required and column.name not in columns for column in contract.columns):
        needed = {column.name for column in contract.columns}  # rows that could not be split into cells
    return columns | {c.name: c.header for c in contract.columns if c.name in needed and c.name not in columns}


def _add_drop_down(sheet: Worksheet, at: int, column: Column, row_count: int) -> None:
    choices = column.choices
    if not choices or len(",".join(choices)) > LIST_CHARACTERS:
        return
    sheet.data_validation(1, at, row_count, at, choice_rule(column.header, choices))


def _notes(contract: Contract, row: RejectedRow, positions: dict[str, int], county: str) -> dict[int, str]:
    """Position → comment. A fault of the row as a whole is explained at its line number."""
    comments: dict[int, list[str]] = defaultdict(list)
    for column, code in row.faults:
        reason = row_reason(code, contract, column, county)
        lines = [f"问题：{reason.wrong_zh}", f"应为：{reason.expected_zh}", f"办法：{reason.todo_zh}"]
        if reason.example:
            lines.insert(2, f"示例：{reason.example}")
        for name in _columns_of(contract, column, code):
            comments[positions.get(name, 1)].append("\n".join(lines))
    return {at: "\n\n".join(dict.fromkeys(notes)) for at, notes in comments.items()}


def _columns_of(contract: Contract, column: str, code: str) -> Iterable[str]:
    """The columns that a fault concerns: a rule concerns several."""
    return next((rule.columns for rule in contract.rules if f"rule_{rule.name}" == code), (column,))


def _write_notes(sheet: Worksheet, formats: dict[str, Format], returned: ReturnedRows) -> None:
    county = divisions().counties[returned.county]
    sheets = list(_sheets(returned))
    names = [name for name, _, _ in sheets]
    table = [
        (name, str(len(rows)), _deadline(contract_of(feed), returned, rows), _remark(contract_of(feed), rows, names))
        for name, feed, rows in sheets
    ]
    has_wrong_cells = not all(rows[0].is_repeated for _, _, rows in sheets)
    lines: list[tuple[str, tuple[str, ...]]] = [
        ("title", (f"退回更正　{county}（{returned.county}）　{returned.report_date.isoformat()}",)),
        ("text", (_summary(returned),)),
        ("text", ()),
        *(_table("退回的行", ("工作表", "行数", "请在此前更正", "说明"), table) if table else ()),
        *(_how_to_correct(returned) if has_wrong_cells else ()),
        *_files(returned),
    ]
    for at, width in enumerate((26, 12, 20, 26, 44, 24)):
        sheet.set_column(at, at, width, formats["text"])
    sheet.set_row(0, 28)
    for line, (style, cells) in enumerate(lines):
        for at, text in enumerate(cells):
            sheet.write_string(line, at, text, formats[style])


def _summary(returned: ReturnedRows) -> str:
    rows = [row for of_feed in returned.rows.values() for row in of_feed]
    repeated = sum(row.is_repeated for row in rows)
    of_them = f"（其中 {repeated} 行重复，不须更正）" if repeated else ""
    files = f"无法读取的文件 {len(returned.files)} 个。"
    return f"共退回 {len(rows)} 行{of_them}，涉及 {len(returned.rows)} 张表；{files}"


def _how_to_correct(returned: ReturnedRows) -> Iterator[tuple[str, tuple[str, ...]]]:
    """For the coloured cells; a workbook that only lists repeated rows or refused files has none."""
    upload_to = f"corrections/{returned.report_date.isoformat()}/{returned.county}.xlsx"
    yield "strong", ("怎样更正",)
    yield "text", ("一、在各工作表中改正涂色的单元格；批注写明问题、要求和示例。",)
    yield "text", ("二、工作表名、表头和左边的“文件”“行号”两列不要改；暂时改不了的行不要动，下次仍会退回。",)
    yield "text", (f"三、存为 xlsx，放到落地区的 {upload_to}，或在控制台“报送”页上传；再次更正时，同样再放一次。",)
    yield "text", ("四、本县市自己的台账也要照改：否则下次整份报送时，同样的行又会退回。",)
    yield "text", ()
    number = contract_of("labor_register").column("id_number").example
    wrong = "号码的位数或字符不对：身份证号 18 位"
    row = (file_of_date(returned.report_date, f"{returned.county}.xlsx"), "17", "身份证号", number[:-1], wrong, number)
    yield from _table("举例", (FILE_HEADER, LINE_HEADER, "列", "退回时", "批注", "改为"), [row])


def _files(returned: ReturnedRows) -> Iterator[tuple[str, tuple[str, ...]]]:
    if returned.files:
        rows = [(file.source, contract_of(file.feed).title_zh, file.reason) for file in returned.files]
        yield from _table("无法读取的文件（整份未入库，请改正后重报）", (FILE_HEADER, "报表", "原因"), rows)


def _table(
    title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "strong", (title,)
    yield "header", header
    yield from (("text", row) for row in rows)
    yield "text", ()


def _remark(contract: Contract, rows: list[RejectedRow], sheets: Collection[str]) -> str:
    """Of one sheet. sheets: the names of all: a repeated row that is wrong itself is moved to its feed's, if there is
    one."""
    if rows[0].is_repeated:
        headers = "、".join(contract.column(column).header for column in contract.key)
        record = "同一人" if contract.key == (contract.person_column,) else "同一记录"
        repeated = f"{record}（{headers}相同）出现多次，已采用最后一行；本表仅供核对。"
        return f"{repeated}填错的，改好后{f'移到“{contract.title_zh}”' if contract.title_zh in sheets else '整份重报'}"
    if len(rows) > ROWS_SHOWN:
        return f"只列出前 {ROWS_SHOWN} 行；错误大多相同，请改正源文件后整份重报"
    return ""


def _deadline(contract: Contract, returned: ReturnedRows, rows: list[RejectedRow]) -> str:
    """When the feed is next due: after the report date, and not before the workbook was made. Repeated rows have
    none."""
    if rows[0].is_repeated:
        return "—"
    report_day_end = datetime.combine(returned.report_date + timedelta(days=1), time.min, TIMEZONE)
    due_at = next_due(contract, max(report_day_end, returned.made_at), returned.campaign)
    return f"{due_at:%Y-%m-%d %H:%M}" if due_at else "随下一次报送"
