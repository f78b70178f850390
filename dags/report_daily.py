"""日报，出自现行发布。 | The daily report, from the standing publication."""

from airflow.sdk import dag, task

from employment_warehouse.runtime import steps
from employment_warehouse.runtime.dag_defaults import TASKS


@dag(schedule=None, max_active_runs=1, default_args=TASKS, doc_md=__doc__)
def report_daily() -> None:
    @task
    def write_report() -> None:
        steps.write_report("daily")

    write_report()


report_daily()
