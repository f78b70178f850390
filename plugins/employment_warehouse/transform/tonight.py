"""Whether the tables of `tonight` still have what a build left there: a crash of the server empties them."""

from __future__ import annotations

from employment_warehouse.database import connect
from employment_warehouse.transform.outcome import ServerLost


def begin_core(build: int) -> None:
    """The core layer of a build is begun: nothing of it counts as built."""
    with connect("wh_transformer") as connection:
        connection.execute("select ops.begin_core(%s)", (build,))


def core_is_built(build: int) -> bool:
    """Whether marts can be computed from what the core layer left."""
    with connect("wh_transformer") as connection:
        return connection.execute("select ops.core_is_built(%s)", (build,)).fetchone() == (True,)


def confirm_layer(build: int) -> None:
    """A layer of a build is built. Raises ServerLost if the server has crashed since the core was begun."""
    with connect("wh_transformer") as connection:
        if connection.execute("select ops.confirm_layer(%s)", (build,)).fetchone() != (True,):
            raise ServerLost(f"build {build}: the server has crashed, and its tables of tonight are empty")
