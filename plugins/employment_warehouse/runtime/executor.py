"""The executor of tasks on one machine."""

from __future__ import annotations

import importlib
import logging
import os

from airflow.executors.local_executor import LocalExecutor

# Libraries that a task would need seconds to import. Not our own modules, so that a task runs the code that is on disk;
# and none that starts threads when it is imported, as polars does: a fork has only the thread that forked.
PRELOADED = ("psycopg", "cryptography.hazmat.primitives.ciphers", "great_expectations", "dbt.cli.main")


class PreloadedExecutor(LocalExecutor):
    """LocalExecutor whose tasks, each a fork, find large libraries already imported: a night has some thirty tasks."""

    def start(self) -> None:
        # As in gate/validation.py, but before the import.
        os.environ["GX_ANALYTICS_ENABLED"] = "False"
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        for module in PRELOADED:
            importlib.import_module(module)
        super().start()
