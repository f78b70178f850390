"""Planted work-relief projects: what may go wrong between a payroll and a bank, and who may be on a payroll."""

from datetime import timedelta

from employment_warehouse.demonstration import months
from employment_warehouse.demonstration.cast import Cast, rejection
from employment_warehouse.demonstration.manifest import Trace
from employment_warehouse.demonstration.relief_site import Site
from employment_warehouse.demonstration.sending import Row


def payment_and_bank(cast: Cast) -> None:
    """Payment: unpaid, doubled, failed and issued again, a different amount, left out, late, two equal lines."""
    first, second, third = cast.nights[0], cast.night(1), cast.night(2)
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
    in_batch = [
        line for line in site.lines if line["batch_no"] == site.batch and line["id_number"] != left_out.id_number
    ]
    bank = {1: None, 3: 234_000, 6: None}
    site.send_return(in_batch, site.listed.replace(day=9), reported + timedelta(days=1), bank)
    site.send_return([site.lines[7]], site.listed.replace(day=17), site.listed.replace(day=17))

    again = f"{site.number}-{site.month:%Y%m}-3"
    if second in cast.nights:
        retried = {failing.id_number, doubled.id_number}
        lines = [
            line | {"batch_no": again, "sent_on": first, "paid_on": first} if line["id_number"] in retried else line
            for line in site.lines
        ]
        site.send_payroll(lines, second)
        if third in cast.nights:
            reissued = [line for line in lines if line["batch_no"] == again]
            site.send_return(reissued, second, third)

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

    fault, finding = cast.fault, site.finding
    fault(
        "paid_in_full",
        "足额按时发放：没有问题",
        "paid in full and on time: no finding",
        *(finding(first, paid, word, seen=False) for word in ("unpaid", "underpaid", "paid_late")),
    )
    fault("unpaid_wage", "工资未发", "wages were not paid", finding(first, unpaid, "unpaid", amount="2640.00"))
    fault(
        "failed_line_reissued",
        "银行退票，次日文件换批次重发，第三晚入账",
        "a failed line is issued again in the next file, and credited",
        finding(first, failing, "bank_failed"),
        finding(first, failing, "unpaid"),
        finding(third, failing, "bank_failed", seen=False),
        finding(third, failing, "unpaid", seen=False),
        finding(third, failing, "paid_late"),
    )
    fault(
        "doubled_wage",
        "已入账的工资又发一次",
        "paid once, and then once more",
        finding(first, doubled, "paid_twice", seen=False),
        finding(third, doubled, "paid_twice"),
    )
    fault(
        "bank_amount_differs",
        "银行入账金额与工资表不符",
        "the bank credited another amount",
        finding(first, differing, "bank_amount_differs"),
        finding(first, differing, "underpaid"),
    )
    fault("underpaid_wage", "少发", "paid less than due", finding(first, short, "underpaid"))
    fault(
        "left_out_by_the_bank",
        "回盘缺该人：未入账",
        "the batch's return leaves a line out",
        finding(first, left_out, "unpaid"),
    )
    fault("paid_late", "逾期发放", "paid after the agreed date", finding(first, late, "paid_late"))
    fault(
        "equal_lines",
        "同人同额两行，第二笔退票",
        "two equal lines of one person: the second failed",
        Trace(
            "relief_payroll_check",
            first,
            {"project_no": site.number, "id_number": two_crews.id_number, "crew": "二组", "finding": "bank_failed"},
            {},
        ),
        Trace(
            "relief_payroll_check",
            first,
            {"project_no": site.number, "id_number": two_crews.id_number, "crew": "一组", "finding": "bank_failed"},
            None,
        ),
    )


def people_on_a_payroll(cast: Cast) -> None:
    """Who is on the payroll: without contract, unknown, dead, a child, a shared account, working elsewhere."""
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
    site.send_return(site.lines, site.listed.replace(day=9), reported + timedelta(days=1))

    short_month = next(m for back in (0, -1, -2) if months.last_of(m := months.after(site.month, back)).day < 31)
    too_many = site.worker()
    faulty = site.worker()
    listed, reported_then = months.after(short_month), months.reported_on(short_month)
    line = site.line(too_many) | {"days_worked": 3_100, "amount_due": 372_000, "amount_paid": 372_000}
    line |= {"period": short_month, "batch_no": f"{site.number}-{short_month:%Y%m}-9"}
    site.send_payroll([line], reported_then)
    site.send_return([line], listed.replace(day=9), reported_then + timedelta(days=1))

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
        values = site.line(faulty) | {"crew": code}
        row = Row(values, cells, (column, reason))
        cast.rows["relief_payroll", site.number, reported].append(row)
        cast.fault(code, *title, rejection("relief_payroll", site.number, reported, row, first))

    for found in ("no_contract", "not_on_register", "deceased", "underage", "employed_elsewhere_full_time"):
        site.case(found)
    site.case("account_shared", 2)
    site.case("days_over_calendar", month=short_month)

    fault, finding = cast.fault, site.finding
    fault(
        "no_contract",
        "发了工资却无劳务协议",
        "on the payroll without a contract",
        finding(first, without, "no_contract"),
    )
    fault(
        "not_on_register",
        "领工资者不在任何台账",
        "paid, and on no register",
        finding(first, unknown, "not_on_register"),
    )
    fault("deceased_on_payroll", "已死亡者领工资", "a dead person is paid", finding(first, dead, "deceased"))
    fault("underage_on_payroll", "未满 16 岁领工资", "a child is paid", finding(first, child, "underage"))
    fault(
        "shared_account",
        "两人共用一个账号",
        "one account, two persons",
        finding(first, sharing, "account_shared"),
        finding(first, shared, "account_shared"),
    )
    fault(
        "employed_elsewhere",
        "全月在企业全职又领工地工资",
        "employed elsewhere, full time, all month",
        finding(first, elsewhere, "employed_elsewhere_full_time"),
    )
    key = {
        "project_no": site.number,
        "id_number": too_many.id_number,
        "period": short_month,
        "finding": "days_over_calendar",
    }
    fault(
        "days_over_calendar",
        "出工天数多于当月天数",
        "more days than the month has",
        Trace("relief_payroll_check", first, key, {}),
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
