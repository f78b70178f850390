"""Files that clerks upload on the console: read as a night reads them, and answered within seconds."""

from employment_warehouse.upload.folder import is_read
from employment_warehouse.upload.sending import MEGABYTE, InvalidUpload, UploadRequest, send
from employment_warehouse.upload.serving import read_waiting, serve

__all__ = ["MEGABYTE", "InvalidUpload", "UploadRequest", "is_read", "read_waiting", "send", "serve"]
