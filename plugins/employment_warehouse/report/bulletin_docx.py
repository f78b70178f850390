"""The bulletin as DOCX in the form of an official notice (GB/T 9704-2012), with the fonts that offices have."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from employment_warehouse.report.bulletin import Bulletin, Chapter, Table

TITLE, BODY, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
RED = RGBColor(0xC8, 0x10, 0x2E)
LINE = Pt(28.9)  # 22 lines in 225 mm
INDENT = Pt(32)  # two characters of 16 pt
FIRST_COLUMN, TEXT_WIDTH = Mm(41), Mm(156)  # the longest county's name in 9 pt; between the margins


@dataclass(frozen=True)
class Style:
    """How a paragraph is set. size: points."""

    font: str = BODY
    size: float = 16
    alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    indent: Pt | None = None
    colour: RGBColor | None = None
    stays_with_next: bool = False


CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
FLUSH = Style()
TEXT = Style(indent=INDENT)
ISSUER = Style(TITLE, 26, CENTRE, colour=RED)
NUMBER = Style(alignment=CENTRE)
NAME = Style(TITLE, 22, CENTRE)
SECTION = Style(HEADING, indent=INDENT, stays_with_next=True)
SIGNATURE = Style(alignment=RIGHT)
TABLE_TITLE = Style(HEADING, 12, CENTRE, stays_with_next=True)
TABLE_UNIT = Style(size=10.5, alignment=RIGHT, stays_with_next=True)
CHART_TITLE = Style(HEADING, 12, CENTRE)
BAR_WIDTH, CELL_MARGINS, FIGURE_WIDTH = Mm(85), Mm(3.8), Mm(26)
BAR_COLOUR = "6E6E6E"


def word(bulletin: Bulletin) -> bytes:
    """The bulletin as DOCX. One bulletin always gives the same bytes."""
    document = docx.Document()
    issued = datetime(bulletin.issued_on.year, bulletin.issued_on.month, bulletin.issued_on.day)  # noqa: DTZ001
    document.core_properties.title = "".join(bulletin.title)
    document.core_properties.author = bulletin.issuer
    document.core_properties.created = document.core_properties.modified = issued
    _set_page(document)
    _add(document, bulletin.issuer, ISSUER)
    _underline(_add(document, bulletin.number, NUMBER), "C8102E", 18)
    for line in bulletin.title:
        _add(document, line, NAME)
    _add(document, bulletin.recipients, FLUSH)
    _add(document, bulletin.opening, TEXT)
    for at, chapter in enumerate(bulletin.chapters):
        _add_chapter(document, chapter)
        if at == 0 and bulletin.bars:
            _add_chart(document, bulletin)
    _add(document, "", FLUSH)
    for text in (bulletin.issuer, f"{issued.year}年{issued.month}月{issued.day}日"):
        _add(document, text, SIGNATURE)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _set_page(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    footer = page.footer.paragraphs[0]
    footer.alignment = CENTRE
    for text, field in (("— ", None), ("", "PAGE"), (" —", None)):
        run = _run(footer, text, BODY, 14)
        if field:
            for kind, content in (("begin", None), (None, field), ("end", None)):
                element = OxmlElement("w:fldChar" if kind else "w:instrText")
                if kind:
                    element.set(qn("w:fldCharType"), kind)
                else:
                    element.text = content
                run._r.append(element)


def _add_chapter(document: Any, chapter: Chapter) -> None:
    _add(document, chapter.heading, SECTION)
    for paragraph in chapter.paragraphs:
        _add(document, paragraph, TEXT)
    for table in chapter.tables:
        _add_table(document, table)


def _add_table(document: Any, table: Table) -> None:
    """Three lines: above and below the head, and at the end; all on one page."""
    _add(document, table.title, TABLE_TITLE)
    if table.unit:
        _add(document, table.unit, TABLE_UNIT)
    grid = document.add_table(rows=len(table.rows) + 1, cols=len(table.heads))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    others = Emu((TEXT_WIDTH - FIRST_COLUMN) // (len(table.heads) - 1))
    for at, column in enumerate(grid.columns):
        column.width = others if at else FIRST_COLUMN
    for line, (row, texts) in enumerate(zip(grid.rows, [table.heads, *table.rows], strict=True)):
        for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.alignment = RIGHT if at else WD_ALIGN_PARAGRAPH.LEFT
            shape = paragraph.paragraph_format
            shape.line_spacing, shape.space_after, shape.keep_with_next = Pt(14), Pt(0), line < len(table.rows)
            _run(paragraph, text, HEADING if line == 0 else BODY, 9)
            _rule_cell(cell, above=line == 0, below=line in (0, len(table.rows)), is_head=line == 0)


def _add_chart(document: Any, bulletin: Bulletin) -> None:
    """A line for each county: its name, a paragraph whose shading is as long as its bar, its figure."""
    grid = document.add_table(rows=len(bulletin.bars), cols=3)
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    widths = (FIRST_COLUMN, Emu(BAR_WIDTH + CELL_MARGINS), FIGURE_WIDTH)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    for row, bar in zip(grid.rows, bulletin.bars, strict=True):
        for cell, text, alignment in zip(row.cells, (bar.name, "", bar.text), (None, None, RIGHT), strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.alignment = alignment
            shape = paragraph.paragraph_format
            shape.line_spacing, shape.space_after, shape.keep_with_next = Pt(14), Pt(0), True
            _run(paragraph, text, BODY, 9)
        _shade(row.cells[1].paragraphs[0], bar.share)
    _add(document, f"图1　{bulletin.chart_title}", CHART_TITLE)


def _shade(paragraph: Any, share: float) -> None:
    """A bar is lower than its line, which leaves a gap to the next. The schema has shading before spacing."""
    shape = paragraph.paragraph_format
    shape.line_spacing, shape.space_before, shape.space_after = Pt(9), Pt(3), Pt(2)
    shape.right_indent = Emu(round(BAR_WIDTH * (1 - share)))
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", BAR_COLOUR)):
        shading.set(qn(f"w:{name}"), value)
    paragraph._p.get_or_add_pPr().insert_element_before(shading, "w:spacing", "w:ind", "w:jc")


def _rule_cell(cell: Any, *, above: bool, below: bool, is_head: bool) -> None:
    borders = OxmlElement("w:tcBorders")
    for side, size in (("top", 12 if above else 0), ("bottom", (4 if is_head else 12) if below else 0)):
        if size:
            border = OxmlElement(f"w:{side}")
            for name, value in (("val", "single"), ("sz", str(size)), ("color", "000000")):
                border.set(qn(f"w:{name}"), value)
            borders.append(border)
    cell._tc.get_or_add_tcPr().append(borders)


def _underline(paragraph: Any, colour: str, eighths: int) -> None:
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "6"), ("color", colour)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _add(document: Any, text: str, style: Style) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = style.alignment
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = LINE if style.size <= 16 else Pt(style.size * 1.5)
    shape.first_line_indent, shape.keep_with_next = style.indent, style.stays_with_next
    run = _run(paragraph, text, style.font, style.size)
    if style.colour is not None:
        run.font.color.rgb = style.colour
    return paragraph


def _run(paragraph: Any, text: str, font: str, size: float) -> Any:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run
