"""夜间流程：收集三类来源，汇总，发布，出日报。 | The night: ingest three sources, build, publish, report."""

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag, task

from employment_warehouse.runtime import steps
from employment_warehouse.runtime.dag_defaults import REPORT_DATE_IF_ANY, TASKS, WAITS, night_timetable

RUN = "night__{{ run_id }}"  # of each DAG that a night triggers


@dag(
    schedule=night_timetable(),
    catchup=False,
    max_active_runs=1,
    default_args=TASKS,
    params={"report_date": REPORT_DATE_IF_ANY},
    doc_md=__doc__,
)
def night() -> None:
    @task.short_circuit
    def choose_date(params=None, dag_run=None) -> str:
        return steps.choose_date(params["report_date"], dag_run.run_after)

    @task
    def expect_deliveries(report_date: str) -> None:
        steps.expect_deliveries(report_date)

    @task(trigger_rule="all_done")
    def end_intake() -> None:
        """An ingest DAG that failed does not stop the build of what the others ingested."""

    @task
    def record_history() -> None:
        steps.record_history()

    @task
    def purge_landing() -> None:
        steps.purge_landing()

    @task
    def confirm_intake(report_date: str) -> None:
        steps.confirm_intake(report_date)

    @task(trigger_rule="all_done")
    def write_returns(report_date: str) -> None:
        steps.write_returns(report_date)

    @task(trigger_rule="all_done")
    def deliver_alerts(report_date: str | None, build_run: str) -> None:
        steps.deliver_alerts(report_date, build_run)

    report_date = choose_date()

    def run(dag_id: str) -> TriggerDagRunOperator:
        return TriggerDagRunOperator(
            task_id=dag_id,
            trigger_dag_id=dag_id,
            trigger_run_id=RUN,
            conf={"report_date": report_date},
            logical_date=None,
            reset_dag_run=True,
            wait_for_completion=True,
            deferrable=True,
            poke_interval=1,
            retry_policy=WAITS,
        )

    due = expect_deliveries(report_date)
    sources = [run("ingest_county_files"), run("ingest_relief_payroll"), run("ingest_hr_platform")]
    # A night that was released by hand is recorded with the seeds of its own date.
    released = record_history.override(task_id="record_released")()
    build = run("build_warehouse")
    outputs = [run("report_daily"), write_returns(report_date), record_history(), purge_landing()]
    alerts = deliver_alerts(report_date, RUN)
    due >> [*sources, released] >> end_intake() >> build >> outputs >> alerts
    due >> build
    # What failed stops nothing that can still be done, and fails the run at its end.
    [*sources, released, *outputs, alerts] >> confirm_intake(report_date)


night()
