"""Planted rows that must be rejected: one for each thing that clerks get wrong."""

from datetime import timedelta

from employment_warehouse.demonstration.cast import Cast, post_row, register_row
from employment_warehouse.demonstration.identities import id_number
from employment_warehouse.demonstration.sender import Row

# county, fault, in words, column, reason, text of the cell
REGISTER = (
    ("532502", "bad_checksum", ("身份证校验码错误", "check digit does not fit"), "id_number", "id_checksum"),
    ("532532", "numeric_id", ("身份证号存为数字", "ID number in a numeric cell"), "id_number", "id_not_text"),
    ("532532", "printed_id", ("身份证号为科学记数", "ID printed as 5.32528E+17"), "id_number", "id_not_text"),
    ("532524", "old_id", ("15 位旧身份证号", "15-digit ID number"), "id_number", "id_first_generation"),
    ("532529", "placeholder_id", ("999999 占位证号", "a person without an ID"), "id_number", "id_placeholder"),
    ("532531", "id_of_no_day", ("证号中的生日不存在", "birthday does not exist"), "id_number", "id_date"),
    ("532523", "short_id", ("证号 17 位", "ID number of 17 characters"), "id_number", "id_length"),
    ("532501", "name_missing", ("姓名未填", "name is missing"), "full_name", "required_missing"),
    ("532503", "unknown_category", ("人口类别不在代码内", "no such code"), "population_category", "unknown_code"),
    ("532530", "site_missing", ("搬迁户未填安置点", "no site"), "resettlement_site_no", "required_missing"),
    ("532504", "other_village", ("村代码与乡镇不符", "not of its township"), "village_code", "prefix_mismatch"),
    ("532525", "other_county", ("县代码与文件路径不符", "not the path's"), "county_code", "path_disagrees"),
    ("532528", "death_of_no_day", ("死亡日期不是日期", "death is not a date"), "deceased_on", "not_a_date"),
)
EMPLOYMENT = (
    ("532501", "end_before_start", ("离职早于入职", "ends before it starts"), "end_date", "rule_end_before_start"),
    ("532502", "wage_too_high", ("月收入超出范围", "wage out of range"), "monthly_wage", "out_of_range"),
    ("532503", "wage_in_words", ("月收入不是数字", "wage is not a number"), "monthly_wage", "not_a_number"),
    ("532504", "bad_uscc", ("信用代码校验错误", "code does not check"), "employer_uscc", "uscc_checksum"),
    ("532523", "short_division", ("务工地代码不足六位", "no code"), "work_division_code", "not_a_division"),
    ("532524", "workshop_missing", ("未填车间编号", "without its workshop"), "workshop_no", "required_missing"),
    ("532525", "contract_maybe", ("既非是也非否", "neither yes nor no"), "has_contract", "not_a_boolean"),
    ("532529", "start_of_no_day", ("入职日期不是日期", "start is not a date"), "start_date", "not_a_date"),
)


def faulty_register_rows(cast: Cast) -> None:
    """Of the labour register."""
    for county, code, title, column, reason in REGISTER:
        person = cast.person(county, 40)
        number = person.id_number
        cells: dict[str, dict[str, str | float]] = {
            "bad_checksum": {column: number[:16] + str((int(number[16]) + 1) % 10) + number[17]},
            "numeric_id": {column: float(number.replace("X", "0"))},
            "printed_id": {column: "5.32532E+17"},
            "old_id": {column: number[:6] + number[8:17]},
            "placeholder_id": {column: id_number("999999", "19880315", 3)},
            "id_of_no_day": {column: id_number(county, "19900230", 803)},
            "short_id": {column: number[:17]},
            "name_missing": {column: ""},
            "unknown_category": {column: "贫困户"},
            "site_missing": {"is_relocated": "是"},
            "other_village": {column: "532504299201"},
            "other_county": {column: "532524", "township_code": "532524100", "village_code": "532524100201"},
            "death_of_no_day": {column: "2024-02-30"},
        }
        cast.reject("labor_register", county, code, title, Row(register_row(person), cells[code], (column, reason)))

    twice = cast.person("532527", 44)
    first = register_row(twice) | {"job_intention": "none"}
    title = ("同一人两行，以后一行为准", "one person twice: the last row counts")
    cast.reject("labor_register", "532527", "duplicate_key", title, Row(first, {}, ("id_number", "duplicate_key")))
    cast.register(twice)


def faulty_employment_rows(cast: Cast) -> None:
    """Of the employment register."""
    start = cast.nights[0] - timedelta(days=300)
    cells: dict[str, dict[str, str | float]] = {
        "end_before_start": {"end_date": f"{start - timedelta(days=30):%Y-%m-%d}"},
        "wage_too_high": {"monthly_wage": "250000"},
        "wage_in_words": {"monthly_wage": "面议"},
        "bad_uscc": {"employer_uscc": "91532504MA0000010A"},
        "short_division": {"work_division_code": "5325"},
        "workshop_missing": {"channel": "就业帮扶车间"},
        "contract_maybe": {"has_contract": "不清楚"},
        "start_of_no_day": {"start_date": "2024-13-01"},
    }
    for county, code, title, column, reason in EMPLOYMENT:
        values = cast.spell_row(cast.person(county, 31), start)
        cast.reject("employment", county, code, title, Row(values, cells[code], (column, reason)))

    twice = cast.resident("532527", 38)
    values = cast.spell_row(twice, cast.nights[0] - timedelta(days=200))
    title = ("同一段就业两行，以后一行为准", "one spell twice: the last row counts")
    first = Row(values | {"monthly_wage": 100_000}, {}, ("id_number", "duplicate_key"))
    cast.reject("employment", "532527", "duplicate_spell", title, first)
    cast.at(cast.every_night(), "employment", "532527", Row(values))


def faulty_post_rows(cast: Cast) -> None:
    """Of the public posts."""
    start = cast.nights[0] - timedelta(days=90)
    for number in ("532529GY99997", "532529GY99998"):  # however few people there are, not every row is rejected
        cast.at(cast.every_night(), "public_post", "532529", Row(post_row(cast.resident("532529", 50), number, start)))
    values = post_row(cast.resident("532529", 50), "532529GY99999", start)
    row = Row(values, {"term_months": "12.5"}, ("term_months", "not_an_integer"))
    cast.reject("public_post", "532529", "half_a_month", ("协议期限不是整数", "term is not a whole number"), row)
