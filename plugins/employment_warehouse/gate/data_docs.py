"""Data Docs: a gate's results as Great Expectations' own page, one for each gate of a build.

The page has what was expected, of how many units, and how many failed: no observed value, no unit, no message. It needs
nothing from the internet: what Great Expectations would load from there (styles, scripts, pictures) is left out.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from employment_warehouse.database import connect, setting
from employment_warehouse.gate.expectation import Expectation, Outcome
from employment_warehouse.settings import TIMEZONE, current_home, write_whole

log = logging.getLogger(__name__)

_FOREIGN = re.compile(
    r"<script\b.*?</script>|<style\b.*?</style>|<footer\b.*?</footer>|<link\b[^>]*>|<img\b[^>]*>", re.DOTALL
)
_LINK_TO_SITE = re.compile(
    r'<a href="\.\./[^>]*>(.*?)</a>', re.DOTALL
)  # to pages of a site of which this is the only one
_BLANK_LINES = re.compile(r"\s*\n\s*")
_STYLE = """<style>
body { font: 16px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #1d1f23;
  margin: 1rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid #d9dde3; padding: .3rem .5rem;
  text-align: left; vertical-align: top; } .badge { background: #f3f5f8; border-radius: 3px; padding: 0 .3em; }
.text-success::before { content: "●"; } .text-danger::before { content: "✕"; color: #b3261e; }
.navbar, .sticky { display: none; } i { font-style: normal; margin-right: .3em; }
h5 { font-size: 1.1rem; margin: 1.5rem 0 0; }
</style>"""


def data_docs_of(build: int, gate: int) -> Path:
    """Where the page of one gate of a build is."""
    return _folder() / str(build) / f"gate-{gate}.html"


def write_data_docs(build: int, gate: int, outcomes: Sequence[Outcome]) -> None:
    """Write the page of a gate. What was decided stands without it: a full disk, or a fault of the renderer, is logged
    and stops no night.
    """
    path = data_docs_of(build, gate)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, _page(f"gate {gate}, build {build}", outcomes))
        _delete_old()
    except Exception as error:  # whatever the renderer raises; its text may quote what was checked
        log.error("Data Docs of build %d were not written: %s", build, type(error).__name__)


def _folder() -> Path:
    return current_home().shared / "data_docs"


def _delete_old() -> None:
    """Those of the last builds are kept, as many as the setting `retention_data_docs_builds` says."""
    with connect("wh_gate") as connection:
        kept = setting(connection, "retention_data_docs_builds", datetime.now(TIMEZONE).date())
    if kept is None:
        return
    builds = sorted(
        (folder for folder in _folder().iterdir() if folder.name.isdecimal()), key=lambda each: int(each.name)
    )
    for folder in builds[: max(len(builds) - int(kept), 0)]:
        shutil.rmtree(folder, ignore_errors=True)


def _page(title: str, outcomes: Iterable[Outcome]) -> str:
    from great_expectations.core import ExpectationSuiteValidationResult  # noqa: PLC0415  takes seconds
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer  # noqa: PLC0415
    from great_expectations.render.view.view import DefaultJinjaPageView  # noqa: PLC0415

    by_check: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        by_check.setdefault(outcome.check, []).append(outcome)
    results = [_result(suite, found) for (suite, _), found in sorted(by_check.items())]
    passed = sum(bool(result.success) for result in results)
    whole = ExpectationSuiteValidationResult(
        success=passed == len(results),
        results=results,
        suite_name=title,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(results) - passed,
            "success_percent": 100 * passed / len(results) if results else 100,
        },
        meta={
            "run_id": {"run_name": title, "run_time": datetime.now(TIMEZONE).isoformat()},
            "active_batch_definition": {},
        },
    )
    view: Any = DefaultJinjaPageView()  # without types
    return _without_foreign(view.render(ValidationResultsPageRenderer(run_info_at_end=False).render(whole)))


def _result(suite: str, found: Sequence[Outcome]) -> Any:
    """One expectation over all of its units: counts alone."""
    from great_expectations.core import ExpectationValidationResult  # noqa: PLC0415
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration  # noqa: PLC0415

    expectation = found[0].expectation
    failed = sum(not outcome.success for outcome in found)
    return ExpectationValidationResult(
        success=not failed,
        expectation_config=ExpectationConfiguration(
            type=expectation.type,
            kwargs=_in_suite(suite, expectation),
            meta={
                "notes": {
                    "format": "string",
                    "content": [f"{expectation.zh} | {expectation.en} ({expectation.severity})"],
                }
            },
        ),
        result={
            "element_count": len(found),
            "unexpected_count": failed,
            "unexpected_percent": 100 * failed / len(found),
        },
        exception_info={"raised_exception": False, "exception_traceback": None, "exception_message": None},
    )


def _in_suite(suite: str, expectation: Expectation) -> dict[str, Any]:
    """Its arguments; the page has a section for each column, and suites may have columns of one name."""
    columns = {"column", "column_A", "column_B"}
    return {name: f"{suite}.{value}" if name in columns else value for name, value in expectation.kwargs.items()}


def _without_foreign(page: str) -> str:
    kept = _BLANK_LINES.sub("\n", _LINK_TO_SITE.sub(r"\1", _FOREIGN.sub("", page)))
    return kept.replace("<html>", '<html lang="en">', 1).replace("</head>", f"{_STYLE}</head>", 1)
