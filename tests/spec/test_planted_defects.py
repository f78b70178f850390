"""The defects that `make oracle` plants: each must still find the text that it changes."""

from __future__ import annotations

import pytest
from tests.oracle.planted import PLANTED, Planted

from employment_warehouse.settings import project_root


@pytest.mark.parametrize("defect", PLANTED, ids=lambda defect: defect.name)
def test_a_planted_defect_changes_its_model(defect: Planted) -> None:
    assert defect.old in (project_root() / "dbt_project" / defect.path).read_text("utf-8")
    assert defect.new != defect.old


def test_each_planted_defect_is_reported() -> None:
    report = " ".join((project_root() / "docs" / "reliability.md").read_text("utf-8").split())
    assert [defect.name for defect in PLANTED if defect.name not in report] == []
    assert f"plants {len(PLANTED)} defects" in report and f"All {len(PLANTED)} were detected" in report
