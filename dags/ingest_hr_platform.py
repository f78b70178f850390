"""人才平台与零工市场接口入库，按资源。 | The HR platform's interface, resource by resource."""

from airflow.sdk import dag, task

from employment_warehouse.contract import platform_feeds
from employment_warehouse.runtime import steps
from employment_warehouse.runtime.dag_defaults import REPORT_DATE, TASKS


@dag(
    schedule=None,
    max_active_runs=1,
    default_args=TASKS,
    params={"report_date": REPORT_DATE},
    doc_md=__doc__,
)
def ingest_hr_platform() -> None:
    @task(map_index_template="{{ resource }}")
    def ingest_resource(report_date: str, resource: str) -> None:
        steps.ingest_resource(resource, report_date)

    ingest_resource.partial(report_date="{{ params.report_date }}").expand(resource=list(platform_feeds()))


ingest_hr_platform()
