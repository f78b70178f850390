"""Characters that are not what they look like: without width, from a private-use area, left by a failed conversion."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e01ef"
)
"""Characters that nobody sees (joiners, directions, fillers, variants of a glyph), as ranges of a character class: a
name or a key is the same with and without them.
"""

# Two-byte codes of GBK whose characters were in a private-use area until Unicode had them: U+E815 and following stood
# for FE50 to FEA0, the others for single codes. Python decodes most of them as GB 18030 of today does; the rest:
_SINCE_2005 = {
    "a6d9": "︐", "a6da": "︒", "a6db": "︑", "a6dc": "︓", "a6dd": "︔", "a6de": "︕", "a6df": "︖", "a6ec": "︗",
    "a6ed": "︘", "a6f3": "︙", "a8bc": "ḿ", "fe51": "𠂇", "fe52": "𠂉", "fe53": "𠃌", "fe59": "龴", "fe61": "龵",
    "fe66": "龶", "fe67": "龷", "fe6c": "𡗗", "fe6d": "龸", "fe76": "𢦏", "fe7e": "龹", "fe90": "龺", "fe91": "𤇾",
    "fea0": "龻",
}  # fmt: skip
_SINGLE = {0xE7C7: "a8bc", 0xE7C8: "a8bf"}
_SINGLE |= {0xE78D + at: f"a6{0xD9 + at:02x}" for at in range(7)} | {0xE794: "a6ec", 0xE795: "a6ed", 0xE796: "a6f3"}
_SINGLE |= {0xE7E7 + at: f"a9{0x89 + at:02x}" for at in range(13)}
_TRAIL_BYTES = [*range(0x50, 0x7F), *range(0x80, 0xA1)]


def _private_use() -> dict[str, str]:
    codes = _SINGLE | {0xE815 + at: f"fe{trail:02x}" for at, trail in enumerate(_TRAIL_BYTES)}
    found = {
        chr(private): _SINCE_2005.get(code) or bytes.fromhex(code).decode("gb18030") for private, code in codes.items()
    }
    found |= {bytes.fromhex(code).decode("gb18030"): character for code, character in _SINCE_2005.items()}
    return {private: character for private, character in found.items() if "\ue000" <= private != character}


PRIVATE_USE: Mapping[str, str] = MappingProxyType(_private_use())
"""Private-use character → the character that it stood for (U+E863 → 䶮)."""

# Before the text of a cell that was a number, date or boolean in a workbook, in a column where only text keeps
# its value (ID numbers, accounts): it is rejected as id_not_text, whatever digits are left of it.
NUMERIC_CELL = "\x01"

# What people write where the value is that of the row above, with blanks, in brackets, twice (""), with a full stop.
_GAP = rf"[\s{INVISIBLE}]*"
_WORDS = "|".join(_GAP.join(word) for word in ("同上", "同前", "同左", "如上"))
_SIGNS = r"(?i:ditto)|[〃″＂”“〞\"]{1,2}|[々↑⬆]"
DITTO = rf"^[\s{INVISIBLE}(（\[［【〔「《<]*(?:{_WORDS}|{_SIGNS})[\s{INVISIBLE})）\]］】〕」》>.。]*$"

# The text of a cell whose formula has no result yet, in any column.
UNCALCULATED = "#未计算UNCALCULATED"
