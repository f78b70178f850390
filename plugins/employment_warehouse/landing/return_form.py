"""The form of a return workbook, by which a corrected one is known: sheets, and columns that name a rejected row."""

from __future__ import annotations

# Of a sheet with rows that later rows have replaced: for reference only, as the sheet that explains the workbook.
REPEATED = "（重复）"
# Headers of the two columns by which a row identifies the rejected row.
FILE_HEADER, LINE_HEADER = "文件", "行号"
PLACE_HEADERS = {"file_header": FILE_HEADER, "line_header": LINE_HEADER}
# A file as vault.source_of names it (its sheet and revision in brackets), and a line of it.
PLACES = {
    FILE_HEADER: r"^(?:corrections/)?[0-9A-Za-z０-９Ａ-Ｚａ-ｚ＿_.\s-]{1,80}(?:（[^（）]{1,31}）){0,2}$",
    LINE_HEADER: r"^[0-9]{1,8}$",
}
