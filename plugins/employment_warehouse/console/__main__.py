"""Serve the console: `python -m employment_warehouse.console HOST PORT`; PGHOST, PGPORT: of the database."""

import sys
import tempfile

import uvicorn

from employment_warehouse import settings
from employment_warehouse.console.application import create

if __name__ == "__main__":
    host, port = sys.argv[1:]
    tempfile.tempdir = str(settings.current_home().uploads)  # an upload that is being received has no other place
    uvicorn.run(create(), host=host, port=int(port), log_level="warning", server_header=False, timeout_keep_alive=20)
