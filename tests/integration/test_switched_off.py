"""Settings that are switched off: what is their rule alone is empty, not 0."""

from __future__ import annotations

from typing import Any

from tests.integration.test_dbt_employment import COUNTY, person, report, spell

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
    "notice_partners": {"labor_cooperation": ("is_notice_partner",)},
    "transport_allowance_days": {"transport_allowance": ("eligible", "paid_eligible", "paid_not_eligible", "coverage")},
}
INDICATORS = ("disputes_open_over_45d", "placed_30d", "graduates_unemployed_6m", "income_down_share")


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


def test_without_an_age_there_is_no_group_of_it_and_without_its_days_a_comparison_is_empty(nights: Any) -> None:
    nights.select = "+youth_unemployment +cross_feed_reconciliation,resource_type:model"
    off = ["youth_age_to", "reconciliation_hire_days"]
    nights.connection.execute("update seeds.setting set enabled = false where name = any(%s)", (off,))
    report(nights, COUNTY, "2024-05-01", [person("a", birth_date="2004-03-04"), person("b")], [])
    nights.night("2024-05-01")
    assert nights.scalar("select count(*) from marts.youth_unemployment") == 0
    assert nights.rows(
        "select matched, only_in_first, conflicting, match_rate from marts.cross_feed_reconciliation"
        " where pair = 'platform_employment' and county_code = %s", COUNTY
    ) == [(None, None, None, None)]  # fmt: skip
    assert nights.scalar("select count(*) from marts.cross_feed_reconciliation where matched is null") == 2
