"""The bulletin as PDF. Fonts come with the package `mplfonts`, so that a server needs none."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict
from pathlib import Path

import typst

from employment_warehouse.report.bulletin import Bulletin

TEMPLATE = Path(__file__).with_name("bulletin.typ")


def pdf(bulletin: Bulletin) -> bytes:
    """The bulletin as PDF. One bulletin always gives the same bytes."""
    typeset = typst.compile(
        TEMPLATE,
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        sys_inputs={"bulletin": json.dumps(asdict(bulletin), ensure_ascii=False, default=str)},
    )
    assert isinstance(typeset, bytes)
    return typeset


def _fonts() -> Path:
    # Found, not imported: the package's import loads matplotlib.
    spec = importlib.util.find_spec("mplfonts")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "fonts"
