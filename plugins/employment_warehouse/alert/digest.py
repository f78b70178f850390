"""The text of a digest: what is new, the most urgent first; what is as before, counted; never too long to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from psycopg.rows import DictRow

from employment_warehouse import settings
from employment_warehouse.alert.value_texts import CHINESE, ENGLISH, Language

LONGEST = 1500  # characters; messengers cut what is longer, and nobody reads it on a phone
ITEMS_KEPT = (3, 1, 0)  # of an alert that has no room for all of them, by choice
REST = "……另有 {} 项，见控制台“提醒”页 | … and {} more: see the console's page Alerts"


def digest(new: Sequence[DictRow], continued: Sequence[DictRow]) -> str:
    """The body of a digest. Each alert has as much room as those after it leave, at least its title and its address."""
    counted = _counted(continued)
    room = LONGEST - sum(len(text) + 2 for text in counted)
    brief = [_written(alert) for alert in new]
    shown = _how_many_fit(brief, room)
    rest = [REST.format(len(new) - shown, len(new) - shown)] if shown < len(new) else []
    spare = room - sum(len(text) + 2 for text in [*brief[:shown], *rest])
    texts = []
    for alert, least in zip(new[:shown], brief, strict=False):
        text = next((form for form in _forms(alert) if len(form) - len(least) <= spare), least)
        spare -= len(text) - len(least)
        texts.append(text)
    return "\n\n".join([*texts, *rest, *counted])


def _how_many_fit(texts: Sequence[str], room: int) -> int:
    lengths = [len(text) + 2 for text in texts]
    if sum(lengths) <= room:
        return len(texts)
    room -= len(REST) + 10
    return next(shown for shown in range(len(texts), -1, -1) if sum(lengths[:shown]) <= room)


def _forms(alert: DictRow) -> Iterator[str]:
    """In full, then with fewer items."""
    lines = alert["body"].splitlines()
    yield _written(alert, lines)
    for kept in ITEMS_KEPT:
        yield _written(alert, _shortened(lines, kept))


def _written(alert: DictRow, lines: Sequence[str] = ()) -> str:
    """Title, lines, and the address of the console's page on which it is dealt with, where the console has one."""
    address = settings.console_url()
    link = [f"{address}/{alert['link'].lstrip('/')}"] if address and alert["link"] else []
    return "\n".join([f"■ {alert['title']}", *lines, *link])


def _shortened(lines: Sequence[str], kept: int) -> list[str]:
    """A body with the first items only: lines in both languages, or a Chinese half and an English one."""
    if any(" | " in line for line in lines):
        more = len(lines) - kept
        return [*lines[:kept], *([f"{CHINESE.more} | {ENGLISH.more}".format(more, more)] if more > 0 else [])]
    middle = (len(lines) + 1) // 2
    return [*_shortened_half(lines[:middle], kept, CHINESE), *_shortened_half(lines[middle:], kept, ENGLISH)]


def _shortened_half(lines: Sequence[str], kept: int, language: Language) -> list[str]:
    items = [line for line in lines if line.startswith("· ")]
    others = [line for line in lines if line.startswith("…")]  # how many the alert itself does not list
    more = len(items[kept:]) + sum(int(number) for line in others for number in re.findall(r"\d+", line))
    heading = [line for line in lines if line not in items and line not in others]
    return [*heading, *items[:kept], *([language.more.format(more)] if more else [])]


def _counted(alerts: Sequence[DictRow]) -> list[str]:
    """One sentence for all alerts that continue."""
    if not alerts:
        return []
    since = min(alert["since"] for alert in alerts)
    return [
        f"□ {len(alerts)} 项与上次汇总相同，最早自 {since.month}月{since.day}日起，仍须处理。\n"
        f"As on the night before: {len(alerts)}, the earliest since {since}; still to be acted on."
    ]
