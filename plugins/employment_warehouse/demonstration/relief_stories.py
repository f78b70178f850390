"""Planted work-relief projects: what may go wrong between a payroll and a bank, and who may be on a payroll."""

from collections.abc import Mapping
from datetime import date, timedelta

from employment_warehouse.demonstration import months
from employment_warehouse.demonstration.cast import Cast, Person, rejection
from employment_warehouse.demonstration.manifest import Trace
from employment_warehouse.demonstration.relief_site import Site
from employment_warehouse.demonstration.sender import Row


def payment_and_bank(cast: Cast) -> None:
    """Payment: unpaid, doubled, failed and issued again, a different amount, left out, late, two equal lines."""
    site = Site.open(cast, "532529")
    _paid_in_full(site)
    _unpaid(site)
    failing = _failed_and_issued_again(site)
    doubled = _paid_twice(site)
    _credited_with_another_amount(site)
    _underpaid(site)
    left_out = _left_out_by_the_bank(site)
    late = _paid_late(site)
    _equal_lines(site)

    reported = months.reported_on(site.month)
    site.send_payroll(site.lines, reported)
    in_batch = [
        line for line in site.lines if line["batch_no"] == site.batch and line["id_number"] != left_out.id_number
    ]
    # The bank refuses the lines of `failing` and of the second crew, and credits another amount to one.
    bank = {1: None, 3: 234_000, 6: None}
    site.send_return(in_batch, site.listed.replace(day=9), reported + timedelta(days=1), bank)
    site.send_return([late], site.listed.replace(day=17), site.listed.replace(day=17))
    _issue_again(site, {failing.id_number, doubled.id_number})

    later = cast.every_night()[1:]
    site.case("unpaid", 4, nights=[0])
    site.case("unpaid", 3, nights=later)
    site.case("underpaid", 2)
    site.case("bank_amount_differs")
    site.case("bank_failed", 2, nights=[0])
    site.case("bank_failed", 1, nights=later)
    site.case("paid_late", 1, nights=[0])
    site.case("paid_late", 3, nights=later)
    site.case("paid_twice", nights=cast.every_night()[2:])


def _paid_in_full(site: Site) -> None:
    first, person = site.cast.nights[0], site.worker()
    site.line(person)
    site.cast.fault(
        "paid_in_full",
        "足额按时发放：没有问题",
        "paid in full and on time: no finding",
        *(site.finding(first, person, word, seen=False) for word in ("unpaid", "underpaid", "paid_late")),
    )


def _unpaid(site: Site) -> None:
    first, person = site.cast.nights[0], site.worker()
    site.line(person, amount_paid=0, paid_on=None, batch_no=None, sent_on=None)
    site.cast.fault(
        "unpaid_wage", "工资未发", "wages were not paid", site.finding(first, person, "unpaid", amount="2640.00")
    )


def _failed_and_issued_again(site: Site) -> Person:
    first, third, person = site.cast.nights[0], site.cast.night(2), site.worker()
    site.line(person)
    site.cast.fault(
        "failed_line_reissued",
        "银行退票，次日文件换批次重发，第三晚入账",
        "a failed line is issued again in the next file, and credited",
        site.finding(first, person, "bank_failed"),
        site.finding(first, person, "unpaid"),
        site.finding(third, person, "bank_failed", seen=False),
        site.finding(third, person, "unpaid", seen=False),
        site.finding(third, person, "paid_late"),
    )
    return person


def _paid_twice(site: Site) -> Person:
    first, third, person = site.cast.nights[0], site.cast.night(2), site.worker()
    site.line(person)
    site.cast.fault(
        "doubled_wage",
        "已入账的工资又发一次",
        "paid once, and then once more",
        site.finding(first, person, "paid_twice", seen=False),
        site.finding(third, person, "paid_twice"),
    )
    return person


def _credited_with_another_amount(site: Site) -> None:
    first, person = site.cast.nights[0], site.worker()
    site.line(person)
    site.cast.fault(
        "bank_amount_differs",
        "银行入账金额与工资表不符",
        "the bank credited another amount",
        site.finding(first, person, "bank_amount_differs"),
        site.finding(first, person, "underpaid"),
    )


def _underpaid(site: Site) -> None:
    first, person = site.cast.nights[0], site.worker()
    site.line(person, amount_paid=200_000)
    site.cast.fault("underpaid_wage", "少发", "paid less than due", site.finding(first, person, "underpaid"))


def _left_out_by_the_bank(site: Site) -> Person:
    first, person = site.cast.nights[0], site.worker()
    site.line(person)
    site.cast.fault(
        "left_out_by_the_bank",
        "回盘缺该人：未入账",
        "the batch's return leaves a line out",
        site.finding(first, person, "unpaid"),
    )
    return person


def _paid_late(site: Site) -> dict[str, object]:
    """Paid with a second batch; gives the line."""
    first, person = site.cast.nights[0], site.worker()
    batch = f"{site.number}-{site.month:%Y%m}-2"
    site.cast.fault("paid_late", "逾期发放", "paid after the agreed date", site.finding(first, person, "paid_late"))
    return site.line(person, batch_no=batch, paid_on=site.listed.replace(day=17), sent_on=site.listed.replace(day=16))


def _equal_lines(site: Site) -> None:
    first, person = site.cast.nights[0], site.worker()
    site.line(person, crew="一组", worked=11)
    site.line(person, crew="二组", worked=11)
    failed, credited = (
        {"project_no": site.number, "id_number": person.id_number, "crew": crew, "finding": "bank_failed"}
        for crew in ("二组", "一组")
    )
    site.cast.fault(
        "equal_lines",
        "同人同额两行，第二笔退票",
        "two equal lines of one person: the second failed",
        Trace("relief_payroll_check", first, failed, {}),
        Trace("relief_payroll_check", first, credited, None),
    )


def _issue_again(site: Site, id_numbers: set[str]) -> None:
    """The second night's payroll pays these lines with a third batch, which the bank credits before the third night."""
    cast, batch = site.cast, f"{site.number}-{site.month:%Y%m}-3"
    first, second, third = cast.nights[0], cast.night(1), cast.night(2)
    if second not in cast.nights:
        return
    lines = [
        line | {"batch_no": batch, "sent_on": first, "paid_on": first} if line["id_number"] in id_numbers else line
        for line in site.lines
    ]
    site.send_payroll(lines, second)
    if third in cast.nights:
        site.send_return([line for line in lines if line["batch_no"] == batch], second, third)


def people_on_a_payroll(cast: Cast) -> None:
    """Who is on the payroll: without contract, unknown, dead, a child, a shared account, working elsewhere."""
    site = Site.open(cast, "532531")
    people = _list_people(site)
    reported = months.reported_on(site.month)
    site.send_payroll(site.lines, reported)
    site.send_return(site.lines, site.listed.replace(day=9), reported + timedelta(days=1))
    overworked = _list_too_many_days(site)
    _list_rejected_lines(site)

    for found in ("no_contract", "not_on_register", "deceased", "underage", "employed_elsewhere_full_time"):
        site.case(found)
    site.case("account_shared", 2)
    _expect_findings(site, people)
    _expect_too_many_days(site, overworked)


def _list_people(site: Site) -> dict[str, Person]:
    """The people of the payroll, by what is found on each."""
    before = months.after(site.month, -2)
    people = {
        "without": site.worker(contract=False),
        "unknown": site.worker(on_register=False),
        "dead": site.worker(61, deceased_on=before),
        "child": site.worker(13, work_capacity="none", in_school=True),
        "sharing": site.worker(),
        "shared": site.worker(),
        "elsewhere": site.worker(),
    }
    site.cast.spell(people["elsewhere"], before - timedelta(days=60))
    for name, person in people.items():
        if name != "shared":
            site.line(person)
    site.line(people["shared"], worked=21, bank_account=people["sharing"].account)
    return people


def _short_month(site: Site) -> date:
    """The last reported month of fewer than 31 days."""
    return next(m for back in (0, -1, -2) if months.last_of(m := months.after(site.month, back)).day < 31)


def _list_too_many_days(site: Site) -> Person:
    """31 days in a shorter month."""
    month, person = _short_month(site), site.worker()
    listed, reported = months.after(month), months.reported_on(month)
    line = site.line(person) | {"days_worked": 3_100, "amount_due": 372_000, "amount_paid": 372_000}
    line |= {"period": month, "batch_no": f"{site.number}-{month:%Y%m}-9"}
    site.send_payroll([line], reported)
    site.send_return([line], listed.replace(day=9), reported + timedelta(days=1))
    return person


def _list_rejected_lines(site: Site) -> None:
    person, reported = site.worker(), months.reported_on(site.month)
    for code, title, cells, column, reason in (
        (
            "days_out_of_range",
            ("出工天数 45", "45 days in a month"),
            {"days_worked": "45"},
            "days_worked",
            "out_of_range",
        ),
        (
            "amount_in_words",
            ("应发工资写成大写", "amount in words"),
            {"amount_due": "贰仟陆佰"},
            "amount_due",
            "not_a_number",
        ),
        (
            "project_disagrees",
            ("项目编号与文件路径不符", "project is not the path's"),
            {"project_no": "532531YG00000"},
            "project_no",
            "path_disagrees",
        ),
    ):
        row = Row(site.line(person) | {"crew": code}, cells, (column, reason))
        site.cast.rows["relief_payroll", site.number, reported].append(row)
        trace = rejection("relief_payroll", site.number, reported, row, site.cast.nights[0])
        site.cast.fault(code, *title, trace)


def _expect_findings(site: Site, people: Mapping[str, Person]) -> None:
    for code, title_zh, title_en, finding, *names in (
        ("no_contract", "发了工资却无劳务协议", "on the payroll without a contract", "no_contract", "without"),
        ("not_on_register", "领工资者不在任何台账", "paid, and on no register", "not_on_register", "unknown"),
        ("deceased_on_payroll", "已死亡者领工资", "a dead person is paid", "deceased", "dead"),
        ("underage_on_payroll", "未满 16 岁领工资", "a child is paid", "underage", "child"),
        ("shared_account", "两人共用一个账号", "one account, two persons", "account_shared", "sharing", "shared"),
        (
            "employed_elsewhere",
            "全月在企业全职又领工地工资",
            "employed elsewhere, full time, all month",
            "employed_elsewhere_full_time",
            "elsewhere",
        ),
    ):
        traces = (site.finding(site.cast.nights[0], people[name], finding) for name in names)
        site.cast.fault(code, title_zh, title_en, *traces)


def _expect_too_many_days(site: Site, person: Person) -> None:
    month, finding = _short_month(site), "days_over_calendar"
    site.case(finding, month=month)
    key = {"project_no": site.number, "id_number": person.id_number, "period": month, "finding": finding}
    site.cast.fault(
        finding,
        "出工天数多于当月天数",
        "more days than the month has",
        Trace("relief_payroll_check", site.cast.nights[0], key, {}),
    )


def batch_without_return(cast: Cast) -> None:
    """A batch of which the bank has not reported back: the payroll counts, and is shown separately."""
    first = cast.nights[0]
    site = Site.open(cast, "532530")
    workers = [site.worker() for _ in range(3)]
    for person in workers:
        site.line(person)
    site.send_payroll(site.lines, months.reported_on(site.month))
    cast.fault(
        "batch_without_return",
        "批次无银行回盘：暂以工资表为准",
        "a batch without return: the payroll's word counts, unconfirmed",
        site.finding(first, workers[0], "unpaid", seen=False),
    )
