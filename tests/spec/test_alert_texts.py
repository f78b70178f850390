"""Alert texts: each has a sentence in both languages wherever it has one in either."""

from __future__ import annotations

import pytest

from employment_warehouse.alert_kinds import AlertKind, Texts, alert_kinds


def parts(texts: Texts) -> set[str]:
    return {name for name in ("title", "todo", "item") if getattr(texts, name)} | texts.lines.keys()


@pytest.mark.parametrize("kind", alert_kinds().values(), ids=lambda kind: kind.name)
def test_an_alert_has_its_texts_in_both_languages(kind: AlertKind) -> None:
    assert parts(kind.zh) == parts(kind.en)


@pytest.mark.parametrize("kind", [kind for kind in alert_kinds().values() if kind.step], ids=lambda kind: kind.name)
def test_an_alert_of_a_night_says_what_to_do_and_has_a_page(kind: AlertKind) -> None:
    assert kind.zh.todo
    assert kind.link
