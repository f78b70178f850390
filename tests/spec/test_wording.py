"""What readers see has the words of docs/glossary.md, and no other for the same thing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from employment_warehouse import settings
from employment_warehouse.console import console_names
from employment_warehouse.report import formats, report_names
from employment_warehouse.report.cases import closes_when
from employment_warehouse.report.code_names import code_names
from employment_warehouse.settings import Home

ROOT = settings.project_root()
# Word that is not used → the glossary's word for it.
INSTEAD_OF = {
    "疑点": "核查线索",
    "报送表": "报表",
    "令牌": "人员代号",
    "扣留": "暂扣",
    "拒收": "无法读取",
    "采纳": "采用",
    "到期未发": "欠发",
    "拖欠": "欠发",
    "建库": "汇总",
    "数据加工": "汇总",
    "门禁": "入库前检查、发布前检查",
    "当日在岗": "当日务工（就业）",
    "报告日期?(?!报)": "报表日期",
    "证据": "就业凭据",
    "召回": "返岗",
    "留任率": "稳岗率",
    "招满率": "录用率",
    "一晚": "夜间流程、汇总",
    "(?<!岗位)发布编号": "发布号",
    "(?i:t(?:aken|ook) in)": "accepted",
    "source famil": "source",
    "(?i:\\broster)": "register",
    "sheets? (?:was |were |that were )?left out": "unread sheet",
}
WHOLE_FILES = (
    "dbt_project/**/*.csv", "dbt_project/**/*.yml", "expectations/**/*.yaml", "plugins/**/*.j2", "plugins/**/*.yml",
    "docs/*.md", "README.md", "plugins/**/schema.sql", "tests/spec/marts/*.md",
)  # fmt: skip
PROGRAMS = ("plugins/**/*.py", "dags/*.py")


def texts() -> Iterator[tuple[Path, str]]:
    """Files that readers see as they are, and the texts in programs: those of errors and DAGs are docstrings."""
    for path in (path for pattern in WHOLE_FILES for path in ROOT.glob(pattern)):
        if path.name != "glossary.md":
            yield path, path.read_text("utf-8")
    for path in (path for pattern in PROGRAMS for path in ROOT.glob(pattern)):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path, node.value


def test_no_text_has_another_word_for_what_the_glossary_names() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {other} → {word}"
        for path, text in texts()
        for other, word in INSTEAD_OF.items()
        if re.search(other, text)
    }
    assert found == set()


@pytest.mark.parametrize("word", [word for word in INSTEAD_OF.values() if not word.isascii()])
def test_the_words_that_are_used_are_the_glossary_s(word: str) -> None:
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8")
    assert all(part in glossary for part in word.removeprefix("当日").split("、"))


def test_the_console_and_the_reports_name_codes_as_the_marts_do() -> None:
    assert {code: (state.zh, state.en) for code, state in report_names.states().items()} == code_names("status")
    assert report_names.marks().items() <= code_names("obs_status").items()
    assert report_names.targets().keys() == code_names("target_code").keys()
    assert report_names.short_targets().keys() == report_names.targets().keys()
    assert report_names.delivery_states().keys() == code_names("delivery_status").keys()
    assert next(iter(report_names.targets())) == "rural_employed"  # the headline's


def test_the_findings_of_a_dispute_have_names() -> None:
    """Those of payrolls and posts are named by their rules, all others by the kind of the case."""
    query = Path("dbt_project/models/cases/found_case.sql").read_text(encoding="utf-8")
    found = set(re.findall(r"(?:then|else) '(\w+_\d+d)'", query))
    assert found == {"open_over_45d", "waiting_over_5d"}
    assert found <= code_names("finding").keys()


def test_the_names_of_an_operator_s_own_file_are_in_the_reports_and_on_the_console(fresh_home: Home) -> None:
    own = fresh_home.seeds / "code_name.csv"
    text = settings.project_seed_file("code_name").read_text("utf-8")
    for code, name in {"status,held": "暂扣", "obs_status,E": "沿用", "cause,correction": "更正"}.items():
        text = text.replace(f"{code},{name},", f"{code},某{name},")
    text = text.replace("rural_employed,农村", "rural_employed,某农村")
    own.write_text(text, "utf-8-sig")  # as Excel saves it
    assert report_names.states()["held"] == ("■", "某暂扣", "held")
    assert (
        console_names.due_states()["held"] == console_names.delivery_states()["held"] == report_names.states()["held"]
    )
    assert report_names.marks()["E"].zh == "某沿用"
    assert report_names.targets()["rural_employed"].zh.startswith("某农村")
    assert code_names("cause")["correction"].zh == "某更正"
    own.unlink()
    assert report_names.states()["held"].zh == "暂扣"


HEADER = "code_list,code,name_zh,name_en"


@pytest.mark.parametrize(
    ("content", "held", "target"),
    [
        ("code_list,code,name_zh\nstatus,held,扣下\ntarget_code,rural_employed,农村\n", ("扣下", "扣下"), "农村"),
        (f"{HEADER}\nstatus,held,扣下,\ntarget_code,rural_employed,,\n", ("扣下", "扣下"), "rural_employed"),
        (
            f"{HEADER}\nstatus,held,\udcbf\udcdb\udccf\udcc2,on hold\n",
            ("扣下", "on hold"),
            "农村劳动力务工（就业）",
        ),  # GBK
        ("name_zh\n扣下\n", ("暂扣", "held"), "农村劳动力务工（就业）"),
        (f"{HEADER}\nstatus,held,\udcff,on hold\n", ("暂扣", "held"), "农村劳动力务工（就业）"),
        (f"{HEADER}\nstatus,late,晚,late\n", ("暂扣", "held"), "农村劳动力务工（就业）"),
        ("code_list,code,name\nstatus,held,扣下\n", ("暂扣", "held"), "农村劳动力务工（就业）"),
    ],
)
def test_a_file_that_lacks_names_or_cannot_be_read_leaves_pages_and_reports_with_what_there_is(
    fresh_home: Home, content: str, held: tuple[str, str], target: str
) -> None:
    (fresh_home.seeds / "code_name.csv").write_text(content, "utf-8", "surrogateescape")
    assert report_names.states()["held"] == ("■", *held)
    assert console_names.delivery_states()["held"] == report_names.states()["held"]
    assert report_names.targets()["rural_employed"].zh == target
    assert len(report_names.marks()) == len(report_names.MEANINGS)
    assert report_names.vintages()["final"] == ("终版", "final")
    assert report_names.delivery_states()["landed"] == ("◔", "已入库，待汇总", "landed")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("case_kind,situation,valid_from,enabled,closes_when_zh\nfeed,*,2024-01-01,true,已报\n", ("已报", "已报")),
        ("case_kind,situation,valid_from,enabled\nfeed,*,2024-01-01,true\n", (formats.NONE, formats.NONE)),
        ("case_kind,closes_when_zh\nfeed,已报\n", None),
        (
            "case_kind,situation,valid_from,enabled,closes_when_zh\nfeed,*,2024-05-21,true,明日起\n"
            "feed,*,2024-05-20,true,今日起\nfeed,*,2024-01-01,true,以前\nfeed,project,2024-05-20,true,项目\n",
            ("今日起", "今日起"),
        ),
    ],
)
def test_what_closes_a_case_is_said_as_far_as_an_own_file_says_it(
    fresh_home: Home, content: str, expected: tuple[str, str] | None
) -> None:
    projects = closes_when(date(2024, 5, 20))["feed"]
    (fresh_home.seeds / "case_rule.csv").write_text(content, "utf-8", "surrogateescape")
    assert closes_when(date(2024, 5, 20))["feed"] == (expected or projects)
