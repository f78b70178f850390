"""以工代赈工资与银行回盘入库，按表并行。 | Work-relief payroll and bank returns, ingested feed by feed."""

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
def ingest_relief_payroll() -> None:
    @task
    def check_arrivals(report_date: str) -> list[str]:
        return steps.find_relief_feeds(report_date)

    @task(map_index_template="{{ feed }}")
    def ingest_deliveries(report_date: str, feed: str) -> None:
        steps.ingest_relief_feed(feed, report_date)

    report_date = "{{ params.report_date }}"
    ingest_deliveries.partial(report_date=report_date).expand(feed=check_arrivals(report_date))


ingest_relief_payroll()
