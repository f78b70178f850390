"""The one file that Airflow's plugin manager reads; what it registers lives in the package."""

from airflow.plugins_manager import AirflowPlugin


class EmploymentPlugin(AirflowPlugin):
    """Employment warehouse."""

    name = "employment_warehouse"
