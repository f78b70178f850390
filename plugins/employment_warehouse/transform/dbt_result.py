"""What a run of dbt did, and its failure in words that repeat no row."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

from employment_warehouse.errors import UserError

logger = logging.getLogger(__name__)


class TransformFailed(UserError):
    """汇总失败，不发布。 | A model or a test failed; the night is not published."""

    code = "transform_failed"
    exit_code = 1
    failed: tuple[Node, ...] = ()


class ServerLost(UserError):
    """与数据库的连接中断，稍后重试。 | PostgreSQL ended a connection, or could not be reached: try again."""

    code = "server_lost"
    exit_code = 1


# What libpq and PostgreSQL say then; dbt keeps neither an error's class nor its SQLSTATE.
LOST = re.compile(
    r"server closed the connection|(connection|cursor) already closed|connection not open|no connection to the server"
    r"|connection to (server|the remote node) .*failed|terminating connection|could not translate host name"
    r"|could not (connect|receive data|send data) (to|from) (server|any active)|SSL SYSCALL error"
    r"|SSL connection has been closed|too many clients|connection slots are reserved"
    r"|(database system|server) is (starting up|shutting down|in recovery mode|not (yet )?accepting)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Node:
    """What became of one node of dbt: its kind (`model`, `test`, …), status, seconds, and a message without values."""

    name: str
    kind: str
    status: str
    seconds: float
    message: str = ""

    @property
    def failed(self) -> bool:
        return self.status in {"error", "fail", "runtime error"}


@dataclass(frozen=True)
class Summary:
    """What one dbt run did."""

    select: str
    nodes: tuple[Node, ...]

    @property
    def failed(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.failed)

    @property
    def models(self) -> int:
        return sum(node.kind == "model" for node in self.nodes)

    @property
    def tests(self) -> int:
        return sum(node.kind in {"test", "unit_test"} for node in self.nodes)


def read_summary(name: str, run: Any) -> Summary:
    """What a run of dbt did; raises TransformFailed if it failed, ServerLost if a connection was lost."""
    results = getattr(run.result, "results", None)
    if results is None:
        message = without_values(str(run.exception or "dbt stopped"))
        if LOST.search(message):
            raise ServerLost(where=name, database=message)
        raise TransformFailed(where=name, found=message)
    summary = Summary(name, tuple(_read_node(result) for result in results))
    for node in summary.nodes:
        logger.info("%s %s: %s, %.1f s", node.kind, node.name, node.status, node.seconds)
    if lost := [node for node in summary.failed if LOST.search(node.message)]:
        raise ServerLost(where=lost[0].name, database=lost[0].message)
    if summary.failed or not run.success:
        failure = TransformFailed(
            where=", ".join(node.name for node in summary.failed) or name,
            found="; ".join(f"{node.name}: {node.message}" for node in summary.failed),
            todo="correct the model or the data, then run it again",
        )
        failure.failed = summary.failed
        raise failure
    return summary


def _read_node(result: Any) -> Node:
    return Node(
        name=result.node.name,
        kind=str(getattr(result.node.resource_type, "value", result.node.resource_type)),
        status=str(getattr(result.status, "value", result.status)),
        seconds=float(result.execution_time or 0),
        message=without_values(result.message or ""),
    )


def without_values(message: str) -> str:
    """dbt repeats PostgreSQL's text: what may hold a row's values (detail, context, a quoted value) is left out."""
    lines = [
        line.strip()
        for line in message.splitlines()
        if not re.match(r"\s*(DETAIL|CONTEXT|HINT|LINE \d+|compiled code at)\b", line)
    ]
    text = " ".join(line for line in lines if line)
    return re.sub(r"\d{6,}", "…", re.sub(r'(: )"[^"]*"', r'\1"…"', text))[:600]
