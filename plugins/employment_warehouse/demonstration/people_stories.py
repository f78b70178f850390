"""Planted people: who is counted where, who has work and who has not."""

from collections.abc import Sequence
from datetime import timedelta

from employment_warehouse.demonstration import months
from employment_warehouse.demonstration.cast import COUNTY, Cast, Person, post_row, story_month
from employment_warehouse.demonstration.manifest import Trace
from employment_warehouse.demonstration.sender import Row


def person_on_two_registers(cast: Cast) -> None:
    """One person on two registers is one person."""
    both = cast.person("532501", 41)
    elsewhere = COUNTY["532503"].township_codes()[0]
    there = {
        "county_code": "532503",
        "household_no": "H532503900001",
        "township_code": elsewhere,
        "village_code": f"{elsewhere}201",
    }
    cast.register(both)
    cast.register(both, there)
    cast.spell(both, cast.nights[0] - timedelta(days=70), reported_by="532503")
    cast.fault(
        "person_in_two_counties",
        "一人两县登记：只计一次，归代码小的个旧市",
        "on two registers at once: counted once, in the lower code",
        Trace("dim_person", cast.nights[0], {"id_number": both.id_number}, {"county_code": "532501"}),
        Trace("fct_person_state", cast.nights[0], {"id_number": both.id_number}, {"is_employed": True}),
    )


def person_who_moved(cast: Cast) -> None:
    """A second county lists a person from the second night on."""
    mover = cast.person("532503", 26)
    town = COUNTY["532504"].township_codes()[0]
    cast.register(mover)
    cast.register(
        mover,
        {
            "county_code": "532504",
            "household_no": "H532504900001",
            "township_code": town,
            "village_code": f"{town}201",
        },
        nights=cast.every_night()[1:],
    )
    cast.fault(
        "moved_to_a_second_county",
        "第二晚起另一县也登记：归后登记的弥勒市",
        "listed later by a second county: the later listing wins",
        Trace("dim_person", cast.nights[0], {"id_number": mover.id_number}, {"county_code": "532503"}),
        Trace("dim_person", cast.night(1), {"id_number": mover.id_number}, {"county_code": "532504"}),
    )


def _household(cast: Cast, county: str, ages: Sequence[int], site: str, **other: object) -> list[Person]:
    head = cast.person(county, ages[0])
    members = [head, *(cast.person(county, age, household=head.household) for age in ages[1:])]
    for place, (person, age) in enumerate(zip(members, ages, strict=True)):
        facts = {
            "is_relocated": True,
            "resettlement_site_no": site,
            "population_category": "lifted_out",
            "relation_to_head": "户主" if place == 0 else "子女",
            "township_code": head.township,
            "village_code": f"{head.township}201",
        } | ({"work_capacity": "none", "in_school": True} if age < 16 else {})
        cast.register(person, facts | other)
    return members


def household_that_finds_work(cast: Cast) -> None:
    """A relocated household without work, of which a member is hired on the third night."""
    first, third = cast.nights[0], cast.night(2)
    hired = _household(cast, "532530", (45, 43, 12), "AZ532530001")
    if third in cast.nights:
        cast.spell(hired[0], third, nights=cast.every_night()[2:], other={"updated_on": third})
    case = {"county_code": "532530", "household_no": hired[0].household}
    cast.case("zero_employment_household", "zero_employment_household", *case.values(), nights=[0, 1])
    cast.fault(
        "zero_employment_household",
        "零就业搬迁户，第三晚有人就业而销号",
        "a relocated household without work, cleared on night 3",
        Trace(
            "zero_employment_household",
            first,
            case,
            {"is_relocated": True, "members_in_labour_force": 2, "opened_on": first, "cleared_on": None},
        ),
        Trace(
            "zero_employment_household",
            third,
            case,
            {"opened_on": first, "cleared_on": third, "cleared_by_channel": "enterprise"},
        ),
    )


def household_that_loses_work(cast: Cast) -> None:
    """The only worker of a relocated household is no longer reported from the second night on."""
    first, second = cast.nights[0], cast.night(1)
    losing_work = _household(cast, "532523", (39, 9), "AZ532523001")
    cast.spell(losing_work[0], first - timedelta(days=90), nights=[0])
    case = {"county_code": "532523", "household_no": losing_work[0].household}
    for kind in ("zero_employment_household", "return_risk"):
        cast.case(kind, kind, *case.values(), nights=cast.every_night()[1:])
    cast.fault(
        "spell_left_out",
        "就业记录次日未再出现：上日止，家庭转为零就业",
        "an open spell is left out: it ended the day before, the household has no work",
        Trace("zero_employment_household", first, case, None),
        Trace(
            "fct_employment_spell",
            second,
            {"id_number": losing_work[0].id_number},
            {"end_on": second - timedelta(days=1), "end_reason": "left_out"},
        ),
        Trace("zero_employment_household", second, case, {"opened_on": second, "cleared_on": None}),
    )


def household_without_labour_force(cast: Cast) -> None:
    """In a relocated household nobody is able to work."""
    first = cast.nights[0]
    old = _household(cast, "532524", (78, 76), "AZ532524001", work_capacity="none")
    cast.fault(
        "household_without_labour_force",
        "无劳动力搬迁户不算零就业",
        "a household without labour force is not a case",
        Trace("zero_employment_household", first, {"county_code": "532524", "household_no": old[0].household}, None),
    )


def corrected_start(cast: Cast) -> None:
    """The start of a spell is corrected on the second night."""
    first, second = cast.nights[0], cast.night(1)
    moved = cast.resident("532502")
    cast.spell(moved, first - timedelta(days=75), nights=[0])
    cast.spell(moved, first - timedelta(days=71), nights=cast.every_night()[1:])
    cast.fault(
        "corrected_start",
        "入职日期更正：仍是一段就业",
        "a corrected start is one spell, no separation",
        Trace("fct_person_state", second, {"id_number": moved.id_number}, {"is_employed": True}),
        Trace("fct_employment_spell", second, {"id_number": moved.id_number, "end_reason": "left_out"}, None),
    )


def aged_out_spell(cast: Cast) -> None:
    """A spell that ended over a year ago is no longer reported."""
    first, second = cast.nights[0], cast.night(1)
    former = cast.resident("532504", 48)
    left_on = first - timedelta(days=365)
    cast.spell(former, left_on - timedelta(days=400), left_on, nights=[0], other={"updated_on": left_on})
    cast.fault(
        "aged_out_spell",
        "离职满 12 个月不再上报：不算漏报",
        "an ended spell is absent because it ended over 12 months ago",
        Trace("fct_employment_spell", second, {"id_number": former.id_number}, {"end_on": left_on}),
    )


def deceased_at_work(cast: Cast) -> None:
    """A person who has died is still reported at work."""
    first = cast.nights[0]
    dead = cast.resident("532525", 58, deceased_on=first - timedelta(days=12))
    cast.spell(dead, first - timedelta(days=400))
    cast.fault(
        "deceased_at_work",
        "已死亡者仍列为务工（就业）：不在劳动力内",
        "a dead person is still listed at work",
        Trace(
            "fct_person_state",
            first,
            {"id_number": dead.id_number},
            {"is_in_labour_force": False, "is_employed": False},
        ),
    )


def child_at_work(cast: Cast) -> None:
    """A child is reported at work."""
    first = cast.nights[0]
    child = cast.resident("532504", 14)
    cast.spell(child, first - timedelta(days=30))
    cast.fault(
        "child_at_work",
        "未满 16 岁者列为务工（就业）：不在劳动力内",
        "a child is listed at work",
        Trace(
            "fct_person_state",
            first,
            {"id_number": child.id_number},
            {"is_in_labour_force": False, "is_employed": False},
        ),
    )


def gig_work(cast: Cast) -> None:
    """A gig order in the reference week is employment; an older one is not."""
    first = cast.nights[0]
    for age, days_ago, employed in ((33, 2, True), (36, 8, False)):
        person = cast.resident("532503", age)
        cast.gig_orders.append({"person": person, "completed_on": first - timedelta(days=days_ago)})
        cast.fault(
            "gig_in_the_week" if employed else "gig_before_the_week",
            f"{days_ago} 天前完成零工订单",
            f"a gig order completed {days_ago} days ago",
            Trace("fct_person_state", first, {"id_number": person.id_number}, {"is_employed": employed}),
        )


def public_posts(cast: Cast) -> None:
    """A post that was not paid last month."""
    first = cast.nights[0]
    person = cast.resident("532527", 55, population_category="unstable")
    start = first - timedelta(days=200)
    cast.at(cast.every_night(), "public_post", "532527", Row(post_row(person, "532527GY90001", start)))
    for month in months.reported_between(first, cast.nights[-1]):
        owed = month == story_month(first)
        row = {
            "post_no": "532527GY90001",
            "id_number": person.id_number,
            "period": month,
            "days_present": 2_200,
            "amount_due": 50_000,
            "amount_paid": 0 if owed else 50_000,
            "paid_on": None if owed else months.reported_on(month) - timedelta(days=2),
            "fund_source": "衔接资金",
            "bank_account": person.account,
        }
        cast.rows["public_post_payment", "532527", months.reported_on(month)].append(Row(row))
    cast.fault(
        "unpaid_post",
        "公益性岗位补贴未发",
        "a public post's subsidy was not paid",
        Trace(
            "fct_wage_payment",
            first,
            {"id_number": person.id_number, "period": story_month(first)},
            {"amount_paid": "0.00"},
        ),
    )
