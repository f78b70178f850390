"""县市报送文件入库，按县市并行。 | County files, ingested county by county."""

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
def ingest_county_files() -> None:
    @task
    def check_arrivals(report_date: str) -> list[str]:
        return steps.find_counties(report_date)

    @task(map_index_template="{{ county }}")
    def ingest_deliveries(report_date: str, county: str) -> None:
        steps.ingest_county(county, report_date)

    report_date = "{{ params.report_date }}"
    ingest_deliveries.partial(report_date=report_date).expand(county=check_arrivals(report_date))


ingest_county_files()
