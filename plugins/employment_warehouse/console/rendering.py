"""Templates, in the language that the reader has chosen: Chinese, or English by the switch."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import Request

from employment_warehouse import settings
from employment_warehouse.console import console_names
from employment_warehouse.console.sessions import Session
from employment_warehouse.contract import contracts
from employment_warehouse.contract.divisions import Divisions, divisions
from employment_warehouse.report import formats, report_names
from employment_warehouse.report.code_names import Label
from employment_warehouse.report.templates import environment
from employment_warehouse.settings import TIMEZONE

ENGLISH = "en"
LANGUAGES = {"zh", ENGLISH}
OWN_CODE = re.compile(r"^WH\d{3} ")  # with which a refusal of the database begins, for programs
# Headers of a page that is a file (a report, Data Docs): it carries its style within it, and no script.
READ_HERE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"}


def language(request: Request) -> str:
    """`zh`, or `en` where the reader has switched."""
    wanted = request.query_params.get("language") or request.cookies.get("language")
    return ENGLISH if wanted == ENGLISH else "zh"


def in_language(text: str, chosen: str) -> str:
    """Its half of a message that is written `中文 | English`; a text without halves is itself. A code is left out."""
    chinese, bar, english = OWN_CODE.sub("", text).partition(" | ")
    return english if bar and chosen == ENGLISH else chinese


def open_pages(request: Request, session: Session | None) -> list[Any]:
    """The pages of the menu that this login may open."""
    return [page for page in request.app.state.pages if session and page.is_open_to(session)]


def opens(pages: list[Any], rights: Set[str], link: str | None) -> bool:
    """Whether a link leads to one of these pages, or below it; to a mart only with the right to read it."""
    path = (link or "").partition("?")[0]
    if path.startswith("/marts/") and f"marts.{path.removeprefix('/marts/')}" not in rights:
        return False
    return any(f"{path}/".startswith(f"{page.path}/") for page in pages)


def render(request: Request, session: Session | None, template: str, **shown: Any) -> str:
    """A page. Of the request: its language; of the session: who it is, the menu and what was just done."""
    chosen, pages = language(request), open_pages(request, session)
    notice = session.pop_notice() if session else ""
    rights = session.rights if session else frozenset()
    return (
        environment(Path(__file__).parent / "templates")
        .get_template(template)
        .render(
            **_Wording(chosen).functions(),
            language=chosen,
            other_language=_here(request, language="zh" if chosen == ENGLISH else ENGLISH),
            here=lambda **changed: _here(request, **changed),
            session=session,
            rights=rights,
            menu=pages,
            opens=lambda link: opens(pages, rights, link),
            token=session.token if session else "",
            notice=in_language(notice, chosen),
            now=datetime.now(TIMEZONE),
            contact=settings.contact(),
            formats=formats,
            report_names=report_names,
            states=console_names.due_states(),
            delivery_states=console_names.delivery_states(),
            role_names=console_names.ROLES,
            product_names=console_names.PRODUCTS,
            **({"page": None} | shown),
        )
    )


def _here(request: Request, **changed: str | int) -> str:
    """This page with other parameters, without the host: a proxy may have another one."""
    return f"{request.url.path}?{request.url.include_query_params(**changed).query}"


class _Wording:
    """What templates write in the chosen language."""

    def __init__(self, chosen: str) -> None:
        self._chosen = chosen
        self._feeds = {feed: Label(each.title_zh, each.title_en) for feed, each in contracts().items()}

    def functions(self) -> dict[str, Callable[..., str]]:
        """By the names that templates call them."""
        return {
            "t": self.t, "unit": self.unit, "feed": self.feed, "day": self.day, "moment": self.moment,
            "step": self.step, "act_name": self.act_name,
            "localized": self.localized, "localized_lines": self.localized_lines,
        }  # fmt: skip

    @cached_property
    def _divisions(self) -> Divisions:
        """Read when a name is asked for: the page that says what is wrong in that file asks for none."""
        return divisions()

    def t(self, label: Any, english: str | None = None) -> str:
        if english is not None:
            return english if self._chosen == ENGLISH else str(label)
        return str(label.en if self._chosen == ENGLISH else label.zh)

    def unit(self, code: str) -> str:
        """A county, the prefecture, or a unit that has no name but its number."""
        if code in console_names.NAMED_UNITS:
            return self.t(console_names.NAMED_UNITS[code])
        name = self._divisions.name_of(code)
        return self.t(name, self._divisions.english_names.get(code, name))

    def feed(self, name: str) -> str:
        return self.t(self._feeds[name]) if name in self._feeds else name

    def day(self, value: date | datetime | None) -> str:
        return formats.day_en(value) if self._chosen == ENGLISH else formats.day(value)

    def moment(self, value: datetime | None) -> str:
        if value is None:
            return formats.NONE
        local = value.astimezone(TIMEZONE)
        return f"{self.day(local)} {local:%H:%M}"

    def step(self, name: str | None) -> str:
        """A step of the night; of the ingest, its first word says enough."""
        return self.t(console_names.STEPS[name]) if name and name in console_names.STEPS else name or formats.NONE

    def act_name(self, kind: str) -> str:
        return self.t(console_names.ACTS[kind]) if kind in console_names.ACTS else kind

    def localized(self, text: str | None) -> str:
        return in_language(text or formats.NONE, self._chosen)

    def localized_lines(self, text: str) -> str:
        """Of a text whose lines have both languages, or whose first half is Chinese and whose second is English."""
        lines = text.splitlines()
        if any(" | " in line for line in lines):
            return "\n".join(map(self.localized, lines))
        middle = (len(lines) + 1) // 2
        return "\n".join((lines[middle:] if self._chosen == ENGLISH else lines[:middle]) or lines)
