"""Templates of pages: of the reports, and of the console."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2

from employment_warehouse.report import formats

FILTERS = (
    formats.in_full, formats.in_wan, formats.money, formats.share, formats.signed, formats.day, formats.day_en,
    formats.number, formats.change,
)  # fmt: skip


@cache
def environment(folder: Path) -> jinja2.Environment:
    """The templates of a folder; a name that is not given is an error."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update({each.__name__: each for each in FILTERS})
    return templates
