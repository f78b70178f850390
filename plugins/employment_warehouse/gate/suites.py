"""The suites of gate 2 over several models: files of expectations/warehouse/, read strictly.

A frame with `each_feed` is one for each of these feeds (a list, or a feed kind: its feeds with a model reported_<feed>)
and has the feed's name. {feed}, {key} (the landing columns of its key), {title_zh} and {title_en} are filled in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml

from employment_warehouse import strict_yaml
from employment_warehouse.contract import Contract, contracts
from employment_warehouse.database.model_declarations import read_models
from employment_warehouse.errors import UserError
from employment_warehouse.gate.expectation import ROW_TYPES, Expectation, MeasuredIn, Severity, fill
from employment_warehouse.gate.threshold_lookup import Thresholds

FOLDER = Path("expectations") / "warehouse"


class SuiteError(UserError):
    """检查清单有误。 | A suite or the checks of a model are invalid."""

    code = "suite_invalid"


@dataclass(frozen=True)
class Frame:
    """A small table computed by SQL over build, store, ops and seeds, and what is expected of it.

    One row for each unit (`unit`; the prefecture where no unit is to blame), optionally with `item` (what of the unit)
    and `feed` (the only feed that can have caused a failure).
    rows_at_least: with fewer rows the frame itself fails: an expectation over no rows proves nothing.
    holds: feeds whose deliveries of a failing unit are held; none: all that the unit has sent tonight.
    """

    suite: str
    name: str
    query: str
    expectations: tuple[Expectation, ...]
    rows_at_least: int
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """One file: its frames, and the SHA-256 of its bytes, which the certificate names."""

    name: str
    version: str
    frames: tuple[Frame, ...]


def read_suites(project: Path, thresholds: Thresholds) -> list[Suite]:
    """Every suite of the project, thresholds filled in.

    Raises SuiteError for a key that is missing, unknown or misspelt, an empty file, an empty frame, a name given
    twice, or where there is no suite at all: an empty suite would let everything pass.
    """
    reported = frozenset(model.feed for model in read_models(project / "dbt_project") if model.feed)
    suites = [_suite(path, thresholds, reported) for path in sorted((project / FOLDER).glob("*.yaml"))]
    if not suites:
        raise SuiteError(
            "没有任何检查清单 | there is no suite of checks", where=str(FOLDER), expected="at least one *.yaml"
        )
    return suites


def _suite(path: Path, thresholds: Thresholds, reported: frozenset[str]) -> Suite:
    content = path.read_bytes()
    try:
        frames = strict_yaml.read(content)
    except yaml.YAMLError as error:
        raise SuiteError("不是 YAML | not YAML", where=path.name, found=str(error)) from error
    if not isinstance(frames, dict) or not frames:
        raise SuiteError("空清单 | an empty suite", where=path.name, expected="frames by name")
    return Suite(
        path.stem,
        hashlib.sha256(content).hexdigest(),
        tuple(
            _frame(path.stem, name, entry, thresholds)
            for declared, frame in frames.items()
            for name, entry in _of_each_feed(declared, Entry(frame, f"{path.name}: {declared}"), reported)
        ),
    )


def _of_each_feed(name: str, entry: Entry, reported: frozenset[str]) -> Iterator[tuple[str, Entry]]:
    """A frame as it stands, or what it is for each feed that it names."""
    wanted = entry.take("each_feed", (list, str), [])
    if not wanted:
        yield name, entry
        return
    known = contracts()
    of_kind = [feed for feed, contract in known.items() if contract.kind == wanted and feed in reported]
    feeds = of_kind if isinstance(wanted, str) else wanted
    if not feeds or not known.keys() >= set(feeds):
        raise SuiteError(
            f"each_feed: {wanted}", where=entry.where, expected="feeds of expectations/feeds/, or one feed kind"
        )
    for feed in feeds:
        yield feed, Entry(_filled(entry.left, _properties(known[feed])), f"{entry.where}: {feed}")


def _properties(contract: Contract) -> dict[str, str]:
    return {
        "feed": contract.feed,
        "key": ", ".join(contract.landing_key),
        "title_zh": contract.title_zh,
        "title_en": contract.title_en,
    }


def _filled(content: Any, properties: Mapping[str, str]) -> Any:
    """What is declared, with its {placeholders} filled in wherever they stand."""
    if isinstance(content, dict):
        return {key: _filled(value, properties) for key, value in content.items()}
    if isinstance(content, list):
        return [_filled(value, properties) for value in content]
    return fill(content, properties) if isinstance(content, str) else content


class Entry:
    """A mapping whose keys must all be read: one that is left over is unknown, or misspelt."""

    def __init__(self, content: Any, where: str) -> None:
        if not isinstance(content, dict):
            raise SuiteError("应为键值 | must be a mapping", where=where)
        self.left = dict(content)
        self.where = where

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """The value of a key. Raises SuiteError where it is missing or of another type."""
        value = self.left.pop(key, default)
        if not isinstance(value, kind):
            kinds = " or ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
            raise SuiteError(f"{key}: 缺少或类型不对 | missing, or not a {kinds}", where=self.where)
        return value

    def done(self) -> None:
        """Raises SuiteError for keys that nothing has read."""
        if self.left:
            raise SuiteError(f"未知的键 | unknown keys: {', '.join(map(str, self.left))}", where=self.where)


def _frame(suite: str, name: str, entry: Entry, thresholds: Thresholds) -> Frame:
    expectations = [
        _expectation(name, Entry(item, f"{entry.where}: {number}"), thresholds)
        for number, item in enumerate(entry.take("expectations", list), 1)
    ]
    frame = Frame(
        suite,
        name,
        entry.take("query", str),
        tuple(expectation for expectation in expectations if expectation is not None),
        entry.take("rows_at_least", int, 1),
        holds_of(entry),
    )
    entry.done()
    names = [expectation.name for expectation in frame.expectations]
    if not expectations or len({*names, f"{name}.has_rows"}) <= len(names):
        raise SuiteError("没有检查，或重名 | no expectation, or two with the same name", where=entry.where)
    return frame


def _expectation(frame: str, entry: Entry, thresholds: Thresholds) -> Expectation | None:
    """None where its threshold is switched off, on the record, in the seed `setting`."""
    name, kind = entry.take("name", str), entry.take("type", str)
    arguments: Mapping[str, Any] = entry.take("kwargs", dict, {})
    if kind not in ROW_TYPES:
        raise SuiteError(
            f"未知的类型 | unknown type: {kind}", where=entry.where, expected=" · ".join(sorted(ROW_TYPES))
        )
    kwargs = {key: value_of(value, thresholds) for key, value in arguments.items()}
    expectation = Expectation(
        name=f"{frame}.{name}",
        type=kind,
        kwargs=kwargs,
        severity=severity_of(entry),
        zh=entry.take("zh", str),
        en=entry.take("en", str),
        may_lack=entry.take("may_lack", bool, False),
        failed_zh=entry.take("failed_zh", str, ""),
        failed_en=entry.take("failed_en", str, ""),
        measured_in=_one_of(entry, "measured_in", get_args(MeasuredIn), "number"),
    )
    entry.done()
    switched_off = any(isinstance(value, dict) and kwargs[key] is None for key, value in arguments.items())
    return None if switched_off else expectation


def severity_of(entry: Entry, default: Severity | None = None) -> Severity:
    """The severity of an entry: `critical`, `warning` or `info`."""
    severity: Severity = _one_of(entry, "severity", get_args(Severity), default)
    return severity


def holds_of(entry: Entry) -> tuple[str, ...]:
    """The feeds whose deliveries of a failing unit are put on hold."""
    feeds = entry.take("holds", list, [])
    if unknown := [str(feed) for feed in feeds if feed not in contracts()]:
        raise SuiteError(
            f"holds: 未知的报表 | unknown feeds: {', '.join(unknown)}",
            where=entry.where,
            expected="feeds of expectations/feeds/",
        )
    return tuple(feeds)


def value_of(value: Any, thresholds: Thresholds) -> Any:
    """A value itself, or that of the threshold it names: `{setting: gate_min_known_share}`; None: switched off."""
    return thresholds.of(value["setting"]) if isinstance(value, dict) and set(value) == {"setting"} else value


def _one_of(entry: Entry, key: str, known: tuple[str, ...], default: str | None) -> Any:
    value = entry.take(key, str, default)
    if value not in known:
        raise SuiteError(f"{key}: {value}", where=entry.where, expected=" · ".join(known))
    return value
