"""The search for planted persons finds each of them in every form, and nothing else; and what the warehouse keeps in
clear of files with such persons has none of them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.kit.leaks import WIDE, Planted, Search, plant

from employment_warehouse.checking import check_table
from employment_warehouse.contract import column_label, contract_of, contracts
from employment_warehouse.landing.naming import NamingRule
from employment_warehouse.landing.scanning import label
from employment_warehouse.reading import Refused, read_tables

PLANTED = Planted.of(20, 20, 20, 20)
FORMS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "wide": lambda word: word.translate(WIDE).encode(),
    "UTF-16 LE": lambda word: word.encode("utf-16-le"),
    "UTF-16 BE": lambda word: word.encode("utf-16-be"),
    "GB 18030": lambda word: word.encode("gb18030"),
    "hex": lambda word: word.encode().hex().encode(),
    "hex of GB 18030": lambda word: word.encode("gb18030").hex().upper().encode(),
    "base64": lambda word: base64.b64encode(word.encode()),
    "base64 of a text around it": lambda word: base64.b64encode(f"{{'a': '{word}'}}".encode()),
    "base64 of UTF-16": lambda word: base64.b64encode(b"x" + word.encode("utf-16-le") + b"y"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_word_is_found_in_every_form(form: str) -> None:
    search = Search(PLANTED.words)
    pieces = [
        (f"file {n}", b"\x00\xff before " + FORMS[form](word) + b" behind") for n, word in enumerate(PLANTED.words)
    ]
    found = search.hits(pieces)
    assert found == {f"file {n}": {word} for n, word in enumerate(PLANTED.words)}


def test_other_persons_are_not_found() -> None:
    others = Planted.of(40, 40, 40, 40)
    words = [*others.ids[20:], *others.accounts[20:], *others.names[20:], *others.mobiles[20:]]
    assert Search(PLANTED.words).hits((word, form(word)) for word in words for form in FORMS.values()) == {}
    assert len(set(Planted.of(1000, 1000, 200, 200).words)) == 2400


def kept_in_clear(file: Path, path: str) -> Iterator[str]:
    """What landing, the ledger, logs and messages have of a file: all but identities, which are tokens there."""
    part = NamingRule(contracts(), frozenset({"532528"})).parse(path)
    yield label(path)
    if part is None:
        return
    contract = contract_of(part.feed)
    yield f"{part}"
    try:
        table = read_tables(file, contract)
        for checked in check_table(table, contract, {}):
            yield checked.good.drop(column.name for column in contract.columns if column.type.identity).write_csv()
            yield checked.rejected.select("sheet", "line", "column_name", "reason").write_csv()
    except Refused as refusal:
        yield f"{refusal.code} {refusal.detail} {refusal.expected}"
        return
    yield f"{table.notes} {[column_label(text, at) for text, at in table.extra.items()]}"


def test_nothing_that_is_kept_in_clear_names_a_planted_person(tmp_path: Path) -> None:
    n_files = plant(tmp_path, PLANTED, "532528", date(2024, 5, 1))
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    kept = [(text, b"") for path in paths for text in kept_in_clear(path, str(path.relative_to(tmp_path)))]
    assert len(kept) > n_files > 40
    assert Search(PLANTED.words).hits(kept) == {}
