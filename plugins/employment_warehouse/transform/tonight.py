"""Whether the tables of `tonight` still have what the core layer left there: a crash of the server empties them."""

from __future__ import annotations

from employment_warehouse.database import connect


def begin_core(build: int) -> None:
    """The core layer of a build is begun, or tried out: nothing of it counts as built."""
    with connect("wh_transformer") as connection:
        connection.execute("select ops.begin_core(%s)", (build,))


def confirm_core(build: int) -> None:
    """The core layer is built; without effect if the server has crashed since it was begun."""
    with connect("wh_transformer") as connection:
        connection.execute("select ops.confirm_core(%s)", (build,))


def core_is_built(build: int) -> bool:
    """Whether marts can be, or were, computed from all that the core layer left."""
    with connect("wh_transformer") as connection:
        return connection.execute("select ops.core_is_built(%s)", (build,)).fetchone() == (True,)
