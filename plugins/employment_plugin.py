"""The one file that Airflow's plugin manager reads; what it registers lives in the package."""

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from employment_warehouse import settings


class EmploymentPlugin(AirflowPlugin):
    """Employment warehouse: a link to the console in the menu."""

    name = "employment_warehouse"
    external_views: ClassVar[list[dict[str, Any]]] = [
        {"name": "控制台 Console", "href": settings.console_url(), "destination": "nav"}
    ]
