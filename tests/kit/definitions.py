"""The definition of the marts as a document, of the chapters: `python -m tests.kit.definitions` writes it."""

from __future__ import annotations

import re

import yaml
from tests.kit.chapters import chapters

from employment_warehouse import settings

HEADING = """\
# 口径与算例 · Definitions by example

Written by `make definitions` from the chapters in `tests/spec/marts`, which are tests: each table of reports is loaded
into a warehouse, and each table of figures is compared with its marts. Counties are A, B, …; townships A1, A2, …; what
a table does not show is ordinary (a person of 34 years, able to work, poverty-alleviated, alone in the household).
Numbers of days and persons are those of the default settings.
本文由测试用例生成：上报表写入数据仓库，结果表与各监测表逐格比对。A、B……为县市，A1、A2……为乡镇；
表中未列的为通常情形；天数、人数按默认参数。
"""


def rendered() -> str:
    """docs/definitions.md: the chapters one after another, with their contents first."""
    texts = {path.stem: path.read_text("utf-8") for path in chapters()}
    titles = {mart: f"{mart} · {_name_zh(mart)}" for mart in texts}
    contents = "".join(f"- [{title}](#{_anchor(title)})\n" for title in titles.values())
    bodies = "\n".join(
        re.sub(r"^#", "##", text.replace(f"# {mart}\n", f"# {titles[mart]}\n", 1), flags=re.MULTILINE)
        for mart, text in texts.items()
    )
    return f"{HEADING}\n{contents}\n{bodies}"


def _name_zh(mart: str) -> str:
    """Its name in its YAML, without the remarks after it."""
    [path] = (settings.project_root() / "dbt_project" / "models").rglob(f"{mart}.yml")
    [zh] = [
        each["config"]["meta"]["zh"]
        for each in yaml.safe_load(path.read_text("utf-8"))["models"]
        if each["name"] == mart
    ]
    return re.split("[（：]", zh)[0]


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


if __name__ == "__main__":
    (settings.project_root() / "docs" / "definitions.md").write_text(rendered(), encoding="utf-8")
