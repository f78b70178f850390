"""Pages: one template each, with the filters, labels and facts that every page shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from employment_warehouse import settings
from employment_warehouse.contract import contracts
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.report import words
from employment_warehouse.report.figures import Figures
from employment_warehouse.report.labels import Label, names
from employment_warehouse.settings import TIMEZONE

FILTERS = (
    words.whole, words.money, words.share, words.signed, words.wan, words.day, words.day_en, words.number, words.change,
)  # fmt: skip


def render(template: str, figures: Figures, shown: Mapping[str, Any]) -> bytes:
    """A page as UTF-8. figures: as `read_figures` returns them; shown: what the template alone uses."""
    known = divisions()
    counties = {row["county_code"]: Label(row["name_zh"], row["name_en"]) for row in figures["counties"]}
    return (
        _environment()
        .get_template(template)
        .render(
            publication=figures["publication"],
            made_at=datetime.now(TIMEZONE),
            counties=counties,
            prefecture=known.prefecture,
            prefecture_label=Label(known.prefecture_short_zh, counties[known.prefecture].en),
            names=names(figures["names"]),
            feed_titles={feed: Label(each.title_zh, each.title_en) for feed, each in contracts().items()},
            contact=settings.contact() or f"{known.prefecture_short_zh}人力资源和社会保障局 就业科",
            words=words,
            **shown,
        )
        .encode()
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({each.__name__: each for each in FILTERS})
    return environment
