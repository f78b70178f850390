"""入库前检查、汇总、发布前检查、发布。 | Gate 1, build, gate 2, publish."""

from airflow.sdk import dag, task

from employment_warehouse.runtime import steps
from employment_warehouse.runtime.dag_defaults import REPORT_DATE, TASKS


@dag(
    schedule=None,
    max_active_runs=1,
    default_args=TASKS,
    params={"report_date": REPORT_DATE},
    doc_md=__doc__,
)
def build_warehouse() -> None:
    @task
    def start_build(report_date: str, run_id=None) -> int:
        return steps.start_build(report_date, run_id)

    @task
    def gate_deliveries(build: int) -> None:
        steps.gate_deliveries(build)

    @task
    def build_core(build: int) -> None:
        steps.build_layer("core", build)

    @task
    def build_marts(build: int) -> None:
        steps.build_layer("mart", build)

    @task
    def gate_marts(build: int) -> None:
        steps.gate_marts(build)

    @task
    def rebuild_without_held(build: int) -> None:
        steps.rebuild_without_held(build)

    @task
    def publish_night(build: int) -> None:
        steps.publish_night(build)

    build = start_build("{{ params.report_date }}")
    (
        gate_deliveries(build)
        >> build_core(build)
        >> build_marts(build)
        >> gate_marts(build)
        >> rebuild_without_held(build)
        >> publish_night(build)
    )


build_warehouse()
