"""The executor of tasks on one machine."""

from __future__ import annotations

import importlib
import logging
import os

from airflow.executors.local_executor import LocalExecutor

# What takes a task seconds to import. None of ours, so that a task runs the code as it is on disk, and nothing that
# starts threads when it is imported, as polars does: a fork has only the thread that forked.
PRELOADED = ("psycopg", "cryptography.hazmat.primitives.ciphers", "great_expectations", "dbt.cli.main")


class PreloadedExecutor(LocalExecutor):
    """LocalExecutor whose tasks, each a fork, find large libraries imported: a night has some thirty tasks."""

    def start(self) -> None:
        # As in gate/validation.py, but before the import.
        os.environ["GX_ANALYTICS_ENABLED"] = "False"
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        for module in PRELOADED:
            importlib.import_module(module)
        super().start()
