"""Paths, addresses and keys of a warehouse. Nothing but this package reads the environment."""

from employment_warehouse.settings.changed_files import read_when_changed
from employment_warehouse.settings.home import (
    Home,
    current_home,
    existing_home,
    is_demonstration,
    landing_zone,
    project_seed_file,
    seed_file,
)
from employment_warehouse.settings.keys import (
    SecretKeys,
    adopt_next_wrapping_key,
    are_keys_given,
    choose_next_wrapping_key,
    keys_stand_still,
    secret_keys,
)
from employment_warehouse.settings.platform import PlatformAccess, is_platform_set, platform_access
from employment_warehouse.settings.variables import (
    TIMEZONE,
    alert_urls,
    bulletin_number,
    connection,
    console_url,
    contact,
    project_root,
    repeated_bulletin_number,
    report_readers,
    variable,
)
from employment_warehouse.settings.whole_file import DRAFT, sync_folder, whole_file, write_once, write_whole

__all__ = [
    "DRAFT",
    "TIMEZONE",
    "Home",
    "PlatformAccess",
    "SecretKeys",
    "adopt_next_wrapping_key",
    "alert_urls",
    "are_keys_given",
    "bulletin_number",
    "choose_next_wrapping_key",
    "connection",
    "console_url",
    "contact",
    "current_home",
    "existing_home",
    "is_demonstration",
    "is_platform_set",
    "keys_stand_still",
    "landing_zone",
    "platform_access",
    "project_root",
    "project_seed_file",
    "read_when_changed",
    "repeated_bulletin_number",
    "report_readers",
    "secret_keys",
    "seed_file",
    "sync_folder",
    "variable",
    "whole_file",
    "write_once",
    "write_whole",
]
