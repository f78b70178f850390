"""Personal numbers in texts, however they are written, and texts that only look as if they had one."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

import pytest
from tests.kit.checking import check, good_row, reasons_of, value_of
from tests.kit.people import id_number, with_check_digit

from employment_warehouse.contract import column_label, contract_of, contracts, sheet_label

ID, MOBILE, ACCOUNT = id_number(1), "13812345678", "6217001234567890123"
OF_1962 = "532528620101123"
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "wide": lambda number: number.translate(WIDE),
    "circled": lambda number: number.translate(CIRCLED),
    "Chinese": lambda number: number.translate(CHINESE),
    "one by one": " ".join,
    "dotted": ".".join,
    "invisible signs": "\u200b".join,
    "behind a word": lambda number: f"号码{number}",
    "behind a letter": lambda number: f"tel{number}",
    "before a word": lambda number: f"{number}转交",
    "after another": lambda number: f"{number}、{number}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", [ID, MOBILE, ACCOUNT, OF_1962])
def test_a_personal_number_is_masked_in_free_text(number: str, form: str) -> None:
    read = str(value_of("employment", "岗位", f"搬运工（{FORMS[form](number)}）"))
    assert "***" in read and read.startswith("搬运工")
    assert sum(character.isnumeric() for character in read) == 0


@pytest.mark.parametrize(
    "text",
    [
        f"{ID[:6]} {ID[6:14]} {ID[14:]}",
        f"{ID[:6]}-{ID[6:10]}-{ID[10:14]}-{ID[14:]}",
        ID.lower(),
        f"+86 {MOBILE[:3]}-{MOBILE[3:7]}-{MOBILE[7:]}",
        f"0086{MOBILE}",
        f"2024-05-01 {MOBILE}",
        " ".join((ACCOUNT[:4], ACCOUNT[4:8], ACCOUNT[8:12], ACCOUNT[12:16], ACCOUNT[16:])),
        MOBILE * 3,
        ID + MOBILE,
    ],
)
def test_a_number_in_groups_is_masked(text: str) -> None:
    read = str(value_of("bank_return", "失败原因", text))
    assert "***" in read and sum(character.isdigit() for character in read.replace("2024-05-01", "")) == 0


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01至2024-06-30",
        "2024-05-01 2024-06-30",
        "2405-532528-04-01-123456",
        "云发改〔2024〕12号",
        "工资3000-5000元，8小时",
        "批次20240501000000012退回",
        "91532528000000000N",
        "红河县第一二三四五六小学",
        "0873-3732345",
    ],
)
def test_other_numbers_stay_as_they_are(text: str) -> None:
    assert value_of("employment", "用工单位", text) == text


@pytest.mark.parametrize("header", ["户编号", "安置点编号"])
@pytest.mark.parametrize("number", [ID, f"H{ID}", ID.translate(WIDE), MOBILE, f"电话{MOBILE}", ACCOUNT, OF_1962])
def test_a_reference_number_that_may_be_personal_is_refused(header: str, number: str) -> None:
    """Masked, two things would have one number."""
    assert reasons_of("labor_register", header, number) == ["personal_number"]


@pytest.mark.parametrize(
    "number",
    [
        "YG13800001111",
        "532528101201001",  # a village and a number: on the place of a birth date, 1 December 1910
        "5325281012010001",
        "53252810120100012",
        "532528101201000123",
        with_check_digit("53252820240501001"),  # of that day
        "PC20240501001",
        "2405-532528-04-01-123456",
        "13-8",
    ],
)
def test_reference_numbers_are_read(number: str) -> None:
    assert value_of("labor_register", "户编号", number) == number


@pytest.mark.parametrize("number", ["YG-2024_1.2", "云发改(2024)1号", "20240501000001"])
def test_the_number_of_a_project_has_a_strict_form(number: str) -> None:
    assert value_of("relief_payroll", "代发批次号", number) == number


@pytest.mark.parametrize("number", ["王小明", "YG 1", "YG1（王小明）", "YG/1", "-1", "王小明1号"])
def test_any_other_form_is_refused(number: str) -> None:
    assert reasons_of("relief_payroll", "代发批次号", number) == ["number_malformed"]


def test_the_name_of_the_row_s_person_is_masked_in_free_text() -> None:
    row = good_row("bank_return")
    assert value_of("bank_return", "失败原因", f"户名{row['户名']}与账号不符") == "户名***与账号不符"
    assert value_of("employment", "用工单位", good_row("employment")["姓名"]) == "***"


def test_a_header_or_sheet_is_called_by_its_place_unless_it_consists_of_usual_words() -> None:
    for text in ("备注", "配偶身份证号", "家庭住址", "联系电话（手机）", "updated_by"):
        assert column_label(text, 4) == text
    for text in ("王小明", ID, f"备注{MOBILE}", "王小明身份证号", "zhang3"):
        assert column_label(text, 4) == "第5列"
    for text in ("Sheet1", "工作表2", contracts()["workshop"].title_zh):
        assert sheet_label(text, 1) == text
    for text in ("王小明", ID, "第三季度"):
        assert sheet_label(text, 1) == "第2张"


@pytest.mark.parametrize(
    "text",
    [
        MOBILE.translate(str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")),
        MOBILE.translate(str.maketrans("0123456789", "洞幺两三四五六拐八勾")),
        MOBILE.translate(str.maketrans("0123456789", "〇〡〢〣〤〥〦〧〨〩")),
        "    ".join(MOBILE),
        f"张三{MOBILE}",
        f"0{MOBILE}",
        "138OOI2345l",
        f"{ID[:6]}，生于{ID[6:14]}，尾号{ID[14:]}",
        f"{ID[:10]}年{ID[10:12]}月{ID[12:14]}日{ID[14:]}",
        ID[:17] + "x",
        b64encode(ID.encode()).decode(),
        b64encode(f"张三{MOBILE}".encode()).decode(),
        ID.encode().hex(),
        "zhangsan@example.com",
        f"{MOBILE}@example.com",
        "微信号 zhang_san88",
        "加V：zs19900101",
        "QQ群12345678",
        "护照E12345678",
        "EA1234567",
        "港澳通行证C12345678",
        "台胞证12345678",
        "回乡证 H1234567890",
        "通行证 A123456(7)",
    ],
)
def test_other_personal_details_are_masked_in_free_text(text: str) -> None:
    assert str(value_of("bank_return", "失败原因", f"账户不符（{text}）")).endswith("***）")


@pytest.mark.parametrize(
    "text",
    [
        "2024年05月01日至2024年06月30日",
        "18岁至45岁，月薪3500元至5000元",
        "E5栋12345678元",
        "Microsoft Office 2016 专业版",
        "YunnanHongheYuanyangTextile",
    ],
)
def test_dates_ages_and_words_stay(text: str) -> None:
    assert value_of("employment", "用工单位", text) == text


@pytest.mark.parametrize("number", [b64encode(ID.encode()).decode(), ID.encode().hex(), MOBILE.translate(CHINESE)])
def test_a_personal_reference_number_is_refused_in_any_writing(number: str) -> None:
    assert reasons_of("labor_register", "户编号", number) == ["personal_number"]


def test_names_that_a_frame_has_are_masked_in_free_texts_of_others() -> None:
    """Short ones only beside a word that makes them a name: somebody may be called 普工."""
    column = contract_of("public_post").column("relation_to_approver")
    names = ["李四", "普工", "欧阳娜娜", "阿依·古丽"]
    free_texts = ["李四之妻", "系李四的弟弟", "普工", "欧阳 娜娜的姑姑，与阿依·古丽同住"]
    rows = [
        good_row("public_post") | {"姓名": name, column.header: text, "身份证号": id_number(at)}
        for at, (name, text) in enumerate(zip(names, free_texts, strict=True), start=1)
    ]
    read = check("public_post", *rows).good["relation_to_approver"].to_list()
    assert read == ["***之妻", "系***的弟弟", "普工", "***的姑姑，与***同住"]


def test_a_text_that_names_an_item_keeps_the_names_in_it() -> None:
    """A contract says of a column that it names a thing: the crew of one row is that of the others."""
    rows = [
        good_row("relief_payroll") | {"姓名": name, "班组": crew, "身份证号": id_number(at)}
        for at, (name, crew) in enumerate(
            [("王小明", "王小明班组"), ("李小红", "王小明班组"), ("赵大山", "赵大山")], start=1
        )
    ]
    assert check("relief_payroll", *rows).good["crew"].to_list() == ["王小明班组", "王小明班组", "***"]


@pytest.mark.parametrize(
    ("first", "second"), [("搬运工138", "12345678队"), (f"普工 {ID[:10]}", ID[10:]), ("１３８１２", "345678")]
)
def test_a_number_in_two_cells_is_masked_in_both(first: str, second: str) -> None:
    header = {name: contract_of("employment").column(name).header for name in ("occupation", "labor_brand")}
    (row,) = (
        check("employment", good_row("employment") | {header["occupation"]: first, header["labor_brand"]: second})
        .good.select("occupation", "labor_brand")
        .rows()
    )
    assert all("***" in text for text in row)
    assert sum(character.isdigit() for text in row for character in text) == 0
