"""Access to the HR platform, if there is one."""

from __future__ import annotations

from dataclasses import dataclass

from employment_warehouse.errors import UserError
from employment_warehouse.settings.variables import variable


@dataclass(frozen=True)
class PlatformAccess:
    """Address and credentials of the HR platform."""

    url: str
    client_id: str
    client_secret: str


PLATFORM_VARIABLES = ("WAREHOUSE_HR_URL", "WAREHOUSE_HR_CLIENT_ID", "WAREHOUSE_HR_CLIENT_SECRET")


def is_platform_set() -> bool:
    """Whether any variable of an HR platform is set."""
    return any(variable(name) for name in PLATFORM_VARIABLES)


def platform_access() -> PlatformAccess | None:
    """WAREHOUSE_HR_URL, WAREHOUSE_HR_CLIENT_ID, WAREHOUSE_HR_CLIENT_SECRET; None: there is no HR platform.

    Raises UserError (`platform_half_configured`) if only some of the three are set.
    """
    values = {name: variable(name) for name in PLATFORM_VARIABLES}
    if not any(values.values()):
        return None
    missing = [name for name in PLATFORM_VARIABLES if not values[name]]
    if missing:
        raise UserError(
            "人才平台的配置不完整 | the HR platform is only partly configured",
            code="platform_half_configured",
            where=", ".join(missing),
            expected="all three set, or none",
            todo="set the missing ones, or unset the others if there is no platform",
        )
    url, client_id, client_secret = values.values()
    return PlatformAccess(url.rstrip("/"), client_id, client_secret)
