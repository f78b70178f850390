"""Pages: one template each, with the filters, labels and facts that every page shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from employment_warehouse import settings
from employment_warehouse.contract import contracts
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.report import formats, report_names
from employment_warehouse.report.code_names import Label, label_of, names
from employment_warehouse.report.figures import Figures
from employment_warehouse.report.templates import environment
from employment_warehouse.settings import TIMEZONE


def render(template: str, figures: Figures, shown: Mapping[str, Any]) -> bytes:
    """A page as UTF-8. figures: as `read_figures` returns them; shown: what the template alone uses."""
    known = divisions()
    counties = {row["county_code"]: short_name(row) for row in figures["counties"]}
    return (
        environment(Path(__file__).parent)
        .get_template(template)
        .render(
            publication=figures["publication"],
            made_at=datetime.now(TIMEZONE),
            counties=counties,
            prefecture=known.prefecture,
            prefecture_label=Label(known.prefecture_short_zh, counties[known.prefecture].en),
            names=names(figures["names"]),
            feed_titles={feed: Label(each.title_zh, each.title_en) for feed, each in contracts().items()},
            contact=_contact(counties[known.prefecture]),
            formats=formats,
            report_names=report_names,
            **shown,
        )
        .encode()
    )


def short_name(row: Mapping[str, Any]) -> Label:
    """What a county or the prefecture is called on a page: 屏边县, as in alerts. row: of the query `counties`."""
    code = row["county_code"]
    return label_of(code, divisions().name_of(code), row["name_en"])


def _contact(prefecture: Label) -> Label:
    """Whom readers ask."""
    named = settings.contact()
    return Label(
        named or f"{prefecture.zh}人力资源和社会保障局 就业科",
        named or f"Human Resources and Social Security Bureau of {prefecture.en}, employment section",
    )
