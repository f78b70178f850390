"""What the processes that are killed need, imported before they are forked: a kill is then one of the step itself."""

import great_expectations  # noqa: F401
from airflow.sdk import ObjectStoragePath  # noqa: F401
from dbt.cli.main import dbtRunner  # noqa: F401
from tests.torture import site  # noqa: F401
