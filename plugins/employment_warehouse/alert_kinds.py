"""The kinds of alerts, as `alert_texts.yml` declares them: level, step, link and texts.

Those of a night are raised by `alert`, those of files in the landing zone while the files are read, by `landing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from employment_warehouse import strict_yaml
from employment_warehouse.contract import Words
from employment_warehouse.contract.divisions import divisions

Level = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Texts:
    """An alert's texts in one language: templates for str.format. item: one line for each row; '' if there is none.
    lines: of an alert of files, by what a line says.
    """

    title: str
    todo: str = ""
    item: str = ""
    lines: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AlertKind:
    """One kind of alert.

    same_by: columns of its rows. An alert of the next night with the same values in them is about the same matter;
    without columns each is new. link_of_others: of units that are not counties, if they have another page.
    """

    name: str
    level: Level
    zh: Texts
    en: Texts
    step: str | None = None
    link: str | None = None
    same_by: Sequence[str] = ()
    link_of_others: str = ""

    def page_of(self, unit: str) -> str | None:
        """The page of the console on which the matter of a unit is dealt with."""
        is_other = self.link_of_others and unit not in divisions().counties
        link = self.link_of_others if is_other else self.link
        return link and link.format(unit=quote(unit))

    def title(self, **facts: object) -> Words:
        """In both languages."""
        return Words(self.zh.title, self.en.title).filled(**facts)

    def line(self, name: str, **facts: object) -> Words:
        """One of `lines`, in both languages."""
        return Words(self.zh.lines[name], self.en.lines[name]).filled(**facts)

    @property
    def mentions_owners(self) -> bool:
        """Whether its texts name the departments responsible for the feeds."""
        return "{owners}" in self.zh.todo


@cache
def alert_kinds() -> Mapping[str, AlertKind]:
    """All kinds, by name, in the order of the file. An unknown key is a TypeError."""
    declared = strict_yaml.read(Path(__file__).with_name("alert_texts.yml").read_text(encoding="utf-8"))
    return {
        name: AlertKind(name, **{**keys, "zh": Texts(**keys["zh"]), "en": Texts(**keys["en"])})
        for name, keys in declared.items()
    }
