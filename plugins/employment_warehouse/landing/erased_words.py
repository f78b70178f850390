"""What names an erased person in the texts of files and rejected rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from employment_warehouse.checking.rejected import WHOLE_ROW
from employment_warehouse.contract import Contract
from employment_warehouse.contract.column_types.cleaning import NARROW, WIDE
from employment_warehouse.identity import valid_id
from employment_warehouse.masking import MASK
from employment_warehouse.reading import column_called

_SEPARATORS = " \t\n\r\u3000\u00a0-.·_/\\\0"
_SEPARATOR = r"[\s\-.·_/\\]"
_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_WIDE = dict(zip(NARROW, WIDE, strict=True))
_IN_BYTES = re.compile(rb"[\xc2\xe3\xef][\x80-\xbf]{1,2}|&#x?[0-9a-f]+;", re.IGNORECASE)
_ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")


def _plain_forms() -> dict[bytes, bytes]:
    """How signs of numbers and separators may be written in UTF-8 and XML; each as numbers are compared."""
    meant = dict.fromkeys(_SEPARATORS, "") | {sign: sign for sign in "0123456789Xx"}
    meant |= {_WIDE[sign]: plain for sign, plain in meant.items() if sign in _WIDE}
    return {
        form.encode().lower(): plain.encode()
        for sign, plain in meant.items()
        for form in (sign, f"&#{ord(sign)};", f"&#x{ord(sign):x};")
    }


_PLAIN_FORMS = _plain_forms()
_NARROW_SEPARATORS = "".join(filter(str.isascii, _SEPARATORS)).encode()


def plain(texts: pl.Expr) -> pl.Expr:
    """Texts in the form in which numbers are compared: narrow, without separators, in capitals."""
    return texts.str.replace_many(WIDE, NARROW).str.replace_all(_SEPARATOR, "").str.to_uppercase()


def plain_texts(texts: pl.Series) -> pl.Series:
    """The texts of a series in the form in which numbers are compared (`plain`)."""
    return texts.to_frame("text").select(plain(pl.col("text"))).to_series()


def plain_bytes(text: bytes) -> bytes:
    """UTF-8 text in the form in which numbers are compared (`plain`), where XML may write characters as references.
    Much faster than a search with `in_bytes`.
    """
    narrow = text.translate(None, _NARROW_SEPARATORS)
    return _IN_BYTES.sub(lambda found: _PLAIN_FORMS.get(found[0].lower(), found[0]), narrow).upper()


class Words(NamedTuple):
    """What names a person in a text. own: the ID number, and the accounts that nobody else has. mobiles: a household
    may share a telephone, so a mobile names the person only in a row that says of nobody else that it is about them.
    """

    own: list[str]
    mobiles: list[str]

    @property
    def all(self) -> list[str]:
        """Every word."""
        return [*self.own, *self.mobiles]

    def masked(self, text: str) -> str:
        """A text with `***` for each word, however it is written."""
        for word in self.all:
            text = re.sub(f"{_SEPARATOR}*".join(map(_sign, word)), MASK, text, flags=re.IGNORECASE)
        return text

    def in_bytes(self) -> re.Pattern[bytes]:
        """Finds each word, however it is written, in bytes of whatever encoding; XML may have references for signs."""
        between = _one_of([separator.encode(encoding) for separator in _SEPARATORS for encoding in _ENCODINGS]) + b"*"
        return re.compile(b"|".join(between.join(map(_sign_in_bytes, word)) for word in self.all) or b"(?!)")

    def own_in(self, *bare: str) -> bool:
        """Whether one of these texts, which are in the form of `plain`, contains the ID number or an account."""
        return any(word in text for text in bare for word in self.own)

    def own_in_bytes(self, block: bytes) -> bool:
        """Whether a block of UTF-8 or of XML contains the ID number or an account."""
        bare = plain_bytes(block)
        return any(word.encode() in bare for word in self.own)

    def is_of_another(self, cell: str) -> bool:
        """Whether the ID number of somebody else stands in it."""
        narrow = unicodedata.normalize("NFKC", cell)
        numbers = (valid_id(number) for number in (cell, *_ID_NUMBER.findall(narrow)))
        return any(number is not None and number not in self.own for number in numbers)

    def name_rejected(self, row: dict[str, str], received: str, contract: Contract) -> bool:
        """Whether a rejected row is the person's. row: header text → cell; received: all that is kept of it."""
        bare = plain_texts(pl.Series([received]))[0]
        if self.own_in(bare):
            return True
        if contract.person_column is None or not any(word in bare for word in self.mobiles):
            return False
        persons = [
            cell
            for text, cell in row.items()
            if text == WHOLE_ROW or column_called(text, contract) == contract.person_column
        ]
        return not any(map(self.is_of_another, persons))


def _sign(sign: str) -> str:
    return f"[{re.escape(sign)}{_WIDE.get(sign, '')}]"


def _sign_in_bytes(sign: str) -> bytes:
    """Between the narrow ones of UTF-16 there is a zero, as if it were a separator."""
    narrow = {sign, sign.lower()}
    wide = {_WIDE.get(form, form) for form in narrow}
    written = [form.encode(encoding) for form in wide for encoding in _ENCODINGS]
    return _one_of(
        [*written, *(form.encode() for form in narrow), *(f"&#{ord(form)};".encode() for form in narrow | wide)]
    )


def _one_of(forms: Iterable[bytes]) -> bytes:
    return b"(?:" + b"|".join(map(re.escape, sorted(set(forms), key=len, reverse=True))) + b")"
