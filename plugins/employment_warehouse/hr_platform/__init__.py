"""The HR platform: its REST interface read incrementally, and landed like any other delivery."""

from employment_warehouse.hr_platform.client import Platform
from employment_warehouse.hr_platform.ingesting import ingest_resource, read_archived
from employment_warehouse.hr_platform.requests import PlatformFault

__all__ = ["Platform", "PlatformFault", "ingest_resource", "read_archived"]
