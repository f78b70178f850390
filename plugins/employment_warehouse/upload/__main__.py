"""Read what clerks upload: `python -m employment_warehouse.upload`, the process `uploads`."""

import logging

from employment_warehouse.upload.serving import serve

if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    serve()
