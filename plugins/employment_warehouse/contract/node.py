"""A mapping of a declaration, read strictly: what nothing has read is a misspelt or unknown key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from employment_warehouse.errors import UserError

_MISSING = object()


class ContractError(UserError):
    """数据契约文件有误。 | A contract file is invalid."""

    code = "contract_invalid"


class Node:
    """A mapping of which every key must be taken: what remains at the end is a misspelt or unknown key.

    customProperties are taken like the keys of the standard.
    """

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        if not isinstance(content, Mapping):
            raise ContractError(f"应为键值 | must be a mapping: {content}", where=where)
        self._unread = dict(content)
        self.where = where
        self._unread |= named_values(self._unread.pop("customProperties", ()), where, known=self._unread)

    def __contains__(self, key: str) -> bool:
        return key in self._unread

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._unread:
            raise ContractError(
                f"不认识的属性 | unknown property: {', '.join(map(str, self._unread))}",
                where=self.where,
                todo="correct the spelling, or remove it",
            )

    def take(self, key: str, default: Any = _MISSING) -> Any:
        value = self._unread.pop(key, default)
        if value is _MISSING:
            raise ContractError(f"缺少属性 | missing property: {key}", where=self.where)
        return value

    def text(self, key: str) -> str:
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            raise ContractError(f"应为文字 | must be a text: {key}", where=self.where)
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if key in self._unread else None

    def number(self, key: str, lowest: int, highest: int) -> int:
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ContractError(f"{key}: {value}", where=self.where, expected=f"{lowest}–{highest}")
        return int(value)

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        value = self.take(key)
        if value not in allowed:
            raise ContractError(f"{key}: {value}", where=self.where, expected=" · ".join(allowed))
        return str(value)


def named_values(items: Iterable[Mapping[str, Any]], where: str, known: Iterable[str] = ()) -> dict[str, Any]:
    """`[{property: …, value: …}, …]` as a mapping; a name that is given twice is an error."""
    values: dict[str, Any] = {}
    for item in items:
        if item.keys() != {"property", "value"}:
            raise ContractError(
                f"不认识的属性 | unknown property: {', '.join(item)}", where=where, expected="property, value"
            )
        name = item["property"]
        if name in values or name in known:
            raise ContractError(f"写了两次 | given twice: {name}", where=where)
        values[name] = item["value"]
    return values
