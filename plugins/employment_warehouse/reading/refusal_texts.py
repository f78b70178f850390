"""Why a file was refused, in people's words: by the code of a `Refused` or of a refused delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple


class RefusalText(NamedTuple):
    """What is wrong with the file and what to do, in Chinese and English."""

    zh: str
    en: str


REFUSALS: Mapping[str, RefusalText] = MappingProxyType(
    {
        "encoding_unknown": RefusalText(
            "文字编码无法识别。请另存为 xlsx，或 UTF-8 编码的 CSV。",
            "The character encoding is unknown. Save the file as xlsx, or as CSV in UTF-8.",
        ),
        "header_not_found": RefusalText(
            "没有找到这张报表的表头。请使用统一模板。",
            "The header of this feed was not found. Use the template.",
        ),
        "required_column_missing": RefusalText(
            "缺少必填列。请对照统一模板补上。",
            "Required columns are missing. Add them, following the template.",
        ),
        "password_protected": RefusalText(
            "有密码保护。请取消密码后重新上传。",
            "The file is protected by a password. Remove the password and upload it again.",
        ),
        "extension_mismatch": RefusalText(
            "内容与扩展名不符。请用 Excel 或 WPS 打开后另存为 xlsx。",
            "The content does not match the file's extension. Open it in Excel or WPS and save it as xlsx.",
        ),
        "too_large_inflated": RefusalText(
            "解压后过大。请只保留数据后另存为 xlsx。",
            "The file is too large when decompressed. Keep only the data and save it as xlsx.",
        ),
        "too_many_cells_declared": RefusalText(
            "工作表占用的范围过大。请只保留数据，粘贴到新表后另存。",
            "A sheet's used range is too large. Paste only the data into a new sheet and save it.",
        ),
        "workbook_unreadable": RefusalText(
            "工作簿已损坏，无法打开。请重新导出。",
            "The workbook is damaged and cannot be opened. Export it again.",
        ),
        "workbook_timeout": RefusalText(
            "工作簿没有在时限内读完。请只保留数据后另存为 xlsx，或改报 CSV。",
            "Reading the workbook took too long. Keep only the data and save it as xlsx, or send CSV.",
        ),
        "empty_archive": RefusalText(
            "压缩包里没有表。请放入一张表，或直接上传表格。",
            "The archive contains no table. Put one table into it, or upload the table itself.",
        ),
        "archive_member_ambiguous": RefusalText(
            "压缩包里有几张表，分不清报的是哪一张。请只放一张。",
            "The archive contains several tables. Put only one into it.",
        ),
        "archive_unreadable": RefusalText(
            "压缩包已损坏，无法打开。请重新打包。",
            "The archive is damaged and cannot be opened. Create it again.",
        ),
        "rows_above_header": RefusalText(
            "表头上方还有数据。请把表头放到第一行，一张工作表只放一张表。",
            "There are data above the header. Put the header into the first row, and only one table into a sheet.",
        ),
        "second_header": RefusalText(
            "表中间又有一个表头，列的次序不同。请只留一个表头，各段按同样的次序。",
            "A second header further down has another order of columns. Keep one header, and one order of columns.",
        ),
        "amounts_not_in_yuan": RefusalText(
            "金额单位不是元。请换算成元。",
            "Amounts are not in yuan. Convert them to yuan.",
        ),
        "merged_cells": RefusalText(
            "有跨行合并的单元格。请取消合并，把值填到每一行。",
            "Cells are merged across rows. Unmerge them and fill the value into each row.",
        ),
        "replaced_since": RefusalText(
            "更正之后又报送了整份文件，以后者为准。如仍需更正，请用新的退回工作簿。",
            "A complete file arrived after this correction and replaces it. Use the new return workbook to correct it.",
        ),
    }
)
UNKNOWN = RefusalText(
    "文件无法读取。请按统一模板重新报送。", "The file cannot be read. Send it again, using the template."
)


def refusal_text(code: str, missing: Sequence[str] = ()) -> RefusalText:
    """The words for a refusal. missing: headers of the required columns that the file lacks."""
    if code == "required_column_missing" and missing:
        names = "、".join(missing)
        return RefusalText(
            f"缺少必填列：{names}。请对照统一模板补上。",
            f"Required columns are missing: {names}. Add them, following the template.",
        )
    return REFUSALS.get(code, UNKNOWN)
