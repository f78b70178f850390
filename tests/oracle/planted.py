"""Defects planted in the models, as small edits of their text: the calculation must see each of them."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import psycopg
from tests.kit.nights import Nights

from employment_warehouse import settings, transform
from employment_warehouse.transform.invocation import invoke

from . import SEEDS
from .boundaries import SEED as BOUNDARIES
from .boundaries import boundary_world
from .comparison import differences
from .playing import EVERYTHING, calculate, person_of, play_night, shown
from .seeds import Seeds
from .tonight import Expected
from .worlds import RandomWorld, in_nights, make_world


@dataclass(frozen=True)
class Planted:
    """A defect: what it is, where, and the mart that must then differ."""

    name: str
    path: str
    """Below dbt_project."""
    old: str
    new: str
    mart: str
    seed: int = 8
    """The world that shows it."""
    nights: int = 1
    """1: all that comes with any night comes with one; else the nights as they are."""

    @property
    def model(self) -> str:
        """The model that it spoils."""
        return Path(self.path).stem

    @property
    def world(self) -> World:
        """The world that shows it."""
        return World(self.seed, self.nights)


class World(NamedTuple):
    """A random world, as it is or in one night."""

    seed: int
    nights: int

    def made(self) -> RandomWorld:
        """What arrives in it."""
        world = boundary_world() if self.seed == BOUNDARIES else make_world(self.seed)
        return in_nights(world, 1) if self.nights == 1 else world


@contextmanager
def copied_project(folder: Path) -> Iterator[Path]:
    """A copy of the warehouse's root with its dbt project."""
    shutil.copytree(settings.project_root() / "dbt_project", folder / "dbt_project")
    yield folder


def control(played: World, project: Path, connection: psycopg.Connection) -> list[str]:
    """What differs in a world without a defect: nothing, so that what differs with one is its doing."""
    return [text for found in _play(played, [], project, connection).values() for text in found]


def groups(planted: Iterable[Planted], reads: Mapping[str, set[str]]) -> list[list[Planted]]:
    """Defects to build together: of one world, and none in a model that another's mart reads.

    reads: mart → the models that it is made of, itself included.
    """
    found: list[list[Planted]] = []
    for defect in planted:
        for group in found:
            if all(_is_apart(defect, other, reads) for other in group):
                group.append(defect)
                break
        else:
            found.append([defect])
    return found


def _is_apart(one: Planted, other: Planted, reads: Mapping[str, set[str]]) -> bool:
    return one.world == other.world and one.model not in reads[other.mart] and other.model not in reads[one.mart]


def upstream() -> dict[str, set[str]]:
    """Model → the models that it is made of, itself included, by dbt's manifest, which nights do not write."""
    invoke(["parse"])
    manifest = json.loads((settings.current_home().dbt / "target" / "manifest.json").read_text("utf-8"))
    parents = {
        node["name"]: {name.rpartition(".")[2] for name in node["depends_on"]["nodes"] if name.startswith("model.")}
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }

    @cache
    def of(name: str) -> frozenset[str]:
        return frozenset({name}).union(*(of(parent) for parent in parents[name]))

    return {name: set(of(name)) for name in parents}


def run_group(group: Sequence[Planted], project: Path, connection: psycopg.Connection) -> dict[str, list[str]]:
    """What differs in each defect's own mart with all of them; of a build that fails: that it does."""
    with _planted(group, project):
        try:
            found = _play(group[0].world, [defect.mart for defect in group], project, connection)
        except transform.TransformFailed as failed:
            if len(group) > 1:
                raise
            return {group[0].name: [f"the build fails: {failed.found}"]}
    return {defect.name: found[defect.mart] for defect in group}


@contextmanager
def _planted(group: Sequence[Planted], project: Path) -> Iterator[None]:
    paths = {project / "dbt_project" / defect.path for defect in group}
    sound = {path: path.read_text("utf-8") for path in paths}
    try:
        for defect in group:
            path = project / "dbt_project" / defect.path
            text = path.read_text("utf-8")
            if defect.old not in text:
                raise LookupError(f"{defect.name}: {defect.path} has no {defect.old!r}")
            path.write_text(text.replace(defect.old, defect.new), "utf-8")
        yield
    finally:
        for path, text in sound.items():
            path.write_text(text, "utf-8")


@cache
def _expected(played: World) -> list[dict[str, list[Expected]]]:
    return list(calculate(played.made(), Seeds(SEEDS)))


def _play(played: World, marts: Sequence[str], project: Path, connection: psycopg.Connection) -> dict[str, list[str]]:
    """Mart → what differs in it on any night; of no marts: of all."""
    nights, world = Nights(connection), played.made()
    found: dict[str, list[str]] = defaultdict(list)
    select = f"+{marts[0]},resource_type:model" if len(marts) == 1 else EVERYTHING
    for night, expected in enumerate(_expected(played)):
        build = play_night(nights, world, night)
        with patch.object(settings, "project_root", lambda: project):
            transform.run_dbt(select, build)
        nights.publish(build)
        for mart in marts or expected:
            found[mart] += differences(mart, expected[mart], shown(connection, mart), person_of)
    return found


PLANTED: tuple[Planted, ...] = (
    Planted(
        "an employer is no longer another one",
        "models/core/employment/fct_job.sql",
        "not is_same_employer and days_between between 0",
        "days_between between 0",
        "employment_flow",
    ),
    Planted(
        "job to job begins a day late",
        "models/core/employment/fct_job.sql",
        "days_between between 0 and {{ setting('job_to_job_days', 'integer') }}",
        "days_between between 1 and {{ setting('job_to_job_days', 'integer') }}",
        "employment_flow",
        seed=BOUNDARIES,
    ),
    Planted(
        "hires of those who cannot work",
        "models/marts/services/employment_flow.sql",
        "where job.is_hire and job.start_on",
        "where job.start_on",
        "employment_flow",
    ),
    Planted(
        "hires are persons",
        "models/marts/services/employment_flow.sql",
        "count(*) as hires",
        "count(distinct person_key) as hires",
        "employment_flow",
    ),
    Planted(
        "separations where they were hired",
        "models/marts/services/employment_flow.sql",
        "select job.sep_county as county_code",
        "select job.hire_county as county_code",
        "employment_flow",
    ),
    Planted(
        "the beginning is the first day of the week",
        "models/marts/services/employment_flow.sql",
        "beginning.on_date = grid.week - 1",
        "beginning.on_date = grid.week",
        "employment_flow",
    ),
    Planted(
        "retention a day too early",
        "models/marts/services/employment_flow.sql",
        "<= {{ tonight_date() }}\n                then coalesce(hired.retained",
        "- 7 <= {{ tonight_date() }}\n                then coalesce(hired.retained",
        "employment_flow",
    ),
    Planted(
        "exactly 30 % is not a fall",
        "models/intermediate/int_month_income_step.sql",
        "3 * incomes.income <= (1",
        "3 * incomes.income < (1",
        "income_stability",
        seed=BOUNDARIES,
    ),
    Planted(
        "two months are enough to compare",
        "models/intermediate/int_month_income_step.sql",
        "having count(*) = 3",
        "having count(*) >= 2",
        "income_stability",
    ),
    Planted(
        "who earns nothing is an earner",
        "models/intermediate/int_month_income_step.sql",
        "as tonight where income > 0",
        "as tonight where income >= 0",
        "income_stability",
    ),
    Planted(
        "the minimum wage is enough to be below it",
        "models/intermediate/int_month_income_step.sql",
        "incomes.income < minimum_wages.monthly",
        "incomes.income <= minimum_wages.monthly",
        "income_stability",
        seed=BOUNDARIES,
    ),
    Planted(
        "an income of the night before counts on",
        "models/intermediate/int_month_income_step.sql",
        "case when incomes.is_tonight then 1 else -1 end",
        "case when incomes.is_tonight then 1 else 0 end",
        "income_stability",
        nights=3,
    ),
    Planted(
        "who begins to work as it was reported in advance does so unseen",
        "models/intermediate/int_month_employment_step.sql",
        "[known_rows('fct_person_state'), ['valid_from', 'valid_to']]",
        "[known_rows('fct_person_state'), []]",
        "local_employment",
        seed=BOUNDARIES,
        nights=0,
    ),
    Planted(
        "the median has two fifths below it",
        "models/marts/services/income_stability.sql",
        "ceil({{ percentile }} * of_all / 100)",
        "ceil({{ 40 if percentile == 50 else percentile }} * of_all / 100)",
        "income_stability",
    ),
    Planted(
        "wages as reported last",
        "models/core/employment/fct_wage_span.sql",
        "case when is_first then '-infinity' else seen_from end",
        "case when is_first then '-infinity' else seen_from + 30 end",
        "income_stability",
    ),
    Planted(
        "a loss of 31 days ago",
        "models/figures/int_risk_reason.sql",
        "where opened_on > {{ tonight_date() }} -",
        "where opened_on >= {{ tonight_date() }} - 60 -",
        "return_risk",
        seed=BOUNDARIES,
    ),
    Planted(
        "all that is due is unpaid",
        "models/figures/int_risk_reason.sql",
        "and payment.amount_paid < payment.amount_due",
        "",
        "return_risk",
    ),
    Planted(
        "two earners are a sole one",
        "models/figures/int_risk_reason.sql",
        "states.members_employed = 1",
        "states.members_employed >= 1",
        "return_risk",
    ),
    Planted(
        "lifted out is monitored",
        "models/figures/int_risk_reason.sql",
        "('unstable', 'marginal', 'sudden_hardship')",
        "('unstable', 'marginal', 'sudden_hardship', 'lifted_out')",
        "return_risk",
    ),
    Planted(
        "their own county is a partner",
        "models/marts/cooperation/labor_cooperation.sql",
        "where jobs.destination <> 'own_county'",
        "where jobs.destination <> 'other_county'",
        "labor_cooperation",
    ),
    Planted(
        "an agreement ends a day early",
        "models/marts/cooperation/labor_cooperation.sql",
        "{{ covers('grid.as_of', 'agreement', 'signed_on', 'ended_on') }}",
        "agreement.signed_on <= grid.as_of and (agreement.ended_on is null or agreement.ended_on > grid.as_of)",
        "labor_cooperation",
    ),
    Planted(
        "agreements left out stay",
        "models/core/cooperation/fct_cooperation.sql",
        "least(expires_on, seen_to - 1)",
        "expires_on",
        "labor_cooperation",
    ),
    Planted(
        "agreements are added twice",
        "models/marts/cooperation/labor_cooperation.sql",
        "sum(planned_workers) as planned",
        "sum(planned_workers) * 2 as planned",
        "labor_cooperation",
    ),
    Planted(
        "nearby is the own county alone",
        "models/marts/nearby/local_employment.sql",
        "{{ is_nearby('jobs.destination') }}",
        "jobs.destination = 'own_county'",
        "local_employment",
    ),
    Planted(
        "a placement may take a day longer",
        "models/intermediate/int_placement_month.sql",
        "application.applied_on + {{ setting('placement_days', 'integer') }}",
        "application.applied_on + 90",
        "local_employment",
    ),
    Planted(
        "days beyond the month",
        "models/intermediate/int_days_month.sql",
        "least(sum(day_rows.days), extract(day from day_rows.period_end))",
        "sum(day_rows.days)",
        "local_employment",
    ),
    Planted(
        "orders outside the prefecture",
        "models/intermediate/int_gig_month.sql",
        "and {{ in_prefecture('township_code') }}",
        "",
        "local_employment",
    ),
    Planted(
        "an unpaid order is any",
        "models/intermediate/int_gig_month.sql",
        "where amount_due > amount_paid",
        "where amount_due >= amount_paid",
        "local_employment",
    ),
    Planted(
        "a workshop's worker on his last day is gone",
        "models/marts/workshop/workshop_monitor.sql",
        "{{ covers('workshop.as_of', 'spell') }}",
        "spell.start_on <= workshop.as_of and (spell.end_on is null or spell.end_on > workshop.as_of + 3)",
        "workshop_monitor",
    ),
    Planted(
        "a workshop of the reporting county",
        "models/intermediate/int_workshop_spell.sql",
        "    workshops.county_code is distinct from spells.work_division_code,\n",
        "",
        "workshop_monitor",
    ),
    Planted(
        "an award of tomorrow",
        "models/marts/workshop/workshop_monitor.sql",
        "workshop.subsidy_on <= workshop.as_of as is_subsidised",
        "workshop.subsidy_on <= workshop.as_of + 400 as is_subsidised",
        "workshop_monitor",
    ),
    Planted(
        "one month is enough",
        "models/marts/workshop/workshop_monitor.sql",
        "months_below.months >= judged.standard_months",
        "months_below.months >= 1",
        "workshop_monitor",
    ),
    Planted(
        "places may be negative",
        "models/marts/work_relief/relief_demand.sql",
        "greatest(open_projects.planned_workers - coalesce(on_site.workers, 0), 0)",
        "open_projects.planned_workers - coalesce(on_site.workers, 0)",
        "relief_demand",
    ),
    Planted(
        "contracts are counted, not persons",
        "models/marts/work_relief/relief_demand.sql",
        "count(distinct contract.person_key) as workers",
        "count(*) * 2 as workers",
        "relief_demand",
    ),
    Planted(
        "posts of the whole prefecture are numbers",
        "models/marts/public_post/public_post_monitor.sql",
        "tenures.county_code || tenures.post_no as post_key",
        "tenures.post_no as post_key",
        "public_post_monitor",
    ),
    Planted(
        "a term from the corrected start",
        "models/marts/public_post/public_post_monitor.sql",
        "tenures.reported_start_on + make_interval",
        "tenures.start_on + make_interval",
        "public_post_monitor",
    ),
    Planted(
        "a term ends a day later",
        "models/marts/public_post/public_post_monitor.sql",
        "tenures.term_months))::date - 1",
        "tenures.term_months))::date",
        "public_post_monitor",
        seed=BOUNDARIES,
    ),
    Planted(
        "payees are lines",
        "models/marts/public_post/public_post_monitor.sql",
        "count(distinct payment.person_key) as payees",
        "count(*) as payees",
        "public_post_monitor",
    ),
    Planted(
        "ninety days are short",
        "models/intermediate/int_post_tenure_finding.sql",
        "end_on - start_on + 1 < {{",
        "end_on - start_on + 1 <= {{",
        "public_post_finding",
    ),
    Planted(
        "part-time holders are not in need",
        "models/intermediate/int_post_holder_finding.sql",
        "    where tenures.is_full_time\n",
        "",
        "public_post_finding",
    ),
    Planted(
        "paid and present",
        "models/intermediate/int_post_payment_finding.sql",
        "where days_present = 0 and amount_paid > 0",
        "where amount_paid > 0",
        "public_post_finding",
    ),
    Planted(
        "the same person three times",
        "models/intermediate/int_post_tenure_finding.sql",
        "having count(distinct person_key) >=",
        "having count(*) >=",
        "public_post_finding",
    ),
    Planted(
        "hired on the 91st day",
        "models/marts/services/service_effect.sql",
        "job.start_on between clients.first_on and",
        "job.start_on between clients.first_on + 1 and",
        "service_effect",
    ),
    Planted(
        "the last service counts",
        "models/marts/services/service_effect.sql",
        "min(events.served_on) as first_on",
        "max(events.served_on) as first_on",
        "service_effect",
        seed=BOUNDARIES,
    ),
    Planted(
        "cost of one service",
        "models/marts/services/service_effect.sql",
        "sum(events.amount) as cost",
        "max(events.amount) as cost",
        "service_effect",
    ),
    Planted(
        "rates before their time",
        "models/marts/services/service_effect.sql",
        "<= {{ tonight_date() }} as is_complete",
        "- 90 <= {{ tonight_date() }} as is_complete",
        "service_effect",
    ),
    Planted(
        "a dispute left out is open",
        "models/marts/disputes/dispute_monitor.sql",
        "and coalesce(county_disputes.left_out_on, 'infinity') > grid.as_of as is_open",
        "as is_open",
        "dispute_monitor",
    ),
    Planted(
        "forty-five days are over forty-five",
        "models/core/dispute/fct_dispute.sql",
        "{{ setting('dispute_close_days', 'integer') }} + 1 as",
        "{{ setting('dispute_close_days', 'integer') }} as",
        "dispute_monitor",
        seed=BOUNDARIES,
    ),
    Planted(
        "five calendar days",
        "models/core/dispute/fct_dispute.sql",
        "where is_working_day) over",
        "where true) over",
        "dispute_monitor",
    ),
    Planted(
        "a case closed tomorrow is closed",
        "models/marts/disputes/dispute_monitor.sql",
        "county_disputes.{{ step }}_on between grid.month and grid.as_of as",
        "county_disputes.{{ step }}_on between grid.month and grid.period_end as",
        "dispute_monitor",
        seed=BOUNDARIES,
    ),
    Planted(
        "graduates of today are students",
        "models/intermediate/int_study_standing.sql",
        "graduated_on <= {{ tonight_date() }}",
        "graduated_on < {{ tonight_date() }} - 7",
        "youth_monitor",
        seed=BOUNDARIES,
    ),
    Planted(
        "what is registered for tomorrow is there",
        "models/intermediate/int_study_standing.sql",
        "case when outcome_on > {{ tonight_date() }} then",
        "case when outcome_on > {{ tonight_date() }} + 3 then",
        "youth_monitor",
        seed=BOUNDARIES,
    ),
    Planted(
        "what is reported is employed",
        "models/intermediate/int_study_standing.sql",
        "when is_employed then 'employed'",
        "when is_employed or outcome = 'employed' then 'employed'",
        "youth_monitor",
    ),
    Planted(
        "the dead study on",
        "models/intermediate/int_study_standing.sql",
        " and studies.person_key not in (select person_key from deceased)",
        "",
        "youth_monitor",
    ),
    Planted(
        "studies left out stay",
        "models/core/youth/fct_study.sql",
        "case when {{ is_left_out('graduated_on') }} then seen_to end",
        "null::date",
        "youth_monitor",
    ),
    Planted(
        "residents of any county",
        "models/marts/resettlement/resettlement_site_monitor.sql",
        "count(*) filter (where is_employed) as employed",
        "count(*) filter (where is_in_labour_force) as employed",
        "resettlement_site_monitor",
    ),
    Planted(
        "reserved jobs of the past",
        "models/marts/resettlement/resettlement_site_monitor.sql",
        "{{ covers(tonight_date()) }}",
        "start_on <= {{ tonight_date() }}",
        "resettlement_site_monitor",
    ),
    Planted(
        "the tenth is too early",
        "models/intermediate/int_compared_period.sql",
        "extract(day from on_date) >= due_day",
        "extract(day from on_date) >= 32",
        "cross_feed_reconciliation",
    ),
    Planted(
        "exited workshops report heads",
        "models/intermediate/int_workshop_pair.sql",
        "where valid_to is null and status <> 'exited'",
        "where valid_to is null",
        "cross_feed_reconciliation",
    ),
    Planted(
        "a surplus is matched",
        "models/intermediate/int_bank_pair.sql",
        "when is_amount_different then 'conflicting'",
        "when is_amount_different then 'matched'",
        "cross_feed_reconciliation",
    ),
    Planted(
        "a posting is open on its last day",
        "models/marts/services/vacancy_monitor.sql",
        "coalesce(postings.closed_on, 'infinity') > grid.as_of",
        "coalesce(postings.closed_on, 'infinity') > grid.as_of - 31",
        "vacancy_monitor",
    ),
    Planted(
        "applicants are applications",
        "models/marts/services/vacancy_monitor.sql",
        "count(distinct person_key) as applicants",
        "count(*) as applicants",
        "vacancy_monitor",
    ),
    Planted(
        "days in other places too",
        "models/marts/cooperation/transport_allowance.sql",
        "states.destination = 'other_province'",
        "states.destination <> 'own_county'",
        "transport_allowance",
    ),
    Planted(
        "no correction of tenures",
        "models/core/public_post/fct_post_tenure.sql",
        "where dated.is_left_out\n",
        "where false\n",
        "public_post_monitor",
    ),
    Planted(
        "the year begins in February",
        "models/core/headline/headline_series.sql",
        "coalesce(published.value, 0) + coalesce(",
        "coalesce(published.value, 0) - coalesce(",
        "headline_series",
    ),
    Planted(
        "missing submissions do not show",
        "models/core/headline/headline_series.sql",
        "when statuses.is_reported is false then 'E'",
        "when statuses.is_reported is false then 'A'",
        "headline_series",
    ),
    Planted(
        "an update of tomorrow is fresh",
        "models/marts/targets/employment_stock.sql",
        "integer') }} and {{ tonight_date() }}",
        "integer') }} and {{ tonight_date() }} + 3",
        "employment_stock",
        seed=BOUNDARIES,
    ),
    Planted(
        "deletes what a county that is silent has",
        "models/marts/targets/target_progress.sql",
        "back_{{ back }}.on_date = today.on_date - {{ back }}",
        "back_{{ back }}.on_date = today.on_date - {{ back }} - 1",
        "target_progress",
    ),
    Planted(
        "a credit of tomorrow",
        "models/core/payment/fct_payment_attempt.sql",
        "result = 'success' and settled_on <= {{ tonight_date() }} as is_credited",
        "result = 'success' as is_credited",
        "public_post_monitor",
        seed=BOUNDARIES,
        nights=0,
    ),
    Planted(
        "what is planned has happened",
        "models/cases/found_payroll_case.sql",
        "coalesce(line.{{ stage }}_on > {{ tonight_date() }}, true) as is_not",
        "line.{{ stage }}_on is null as is_not",
        "finding_case",
        seed=BOUNDARIES,
    ),
    Planted(
        "the signature of an earlier attempt signs the list",
        "models/cases/found_payroll_case.sql",
        "    inner join {{ ref('reported_relief_payroll') }} as line using (project_no, period, person_key, crew)\n"
        "    where checked.finding <> 'paid_late' and line.seen_to is null\n",
        "    inner join {{ ref('fct_relief_payroll_line') }} as line using (project_no, period, person_key, crew)\n"
        "    where checked.finding <> 'paid_late'\n",
        "finding_case",
    ),
    Planted(
        "a mistyped date stays",
        "models/reported/reported_payment_attempt.sql",
        "first_value({{ stage }}) over latest as",
        "min({{ stage }}) over statement as",
        "relief_project_monitor",
        seed=BOUNDARIES,
        nights=0,
    ),
    Planted(
        "the clock starts again with a re-issue",
        "models/core/work_relief/fct_relief_payroll_line.sql",
        "            then least(payroll.{{ stage }}, attempt_sums.{{ stage }})\n",
        "            then payroll.{{ stage }}\n",
        "relief_project_monitor",
    ),
    Planted(
        "a credit of the pay date is late",
        "models/core/payment/fct_payment_attempt.sql",
        "where is_credited and settled_on > pay_due_on",
        "where is_credited and settled_on > pay_due_on - 3",
        "relief_payroll_check",
    ),
    Planted(
        "a surplus goes to the account's first attempt",
        "models/intermediate/int_return_line.sql",
        "max(place) as place",
        "min(place) as place",
        "relief_payroll_check",
        seed=BOUNDARIES,
    ),
    Planted(
        "a surplus of the bank is lost",
        "models/intermediate/int_return_line.sql",
        "left join unanswered using",
        "inner join unanswered using",
        "relief_payroll_check",
    ),
    Planted(
        "a spell reported in advance is a job",
        "models/core/employment/fct_job.sql",
        "    where spell.start_on <= {{ tonight_date() }}\n",
        "",
        "employment_flow",
        seed=5,
        nights=0,
    ),
    Planted(
        "a spell reported in advance touches nobody when it begins",
        "models/intermediate/changed_person.sql",
        "and started.{{ start_on }} <= {{ tonight_date() }}",
        "and started.{{ start_on }} > {{ tonight_date() }}",
        "employment_flow",
        seed=BOUNDARIES,
        nights=0,
    ),
    Planted(
        "what is carried forward changes a report",
        "models/figures/figure_report.sql",
        "when not is_carried then value - previous_value",
        "when true then value - previous_value",
        "report_daily",
    ),
    Planted(
        "the bulletin is compared with itself",
        "models/figures/figure_period.sql",
        "('monthly', 'S', closed_month_end, month_before_end, null)",
        "('monthly', 'S', closed_month_end, closed_month_end, null)",
        "report_monthly",
    ),
    Planted(
        "the week ends on Saturday",
        "models/figures/figure_period.sql",
        "('weekly', 'S', sunday, sunday - 7, null)",
        "('weekly', 'S', sunday - 1, sunday - 8, null)",
        "report_weekly",
    ),
    Planted(
        "a bulletin prints shares of few",
        "models/marts/reports/report_monthly.sql",
        "or figures.{{ at }}denominator < {{ setting('suppression_min', 'integer') }}",
        "",
        "report_monthly",
    ),
    Planted(
        "more is always better",
        "models/marts/reports/key_county_compare.sql",
        "figures.direction * figures.value > figures.direction * whole.value",
        "figures.value > whole.value",
        "key_county_compare",
        seed=BOUNDARIES,
    ),
    Planted(
        "funds of two years",
        "models/figures/figure_funds.sql",
        "and period > {{ tonight_date() }} - {{ setting('funds_days', 'integer') }}",
        "and period > {{ tonight_date() }} - 2 * {{ setting('funds_days', 'integer') }}",
        "indicator_value",
        seed=BOUNDARIES,
    ),
    Planted(
        "all who can work are jobless",
        "models/figures/figure_posts.sql",
        "labour.value - employed.value as jobless",
        "labour.value as jobless",
        "indicator_value",
    ),
    Planted(
        "an account of two persons is one's own",
        "models/marts/work_relief/relief_payroll_check.sql",
        "having count(distinct person_key) >= {{ finding_threshold('account_shared') }}",
        "having count(distinct person_key) > {{ finding_threshold('account_shared') }}",
        "relief_payroll_check",
        seed=5,
        nights=0,
    ),
    Planted(
        "the account of a holder's first payment",
        "models/intermediate/int_post_payment_finding.sql",
        "order by county_code, post_no, person_key, period desc",
        "order by county_code, post_no, person_key, period",
        "public_post_finding",
        seed=5,
        nights=0,
    ),
    Planted(
        "whoever lives in the approver's county is kin",
        "models/intermediate/int_post_holder_finding.sql",
        "and holder.household_no = approver.household_no\n",
        "\n",
        "public_post_finding",
        seed=5,
        nights=0,
    ),
    Planted(
        "what is due has come",
        "models/marts/assurance/feed_timeliness.sql",
        "count(*) filter (where is_due and arrived_at is not null) as units_reported",
        "count(*) filter (where is_due) as units_reported",
        "feed_timeliness",
    ),
)
