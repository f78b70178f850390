"""The planted people: each has one story, written out by hand, and the manifest says what must be seen of it.

They are in the data at any size; the crowd is added around them. Counties and months are fixed in the stories,
days are counted from the nights.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from employment_warehouse.demonstration import identities, months
from employment_warehouse.demonstration.employers import Employers
from employment_warehouse.demonstration.manifest import Fault, Sight
from employment_warehouse.demonstration.places import COUNTIES
from employment_warehouse.demonstration.sending import Row

COUNTY = {county.code: county for county in COUNTIES}
Unit = tuple[str, str, date]
"""Feed, unit, report date."""

SILENT_COUNTY = "532528"
"""Sends nothing on the second night."""
LATE_COUNTY = "532531"
"""Sends the second night's employment only before the third."""
CORRECTED_COUNTY = "532524"
"""Sends the first night's employment again, corrected, before the second."""
RESENT_COUNTY = "532525"
"""Sends the first night's register twice."""
EVENING_COUNTY = "532527"
"""Sends the first night's employment after the hour."""
NIL_COUNTY = "532532"
"""Has no public posts, and says so."""
SPLIT_COUNTY = "532504"
"""Sends employment in two parts."""
GROWING_COUNTY = "532529"
"""Has an upload that never ends."""


@dataclass(frozen=True)
class Person:
    id_number: str
    full_name: str
    county: str
    household: str
    township: str
    account: str


@dataclass
class Cast:
    """All planted rows, by feed, unit and report date, and the faults that they show."""

    nights: Sequence[date]
    employers: Employers
    rows: dict[Unit, list[Row]] = field(default_factory=lambda: defaultdict(list))
    corrections: dict[object, Mapping[str, object] | None] = field(default_factory=dict)
    """ID number → what its row of the corrected file said at first; None: it was not there."""
    gig_orders: list[dict[str, object]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _people: int = 0
    _projects: int = 0

    # -- the words in which the stories are told

    def person(self, county: str, age: int, *, male: bool = True, household: str | None = None) -> Person:
        """Someone who was `age` on the first night, in a household of their own or in one that is named."""
        self._people += 1
        k = self._people
        born = self.nights[0].replace(day=1) - timedelta(days=round(age * 365.2425) + 40 + k)
        number = identities.id_number(county, f"{born:%Y%m%d}", 801 + 2 * (k % 99) + (0 if male else 1))
        name = identities.SURNAMES[k % len(identities.SURNAMES)] + identities.GIVEN[3 * k % 90]
        towns = COUNTY[county].township_codes()
        account = str(identities.bank_accounts(np.array([900_000_000 + k]))[0])
        return Person(
            number, name, county, household or f"H{county}9{k:05d}", towns[k % 2 if household is None else 0], account
        )

    def at(self, nights: Iterable[int], feed: str, unit: str, row: Row) -> None:
        """Put a row into a snapshot of the given nights (by number, from 0)."""
        for night in nights:
            self.rows[feed, unit, self.nights[night]].append(row)

    def every_night(self) -> range:
        """Numbers of all nights."""
        return range(len(self.nights))

    def register(self, person: Person, nights: Iterable[int] | None = None, **other: object) -> Mapping[str, object]:
        """Enter a person in their county's register."""
        values = register_row(person) | other
        self.at(self.every_night() if nights is None else nights, "labor_register", str(values["county_code"]), Row(values))
        return values

    def resident(self, county: str, age: int = 35, **other: object) -> Person:
        """A person who is on the register every night."""
        person = self.person(county, age)
        self.register(person, **other)
        return person

    def spell(
        self,
        person: Person,
        start: date,
        end: date | None = None,
        nights: Iterable[int] | None = None,
        told_by: str | None = None,
        **other: object,
    ) -> None:
        """A spell in the employment register of the person's county, or of the county that tells it."""
        row = Row(self.spell_row(person, start, end) | other)
        self.at(self.every_night() if nights is None else nights, "employment", told_by or person.county, row)

    def spell_row(self, person: Person, start: date, end: date | None = None) -> dict[str, object]:
        """Work at an enterprise in Guangdong."""
        division, name, uscc, industry, _, _ = self.employers.table.row(self._people % 20)
        return {
            "id_number": person.id_number,
            "full_name": person.full_name,
            "channel": "enterprise",
            "work_division_code": division,
            "employer_name": name,
            "employer_uscc": uscc,
            "industry": industry,
            "occupation": "普工",
            "start_date": start,
            "end_date": end,
            "monthly_wage": 420_000,
            "has_contract": True,
            "is_organised": False,
            "is_reserved_job": False,
            "updated_on": max(start, self.nights[0] - timedelta(days=20)),
        }

    def before_correction(self, rows: Sequence[Row]) -> list[Row]:
        """The corrected county's rows as they were first sent."""
        at_first = ((row, self.corrections.get(row.values["id_number"], {})) for row in rows)
        return [Row({**row.values, **said}, row.cells, row.rejected) for row, said in at_first if said is not None]

    def fault(self, code: str, title_zh: str, title_en: str, *sights: Sight) -> None:
        """Tell of a fault and of what must be seen; of nights that are not generated nothing is said."""
        seen = [sight for sight in sights if sight.night in self.nights]
        if seen:
            self.faults.append(Fault(code, title_zh, title_en, seen))

    def reject(  # noqa: PLR0913
        self,
        feed: str,
        unit: str,
        report_date: date,
        code: str,
        title: tuple[str, str],
        values: Mapping[str, object],
        cells: Mapping[str, str | float],
        column: str,
        reason: str,
    ) -> None:
        """Plant a row that must be turned away every night, for this column and reason."""
        row = Row(values, cells, (column, reason))
        dates = self.nights if report_date == self.nights[0] else [report_date]
        for day in dates:
            self.rows[feed, unit, day].append(row)
        self.fault(
            code,
            *title,
            Sight(
                "vault.rejected_row",
                self.nights[0],
                {"feed": feed, "unit": unit, "report_date": report_date},
                {"column_name": column, "reason": reason},
            ),
        )


def register_row(person: Person) -> dict[str, object]:
    """A person as a register has them: general household, able, not at school."""
    return {
        "id_number": person.id_number,
        "full_name": person.full_name,
        "household_no": person.household,
        "relation_to_head": "户主",
        "county_code": person.county,
        "township_code": person.township,
        "village_code": f"{person.township}201",
        "population_category": "general",
        "is_relocated": False,
        "work_capacity": "ordinary",
        "in_school": False,
        "education": "junior_high",
        "job_intention": "away",
        "is_low_income": False,
    }


def assemble(nights: Sequence[date], employers: Employers) -> Cast:
    """All stories, for these nights."""
    cast = Cast(nights, employers)
    stories: tuple[Callable[[Cast], None], ...] = (
        spoilt_register_rows,
        spoilt_employment_rows,
        spoilt_post_rows,
        nights_of_counties,
        people_in_two_counties,
        households_without_work,
        spells_that_change,
        work_by_the_order,
        relief_of_one_project,
        relief_of_another_project,
        relief_without_return,
        public_posts,
    )
    for story in stories:
        story(cast)
    return cast


# -- stories: rows that must be turned away


def spoilt_register_rows(cast: Cast) -> None:
    """One row each for what clerks get wrong in the labour register."""
    d = cast.nights[0]

    def plant(  # noqa: PLR0913
        county: str, code: str, zh: str, en: str, cells: Mapping[str, str | float], column: str, reason: str, **other: object
    ) -> None:
        person = cast.person(county, 40)
        cast.reject("labor_register", county, d, code, (zh, en), register_row(person) | other, cells, column, reason)

    someone = cast.person("532502", 30).id_number
    wrong = someone[:16] + str((int(someone[16]) + 1) % 10) + someone[17]
    plant("532502", "bad_checksum", "身份证校验码错误", "check digit does not fit", {"id_number": wrong}, "id_number", "id_checksum")
    number = float(cast.person("532532", 33).id_number.replace("X", "0"))
    plant("532532", "numeric_id", "身份证号存为数字", "ID number in a numeric cell", {"id_number": number}, "id_number", "id_not_text")
    plant("532532", "printed_id", "身份证号为科学记数", "ID number printed as 5.32528E+17", {"id_number": "5.32532E+17"}, "id_number", "id_not_text")
    old = cast.person("532524", 52).id_number
    plant("532524", "first_generation_id", "15 位旧身份证号", "15-digit ID number", {"id_number": old[:6] + old[8:17]}, "id_number", "id_first_generation")
    placeholder = identities.id_number("999999", "19880315", 3)
    plant("532529", "placeholder_id", "999999 占位证号", "placeholder for a person without an ID", {"id_number": placeholder}, "id_number", "id_placeholder")
    plant("532531", "id_of_no_day", "证号中的生日不存在", "birthday in the ID number does not exist", {"id_number": identities.id_number("532531", "19900230", 803)}, "id_number", "id_date")
    plant("532523", "short_id", "证号 17 位", "ID number of 17 characters", {"id_number": cast.person("532523", 29).id_number[:17]}, "id_number", "id_length")
    plant("532501", "name_missing", "姓名未填", "name is missing", {"full_name": ""}, "full_name", "required_missing")
    plant("532503", "unknown_category", "人口类别不在代码内", "unknown population category", {"population_category": "贫困户"}, "population_category", "unknown_code")
    plant("532530", "site_missing", "搬迁户未填安置点", "relocated without a site", {}, "resettlement_site_no", "required_missing", is_relocated=True)
    plant("532504", "village_of_another_township", "村代码与乡镇不符", "village not of its township", {"village_code": "532504299201"}, "village_code", "prefix_mismatch")
    plant("532525", "county_disagrees", "县代码与文件路径不符", "county is not the path's", {"county_code": "532524", "township_code": "532524100", "village_code": "532524100201"}, "county_code", "path_disagrees")
    plant("532528", "death_of_no_day", "死亡日期不是日期", "date of death is no date", {"deceased_on": "2024-02-30"}, "deceased_on", "not_a_date")

    twice = cast.person("532527", 44)
    cast.reject(
        "labor_register", "532527", d, "duplicate_key", ("同一人两行，以后一行为准", "one person twice: the last row counts"),
        register_row(twice) | {"job_intention": "none"}, {}, "id_number", "duplicate_key",
    )
    cast.register(twice)


def spoilt_employment_rows(cast: Cast) -> None:
    """One row each for what clerks get wrong in the employment register."""
    d = cast.nights[0]

    def plant(  # noqa: PLR0913
        county: str, code: str, zh: str, en: str, cells: Mapping[str, str | float], column: str, reason: str, **other: object
    ) -> None:
        values = cast.spell_row(cast.person(county, 31), d - timedelta(days=300)) | other
        cast.reject("employment", county, d, code, (zh, en), values, cells, column, reason)

    plant("532501", "end_before_start", "离职早于入职", "ends before it starts", {}, "end_date", "rule_end_before_start", end_date=d - timedelta(days=330))
    plant("532502", "wage_too_high", "月收入超出范围", "wage out of range", {"monthly_wage": "250000"}, "monthly_wage", "out_of_range")
    plant("532503", "wage_in_words", "月收入不是数字", "wage is no number", {"monthly_wage": "面议"}, "monthly_wage", "not_a_number")
    plant("532504", "bad_uscc", "统一社会信用代码校验错误", "social credit code does not check", {"employer_uscc": "91532504MA0000010A"}, "employer_uscc", "uscc_checksum")
    plant("532523", "short_division", "务工地代码不足六位", "work place is no division code", {"work_division_code": "5325"}, "work_division_code", "not_a_division")
    plant("532524", "workshop_missing", "车间就业未填车间编号", "workshop job without its workshop", {}, "workshop_no", "required_missing", channel="workshop")
    plant("532525", "contract_maybe", "是否签订合同既非是也非否", "neither yes nor no", {"has_contract": "不清楚"}, "has_contract", "not_a_boolean")
    plant("532529", "start_of_no_day", "入职日期不是日期", "start is no date", {"start_date": "2024-13-01"}, "start_date", "not_a_date")

    twice = cast.resident("532527", 38)
    values = cast.spell_row(twice, d - timedelta(days=200))
    cast.reject(
        "employment", "532527", d, "duplicate_spell", ("同一段就业两行，以后一行为准", "one spell twice: the last row counts"),
        values | {"monthly_wage": 100_000}, {}, "id_number", "duplicate_key",
    )
    cast.at(cast.every_night(), "employment", "532527", Row(values))


def spoilt_post_rows(cast: Cast) -> None:
    """What goes wrong with public posts."""
    person = cast.resident("532529", 50)
    values = post_row(person, "532529GY99999", cast.nights[0] - timedelta(days=90))
    cast.reject(
        "public_post", "532529", cast.nights[0], "term_in_words", ("协议期限不是整数", "term is no whole number"),
        values, {"term_months": "一年"}, "term_months", "not_an_integer",
    )


# -- stories: how counties send


def nights_of_counties(cast: Cast) -> None:
    """A silent county, a late one, a correction, a repeat, an evening: what timeliness must say of each."""
    first = cast.nights[0]
    second, third = _night(cast, 1), _night(cast, 2)

    silent = cast.resident(SILENT_COUNTY)
    cast.spell(silent, first - timedelta(days=100))
    cast.fault(
        "missing_county", "元阳县第二晚未报，沿用上一日", "a county sends nothing on night 2 and is carried forward",
        Sight("feed_timeliness", second, {"feed": "employment", "county_code": SILENT_COUNTY}, {"status": "missing", "days_stale": (second - first).days}),
        Sight("feed_timeliness", third, {"feed": "employment", "county_code": SILENT_COUNTY}, {"status": "on_time", "days_stale": 0}),
        Sight("fct_person_state", second, {"id_number": silent.id_number}, {"is_employed": True}),
    )
    cast.fault(
        "late_file", "绿春县第二晚的就业台账次日才到，按其日期补收", "a file for night 2 comes a day late and takes its own date",
        Sight("feed_timeliness", second, {"feed": "employment", "county_code": LATE_COUNTY}, {"status": "missing"}),
        Sight("ops.delivery", third, {"feed": "employment", "unit": LATE_COUNTY, "report_date": second}, {"revision": 1, "status": "accepted"}),
    )
    cast.fault(
        "resent_file", "石屏县重发同一文件，不重复入库", "the same bytes for the same date load nothing",
        Sight("ops.delivery", second, {"feed": "labor_register", "unit": RESENT_COUNTY, "report_date": first}, {"revision": 1}),
        Sight("ops.delivery", second, {"feed": "labor_register", "unit": RESENT_COUNTY, "report_date": first, "revision": 2}, None),
    )
    cast.fault(
        "same_bytes_next_date", "次日文件与上日逐字节相同：是一次报送，没有变化", "the same bytes for the next date are a report",
        Sight("ops.delivery", second, {"feed": "resettlement_site", "unit": "532503", "report_date": second}, {"revision": 1, "status": "accepted"}),
        Sight("feed_timeliness", second, {"feed": "resettlement_site", "county_code": "532503"}, {"status": "on_time"}),
    )
    cast.fault(
        "nil_file", "河口县公益性岗位零报告", "a nil file is a report",
        Sight("feed_timeliness", first, {"feed": "public_post", "county_code": NIL_COUNTY}, {"status": "on_time", "rows_read": 0}),
    )
    cast.fault(
        "growing_file", "红河县有一个未传完的文件，不予理会", "a file that is still growing is left alone",
        Sight("ops.delivery", first, {"feed": "employment", "unit": GROWING_COUNTY, "part": "9"}, None),
    )
    cast.fault(
        "sent_in_two_parts", "弥勒市就业台账分两个文件", "two parts are one snapshot",
        Sight("ops.delivery", first, {"feed": "employment", "unit": SPLIT_COUNTY, "part": "2"}, {"status": "accepted"}),
    )
    cast.fault(
        "sent_in_the_evening", "泸西县首晚 21:15 才报", "sent after the hour",
        Sight("feed_timeliness", first, {"feed": "employment", "county_code": EVENING_COUNTY}, {"status": "late"}),
    )

    corrected, forgotten = cast.resident(CORRECTED_COUNTY), cast.resident(CORRECTED_COUNTY, 27)
    cast.spell(corrected, first - timedelta(days=60), monthly_wage=390_000)
    cast.spell(forgotten, first - timedelta(days=60))
    cast.corrections = {corrected.id_number: {"monthly_wage": 3_900_000}, forgotten.id_number: None}
    cast.fault(
        "correction", "建水县更正首晚就业台账：工资多写一个零、漏一人", "the first night's file is corrected: a wage with a zero too many, a person left out",
        Sight("fct_person_state", first, {"id_number": forgotten.id_number}, {"is_employed": False}),
        Sight("ops.delivery", second, {"feed": "employment", "unit": CORRECTED_COUNTY, "report_date": first, "revision": 2}, {"status": "accepted"}),
        Sight("fct_person_state", second, {"id_number": forgotten.id_number}, {"is_employed": True}),
    )


def people_in_two_counties(cast: Cast) -> None:
    """One person on two registers is one person."""
    both = cast.person("532501", 41)
    elsewhere = COUNTY["532503"].township_codes()[0]
    there = {
        "county_code": "532503", "household_no": "H532503900001",
        "township_code": elsewhere, "village_code": f"{elsewhere}201",
    }
    cast.register(both)
    cast.register(both, **there)
    cast.spell(both, cast.nights[0] - timedelta(days=70), told_by="532503")
    cast.fault(
        "person_in_two_counties", "一人两县登记：只计一次，归代码小的个旧市", "on two registers at once: counted once, in the lower code",
        Sight("dim_person", cast.nights[0], {"id_number": both.id_number}, {"county_code": "532501"}),
        Sight("fct_person_state", cast.nights[0], {"id_number": both.id_number}, {"is_employed": True}),
    )

    mover = cast.person("532503", 26)
    town = COUNTY["532504"].township_codes()[0]
    cast.register(mover)
    cast.register(
        mover, nights=cast.every_night()[1:], county_code="532504", household_no="H532504900001",
        township_code=town, village_code=f"{town}201",
    )
    cast.fault(
        "moved_to_a_second_county", "第二晚起另一县也登记：归后登记的弥勒市", "listed later by a second county: the later listing wins",
        Sight("dim_person", cast.nights[0], {"id_number": mover.id_number}, {"county_code": "532503"}),
        Sight("dim_person", _night(cast, 1), {"id_number": mover.id_number}, {"county_code": "532504"}),
    )


def _household(cast: Cast, county: str, ages: Sequence[int], site: str, **other: object) -> list[Person]:
    head = cast.person(county, ages[0])
    members = [head, *(cast.person(county, age, household=head.household) for age in ages[1:])]
    for place, (person, age) in enumerate(zip(members, ages, strict=True)):
        facts = {
            "is_relocated": True, "resettlement_site_no": site, "population_category": "lifted_out",
            "relation_to_head": "户主" if place == 0 else "子女",
            "township_code": head.township, "village_code": f"{head.township}201",
        } | ({"work_capacity": "none", "in_school": True} if age < 16 else {})
        cast.register(person, **facts | other)
    return members


def households_without_work(cast: Cast) -> None:
    """Relocated households: one finds work on night 3, one loses it on night 2, one has nobody who could work."""
    first, second, third = cast.nights[0], _night(cast, 1), _night(cast, 2)
    hired = _household(cast, "532530", (45, 43, 12), "AZ532530001")
    if third in cast.nights:
        cast.spell(hired[0], third, nights=cast.every_night()[2:], updated_on=third)
    case = {"county_code": "532530", "household_no": hired[0].household}
    cast.fault(
        "zero_employment_household", "零就业搬迁户，第三晚有人就业而销号", "a relocated household without work, cleared on night 3",
        Sight("zero_employment_household", first, case, {"is_relocated": True, "members_in_labour_force": 2, "opened_on": first, "cleared_on": None}),
        Sight("zero_employment_household", third, case, {"opened_on": first, "cleared_on": third, "cleared_by_channel": "enterprise"}),
    )

    losing = _household(cast, "532523", (39, 9), "AZ532523001")
    cast.spell(losing[0], first - timedelta(days=90), nights=[0])
    case = {"county_code": "532523", "household_no": losing[0].household}
    cast.fault(
        "spell_left_out", "就业记录次日未再出现：上日止，家庭转为零就业", "an open spell is left out: it ended the day before, the household has no work",
        Sight("zero_employment_household", first, case, None),
        Sight("fct_employment_spell", second, {"id_number": losing[0].id_number}, {"end_date": second - timedelta(days=1), "end_reason": "left_out"}),
        Sight("zero_employment_household", second, case, {"opened_on": second, "cleared_on": None}),
    )

    old = _household(cast, "532524", (78, 76), "AZ532524001", work_capacity="none")
    cast.fault(
        "household_without_labour_force", "无劳动力搬迁户不算零就业", "a household without labour force is no case",
        Sight("zero_employment_household", first, {"county_code": "532524", "household_no": old[0].household}, None),
    )


def spells_that_change(cast: Cast) -> None:
    """A corrected start is one spell; an old ended spell ages out; a birthday and a death change the labour force."""
    first, second = cast.nights[0], _night(cast, 1)
    moved = cast.resident("532502")
    cast.spell(moved, first - timedelta(days=75), nights=[0])
    if second in cast.nights:
        division, name, uscc, industry = (cast.rows["employment", "532502", first][-1].values[k] for k in ("work_division_code", "employer_name", "employer_uscc", "industry"))
        cast.spell(
            moved, first - timedelta(days=71), nights=cast.every_night()[1:], work_division_code=division,
            employer_name=name, employer_uscc=uscc, industry=industry,
        )
    cast.fault(
        "corrected_start", "入职日期更正：仍是一段就业", "a corrected start is one spell, no separation",
        Sight("fct_person_state", second, {"id_number": moved.id_number}, {"is_employed": True}),
        Sight("fct_employment_spell", second, {"id_number": moved.id_number, "end_reason": "left_out"}, None),
    )

    former = cast.resident("532504", 48)
    gone = first - timedelta(days=365)
    cast.spell(former, gone - timedelta(days=400), gone, nights=[0], updated_on=gone)
    cast.fault(
        "aged_out_spell", "离职满 12 个月不再上报：不算漏报", "an ended spell is absent because it ended over 12 months ago",
        Sight("fct_employment_spell", second, {"id_number": former.id_number}, {"end_date": gone}),
    )

    dead = cast.resident("532525", 58, deceased_on=first - timedelta(days=12))
    cast.spell(dead, first - timedelta(days=400))
    cast.fault(
        "deceased_at_work", "已死亡者仍列在岗：不在劳动力内", "a dead person is still listed at work",
        Sight("fct_person_state", first, {"id_number": dead.id_number}, {"in_labour_force": False, "is_employed": False}),
    )
    child = cast.resident("532504", 14)
    cast.spell(child, first - timedelta(days=30))
    cast.fault(
        "child_at_work", "未满 16 岁列在岗：不在劳动力内", "a child is listed at work",
        Sight("fct_person_state", first, {"id_number": child.id_number}, {"in_labour_force": False, "is_employed": False}),
    )


def work_by_the_order(cast: Cast) -> None:
    """A gig order in the reference week is employment; an older one is not."""
    first = cast.nights[0]
    for age, days_ago, employed in ((33, 2, True), (36, 8, False)):
        person = cast.resident("532503", age)
        cast.gig_orders.append({"person": person, "completed_on": first - timedelta(days=days_ago)})
        cast.fault(
            "gig_in_the_week" if employed else "gig_before_the_week",
            f"{days_ago} 天前完成零工订单", f"a gig order completed {days_ago} days ago",
            Sight("fct_person_state", first, {"id_number": person.id_number}, {"is_employed": employed}),
        )


# -- stories: work relief


def story_month(first: date) -> date:
    """The last month whose agreed pay date (the 15th after) was over two days before the first night."""
    return months.after(months.first_of(first), -1 if first.day >= 18 else -2)


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
    """A planted project while its story is told."""

    cast: Cast
    number: str
    county: str
    month: date
    lines: list[dict[str, object]] = field(default_factory=list)

    @classmethod
    def open(cls, cast: Cast, county: str) -> "Site":
        """Enter the project in every night's snapshot."""
        cast._projects += 1
        site = cls(cast, f"{county}YG{cast.nights[0]:%y}{900 + 4 * cast._projects}", county, story_month(cast.nights[0]))
        cast.at(cast.every_night(), "relief_project", site.number, Row(project_row(site.number, county, cast.nights[0])))
        return site

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
            self.cast.register(person, **{"population_category": "lifted_out"} | other)
        if contract:
            start = months.after(self.month, -3) + timedelta(days=4)
            row = {
                "project_no": self.number, "id_number": person.id_number, "full_name": person.full_name,
                "signed_on": start - timedelta(days=3), "daily_wage": 12_000, "onsite_from": start,
            }
            self.cast.at(self.cast.every_night(), "relief_contract", self.number, Row(row))
        return person

    def line(self, person: Person, worked: int = 22, **other: object) -> dict[str, object]:
        """A payroll line of the story's month, paid in full with the first batch."""
        due = worked * 12_000
        line: dict[str, object] = {
            "project_no": self.number, "period": self.month, "id_number": person.id_number,
            "full_name": person.full_name, "days_worked": worked * 100, "amount_due": due, "amount_paid": due,
            "paid_on": self.listed.replace(day=9), "bank_account": person.account, "batch_no": self.batch,
            "crew": "一组", "listed_on": self.listed, "signed_on": self.listed.replace(day=3),
            "approved_on": self.listed.replace(day=6), "sent_on": self.listed.replace(day=8),
        } | other
        self.lines.append(line)
        return line

    def send_payroll(self, lines: Sequence[Mapping[str, object]], report_date: date) -> None:
        """The month's payroll, whole, dated `report_date`."""
        self.cast.rows["relief_payroll", self.number, report_date] += [Row(line) for line in lines]

    def send_return(
        self, batch: str, lines: Sequence[Mapping[str, object]], credited_on: date, report_date: date,
        failed: Sequence[int] = (), amounts: Mapping[int, int] | None = None,
    ) -> None:
        """The bank's lines for a batch, in order; `failed` and `amounts` by place."""
        for place, line in enumerate(lines):
            bad = place in failed
            self.cast.rows["bank_return", batch, report_date].append(
                Row(
                    {
                        "batch_no": batch, "line_no": place + 1, "bank_account": line["bank_account"],
                        "account_name": line["full_name"], "amount": (amounts or {}).get(place, line["amount_paid"]),
                        "result": "failed" if bad else "success",
                        "failure_reason": "户名不符" if bad else None, "credited_on": None if bad else credited_on,
                    }
                )
            )

    def finding(self, night: date, person: Person, finding: str, *, seen: bool = True, **value: object) -> Sight:
        """What `relief_payroll_check` says, or does not say, of a person's line."""
        key = {"project_no": self.number, "id_number": person.id_number, "period": f"{self.month:%Y-%m}", "finding": finding}
        return Sight("relief_payroll_check", night, key, value if seen else None)


def relief_of_one_project(cast: Cast) -> None:
    """Payment: unpaid, doubled, failed and issued again, a different amount, left out, late, two equal lines."""
    first, second, third = cast.nights[0], _night(cast, 1), _night(cast, 2)
    site = Site.open(cast, "532529")
    paid, unpaid, failing, doubled, differing, short, left_out, late, two_crews = (site.worker() for _ in range(9))
    site.line(paid)
    site.line(unpaid, amount_paid=0, paid_on=None, batch_no=None, sent_on=None)
    site.line(failing)
    site.line(doubled)
    site.line(differing)
    site.line(short, amount_paid=200_000)
    site.line(left_out)
    slow = f"{site.number}-{site.month:%Y%m}-2"
    site.line(late, batch_no=slow, paid_on=site.listed.replace(day=17), sent_on=site.listed.replace(day=16))
    site.line(two_crews, crew="一组", worked=11)
    site.line(two_crews, crew="二组", worked=11)
    reported = months.reported_on(site.month)
    site.send_payroll(site.lines, reported)
    in_batch = [line for line in site.lines if line["batch_no"] == site.batch and line["id_number"] != left_out.id_number]
    site.send_return(
        site.batch, in_batch, site.listed.replace(day=9), reported + timedelta(days=1),
        failed=(1, 6), amounts={3: 234_000},
    )
    site.send_return(slow, [site.lines[7]], site.listed.replace(day=17), site.listed.replace(day=17))

    again = f"{site.number}-{site.month:%Y%m}-3"
    if second in cast.nights:
        anew = {failing.id_number, doubled.id_number}
        lines = [
            line | {"batch_no": again, "sent_on": first, "paid_on": first} if line["id_number"] in anew else line
            for line in site.lines
        ]
        site.send_payroll(lines, second)
        if third in cast.nights:
            reissued = [line for line in lines if line["batch_no"] == again]
            site.send_return(again, reissued, second, third)

    fault, finding = cast.fault, site.finding
    fault("paid_in_full", "足额按时发放：没有问题", "paid in full and in time: nothing is said", *(
        finding(first, paid, word, seen=False) for word in ("unpaid", "underpaid", "paid_late")
    ))
    fault("unpaid_wage", "工资未发", "wages were not paid", finding(first, unpaid, "unpaid", amount="2640.00"))
    fault(
        "failed_line_reissued", "银行退票，次日文件换批次重发，第三晚入账", "a failed line is issued again in the next file, and credited",
        finding(first, failing, "bank_failed"), finding(first, failing, "unpaid"),
        finding(third, failing, "bank_failed", seen=False), finding(third, failing, "unpaid", seen=False),
        finding(third, failing, "paid_late"),
    )
    fault("doubled_wage", "已入账的工资又发一次", "paid once, and then once more", finding(first, doubled, "paid_twice", seen=False), finding(third, doubled, "paid_twice"))
    fault("bank_amount_differs", "银行入账金额与工资表不符", "the bank credited another amount", finding(first, differing, "bank_amount_differs"), finding(first, differing, "underpaid"))
    fault("underpaid_wage", "少发", "paid less than due", finding(first, short, "underpaid"))
    fault("left_out_by_the_bank", "回单缺该人：未入账", "the batch's return leaves a line out", finding(first, left_out, "unpaid"))
    fault("paid_late", "逾期发放", "paid after the agreed date", finding(first, late, "paid_late"))
    fault(
        "equal_lines", "同人同额两行，第二笔退票", "two equal lines of one person: the second failed",
        Sight("relief_payroll_check", first, {"project_no": site.number, "id_number": two_crews.id_number, "crew": "二组", "finding": "bank_failed"}, {}),
        Sight("relief_payroll_check", first, {"project_no": site.number, "id_number": two_crews.id_number, "crew": "一组", "finding": "bank_failed"}, None),
    )


def relief_of_another_project(cast: Cast) -> None:
    """Who is on the payroll: without contract, unknown, dead, a child, a shared account, elsewhere at work."""
    first = cast.nights[0]
    site = Site.open(cast, "532531")
    before = months.after(site.month, -2)
    without = site.worker(contract=False)
    unknown = site.worker(on_register=False)
    dead = site.worker(61, deceased_on=before)
    child = site.worker(13, work_capacity="none", in_school=True)
    sharing, shared = site.worker(), site.worker()
    elsewhere = site.worker()
    cast.spell(elsewhere, before - timedelta(days=60))
    for person in (without, unknown, dead, child, sharing, elsewhere):
        site.line(person)
    site.line(shared, worked=21, bank_account=sharing.account)
    reported = months.reported_on(site.month)
    site.send_payroll(site.lines, reported)
    site.send_return(site.batch, site.lines, site.listed.replace(day=9), reported + timedelta(days=1))

    short_month = next(m for back in (0, -1, -2) if months.last_of(m := months.after(site.month, back)).day < 31)
    too_many = site.worker()
    spoilt = site.worker()
    line = site.line(too_many) | {"days_worked": 3_100, "amount_due": 372_000, "amount_paid": 372_000}
    batch = f"{site.number}-{short_month:%Y%m}-9"
    line |= {"period": short_month, "batch_no": batch}
    where = ("relief_payroll", site.number, months.reported_on(short_month))
    if short_month == site.month:
        cast.rows[where] = [row for row in cast.rows[where] if row.values["id_number"] != too_many.id_number]
    cast.rows[where].append(Row(line))
    site.send_return(batch, [line], months.after(short_month).replace(day=9), months.reported_on(short_month) + timedelta(days=1))

    for code, title, cells, column, reason in (
        ("days_out_of_range", ("出工天数 45", "45 days in a month"), {"days_worked": "45"}, "days_worked", "out_of_range"),
        ("amount_in_words", ("应发工资写成大写", "amount in words"), {"amount_due": "贰仟陆佰"}, "amount_due", "not_a_number"),
        ("project_disagrees", ("项目编号与文件路径不符", "project is not the path's"), {"project_no": "532531YG00000"}, "project_no", "path_disagrees"),
    ):
        values = site.line(spoilt) | {"crew": code}
        row = Row(values, cells, (column, reason))
        cast.rows["relief_payroll", site.number, reported].append(row)
        fault_sight = Sight("vault.rejected_row", first, {"feed": "relief_payroll", "unit": site.number, "report_date": reported}, {"column_name": column, "reason": reason})
        cast.fault(code, *title, fault_sight)

    fault, finding = cast.fault, site.finding
    fault("no_contract", "发了工资却无劳务协议", "on the payroll without a contract", finding(first, without, "no_contract"))
    fault("not_on_register", "领工资者不在任何台账", "paid, and on no register", finding(first, unknown, "not_on_register"))
    fault("deceased_on_payroll", "已死亡者领工资", "a dead person is paid", finding(first, dead, "deceased"))
    fault("underage_on_payroll", "未满 16 岁领工资", "a child is paid", finding(first, child, "underage"))
    fault("shared_account", "两人共用一个账号", "one account, two persons", finding(first, sharing, "account_shared"), finding(first, shared, "account_shared"))
    fault("employed_elsewhere", "全月在企业全职又领工地工资", "employed elsewhere, full time, all month", finding(first, elsewhere, "employed_elsewhere_full_time"))
    key = {"project_no": site.number, "id_number": too_many.id_number, "period": f"{short_month:%Y-%m}", "finding": "days_over_calendar"}
    fault("days_over_calendar", "出工天数多于当月天数", "more days than the month has", Sight("relief_payroll_check", first, key, {}))


def relief_without_return(cast: Cast) -> None:
    """A batch that the bank has not answered: what the payroll says counts, and stands apart."""
    first = cast.nights[0]
    site = Site.open(cast, "532530")
    workers = [site.worker() for _ in range(3)]
    for person in workers:
        site.line(person)
    site.send_payroll(site.lines, months.reported_on(site.month))
    cast.fault(
        "batch_without_return", "批次无银行回单：暂以工资表为准", "a batch without return: the payroll's word counts, unconfirmed",
        site.finding(first, workers[0], "unpaid", seen=False),
    )


def post_row(person: Person, number: str, start: date) -> dict[str, object]:
    """A part-time cleaner's post."""
    return {
        "post_no": number, "post_category": "保洁员", "township_code": person.township,
        "village_code": f"{person.township}201", "holder": person.id_number, "full_name": person.full_name,
        "start_date": start, "term_months": 12, "is_full_time": False, "monthly_subsidy": 50_000,
    }


def public_posts(cast: Cast) -> None:
    """A post that was not paid last month."""
    first = cast.nights[0]
    person = cast.resident("532527", 55, population_category="unstable")
    start = first - timedelta(days=200)
    cast.at(cast.every_night(), "public_post", "532527", Row(post_row(person, "532527GY90001", start)))
    for month in months.reported_between(first, cast.nights[-1]):
        owed = month == story_month(first)
        row = {
            "post_no": "532527GY90001", "id_number": person.id_number, "period": month, "days_present": 2_200,
            "amount_due": 50_000, "amount_paid": 0 if owed else 50_000,
            "paid_on": None if owed else months.reported_on(month) - timedelta(days=2), "fund_source": "衔接资金",
            "bank_account": person.account,
        }
        cast.rows["public_post_payment", "532527", months.reported_on(month)].append(Row(row))
    cast.fault(
        "unpaid_post", "公益性岗位补贴未发", "a public post's subsidy was not paid",
        Sight("fct_wage_payment", first, {"id_number": person.id_number, "period": f"{story_month(first):%Y-%m}"}, {"amount_paid": "0.00"}),
    )


def _night(cast: Cast, number: int) -> date:
    """Night `number`, or a day past the last one, of which nothing is told."""
    return cast.nights[number] if number < len(cast.nights) else cast.nights[-1] + timedelta(days=number)
