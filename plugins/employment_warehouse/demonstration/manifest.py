"""What was generated, and the expected results: computed while generating, never by the warehouse's own code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

FILE_NAME = "manifest.json"


@dataclass(frozen=True)
class Rejected:
    """A row that must be rejected: its line, column and reason."""

    line: int
    column: str
    """Header text of the column in this file."""
    reason: str


@dataclass(frozen=True)
class Delivery:
    """One file of one revision: its content and the expected result."""

    feed: str
    unit: str
    report_date: date
    part: str
    path: str
    """Relative to the landing zone, once it has arrived."""
    kind: str
    """`file` · `nil` · `repeat` (the same bytes again: nothing to ingest) · `growing` (skipped)"""
    revision: int
    arrives_for: date
    """The first night that finds it."""
    modified_at: datetime
    rows: int
    landed: int
    rejected: Sequence[Rejected] = ()
    totals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of payroll and payments: period → sums of the landed rows' due and paid, CNY to the fen."""


@dataclass(frozen=True)
class Trace:
    """What a fault leaves in a mart (or `ops` table) of a night: the row with `key` has `value`."""

    mart: str
    night: date
    key: Mapping[str, Any]
    value: Mapping[str, Any] | None
    """Columns and their values; None: no such row exists."""


@dataclass(frozen=True)
class Fault:
    """A fault planted on purpose, in words, and its outcome."""

    code: str
    title_zh: str
    title_en: str
    traces: Sequence[Trace]


@dataclass(frozen=True)
class Case:
    """A case that is open on some nights. All cases are planted: on these nights no other is open."""

    kind: str
    finding: str
    key: Sequence[str]
    """Parts of the warehouse's key; a person by ID number, where the warehouse has a token."""
    lines: int
    """Payroll lines behind it; else 1."""
    nights: Sequence[date]


@dataclass(frozen=True)
class Manifest:
    people: int
    seed: int
    nights: Sequence[date]
    deliveries: Sequence[Delivery]
    faults: Sequence[Fault]
    cases: Sequence[Case]
    counts: Mapping[str, int]
    """Rows by feed over all files, and platform items by resource."""

    def write(self, folder: Path) -> None:
        """Write `manifest.json` into the folder."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)
        (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generated landing zone. Raises FileNotFoundError where there is none."""
    found = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    return Manifest(
        people=found["people"],
        seed=found["seed"],
        nights=[date.fromisoformat(n) for n in found["nights"]],
        deliveries=[_delivery(d) for d in found["deliveries"]],
        faults=[_fault(f) for f in found["faults"]],
        cases=[Case(**c | {"nights": [date.fromisoformat(n) for n in c["nights"]]}) for c in found["cases"]],
        counts=found["counts"],
    )


def _delivery(found: dict[str, Any]) -> Delivery:
    return Delivery(
        **found
        | {
            "report_date": date.fromisoformat(found["report_date"]),
            "arrives_for": date.fromisoformat(found["arrives_for"]),
            "modified_at": datetime.fromisoformat(found["modified_at"]),
            "rejected": [Rejected(**r) for r in found["rejected"]],
        }
    )


def _fault(found: dict[str, Any]) -> Fault:
    traces = [Trace(**s | {"night": date.fromisoformat(s["night"])}) for s in found["traces"]]
    return Fault(**found | {"traces": traces})
