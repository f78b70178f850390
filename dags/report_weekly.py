"""周调度，每周一，出自现行发布。 | The weekly dispatch, on Mondays, from the standing publication."""

from airflow.sdk import dag, task

from employment_warehouse.runtime import steps
from employment_warehouse.runtime.dag_defaults import TASKS, report_timetable


@dag(schedule=report_timetable("weekly"), catchup=False, max_active_runs=1, default_args=TASKS, doc_md=__doc__)
def report_weekly() -> None:
    @task
    def write_report() -> None:
        steps.write_report("weekly")

    write_report()


report_weekly()
