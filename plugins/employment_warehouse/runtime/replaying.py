"""The history of publications replayed: each night's deliveries are landed, built and published again, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from employment_warehouse import landing, publication, transform
from employment_warehouse.database import seed_tables
from employment_warehouse.hr_platform import read_archived
from employment_warehouse.runtime.history import Record
from employment_warehouse.runtime.recorded_rows import continue_numbers, insert_rows
from employment_warehouse.runtime.relanding import RebuildDiffers, land

# A row of ops.due that is there has been caused by other deliveries since.
DUE_AGAIN: LiteralString = """(feed, unit, report_date) do update set
    recorded_at = excluded.recorded_at, causes = excluded.causes, caused_at = excluded.caused_at"""
Proof = Literal["equal", "other_models", "erased"]


@dataclass(frozen=True)
class RebuiltPublication:
    """A publication that was rebuilt, and how far its digest proves it."""

    publication: int
    report_date: str
    proof: Proof


@dataclass
class Replay:
    """A replay as superuser, on a database that is not in use yet. layers: what dbt selects, one after another."""

    connection: psycopg.Connection
    ledger: Record
    layers: Sequence[str]
    landed: set[int] = field(default_factory=set)
    has_erased: bool = False
    unlike: set[int] = field(default_factory=set)  # publications with, or after, rows that other models made otherwise

    def run(self, records: list[Record]) -> list[RebuiltPublication]:
        """Replay these nights, and then what was decided after them. Raises RebuildDiffers."""
        # The acts of the rebuild follow those of the history.
        last = max((act["act"] for act in self.ledger.get("acts", [])), default=0)
        continue_numbers(self.connection, "act", "act", last + 1)
        if self.ledger:
            insert_rows(self.connection, "vault", "erasure", self.ledger["vault"]["erasures"])
        rebuilt = [self._replay(night) for night in records]
        if self.ledger:
            self._complete()
        return rebuilt

    def _replay(self, night: Record) -> RebuiltPublication:
        build, number = night["build"], int(night["build"]["build"])
        self._roll_back_to(int(build["base"]), night["withdrawn"], f"publication {number}")
        self._decide(night)
        self._land_all(night["deliveries"])
        insert_rows(self.connection, "ops", "build", night["unpublished"])
        insert_rows(self.connection, "ops", "due", night["due"], DUE_AGAIN)
        continue_numbers(self.connection, "build", "build", number)
        held = self._held_deliveries()
        publication.start_build(build["report_date"], build["run_id"])
        landing.restore_offered(number, read_archived)
        # What begins with the build is as it was decided then: it offered again only what is recorded.
        self._set_states(held)
        self._set_states(night["states"])
        self._require_rows(number)
        insert_rows(self.connection, "ops", "delivery_profile", night["profiles"])
        for layer in self.layers:
            transform.run_dbt(layer, number)
        proof = self._prove(night)
        self._certify(night)
        self._publish(night)
        landing.purge()
        return RebuiltPublication(number, build["report_date"], proof)

    def _roll_back_to(self, base: int, withdrawn: list[int], where: str) -> None:
        """What a night did not begin on was rolled back before it."""
        self.connection.execute(
            """
            select ops.roll_back(min(p.publication), (
                select coalesce(array_agg(d.delivery_id), '{}') from ops.delivery as d
                where d.delivery_id = any(%(withdrawn)s) and d.status = 'accepted' and d.build > %(base)s
            ), 'rebuilt from the archive')
            from ops.valid_publication as p where p.publication > %(base)s
            having count(*) > 0
            """,
            {"withdrawn": withdrawn, "base": base},
        )
        head = self.connection.execute("select ops.chain_head()").fetchone()
        if head != (base,):
            raise RebuildDiffers(
                where=where,
                expected=f"a record of publication {base}, which it follows",
                found="none in the archive",
                todo="restore archive/history from a backup",
            )

    def _decide(self, decided: Record) -> None:
        """What operators had decided, what had failed to be ingested, and the seeds, as they were."""
        for table in ("rule_decision", "decided_value", "waiver", "intake_failure"):
            self.connection.execute(sql.SQL("delete from {}").format(sql.Identifier("ops", table)))
            # Records were once made without `decided_value`.
            insert_rows(self.connection, "ops", table, decided.get(table, []))
        known = "select p.publication from ops.publication as p"
        published = {number for (number,) in self.connection.execute(known)}
        closed = [month for month in decided["month_close"] if month["publication"] in published]
        insert_rows(self.connection, "ops", "month_close", closed)
        if "seeds" in decided:
            present = "select c.relname from pg_class as c where c.relnamespace = 'seeds'::regnamespace"
            declared = {name for (name,) in self.connection.execute(present)}
            seeds = {name: rows for name, rows in decided["seeds"].items() if name in declared}
            seeds["setting"] = seed_tables.with_every_setting(seeds["setting"])
            self.connection.execute("select ops.load_seeds(%s)", [Jsonb(seeds)])
        else:
            self.connection.execute("select ops.apply_decided_values()")

    def _land_all(self, deliveries: list[Record]) -> None:
        erased = {counts["delivery_id"]: counts for counts in self.ledger.get("erased", [])}
        for row in deliveries:
            if row["delivery_id"] not in self.landed:
                self.has_erased |= row["delivery_id"] in erased
                land(self.connection, row | erased.get(row["delivery_id"], {}))
                self.landed.add(row["delivery_id"])

    def _held_deliveries(self) -> list[Record]:
        """States of the deliveries on hold."""
        rows = self.connection.execute(
            "select to_jsonb(h) from (select d.delivery_id, d.status, d.reason, d.held_by, d.build"
            " from ops.delivery as d where d.status = 'held') as h"
        )
        return [state for (state,) in rows]

    def _set_states(self, states: list[Record]) -> None:
        """What the gates decided on deliveries."""
        self.connection.execute(
            """
            update ops.delivery as d set status = s.status, reason = s.reason, held_by = s.held_by, build = s.build
            from jsonb_to_recordset(%s) as s (
                delivery_id bigint, status text, reason text, held_by text, build integer
            )
            where d.delivery_id = s.delivery_id
            """,
            [Jsonb(states)],
        )

    def _require_rows(self, number: int) -> None:
        """What was accepted then has its rows: no gate looks at them here."""
        lost = self.connection.execute(
            """
            select p.delivery_id from ops.part_in_force as p
            inner join ops.delivery as d on p.delivery_id = d.delivery_id
            where d.build = %s and d.status = 'accepted' and d.purged_at is not null and d.rows_landed > 0
            order by p.delivery_id limit 1
            """,
            [number],
        ).fetchone()
        if lost is not None:
            raise RebuildDiffers(
                where=f"publication {number}",
                expected=f"the rows of delivery {lost[0]}, which it had accepted",
                found="none that could be restored",
                todo="restore the archive from a backup",
            )

    def _prove(self, night: Record) -> Proof:
        number, base = int(night["build"]["build"]), int(night["build"]["base"])
        found = self.connection.execute(
            "select ops.publication_digest(b.build)::text, b.rules_digest from ops.build as b where b.build = %s",
            [number],
        ).fetchone()
        assert found is not None
        digest, rules = found
        is_equal = digest == night["digest"]
        # The first night after an upgrade replaced rows of the former models, which are not here: its digest differs
        # too, and so does that of each later one that changes such a row.
        if base in self.unlike or (not is_equal and rules != night["build"]["rules_digest"]):
            self.unlike.add(number)
        if is_equal:
            return "equal"
        if self.has_erased or number >= min(self.ledger.get("erased_publications", []), default=number + 1):
            return "erased"
        if number in self.unlike:
            return "other_models"
        raise RebuildDiffers(
            where=f"publication {number} ({night['build']['report_date']})",
            expected=f"digest {night['digest']}",
            found=f"digest {digest}",
            todo="a file or a record of the archive is not what it was: restore the archive from a backup",
        )

    def _certify(self, night: Record) -> None:
        """What gate 2 found then, on the rows as they are; digests of a certificate have a key of their own."""
        number = night["build"]["build"]
        self.connection.execute("select ops.seal_build(%s)", [number])
        insert_rows(self.connection, "ops", "check_result", night["checks"])
        insert_rows(self.connection, "ops", "model_version", night["models"])
        row = self.connection.execute(
            "select to_jsonb(d) from (select ops.build_digest(%(build)s) as digest,"
            " ops.landing_digest(%(build)s) as landing_digest, ops.rules_digest(%(build)s) as rules_digest,"
            " now() as issued_at) as d",
            {"build": number},
        ).fetchone()
        assert row is not None
        insert_rows(self.connection, "ops", "certificate", [night["certificate"] | row[0]])

    def _publish(self, night: Record) -> None:
        number, shown = night["build"]["build"], night["publication"]
        if night["certificate"]["critical_failed"]:
            self.connection.execute("update ops.build set status = 'held' where build = %s", [number])
            self.connection.execute("select ops.release_night(%s, %s)", [number, shown["release_reason"]])
        else:
            self.connection.execute("select ops.publish(%s)", [number])
        self._describe_publications([shown | {"rolled_back_at": None, "rolled_back_by": None, "rollback_reason": None}])
        self.connection.execute(
            "update ops.build as b set started_at = o.started_at, sealed_at = o.sealed_at"
            " from jsonb_populate_record(null::ops.build, %s) as o where b.build = o.build",
            [Jsonb(night["build"])],
        )

    def _describe_publications(self, originals: list[Record]) -> None:
        """When, by whom and why: as it was."""
        self.connection.execute(
            """
            update ops.publication as p
            set
                published_at = o.published_at, vintage = o.vintage,
                released_by = o.released_by, release_reason = o.release_reason, rolled_back_at = o.rolled_back_at,
                rolled_back_by = o.rolled_back_by, rollback_reason = o.rollback_reason
            from jsonb_populate_recordset(null::ops.publication, %s) as o
            where p.publication = o.publication
            """,
            [Jsonb(originals)],
        )

    def _complete(self) -> None:
        """What was decided and delivered since the last publication."""
        self._roll_back_to(int(self.ledger["head"]), self.ledger["withdrawn"], "the ledger")
        self._land_all(self.ledger["deliveries"])
        insert_rows(self.connection, "ops", "build", self.ledger["unpublished"])
        self._set_states([state for state in self.ledger["states"] if state["delivery_id"] in self.landed])
        self._decide(self.ledger)
        for table in ("schedule_begin", "platform_cursor"):
            self.connection.execute(sql.SQL("delete from {}").format(sql.Identifier("ops", table)))
            insert_rows(self.connection, "ops", table, self.ledger[table])
        self._add_unrecorded()
        self._describe_publications(self.ledger["publications"])
        insert_rows(self.connection, "ops", "act", self.ledger["acts"])
        for table, column in (("build", "build"), ("schedule_begin", "decision")):
            continue_numbers(self.connection, table, column, None)

    def _add_unrecorded(self) -> None:
        """What was rolled back before it was recorded is listed as a publication that was rolled back; nothing of it
        stands.
        """
        builds = {build for (build,) in self.connection.execute("select build from ops.build")}
        listed = [
            shown for shown in self.ledger["publications"] if shown["rolled_back_at"] and shown["publication"] in builds
        ]
        insert_rows(self.connection, "ops", "publication", listed)
