"""What a clerk writes in place of rows that have not changed, or are still to come: it is not a nil return."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_EARLIER = r"(?:昨|前[一1]?[日天次期周月]|上[一1]?个?(?:[日次期月周旬季]|星期)|往[日期])"
_DAY = r"(?:20[0-9]{2}[年/.-])?[0-9]{1,2}[月/.-](?:[0-9]{1,2}日?)?"
_UNCHANGED = (
    r"(?:[无未不]|没有?)(?:发生|任何|有|人员|数据|情况|名单)*(?:变化|变动|变更|改变|增减|新增|异动|调整|更新)|[未不]变$|照旧"
    rf"|(?<![合共协会胡不])同(?:于)?(?:{_EARLIER}|{_DAY})|(?:见|[沿延]用|维持){_EARLIER}|以{_EARLIER}.{{0,4}}为准|同前$"
    rf"|[与和跟同较比].{{0,6}}?(?:{_EARLIER}|{_DAY}).{{0,8}}(?:相同|一致|一样|相符|持平)"
)
_NO_CHANGE = re.compile(
    rf"{_UNCHANGED}|^(?:数据|明细|名单|内容|人员)?(?:详?见|另)附|已报[,。]?不再|已(?:于|在).{{1,6}}(?:上报|报送|填报)$"
    r"|(?:系统|网络)故障|无法(?:导出|提供|统计|报送)|(?:核实|统计|汇总|整理)中。?$|(?:稍后|[明后][日天])(?:再|上|补)?报"
    r"|待.{0,8}[后再](?:上|补)?报"
)
# A form says what is to be done where nothing has changed: 无变化的不填. A nil return may add that nothing is new.
_INSTRUCTION = re.compile(
    r"须|应当|有无|不论|应[于按在将]|若|如[有无果遇]|[化动减增同整新][的时则可也都均]|[化动减增]不填|请[在按于填写注说]|需要?[填写注说]"
    r"|零(?:报告|上报|报送)"
)
# Who has not changed is said just before it: other things (其他收入无法统计的填0, 其他事项：无变化) are not persons.
_REST_UNCHANGED = re.compile(
    r"(?:其余|其[他它]|另外|未列出?|余下|剩余)(?:的|各)?[0-9]*[名位个]?(?:人员|人|员工|乡镇|街道|社区|村组?|户|名单|数据)*"
    rf"(?:均|都|全部|也|仍|,)*(?:{_UNCHANGED})(?!.*已列)"
)


def says_no_change(cells: Sequence[str]) -> bool:
    """Whether a line says that all is as it was (与昨日相同, 无变化, 见昨日报表), stands elsewhere (详见附件), or comes
    later (数据核实中).
    """
    text = _joined(cells)
    return bool(_NO_CHANGE.search(text)) and not _INSTRUCTION.search(text)


def says_rest_unchanged(cells: Sequence[str]) -> bool:
    """Whether a line beside rows says so of others, which are not listed (其余人员与昨日相同)."""
    text = _joined(cells)
    return bool(_REST_UNCHANGED.search(text)) and not _INSTRUCTION.search(text)


def _joined(cells: Sequence[str]) -> str:
    return "".join(unicodedata.normalize("NFKC", "".join(cells)).split())
