"""Gate 1, the models, gate 2 and the publication of a build."""

from __future__ import annotations

import logging
from datetime import date

log = logging.getLogger(__name__)


def start_build(report_date: str, run_id: str) -> int:
    """Start the night's build with the list of checks that it must pass, and restore what a rollback offers again; its
    number."""
    from employment_warehouse import gate, hr_platform, landing, publication

    publication.end_overlong_sessions()
    build = publication.start_build(date.fromisoformat(report_date), run_id)
    gate.expect_checks(build)
    landing.restore_offered(build, hr_platform.read_archived)
    landing.withdraw_lost_corrections(build)
    return build


def gate_deliveries(build: int) -> None:
    """Gate 1, and the check that everything that was found is ingested."""
    from employment_warehouse import gate

    found = gate.gate_deliveries(build)
    gate.check_intake(build)
    if found.outcomes:
        gate.write_data_docs(build, 1, found.outcomes)
    log.info("gate 1: %d deliveries accepted, %d held", len(found.accepted), len(found.held))


def build_layer(layer: str, build: int) -> None:
    """One layer of dbt: `core` or `mart`, without what a few units have sent and models cannot be computed with."""
    from employment_warehouse.runtime import layers

    built = layers.build_layer(layer, build)
    log.info("%s: %d models, %d tests", layer, built.models, built.tests)


def gate_marts(build: int) -> bool:
    """Gate 2; whether it held deliveries, so that the night is built once more without them."""
    from employment_warehouse import gate

    found = gate.gate_marts(build)
    gate.write_data_docs(build, 2, found.outcomes)
    log.info(
        "gate 2: %d of %d checks run, %d critical failed, %d deliveries held",
        found.checks_run,
        found.checks_expected,
        found.critical_failed,
        len(found.held),
    )
    return bool(found.held)


def rebuild_without_held(build: int) -> None:
    """Build and check again until gate 2 holds no further delivery."""
    from employment_warehouse import gate

    rebuild = gate.rebuild_needed(build)
    while rebuild:
        gate.void_certificate(build)
        build_layer("core", build)
        build_layer("mart", build)
        rebuild = gate_marts(build)


def publish_night(build: int) -> None:
    """Publish, or hold the night; then nothing changes for readers."""
    from employment_warehouse import publication

    publication.end_overlong_sessions()
    publication.publish_or_hold(build)
