"""Why a row was rejected, in words for the people who are to mend it. Never the value itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from employment_warehouse.contract import Contract


@dataclass(frozen=True)
class Reason:
    """What is wrong, what is expected, an example, what to do: Chinese first, English second."""

    code: str
    wrong_zh: str
    wrong_en: str
    expected_zh: str
    expected_en: str
    example: str
    todo_zh: str
    todo_en: str


_REASONS = (
    Reason(
        "required_missing",
        "必填项没有填写",
        "A required cell is empty",
        "按表头说明填写",
        "A value as the template's note says",
        "—",
        "补填后重新报送",
        "Fill it in and send the row again",
    ),
    Reason(
        "id_checksum",
        "身份证号的校验码不对",
        "The check digit of the ID number is wrong",
        "与身份证上一致的 18 位号码",
        "The 18 characters as on the ID card",
        "532528199001010009",
        "对照身份证核对每一位",
        "Compare every digit with the ID card",
    ),
    Reason(
        "id_length",
        "号码的位数或字符不对",
        "The number has a wrong length or a wrong character",
        "身份证号 18 位（末位可为 X）；银行账号 8–32 位",
        "An ID number has 18 characters (the last may be X), a bank account 8 to 32",
        "532528199001010009",
        "对照证件补齐或更正",
        "Complete or correct it from the card",
    ),
    Reason(
        "id_not_text",
        "号码被存成了数字，后几位已经失真",
        "The number was stored as a numeric value: its last digits are lost",
        "文本格式的号码",
        "The number in a cell of text format",
        "532528199001010009",
        "先把整列设为文本格式，再从原始资料重新录入；在表格里改格式找不回原来的数字",
        "Set the column to text first, then type the number again from its source; changing the format brings no "
        "digit back",
    ),
    Reason(
        "id_placeholder",
        "以 999999 开头的临时号码",
        "A placeholder that begins with 999999",
        "本人的身份证号",
        "The person's own ID number",
        "532528199001010009",
        "取得身份证号后再报送",
        "Send the row once the person has an ID number",
    ),
    Reason(
        "id_first_generation",
        "15 位的第一代身份证号",
        "A first-generation ID number of 15 digits",
        "18 位的身份证号",
        "The ID number of 18 characters",
        "532528199001010009",
        "查明第二代身份证号后填写，不要自行推算",
        "Look up the second-generation number; do not work it out",
    ),
    Reason(
        "id_date",
        "身份证号里的出生日期不存在",
        "The birth date in the ID number does not exist",
        "第 7–14 位是有效的出生日期",
        "Characters 7 to 14 are a date of birth",
        "532528199001010009",
        "对照身份证核对",
        "Compare it with the ID card",
    ),
    Reason(
        "not_a_date",
        "不是日期",
        "Not a date",
        "年-月-日；月份为 年-月；平台时间带时区（RFC 3339）",
        "Year-month-day; of a month year-month; of the platform RFC 3339 with its offset",
        "2024-05-01",
        "按 2024-05-01 的样子填写",
        "Write it like 2024-05-01",
    ),
    Reason(
        "not_a_number",
        "不是数字",
        "Not a number",
        "数字，可带千分位逗号和“元”“万元”",
        "A number; thousands separators, 元 and 万元 are read",
        "3200.00",
        "去掉文字说明，只留数字",
        "Leave the number only",
    ),
    Reason(
        "not_an_integer",
        "不是整数",
        "Not a whole number",
        "没有小数的数字",
        "A number without a fraction",
        "12",
        "改为整数",
        "Write a whole number",
    ),
    Reason(
        "not_a_boolean",
        "不是“是”或“否”",
        "Neither yes nor no",
        "是、否（√ × Y N 1 0 也可）",
        "是 or 否 (√ × Y N 1 0 as well)",
        "是",
        "改为“是”或“否”",
        "Write 是 or 否",
    ),
    Reason(
        "unknown_code",
        "不在可选范围内",
        "Not one of the choices",
        "模板下拉列表中的一项",
        "One of the template's drop-down list",
        "—",
        "从下拉列表中选择",
        "Choose from the drop-down list",
    ),
    Reason(
        "out_of_range",
        "数值超出合理范围",
        "Outside of what the number may be",
        "模板批注中写明的范围",
        "The range that the template's note names",
        "—",
        "核对单位（元还是万元）和小数点",
        "Check the unit (元 or 万元) and the decimal point",
    ),
    Reason(
        "uscc_checksum",
        "统一社会信用代码不对（位数、字符或校验码）",
        "Not a unified social credit code (length, characters or check character)",
        "营业执照上的 18 位代码，不含 I O S V Z",
        "The 18 characters of the business licence; no I, O, S, V, Z",
        "91532528000000000N",
        "对照营业执照核对；没有的留空",
        "Compare it with the licence; leave it empty if there is none",
    ),
    Reason(
        "not_a_division",
        "不是行政区划代码",
        "Not a division code",
        "县 6 位、乡镇 9 位、村 12 位的数字代码，现行有效",
        "Six digits for a county, nine for a township, twelve for a village; in use today",
        "532528",
        "按统计用区划代码填写",
        "Use the statistical division codes",
    ),
    Reason(
        "prefix_mismatch",
        "区划代码与上一级不一致",
        "The code does not begin with that of the level above",
        "乡镇代码前 6 位为所属县，村代码前 9 位为所属乡镇",
        "A township begins with its county's six digits, a village with its township's nine",
        "532528101201",
        "核对所属县、乡镇、村",
        "Check county, township and village",
    ),
    Reason(
        "path_disagrees",
        "与文件所在的县、项目、批次或月份不一致",
        "Disagrees with the county, project, batch or period that the file stands for",
        "与文件名相同的代码",
        "The code of the file's name",
        "532528",
        "把该行放进它所属单位的文件",
        "Move the row into the file of its own unit",
    ),
    Reason(
        "duplicate_key",
        "与后面的一行重复，以最后一行为准",
        "A later row has the same key; the last one counts",
        "每个主键只有一行",
        "One row for each key",
        "—",
        "只保留一行正确的",
        "Keep the row that is right",
    ),
    Reason(
        "too_many_cells",
        "这一行的单元格比表头多",
        "The row has more cells than the header",
        "与表头列数相同",
        "As many cells as the header",
        "—",
        "检查是否有未加引号的分隔符",
        "Look for a separator without quotation marks",
    ),
    Reason(
        "too_few_cells",
        "这一行的单元格比表头少",
        "The row has fewer cells than the header",
        "与表头列数相同",
        "As many cells as the header",
        "—",
        "检查是否被断成了两行",
        "Look whether the row was broken in two",
    ),
    Reason(
        "broken_quote",
        "引号没有成对",
        "A quotation mark is not closed",
        "成对的引号",
        "Quotation marks in pairs",
        "—",
        "补上或去掉这个引号",
        "Close the quotation mark, or remove it",
    ),
    Reason(
        "text_damaged",
        "文字在转换编码时损坏（出现“?”或“\ufffd”）",
        "The text was damaged by a conversion (it contains ? or U+FFFD)",
        "与证件一致的文字",
        "The text as on the card",
        "—",
        "从原始资料重新录入；另存为 xlsx 或“CSV UTF-8”",
        "Type it again from its source; save as xlsx or 'CSV UTF-8'",
    ),
    Reason(
        "formula_uncalculated",
        "公式还没有计算结果",
        "The formula has no result yet",
        "公式算出的值",
        "The value that the formula gives",
        "—",
        "用 Excel 或 WPS 打开文件，保存后重新报送",
        "Open the file in Excel or WPS, save it, and send it again",
    ),
    Reason(
        "schema_violation",
        "内容不符合接口约定，含有控制字符，或是公式的错误值（如 #N/A）",
        "Breaks the schema of the interface, holds control characters, or is the error of a formula (#N/A)",
        "接口文件规定的类型；可见字符；公式算出的值",
        "The type that the interface names; characters that can be seen; the value that the formula gives",
        "—",
        "由数据提供方更正",
        "To be corrected where the data come from",
    ),
)

REASONS: Mapping[str, Reason] = MappingProxyType({reason.code: reason for reason in _REASONS})


def reason_of(code: str, contract: Contract, column_name: str = "") -> Reason:
    """The words for a reason code; for a column, with what its contract expects of it.

    `rule_<name>` is the contract's own rule. KeyError for a code that does not exist.
    """
    if code.startswith("rule_"):
        rule = next(rule for rule in contract.rules if f"rule_{rule.name}" == code)
        headers = "、".join(contract.column(name).header for name in rule.columns)
        return Reason(
            code,
            f"{headers}互相矛盾",
            f"{', '.join(rule.columns)} contradict each other",
            rule.message_zh,
            rule.message_en,
            "—",
            "核对后更正其中有误的一项",
            "Correct the one that is wrong",
        )
    reason = REASONS[code]
    if not column_name:
        return reason
    column = contract.column(column_name)
    match code:
        case "unknown_code":
            choices = "、".join(column.choices)
            return replace(reason, expected_zh=choices, expected_en=choices, example=column.example)
        case "out_of_range":
            return replace(
                reason,
                expected_zh=f"{column.range_text}（{column.description_zh}）",
                expected_en=f"{column.range_text} ({column.description_en})",
                example=column.example,
            )
        case "required_missing":
            return replace(
                reason,
                expected_zh=column.description_zh,
                expected_en=column.description_en,
                example=column.example,
            )
    return reason
