"""PostgreSQL: connections by role, migrations, the one formatter of database errors, the embedded server."""

from employment_warehouse.database.connections import OWN_LOGIN, connect, signed_in
from employment_warehouse.database.deadlock import repeat_after_deadlock
from employment_warehouse.database.describe import DatabaseRefusal, describe, refusals
from employment_warehouse.database.migrate import migrate
from employment_warehouse.database.setting_lookup import setting

__all__ = [
    "OWN_LOGIN",
    "DatabaseRefusal",
    "connect",
    "describe",
    "migrate",
    "refusals",
    "repeat_after_deadlock",
    "setting",
    "signed_in",
]
