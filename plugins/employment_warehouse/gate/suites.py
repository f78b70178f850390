"""The suites of gate 2: files of expectations/warehouse/, read strictly. What they hold is data, not code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from employment_warehouse.errors import UserError
from employment_warehouse.gate.expectation import ROW_TYPES, Expectation
from employment_warehouse.gate.thresholds import Thresholds

FOLDER = Path("expectations") / "warehouse"


class SuiteError(UserError):
    """检查清单文件有误。 | A suite file is not as it should be."""

    code = "suite_invalid"


@dataclass(frozen=True)
class Frame:
    """A small table with one row a unit (`unit`), computed by SQL over build, store, ops and seeds, and what is
    expected of it.

    rows_at_least: with fewer rows the frame itself fails: an expectation over nothing proves nothing.
    holds: feeds whose deliveries of a failing unit are put on hold, because they alone can have caused it.
    """

    suite: str
    name: str
    query: str
    expectations: tuple[Expectation, ...]
    rows_at_least: int
    holds: tuple[str, ...] = ()

    @property
    def checks(self) -> int:
        """How many checks must have been run: its expectations, and that it has rows."""
        return len(self.expectations) + 1


@dataclass(frozen=True)
class Suite:
    """One file: its frames, and the SHA-256 of its bytes, which the certificate names."""

    name: str
    version: str
    frames: tuple[Frame, ...]


def read_suites(project: Path, limits: Thresholds) -> list[Suite]:
    """Every suite of the project, thresholds filled in.

    Raises SuiteError for a key that is missing, unknown or misspelt, an empty file, an empty frame, a name given
    twice, or where there is no suite at all: an empty suite would let everything pass.
    """
    suites = [_suite(path, limits) for path in sorted((project / FOLDER).glob("*.yaml"))]
    if not suites:
        raise SuiteError("没有任何检查清单 | there is no suite", where=str(FOLDER), expected="at least one *.yaml")
    return suites


def _suite(path: Path, limits: Thresholds) -> Suite:
    content = path.read_bytes()
    frames = yaml.safe_load(content)
    if not isinstance(frames, dict) or not frames:
        raise SuiteError("空清单 | an empty suite", where=path.name, expected="frames by name")
    return Suite(
        path.stem,
        hashlib.sha256(content).hexdigest(),
        tuple(_frame(path.stem, name, _Entry(frame, f"{path.name}: {name}"), limits) for name, frame in frames.items()),
    )


class _Entry:
    """A mapping of which every key must be taken: what is left over is misspelt."""

    def __init__(self, content: Any, where: str) -> None:
        if not isinstance(content, dict):
            raise SuiteError("应为键值 | must be a mapping", where=where)
        self.left = dict(content)
        self.where = where

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        value = self.left.pop(key, default)
        if not isinstance(value, kind):
            raise SuiteError(f"{key}: 缺少或类型不对 | missing, or not a {kind.__name__}", where=self.where)
        return value

    def done(self) -> None:
        if self.left:
            raise SuiteError(f"不认识 | unknown: {', '.join(map(str, self.left))}", where=self.where)


def _frame(suite: str, name: str, entry: _Entry, limits: Thresholds) -> Frame:
    expectations = [
        _expectation(name, _Entry(item, f"{entry.where}: {number}"), limits)
        for number, item in enumerate(entry.take("expectations", list), 1)
    ]
    frame = Frame(
        suite,
        name,
        entry.take("query", str),
        tuple(expectation for expectation in expectations if expectation is not None),
        entry.take("rows_at_least", int, 1),
        tuple(entry.take("holds", list, [])),
    )
    entry.done()
    names = [expectation.name for expectation in frame.expectations]
    if not expectations or len({*names, f"{name}.has_rows"}) <= len(names):
        raise SuiteError("没有检查，或重名 | no expectation, or a name given twice", where=entry.where)
    return frame


def _expectation(frame: str, entry: _Entry, limits: Thresholds) -> Expectation | None:
    """None where its threshold is switched off, on the record, in the seed `setting`."""
    name, kind = entry.take("name", str), entry.take("type", str)
    given: Mapping[str, Any] = entry.take("kwargs", dict, {})
    severity = entry.take("severity", str)
    if kind not in ROW_TYPES or severity not in ("critical", "warning", "info"):
        raise SuiteError(f"{kind}, {severity}", where=entry.where, expected=" · ".join(sorted(ROW_TYPES)))
    kwargs = {key: _value(value, limits) for key, value in given.items()}
    expectation = Expectation(
        name=f"{frame}.{name}",
        type=kind,
        kwargs=kwargs,
        severity=severity,
        zh=entry.take("zh", str),
        en=entry.take("en", str),
        may_lack=entry.take("may_lack", bool, False),
    )
    entry.done()
    switched_off = any(isinstance(value, dict) and kwargs[key] is None for key, value in given.items())
    return None if switched_off else expectation


def _value(value: Any, limits: Thresholds) -> Any:
    """A value as it stands, or the threshold that it names: `{setting: gate_min_known_share}`."""
    return limits.of(value["setting"]) if isinstance(value, dict) else value
