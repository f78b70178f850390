"""docs/counties.md: the list of feeds is that of the contracts."""

from __future__ import annotations

import re

from employment_warehouse import settings
from employment_warehouse.contract import contracts

DOCUMENTS = settings.project_root() / "docs"
FILE_NAME = {"county": "`532528.xlsx`", "project": "`项目编号.xlsx`", "batch": "`批次号.csv`"}


def test_every_feed_is_listed_with_its_due_time_its_file_and_its_owner() -> None:
    rows = re.findall(r"(?m)^\| (\S+) \| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", text("counties.md"))
    due = dict(re.findall(r"(?ms)^## `(\w+)`.*?^- 报送 Due: (.*?) \| ", text("data-dictionary.md")))
    assert {feed: (title, when, file, owner) for title, feed, when, _, file, owner in rows} == {
        feed: (contract.title_zh, due[feed], FILE_NAME[contract.unit], contract.owner)
        for feed, contract in contracts().items()
        if not contract.is_from_platform
    }


def test_a_feed_of_whole_snapshots_says_that_all_of_it_is_reported() -> None:
    rows = re.findall(r"(?m)^\| \S+ \| `(\w+)` \| .+? \| (.+?) \|", text("counties.md"))
    for feed, what in rows:
        assert contracts()[feed].kind == "events" or re.search("全部|一个项目的情况", what), feed


def text(document: str) -> str:
    return (DOCUMENTS / document).read_text("utf-8")
