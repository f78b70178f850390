"""Settings that are switched off: what is their rule alone is empty, not 0."""

from __future__ import annotations

import re
from typing import Any

from tests.kit.marts import progress
from tests.kit.reported import COUNTY, PLATFORM, application, order, person, report, spell

from employment_warehouse import gate, publication, settings

# Setting → the columns that are its rule alone.
RULES = {
    "dispute_close_days": {"dispute_monitor": ("open_over_45d",)},
    "dispute_accept_working_days": {"dispute_monitor": ("waiting_over_5d",)},
    "income_fall_share": {"income_stability": ("earners_down_30pct", "share_down_30pct")},
    "recall_days": {"employment_flow": ("recalls",)},
    "job_to_job_days": {"employment_flow": ("job_to_job",)},
    "placement_days": {"local_employment": ("placed_30d",)},
    "service_follow_up_days": {"service_effect": ("hired_within_90d", "out_of_work_hired", "wage_pairs")},
    "youth_unemployed_months": {"youth_monitor": ("unemployed_6m",)},
    "youth_long_term_months": {"youth_monitor": ("unemployed_12m",), "youth_unemployment": ("unemployed_12m",)},
    "transport_allowance_days": {"transport_allowance": ("eligible", "paid_eligible", "paid_not_eligible", "coverage")},
    "grade_a_bank_days": {"employment_stock": ("grade_a",)},
    "grade_c_updated_days": {"employment_stock": ("grade_c",)},
    "notice_partners": {"labor_cooperation": ("is_notice_partner",)},
}
# Switched off, it leaves nobody in the labour force: the definition that all others are of.
DEFINITION = "working_age_from"
INDICATORS = ("disputes_open_over_45d", "placed_30d", "graduates_unemployed_6m", "income_down_share", "grade_ab_share")


def test_what_is_a_setting_alone_is_empty_while_it_is_switched_off(nights: Any) -> None:
    marts = {mart for columns in RULES.values() for mart in columns}
    nights.select = f"{' '.join(f'+{mart}' for mart in marts)} +indicator_value,resource_type:model"
    nights.connection.execute("update seeds.setting set enabled = false where name = any(%s)", (list(RULES),))
    ordinary = {"birth_date": "1990-03-04", "sex": "female"}
    report(nights, COUNTY, "2024-05-01", [person("a"), person("b")], [spell("a")])
    dispute = {"employer_name": "Plant", "dispute_type": "unpaid_wages", "case_no": "1", "filed_on": "2024-01-02"}
    study = {"school": "School", "level": "secondary_vocational", "enrolled_on": "2020-09-01"}
    service = {"record_no": "1", "service_type": "skill_training", "served_on": "2024-05-01", "agency": "Agency"}
    of_b = {"person_key": person("b")["person_key"]} | ordinary
    nights.deliver("labor_dispute", COUNTY, "2024-05-01", [of_b | dispute | {"accepted_on": "2024-01-03"}])
    nights.deliver("youth_support", COUNTY, "2024-05-01", [of_b | study | {"graduated_on": "2023-07-01"}])
    nights.deliver("employment_service", COUNTY, "2024-05-01", [of_b | service])
    nights.night("2024-05-01")
    columns = [(mart, column) for marts in RULES.values() for mart, names in marts.items() for column in names]
    shown = {
        f"{mart}.{column}": nights.rows(f"select distinct {column} from marts.{mart} where county_code = %s", COUNTY)
        for mart, column in columns
    }
    assert shown == {f"{mart}.{column}": [(None,)] for mart, column in columns}
    assert nights.rows(
        "select distinct value from marts.indicator_value where indicator = any(%s)", list(INDICATORS)
    ) == [(None,)]


def settings_of_models() -> list[str]:
    """The settings that SQL of the models reads; `retention_days_3m` and the like by their stem."""
    models = settings.project_root() / "dbt_project"
    text = "".join(path.read_text("utf-8") for path in models.rglob("*.sql"))
    names = [line.split(",")[0] for line in (models / "seeds" / "setting.csv").read_text("utf-8").splitlines()[1:]]
    return [name for name in names if f"'{re.sub('_[0-9]+m$', '_', name)}'" in text and name != DEFINITION]


def test_a_night_on_which_everything_is_switched_off_passes_and_makes_nobody_employed(nights: Any) -> None:
    """One works, one completed an order long ago, one was hired by the platform and leaves today, one is young."""
    nights.select = "path:models"
    off = settings_of_models()
    assert {"gig_reference_days", "retention_days_3m", "reconciliation_days"} < set(off)
    people = [person(name) for name in ("works", "took an order", "hired")]
    report(nights, COUNTY, "2024-05-01", [*people, person("young", birth_date="2004-01-01")],
           [spell("works"), spell("hired", end_date="2024-05-01")])  # fmt: skip
    nights.deliver("gig_orders", PLATFORM, "2024-05-01", [order("1", "took an order", "2024-01-10T02:00:00Z")])
    nights.deliver("applications", PLATFORM, "2024-05-01", [application("1", "hired", "hired", "2024-04-20T02:00:00Z")])
    nights.connection.execute("update seeds.setting set enabled = false where name = any(%s)", (off,))
    build = nights.start("2024-05-01")
    gate.expect_checks(build)
    nights.build(build)
    assert [outcome.expectation.name for outcome in gate.gate_marts(build).outcomes if outcome.blocks] == []
    publication.publish(build)
    assert [progress(nights, COUNTY, basis)["actual_value"] for basis in ("stock", "year_to_date")] == [2, 2]
    # No register is due any more: a month is provisional by the calendar.
    assert nights.rows(
        "select distinct obs_status from marts.indicator_value where kind = 'P' and period = '2024-05-01'"
    ) == [("P",)]
    assert nights.rows("select distinct source from marts.fct_employment_evidence") == [("employment",)]
    assert nights.rows("select layoff_flag from marts.layoff_watch") == [(None,)]
    # Neither group of young people has a bound, and nothing says when a hire is compared with a job.
    assert nights.scalar("select count(*) from marts.youth_unemployment") == 0
    assert nights.scalar("select count(*) from marts.cross_feed_reconciliation where pair = 'platform_employment'") == 0
