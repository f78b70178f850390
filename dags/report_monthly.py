"""月通报，每月5日，出自现行发布。 | The monthly bulletin, on the 5th, from the standing publication."""

from airflow.sdk import dag, task

from employment_warehouse.runtime import steps
from employment_warehouse.runtime.dag_defaults import TASKS, report_timetable


@dag(schedule=report_timetable("monthly"), catchup=False, max_active_runs=1, default_args=TASKS, doc_md=__doc__)
def report_monthly() -> None:
    @task
    def write_report() -> None:
        steps.write_report("monthly")

    write_report()


report_monthly()
