"""Header texts of files, as a contract may know them: without the numbers, marks and units that people add."""

from __future__ import annotations

import re
from collections.abc import Sequence

from employment_warehouse.contract import Column, Contract
from employment_warehouse.reading.cell_forms import visible
from employment_warehouse.reading.units import split_unit

# A number or mark before a name (6、 （6） 3- C. [必填] ★); a colon, mark, footnote sign or formula after it
# (： * ③ [1] 注1 (7)=(5)*(6)), or its name in English (ID Number); brackets around it.
_MARK_BEFORE = re.compile(
    r"^(?:[(（\[【]\s*(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3}|[*＊]?(?:必填|选填|可选|必录|非必填|必须)[*＊]?)\s*[)）\]】]"
    r"|(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3})\s*[、.．,，:：)）_-]|[0-9]{1,2}\s+|[A-Za-zＡ-Ｚ]\s*[、.．)）]"
    r"|(?:必填|选填|可选)[-:：/\s]+|第[0-9一二三四五六七八九十]{1,2}列[\s:：]*|[①-⑳⑴-⒇⒈-⒛]|[*＊#＃★☆●■◆※△▲√✓·]+)\s*"
)
_MARK_AFTER = re.compile(
    r"\s*(?:[:：*＊#★☆※△▲▼；;。]+|[①-⑳⑴-⒇]|[¹²³⁴⁵]|[\[［(（【](?:注?\s*[0-9]{1,2}|注)[\])）】］]|注[0-9]{0,2}"
    r"|[-/\s](?:必填|选填|可选)|[(（]?[0-9]{1,2}[)）]?=[-+*/×÷=()（）0-9]+|(?<=[一-龥)）])[\s/]*[A-Za-z][A-Za-z _.]*)$"
)
_BRACKETS = re.compile(r"^[(（\[［【“\"《<〔]([^()（）\[\]［］【】“”\"《》<>〔〕]+)[)）\]］】”\"》>〕]$")


def match_header(texts: Sequence[str], contract: Contract) -> tuple[Column | None, ...]:
    """Which column each header text of a file names (`Contract.match_header`); None: an unknown column."""
    return contract.match_header([name_of(text, contract) for text in texts])


def column_called(text: str, contract: Contract) -> str | None:
    """The name of the column that a header text of a file alone would name."""
    return contract.column_called(name_of(text, contract))


def name_of(text: str, contract: Contract) -> str:
    """A text as the contract may know it; an unknown one without its number, mark and unit."""
    as_seen = visible(text)
    bare = without_marks(split_unit(as_seen)[0])  # whichever stands outside
    bare = split_unit(bare)[0]
    return as_seen if bare == as_seen or contract.column_called(as_seen) else bare


def without_marks(text: str) -> str:
    """A name without brackets around it, number or mark before it, and colon, footnote sign or English after it."""
    bare_text = _MARK_AFTER.sub("", _BRACKETS.sub(r"\1", text))
    return _MARK_BEFORE.sub("", bare_text) or bare_text or text
