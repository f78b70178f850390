"""Planted cases of other feeds: brands, agreements, disputes, graduates, workshops, services and postings."""

from datetime import timedelta

from employment_warehouse.demonstration import months
from employment_warehouse.demonstration.cast import AFFAIRS_COUNTY, COUNTY, Cast
from employment_warehouse.demonstration.manifest import Trace
from employment_warehouse.demonstration.sender import Row

WORKSHOP_COUNTY, WORKSHOP = "532525", "532525CJ901"
WORKSHOP_NAME = "石屏县示例就业帮扶车间"


def labour_brand(cast: Cast) -> None:
    """A labour brand of two counties."""
    first = cast.nights[0]
    brand = {"labor_brand": "演示梯田绣娘", "is_organised": True}
    for county in (AFFAIRS_COUNTY, "532503"):
        cast.spell(cast.resident(county, 30), first - timedelta(days=90), other=brand)
    cast.fault(
        "labor_brand",
        "两个县市同一劳务品牌",
        "two counties' people work under one brand",
        Trace(
            "labor_brand_monitor",
            first,
            {"labor_brand": brand["labor_brand"], "month": first.replace(day=1)},
            {"persons": 2, "counties": 2, "median_income": "4200.00"},
        ),
    )


def agreement_not_fulfilled(cast: Cast) -> None:
    """An agreement with a province where nobody works."""
    first = cast.nights[0]
    agreement = {
        "agreement_no": f"XZ{AFFAIRS_COUNTY}90",
        "partner_division_code": "620102",
        "cooperation_type": "interprovincial",
        "signed_on": first - timedelta(days=300),
        "planned_workers": 40,
    }
    cast.at(cast.every_night(), "labor_cooperation", AFFAIRS_COUNTY, Row(agreement))
    cast.fault(
        "agreement_not_fulfilled",
        "劳务协作协议未输出一人",
        "nobody works where an agreement plans 40 workers",
        Trace(
            "labor_cooperation",
            first,
            {"county_code": AFFAIRS_COUNTY, "partner_code": "620000", "month": first.replace(day=1)},
            {"employed_there": 0, "planned": 40, "fulfilment_rate": "0.0000"},
        ),
    )


def workshop_below_the_standard(cast: Cast) -> None:
    """A workshop that reports six poverty-alleviated workers; four work there since the fifth left two months ago."""
    first = cast.nights[0]
    _employ_in_workshop(cast)
    _report_workshop(cast)
    if cast.month_ends:
        cast.case("workshop_exit", "workshop_exit", WORKSHOP_COUNTY, WORKSHOP)
    cast.fault(
        "workshop_below_standard",
        "帮扶车间连续两月低于认定标准，且多报人数",
        "a workshop is below the standard for two months, and reports more workers than are found",
        Trace(
            "workshop_monitor",
            first,
            {"county_code": WORKSHOP_COUNTY, "workshop_no": WORKSHOP, "month": months.first_of(first)},
            {
                "workers_found": 4,
                "poverty_alleviated_found": 4,
                "discrepancy": 2,
                "is_below_standard": True,
                "exit_flag": bool(cast.month_ends),
            },
        ),
    )


def _employ_in_workshop(cast: Cast) -> None:
    first = cast.nights[0]
    left = months.last_of(months.after(months.first_of(first), -2))
    workplace = {
        "channel": "workshop",
        "work_division_code": WORKSHOP_COUNTY,
        "employer_name": WORKSHOP_NAME,
        "employer_uscc": None,
        "workshop_no": WORKSHOP,
        "monthly_wage": 260_000,
    }
    for place in range(5):
        worker = cast.resident(WORKSHOP_COUNTY, 38, population_category="lifted_out")
        end = left if place == 4 else None
        cast.spell(worker, first - timedelta(days=300), end, other=workplace)
        if end:
            cast.spell(worker, end + timedelta(days=3))


def _report_workshop(cast: Cast) -> None:
    first = cast.nights[0]
    reported = {
        "workshop_no": WORKSHOP,
        "workshop_name": WORKSHOP_NAME,
        "township_code": COUNTY[WORKSHOP_COUNTY].township_codes()[0],
        "recognised_on": first - timedelta(days=900),
        "status": "operating",
        "tier": "三级",
        "workers": 6,
        "poverty_alleviated_workers": 6,
        "subsidy_amount": 1_600_000,
        "subsidy_on": first - timedelta(days=400),
    }
    for day in (*cast.month_ends, *cast.nights):
        cast.rows["workshop", WORKSHOP_COUNTY, day].append(Row(reported))


def service_followed_by_work(cast: Cast) -> None:
    """Of two who were trained one was hired within 90 days."""
    first = cast.nights[0]
    trained_on = first - timedelta(days=130)
    reported = first - timedelta(days=first.isoweekday() % 7)
    for number, is_hired in enumerate((True, False), 1):
        person = cast.resident(AFFAIRS_COUNTY, 29)
        if is_hired:
            cast.spell(person, trained_on + timedelta(days=20))
        service = {
            "record_no": f"FW{AFFAIRS_COUNTY}P{number}",
            "id_number": person.id_number,
            "service_type": "skill_training",
            "training_type": "order_based",
            "served_on": trained_on,
            "agency": "屏边县就业服务中心",
            "result": "合格",
            "amount": 80_000,
        }
        cast.rows["employment_service", AFFAIRS_COUNTY, reported].append(Row(service))
    month = months.first_of(trained_on)
    if month >= months.first_of(cast.began):
        cast.fault(
            "service_followed_by_work",
            "订单培训两人，90天内一人入职",
            "two are trained, and one of them is hired within 90 days",
            Trace(
                "service_effect",
                first,
                {
                    "county_code": AFFAIRS_COUNTY,
                    "service_type": "skill_training",
                    "training_type": "order_based",
                    "month": month,
                },
                {"persons": 2, "hired_within_90d": 1, "hire_rate": "0.5000"},
            ),
        )


def posting_filled(cast: Cast) -> None:
    """A posting at home brings an application and a hire."""
    first = cast.nights[0]
    county, hired_on = "532503", first - timedelta(days=5)
    applicant = cast.resident(county, 31)
    employer = {"employer_name": "蒙自示例食品有限公司", "employer_uscc": None, "work_division_code": county}
    cast.spell(applicant, hired_on, other=employer)
    posting = {**employer, "title": "分拣员", "industry": "C", "headcount": 5, "wage_min": 3000.0, "wage_max": 4000.0}
    cast.postings.append(posting | {"channel": "site", "opened_on": first - timedelta(days=12)})
    cast.applications.append(
        {"id_number": applicant.id_number, "applied_on": first - timedelta(days=8), "hired_on": hired_on}
    )
    cast.fault(
        "posting_filled",
        "本地岗位发布后有人应聘并入职",
        "a posting at home brings an application and a hire",
        Trace(
            "vacancy_monitor",
            first,
            {"county_code": county, "channel": "all", "month": months.first_of(hired_on)},
            {"hired": 1, "open_postings": 1, "open_headcount": 5, "median_days_to_hire": "7.0"},
        ),
    )


def dispute_open(cast: Cast) -> None:
    """A dispute that was accepted 57 days ago and is still open."""
    first = cast.nights[0]
    worker = cast.resident(AFFAIRS_COUNTY, 33)
    case = {
        "case_no": f"LR{AFFAIRS_COUNTY}P0001",
        "id_number": worker.id_number,
        "employer_name": "示例建筑公司",
        "dispute_type": "unpaid_wages",
        "filed_on": first - timedelta(days=60),
        "accepted_on": first - timedelta(days=57),
        "amount_claimed": 1_260_000,
    }
    cast.at(cast.every_night(), "labor_dispute", AFFAIRS_COUNTY, Row(case))
    cast.case("dispute_overdue", "open_over_45d", AFFAIRS_COUNTY, case["case_no"], worker.id_number)
    cast.fault(
        "dispute_open",
        "劳动争议受理57天未结",
        "a dispute is still open 57 days after it was accepted",
        Trace(
            "fct_dispute",
            first,
            {"county_code": AFFAIRS_COUNTY, "case_no": case["case_no"]},
            {"closed_on": None, "close_overdue_on": first - timedelta(days=11)},
        ),
    )


def graduate_without_work(cast: Cast) -> None:
    """A graduate without work for over a year."""
    first = cast.nights[0]
    graduate = cast.resident(AFFAIRS_COUNTY, 24, population_category="lifted_out")
    graduated = first - timedelta(days=400)
    study = {
        "id_number": graduate.id_number,
        "full_name": graduate.full_name,
        "school": "示例学院",
        "level": "bachelor",
        "enrolled_on": graduated - timedelta(days=1400),
        "graduated_on": graduated,
        "outcome": "unemployed",
    }
    cast.at(cast.every_night(), "youth_support", AFFAIRS_COUNTY, Row(study))
    cast.case("youth_long_term", "youth_long_term", graduate.id_number, study["enrolled_on"])
    cast.fault(
        "graduate_without_work",
        "毕业生一年未就业",
        "a graduate has had no work for over a year",
        Trace(
            "youth_monitor",
            first,
            {"county_code": AFFAIRS_COUNTY, "level": "bachelor", "graduation_year": graduated.year},
            {"graduates": 1, "employed": 0, "unemployed_12m": 1},
        ),
    )
