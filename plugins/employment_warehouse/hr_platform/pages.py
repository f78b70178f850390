"""A page of the HR platform: its items one by one, each with its JSON as received.

A page is not parsed as a whole: an item that cannot be parsed (a number of 5,000 digits, 100,000 nested brackets, a
word that JSON does not know) is an item without fields, and the other items of its page are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from employment_warehouse.contract import YEARS, JsonNumber, PlatformResource

LONGEST_CURSOR = 4096  # characters; an address has room for more bytes
# Half of a surrogate pair: JSON can spell it, and no text can hold it.
LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class PageBroken(ValueError):
    """The text of a page is incomplete or is not a page; str() is the code of it in expectations/reasons.yaml."""


@dataclass(frozen=True)
class Item:
    """An item as received.

    text: its JSON, on one line. fields: None if it is not an object, or cannot be parsed; numbers are JsonNumbers.
    """

    text: str
    fields: dict[str, Any] | None = field(compare=False)

    def identifier(self, resource: PlatformResource) -> str | None:
        """Which item it is; None where it does not say."""
        identifier = (self.fields or {}).get(resource.id_field)
        return identifier if type(identifier) is str else None

    def instant(self, resource: PlatformResource) -> datetime | None:
        """When it was updated; None where it does not say so in RFC 3339 with an offset, in a year that can be."""
        text = (self.fields or {}).get(resource.updated_field)
        try:
            # RFC 3339 allows small letters, Python does not.
            instant = datetime.fromisoformat(text.upper()) if type(text) is str else None
        except ValueError:
            return None
        says_when = instant is not None and instant.tzinfo is not None and instant.year in YEARS
        return instant if says_when else None


@dataclass(frozen=True)
class Page:
    """The items of a page, and the cursor of the next one (None: it is the last)."""

    items: list[Item]
    next_cursor: str | None


def parse_page(body: bytes, most_items: int) -> Page:
    """The page in the body of a response. Raises PageBroken."""
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        members = _fields(list(_members(text, _skip(text, 0), most_items)))
    except PageBroken:
        raise
    except (ValueError, IndexError, RecursionError):
        raise PageBroken("not_json") from None
    items, cursor = members.get("items"), members.get("next_cursor", 0)
    if not isinstance(items, list):
        raise PageBroken("not_a_page")
    if not (cursor is None or type(cursor) is str):
        raise PageBroken("cursor_not_text")
    if cursor is not None and (len(cursor) > LONGEST_CURSOR or LONE_SURROGATE.search(cursor)):
        raise PageBroken("cursor_too_long")
    return Page(items, cursor)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of an object. Of two with one name nobody knows which is meant."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError
    return fields


_BLANKS = re.compile(r"[ \t\n\r]*")
# Possessive, and a text that is not closed goes to the end: the time is that of one pass, whatever is sent.
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_END_OF_SCALAR = re.compile(r"[,\]]")
_DECODER = json.JSONDecoder(
    parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=_refuse_constant, object_pairs_hook=_fields
)


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _members(text: str, at: int, most_items: int) -> Iterator[tuple[str, Any]]:
    """The members of the object that begins at a position and ends the text; `items` is a list of Items."""
    _expect(text, at, "{")
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        _expect(text, at, ":")
        at = _skip(text, at + 1)
        if name == "items" and text[at] == "[":
            items, at = _items(text, at, most_items)
            yield name, items
        else:
            value, at = _DECODER.raw_decode(text, at)
            yield name, value
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
            _expect(text, at, '"')
        elif text[at] != "}":
            raise PageBroken("not_json")
    if _skip(text, at + 1) != len(text):
        raise PageBroken("more_after_end")


def _items(text: str, at: int, most_items: int) -> tuple[list[Item], int]:
    """The elements of the array that begins at a position, and the position after it."""
    items: list[Item] = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        if len(items) == most_items:
            raise PageBroken("too_many_items")
        fields, end = _element(text, at)
        line = text[at:end].replace("\n", " ").replace("\r", " ")  # blanks between tokens: a text has none of them
        items.append(Item(line, fields))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
        elif text[at] != "]":
            raise PageBroken("not_json")
    return items, at + 1


def _element(text: str, at: int) -> tuple[dict[str, Any] | None, int]:
    """The fields of the element at a position (None: it has none), and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, _end_of_broken(text, at)
    return (value if isinstance(value, dict) else None), end


def _end_of_broken(text: str, at: int) -> int:
    """Where an element ends that cannot be parsed: where its brackets are closed, else at the next comma."""
    if text[at] not in "[{":
        found = _END_OF_SCALAR.search(text, at)
        if found is None:
            raise PageBroken("incomplete")
        return found.start()
    depth = 0
    for token in _TOKENS.finditer(text, at):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    raise PageBroken("incomplete")


def _expect(text: str, at: int, character: str) -> None:
    if text[at] != character:
        raise PageBroken("not_a_page")
