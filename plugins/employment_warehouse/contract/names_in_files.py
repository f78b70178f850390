"""What units call columns and sheets of their files, as far as it may be repeated outside of the vault.

A header or the name of a sheet may be a person's name or number. One that consists of words for columns is repeated;
any other is called by its place, at which its sender finds it.
"""

from __future__ import annotations

import re
from functools import cache

from employment_warehouse.contract.header_texts import normalise_header
from employment_warehouse.contract.load import contracts

# Words of headers that the contracts do not know.
_WORDS = (
    "备注 说明 序号 编号 号码 号 姓名 性别 民族 年龄 年份 年度 年 月份 月 日期 日 时间 出生 户籍 户口 户主 户 "
    "配偶 父亲 母亲 子女 本人 家庭 成员 人口 人数 联系 联系人 方式 电话 手机 住址 地址 地 身份证 身份证号 证件 "
    "银行 银行卡 卡号 账号 账户 开户行 户名 政治面貌 面貌 健康 状况 婚姻 学校 专业 学历 毕业 入学 单位 名称 企业 "
    "公司 岗位 工种 职业 职务 工作 务工 就业 培训 技能 证书 等级 级别 类型 类别 种类 性质 状态 情况 原因 结果 "
    "意见 金额 工资 收入 补贴 补助 社保 参保 合同 开始 结束 起 止 期限 是否 有无 省 市 州 县 区 乡镇 乡 镇 村 "
    "组 社区 行政 自然 经办人 填表人 审核 审核人 负责人 责任人 帮扶人 帮扶 驻村 干部 更新 填报 上报 报送 数量 合计 "
    "小计 总数 比例 元 万元 人 个 表外 文件 行号 "
)  # fmt: skip
_FIELD = re.compile(r"[a-z]+(?:_[a-z]+){0,5}")  # of the HR platform
_SHEET = re.compile(r"(?:sheet|工作表|表)\s?[0-9]{0,3}", re.IGNORECASE)


def column_label(header: str, position: int) -> str:
    """A header if it consists of words for columns, else the column's place (from 0): 第3列."""
    text = re.sub(r"[()（）/、:：_\-]", "", normalise_header(header))
    return header if _columns().fullmatch(text) or _FIELD.fullmatch(header) else f"第{position + 1}列"


def sheet_label(name: str, place: int) -> str:
    """The name of a sheet if it is a usual one or the title of a feed, else its place (from 0): 第2张. A name such as
    第1张 is not kept: no two sheets of a workbook are called alike.
    """
    titles = {contract.title_zh for contract in contracts().values()}
    return name if _SHEET.fullmatch(name) or name in titles else f"第{place + 1}张"


@cache
def _columns() -> re.Pattern[str]:
    known = {
        normalise_header(text)
        for contract in contracts().values()
        for column in contract.columns
        for text in (column.header, *column.aliases)
    }
    words = sorted({*known, *_WORDS.split()}, key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, words))})+")
