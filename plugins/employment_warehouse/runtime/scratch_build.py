"""Models built outside a night, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from employment_warehouse import publication, transform


def run_dbt(arguments: Sequence[str], console: Console) -> None:
    """Run a command of dbt for a scratch build, and print its nodes.

    Raises DatabaseRefusal while a night is being built or is held, TransformFailed with the nodes that failed.
    """
    build = publication.start_scratch()
    for node in transform.run_scratch(arguments, build).nodes:
        console.print(f"{node.status}  {node.name}  {node.seconds:.1f} s", markup=False)
    console.print(f'试算编号 scratch build {build} · `warehouse sql --tonight "select …"`', markup=False)
