"""The HR platform: its REST interface read incrementally, and landed like any other delivery."""

from employment_warehouse.hr_platform.client import Platform, PlatformFault
from employment_warehouse.hr_platform.intake import ingest_resource, read_archived

__all__ = ["Platform", "PlatformFault", "ingest_resource", "read_archived"]
