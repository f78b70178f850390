"""Each indicator that a model declares stands in one table of the reports, and no other does."""

from __future__ import annotations

import itertools

from tests.kit.indicators import declared

from employment_warehouse.report.sections import sections, sections_of


def test_each_indicator_is_in_one_table() -> None:
    shown = [code for section in sections() for table in section.tables for code in table.indicators]
    assert sorted(shown) == sorted(declared())


def test_a_report_shows_its_own_indicators_in_the_declared_order_and_no_empty_table() -> None:
    wanted = {"cases_open", "rural_employed"}
    tables = list(itertools.chain.from_iterable(section.tables for section in sections_of(wanted)))
    assert [table.indicators for table in tables] == [["rural_employed"], ["cases_open"]]


def test_an_indicator_that_no_section_names_is_shown_at_the_end() -> None:
    last = list(sections_of({"rural_employed", "of_tomorrow"}))[-1]
    assert [table.indicators for table in last.tables] == [["of_tomorrow"]]
