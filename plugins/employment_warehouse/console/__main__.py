"""Serve the console: `python -m employment_warehouse.console HOST PORT`; PGHOST, PGPORT: of the database."""

import sys

import uvicorn

from employment_warehouse.console.application import create

if __name__ == "__main__":
    host, port = sys.argv[1:]
    uvicorn.run(create(), host=host, port=int(port), log_level="warning", server_header=False, timeout_keep_alive=20)
