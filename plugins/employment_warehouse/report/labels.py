"""Names that the report takes from contracts and seeds: findings and channels of employment, in Chinese and English."""

from __future__ import annotations

import csv
from typing import NamedTuple

from employment_warehouse.contract import contract
from employment_warehouse.settings import current_home, project_root


class Label(NamedTuple):
    """One name in both languages."""

    zh: str
    en: str


class Labels(dict[str, Label]):
    """Names by code; a code without a name is shown as another kind of entry, with its code."""

    def __missing__(self, code: str) -> Label:
        return Label(f"其他（{code}）", f"other ({code})")


def finding_labels() -> Labels:
    """Names of the findings: the columns name_zh and name_en of the seed `finding_rule`, else its notes."""
    own = current_home().root / "seeds" / "finding_rule.csv"
    path = own if own.is_file() else project_root() / "dbt_project" / "seeds" / "finding_rule.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return Labels(
            {
                row["finding"]: Label(row.get("name_zh") or row["note_zh"], row.get("name_en") or row["note_en"])
                for row in csv.DictReader(file)
            }
        )


def channel_labels() -> Labels:
    """Names of the channels of employment: the codes of the contract `employment`."""
    labels = Labels()
    for label, code in contract("employment").column("channel").codes.items():
        labels.setdefault(code, Label(label, code.replace("_", " ")))
    return labels
