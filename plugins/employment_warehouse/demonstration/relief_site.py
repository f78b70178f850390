"""A planted work-relief project: its people, its payroll and the bank's returns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from employment_warehouse.demonstration import months
from employment_warehouse.demonstration.cast import COUNTY, Cast, Person, story_month
from employment_warehouse.demonstration.manifest import Trace
from employment_warehouse.demonstration.sender import Row


def project_row(number: str, county: str, first: date) -> dict[str, object]:
    """A small project in its tenth month."""
    return {
        "project_no": number,
        "project_name": f"{COUNTY[county].name}灌溉沟渠修复以工代赈项目",
        "county_code": county,
        "township_code": COUNTY[county].township_codes()[0],
        "project_type": "small_infrastructure",
        "total_investment": 420_000_000,
        "relief_funds": 300_000_000,
        "planned_remuneration": 105_000_000,
        "planned_workers": 20,
        "started_on": first - timedelta(days=290),
        "planned_completion_on": first - timedelta(days=5),
        "owner_unit": f"{COUNTY[county].name}发展和改革局",
        "contractor": f"{COUNTY[county].name}兴农建设有限公司",
    }


@dataclass
class Site:
    """A planted project while its story is generated."""

    cast: Cast
    number: str
    county: str
    month: date
    lines: list[dict[str, object]] = field(default_factory=list)

    @classmethod
    def open(cls, cast: Cast, county: str) -> "Site":
        """Enter the project in every night's snapshot."""
        cast._projects += 1
        site = cls(
            cast, f"{county}YG{cast.nights[0]:%y}{900 + 4 * cast._projects}", county, story_month(cast.nights[0])
        )
        cast.at(
            cast.every_night(), "relief_project", site.number, Row(project_row(site.number, county, cast.nights[0]))
        )
        reported = [months.newest_reported(night) for night in cast.nights]
        silent = [place for place, month in enumerate(reported) if month != site.month]
        cast.case("feed", "feed", "relief_payroll", site.number, nights=silent)
        return site

    def case(
        self, finding: str, lines: int = 1, *, month: date | None = None, nights: Iterable[int] | None = None
    ) -> None:
        """A case of that many lines of a month of the project, the story's if none is given."""
        key = self.number, month or self.month, finding
        self.cast.case("relief_payroll", finding, *key, lines=lines, nights=nights)

    @property
    def batch(self) -> str:
        """The first batch of the story's month."""
        return f"{self.number}-{self.month:%Y%m}-1"

    @property
    def listed(self) -> date:
        """The first day of the month after: when the payroll is listed."""
        return months.after(self.month)

    def worker(self, age: int = 37, *, on_register: bool = True, contract: bool = True, **other: object) -> Person:
        """Someone of the county with a contract on site."""
        person = self.cast.person(self.county, age)
        if on_register:
            self.cast.register(person, {"population_category": "lifted_out"} | other)
        if contract:
            start = months.after(self.month, -3) + timedelta(days=4)
            row = {
                "project_no": self.number,
                "id_number": person.id_number,
                "full_name": person.full_name,
                "signed_on": start - timedelta(days=3),
                "daily_wage": 12_000,
                "onsite_from": start,
            }
            self.cast.at(self.cast.every_night(), "relief_contract", self.number, Row(row))
        return person

    def line(self, person: Person, worked: int = 22, **other: object) -> dict[str, object]:
        """A payroll line of the story's month, paid in full with the first batch."""
        due = worked * 12_000
        line: dict[str, object] = {
            "project_no": self.number,
            "period": self.month,
            "id_number": person.id_number,
            "full_name": person.full_name,
            "days_worked": worked * 100,
            "amount_due": due,
            "amount_paid": due,
            "paid_on": self.listed.replace(day=9),
            "bank_account": person.account,
            "batch_no": self.batch,
            "crew": "一组",
            "listed_on": self.listed,
            "signed_on": self.listed.replace(day=3),
            "approved_on": self.listed.replace(day=6),
            "sent_on": self.listed.replace(day=8),
        } | other
        self.lines.append(line)
        return line

    def send_payroll(self, lines: Sequence[Mapping[str, object]], report_date: date) -> None:
        """The month's payroll, whole, dated `report_date`."""
        self.cast.rows["relief_payroll", self.number, report_date] += [Row(line) for line in lines]

    def send_return(
        self,
        lines: Sequence[Mapping[str, object]],
        credited_on: date,
        report_date: date,
        otherwise: Mapping[int, int | None] | None = None,
    ) -> None:
        """The bank's lines for a batch, in order; `otherwise`, by place: another amount, or None: refused."""
        for place, line in enumerate(lines):
            amount = (otherwise or {}).get(place, line["amount_paid"])
            self.cast.rows["bank_return", str(line["batch_no"]), report_date].append(
                Row(
                    {
                        "batch_no": line["batch_no"],
                        "line_no": place + 1,
                        "bank_account": line["bank_account"],
                        "account_name": line["full_name"],
                        "amount": line["amount_paid"] if amount is None else amount,
                        "result": "failed" if amount is None else "success",
                        "failure_reason": "户名不符" if amount is None else None,
                        "credited_on": None if amount is None else credited_on,
                    }
                )
            )

    def finding(self, night: date, person: Person, finding: str, *, seen: bool = True, **value: object) -> Trace:
        """The finding of `relief_payroll_check` on a person's line, or that there is none."""
        key = {
            "project_no": self.number,
            "id_number": person.id_number,
            "period": self.month,
            "finding": finding,
        }
        return Trace("relief_payroll_check", night, key, value if seen else None)
