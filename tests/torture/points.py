"""The named points at which a night is killed, in its intake and after it."""

from __future__ import annotations

from tests.torture.faults import Point

PACKAGE = "employment_warehouse."


def _points(*named: tuple[str, str, str] | tuple[str, str, str, int]) -> tuple[Point, ...]:
    return tuple(Point(name, PACKAGE + function, moment, *call) for name, function, moment, *call in named)


NAMED = _points(
    ("what is due is not recorded yet", "landing:expect_deliveries", "before"),
    ("what is due is recorded", "landing:expect_deliveries", "after"),
    ("the zone is read, nothing recorded", "landing:record_scan", "before"),
    ("the claim, not committed", "landing.ledger:claim", "after"),
    ("the archive has it under no name yet", "landing.archive:_seal_chunks", "after"),
    ("rejected rows, after", "landing.loading:store_rejected", "after"),
    ("COPY is ended", "landing.copying:RowCopy.flush", "after", 2),
)
# Row by row: the first file takes 52 calls, then come the header and the hundred rows of the register.
COPY = Point("COPY at 50 %", "psycopg:Copy.write", "before", 104, rows_at_once=1)
POINTS = (*NAMED, COPY)

CORE, MARTS = 24, 48
"""Models of each layer that are surely there."""


def _models(layer: str, last: int) -> tuple[Point, ...]:
    """Killed in the midst of a layer: at the first model, and at later ones."""
    executed = "dbt.task.run:ModelRunner.execute"
    calls = (1, last // 3, last // 2, last - last // 4)
    return tuple(Point(f"{layer}, model {call}", executed, "before", call) for call in calls)


def _layer(layer: str, last: int) -> tuple[Point, ...]:
    return (
        *_points((f"{layer}, the rules are recorded", "transform.runs:_without_manifest", "before")),
        *_models(layer, last),
        Point(f"{layer}, a model is built", "dbt.task.run:ModelRunner.execute", "after", last // 4),
        *_points(
            (f"{layer}, the run is not written", "transform.runs:read_summary", "after"),
            (f"{layer} is built", "transform:run_dbt", "after"),
        ),
    )


AFTER_INTAKE = {
    "start_build": _points(
        ("the build is not begun", "publication:start_build", "before"),
        ("the build, not committed", "publication:_value", "after", 2),
        ("the build is begun", "publication:start_build", "after"),
        ("its checks are listed", "gate:expect_checks", "after"),
        ("what is offered again is restored", "landing:restore_offered", "after"),
    ),
    "gate_deliveries": _points(
        ("gate 1 is not begun", "gate:gate_deliveries", "before"),
        ("gate 1, a feed is measured", "gate.deliveries:profiles", "after"),
        ("gate 1, a decision, not committed", "gate.deliveries:_record_decision", "after", 2),
        ("gate 1, all results, not committed", "gate.ledger:write", "after"),
        ("gate 1 has decided", "gate:gate_deliveries", "after"),
        ("the intake is checked", "gate:check_intake", "after"),
        ("the page of gate 1 is written", "gate:write_data_docs", "after"),
    ),
    "build_core": _layer("core", CORE),
    "build_marts": _layer("marts", MARTS),
    "gate_marts": _points(
        ("gate 2 is not begun", "gate:gate_marts", "before"),
        ("gate 2, the build is sealed", "gate.marts:suites_in_force", "before"),
        ("gate 2, the first frame is checked", "gate.marts:check_frame", "after"),
        ("gate 2, half of the frames", "gate.marts:check_frame", "after", 30),
        ("gate 2, results, not committed", "gate.ledger:write", "after"),
        ("the certificate, not committed", "gate.marts:_certify", "after"),
        ("the certificate", "gate:gate_marts", "after"),
        ("the page of gate 2 is written", "gate:write_data_docs", "after"),
    ),
    "rebuild_without_held": _points(("nothing is to be built again", "gate:rebuild_needed", "after")),
    "publish_night": _points(
        ("before the pointer", "publication:publish", "before"),
        ("the pointer, not committed", "publication:_value", "after", 2),
        ("after the pointer, its place in the log not marked", "publication:_as_publisher", "after", 2),
        ("its place in the log is marked", "publication:publish", "after"),
    ),
    "write_report": (
        *_points(("figures are read", "report.daily:read_figures", "after")),
        Point("a draft of the report", "pathlib:Path.replace", "before"),
        Point("the page without the workbook", "pathlib:Path.replace", "after"),
        *_points(
            ("the report, not sent", "report:send_report", "before"),
            ("the report is sent, which is not recorded", "report.sending:_send", "after"),
            ("the report is sent", "report:send_report", "after"),
        ),
    ),
    "write_returns": (
        *_points(("no workbook yet", "returns:write_workbooks", "before")),
        Point("a draft of a return workbook", "pathlib:Path.replace", "before"),
        Point("one workbook of two", "pathlib:Path.replace", "after"),
        *_points(("all workbooks", "returns:write_workbooks", "after")),
    ),
    "record_history": _points(
        ("the record of the night is not written", "runtime.history:_write", "before"),
        ("the record of the night, not that of the ledger", "runtime.history:_write", "after"),
        ("the night is recorded", "runtime.history:record", "after"),
    ),
    "purge_landing": _points(
        ("nothing is purged", "landing:purge", "before"),
        ("all is purged", "landing:purge", "after"),
        ("before what has expired", "landing:delete_expired", "before"),
        ("what has expired is deleted", "landing:delete_expired", "after"),
    ),
    "deliver_alerts": _points(
        ("no alert is raised", "alert:raise_night_alerts", "before"),
        ("alerts are raised, others not resolved", "alert.collecting:resolve_others", "before"),
        ("alerts are raised", "alert:raise_night_alerts", "after"),
        ("a digest is sent, which is not recorded", "alert.delivering:_send", "after"),
        ("all digests are sent", "alert:deliver_alerts", "after"),
    ),
    "confirm_intake": _points(("before the intake is confirmed", "landing:confirm_intake", "before")),
}
"""Task → the points at which it is killed."""
