"""Why a file was refused, for the people who are to send it again."""

from collections.abc import Mapping
from types import MappingProxyType

REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "encoding_unknown": "文字编码无法识别。请另存为 xlsx，或 UTF-8 编码的 CSV。",
        "header_not_found": "没有找到这张表的表头。请使用统一模板。",
        "required_column_missing": "缺少必填列。请对照统一模板补上。",
        "password_protected": "有密码保护。请取消密码后重新上传。",
        "extension_mismatch": "内容与扩展名不符。请用 Excel 或 WPS 打开后另存为 xlsx。",
        "too_large_inflated": "解压后过大。请只保留数据后另存为 xlsx。",
        "too_many_cells_declared": "工作表占用的范围过大。请只保留数据，粘贴到新表后另存。",
        "workbook_unreadable": "工作簿已损坏，无法打开。请重新导出。",
        "workbook_timeout": "工作簿没有在时限内读完。请只保留数据后另存为 xlsx，或改报 CSV。",
        "empty_archive": "压缩包里没有表。请放入一张表，或直接上传表格。",
        "archive_member_ambiguous": "压缩包里有几张表，分不清报的是哪一张。请只放一张。",
        "rows_above_header": "表头上方还有数据。请把表头放到第一行，一张工作表只放一张表。",
        "second_header": "表中间又有一个表头，列的次序不同。请只留一个表头，各段按同样的次序。",
        "amounts_not_in_yuan": "表头上方写明金额单位不是元。请换算成元。",
        "merged_cells": "有跨行合并的单元格。请取消合并，把值填到每一行。",
        "archive_unreadable": "压缩包已损坏，无法打开。请重新打包。",
        "replaced_since": "更正之后又报送了整份文件，以后者为准。如仍需更正，请用新的退回工作簿。",
    }
)
