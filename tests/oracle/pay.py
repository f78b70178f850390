"""What was due, what the bank credited, and when: payroll lines, their attempts and the bank's returns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from .reading import Delivery, Row
from .state import World

Key = tuple[Any, ...]


@dataclass
class Attempt:
    """A line in a batch: sent to the bank once."""

    batch_no: str
    row: Row
    """The line as the latest revision that has this batch puts it."""
    first_reported: date
    place: tuple[int, int]
    """The file and the place in it that first put it so (account, amount): the file order of the batch's lines."""
    returned: list[Row] = field(default_factory=list)
    """The return lines that joined it, each with the day `settled_on`."""
    amount_differs: bool = False
    has_return: bool = False

    @property
    def bank_amount(self) -> Decimal:
        """What the bank's lines say, refused or not."""
        return sum((r["amount"] for r in self.returned), Decimal(0))

    @property
    def failed(self) -> bool:
        """Whether the bank refused it."""
        return bool(self.returned) and all(r["result"] == "failed" for r in self.returned)


@dataclass
class Line:
    """A payroll line in force: one obligation, however often it is issued."""

    feed: str
    unit: str
    row: Row
    attempts: list[Attempt]
    pay_date: date
    today: date

    @property
    def due(self) -> Decimal:
        """What is owed for the work."""
        return Decimal(self.row["amount_due"])

    @property
    def credited(self) -> Decimal:
        """What the bank credited, re-issues included."""
        return sum((r["amount"] for r in self._credited), Decimal(0))

    @property
    def _credited(self) -> list[Row]:
        """The bank's credits that have happened by today."""
        successes = (r for a in self.attempts for r in a.returned if r["result"] == "success")
        return [r for r in successes if r["settled_on"] <= self.today]

    @property
    def unconfirmed(self) -> Decimal:
        """What the payroll says was paid by today while its batch has no return, or none is named."""
        current = next((a for a in self.attempts if a.batch_no == self.row["batch_no"]), None)
        if current is not None and current.has_return:
            return Decimal(0)
        if self.row["paid_on"] and self.row["paid_on"] > self.today:
            return Decimal(0)
        return Decimal(self.row["amount_paid"])

    @property
    def paid_on(self) -> date | None:
        """The latest of its credits and, where the payroll's amount counts, of the date that the payroll gives."""
        days = [*self.credits, *([self.row["paid_on"]] if self.unconfirmed and self.row["paid_on"] else [])]
        return max(days) if days and self.paid else None

    @property
    def paid(self) -> Decimal:
        """Credited, or reported by the payroll where the bank has not answered."""
        return self.credited + self.unconfirmed

    def credited_after(self, day: date) -> Decimal:
        """What the bank credited later than that day."""
        return sum((r["amount"] for r in self._credited if r["settled_on"] > day), Decimal(0))

    @property
    def credits(self) -> list[date]:
        """The days on which the bank credited something."""
        return sorted(r["settled_on"] for r in self._credited)

    def first(self, stage: str) -> date | None:
        """The first day of a stage over all attempts, if it has come: the clock goes on through a re-issue."""
        rows = (self.row, *(a.row for a in self.attempts))
        day = min((row[stage] for row in rows if row[stage]), default=None)
        return day if day and day <= self.today else None

    def is_missing(self, stage: str) -> bool:
        """Whether the line in force has not reached a stage."""
        return not self.row[stage] or self.row[stage] > self.today


@dataclass(eq=False)
class Pay:
    """All payroll lines in force, as known from the deliveries."""

    world: World

    @cached_property
    def relief_lines(self) -> list[Line]:
        """Lines of work-relief payrolls."""
        return self._lines("relief_payroll", ("project_no", "period", "id_number", "crew"))

    @cached_property
    def post_lines(self) -> list[Line]:
        """Payments of public posts."""
        return self._lines("public_post_payment", ("post_no", "id_number", "period"))

    def _lines(self, feed: str, key: tuple[str, ...]) -> list[Line]:
        in_force = {
            (unit, *(row[name] for name in key)): row
            for (unit, period), delivery in self.in_force(feed).items()
            for row in delivery.rows
            if row["period"] == period
        }
        attempts = self._attempts(feed, key, in_force)
        pay_date = self.world.seeds.pay_date
        return [
            Line(feed, k[0], row, attempts.get(k, []), pay_date(feed, k[0], row["period"]), self.world.today)
            for k, row in in_force.items()
        ]

    @cache
    def in_force(self, feed: str) -> dict[tuple[str, date], Delivery]:
        """(unit, period) → the file that counts: a later one for the same unit and period replaces its rows."""
        found: dict[tuple[str, date], Delivery] = {}
        for unit, deliveries in self.world.snapshots(feed).items():
            for delivery in deliveries:
                for period in {row["period"] for row in delivery.rows}:
                    found[unit, period] = delivery
        return found

    def _attempts(self, feed: str, key: tuple[str, ...], in_force: Collection[Key]) -> dict[Key, list[Attempt]]:
        """One attempt for each batch number seen in any accepted revision of a line that is in force."""
        found: dict[Key, dict[str, Attempt]] = defaultdict(dict)
        with_feed = [d for d in (*self.world.replaced, *self.world.deliveries) if d.feed == feed]
        places: dict[Key, tuple[int, int]] = {}
        for file, delivery in enumerate(sorted(with_feed, key=lambda d: d.report_date)):
            for number, row in enumerate(delivery.rows):
                k = (delivery.unit, *(row[name] for name in key))
                if row["batch_no"] is None or k not in in_force:
                    continue
                before = found[k].get(row["batch_no"])
                first = before.first_reported if before else delivery.report_date
                statement = (*k, row["batch_no"], row["bank_account"], row["amount_paid"])
                place = places.setdefault(statement, (file, number))
                found[k][row["batch_no"]] = Attempt(row["batch_no"], row, first, place)
        in_batch: dict[str, list[Attempt]] = defaultdict(list)
        for of_line in found.values():
            for attempt in of_line.values():
                in_batch[attempt.batch_no].append(attempt)
        for batch_no, attempts in in_batch.items():
            self._join(batch_no, sorted(attempts, key=lambda a: a.place))
        return {k: sorted(a.values(), key=lambda a: (a.first_reported, a.batch_no)) for k, a in found.items()}

    def _join(self, batch_no: str, attempts: list[Attempt]) -> None:
        """The k-th of equal (batch, account, amount) to the k-th; what is left over by (batch, account)."""
        batch = self.world.latest("bank_return", batch_no, self.world.today)
        if batch is None:
            return
        for attempt in attempts:
            attempt.has_return = True
        left_over = []
        rows = [row | {"settled_on": row["credited_on"] or batch.report_date} for row in batch.rows]
        for returned in sorted(rows, key=lambda r: r["line_no"]):
            equal = next(
                (
                    a
                    for a in attempts
                    if not a.returned
                    and a.row["bank_account"] == returned["bank_account"]
                    and a.row["amount_paid"] == returned["amount"]
                ),
                None,
            )
            if equal is None:
                left_over.append(returned)
            else:
                equal.returned.append(returned)
        for returned in left_over:
            of_account = [a for a in attempts if a.row["bank_account"] == returned["bank_account"]]
            if of_account:
                attempt = next((a for a in of_account if not a.returned), of_account[-1])
                attempt.returned.append(returned)
                attempt.amount_differs = True

    def bank_credits(self) -> dict[str, list[date]]:
        """ID number → days on which the bank credited work."""
        found: dict[str, list[date]] = defaultdict(list)
        for line in self.relief_lines + self.post_lines:
            found[line.row["id_number"]] += line.credits
        return found
