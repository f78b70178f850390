"""The answer to an upload in words: errors that must be corrected, apart from warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from employment_warehouse.checking import DUPLICATE_KEY
from employment_warehouse.contract import Reason, contract_of, file_reason, row_reason
from employment_warehouse.report.code_names import Label
from employment_warehouse.report.formats import counted
from employment_warehouse.settings import TIMEZONE

# What a clerk does next.
SEND = Label("没有问题，可以报送。", "Nothing is wrong. You can send it.")
CHECK_AGAIN = Label("按上面说的改好，再试读一次。", "Correct what is said above, and check it again.")
CHECK_OR_SEND = Label(
    "在文件里改好，再试读一次；没有问题的行多，也可以先报送，退回的行用退回工作簿改。",
    "Correct the file and check it again; or send it as it is, and correct the rejected rows in the return workbook.",
)
AS_SAID = Label("按上面说的办。", "Do what is said above.")
SEND_AGAIN = Label(
    "改好后重新上传整份文件，后一份代替前一份。", "Correct it and upload the whole file again: it replaces this one."
)
WORKBOOK = Label(
    "下载退回工作簿，涂色的单元格改好后，选“退回工作簿（更正）”、原来的日期上传；没有退回的行已经入库。",
    "Download the return workbook, correct the coloured cells, and upload it as a return workbook of the same date; the"
    " other rows are in.",
)
WORKBOOK_IS_GONE = Label(
    "退回工作簿已不在：退回的行都已更正，或保存期已过。",
    "The return workbook is gone: all rejected rows have been corrected, or its time is over.",
)
UNCHANGED = Label("没有变化，不用再报。", "Nothing has changed, and nothing has to be sent.")
INGESTED = Label("已入库，由下一次夜间汇总采用，随后发布。", "Ingested: the next night accepts and publishes it.")
WAITS = Label(
    "更正已收下，等当天的报送被采用后自动入库，不用再上传；当天还没有报送的，请补报。",
    "The correction is kept, and goes in by itself once that day's submission is accepted: do not upload it again. If"
    " nothing was sent for that day, send it.",
)


@dataclass(frozen=True)
class WrongCell:
    """A rejected cell: where it is, what is wrong, what is expected and what to do."""

    sheet: str
    line: int
    header: str
    reason: Reason


@dataclass(frozen=True)
class FeedAnswer:
    """What an answer says about one feed. repeated: of the rejected rows those that a later one with the same key
    stands for. more: the number of rejected cells that it does not list."""

    feed: str
    read: int
    landed: int
    rejected: int
    repeated: int
    is_unchanged: bool
    is_refused: bool
    errors: tuple[Label, ...]
    warnings: tuple[Label, ...]
    cells: tuple[WrongCell, ...]
    more: int

    @property
    def has_wrong_cells(self) -> bool:
        """Whether single cells have to be corrected."""
        return bool(self.cells or self.more)


@dataclass(frozen=True)
class AnswerText:
    """An answer: errors and warnings of the file as a whole, and of each feed. waits: whether something is kept until
    that day's submission is accepted. due_at: None if the feed is not due for that date; is_late: None if it has not
    come."""

    errors: tuple[Label, ...]
    warnings: tuple[Label, ...]
    feeds: tuple[FeedAnswer, ...]
    is_correction: bool
    waits: bool
    due_at: datetime | None
    is_late: bool | None

    @property
    def is_clean(self) -> bool:
        """Whether nothing has to be corrected."""
        return not (self._has_errors or self._has_wrong_cells)

    @property
    def needs_workbook(self) -> bool:
        """Whether what has to be corrected is in the return workbook. A file with errors is sent again as a whole."""
        return not self.is_clean and (self.is_correction or not self._has_errors)

    def next_steps(self, *, is_check: bool, has_workbook: bool | None) -> tuple[Label, ...]:
        """What the clerk does now. has_workbook: False if the return workbook that was written is there no more; None
        if none was written."""
        if is_check:
            return (self._after_check(),)
        steps = () if not self.feeds and self.is_clean else (self._after_sending(has_workbook),)
        return (*steps, WAITS) if self.waits else steps

    @property
    def _has_errors(self) -> bool:
        return bool(self.errors) or any(each.errors for each in self.feeds)

    @property
    def _has_wrong_cells(self) -> bool:
        return any(each.has_wrong_cells for each in self.feeds)

    @property
    def _is_unchanged(self) -> bool:
        return bool(self.feeds) and all(each.is_unchanged for each in self.feeds)

    def _after_check(self) -> Label:
        if self.is_clean:
            return UNCHANGED if self._is_unchanged else SEND
        return CHECK_AGAIN if self._has_errors else CHECK_OR_SEND

    def _after_sending(self, has_workbook: bool | None) -> Label:
        if self.is_clean:
            return UNCHANGED if self._is_unchanged else INGESTED
        if self.errors or (self.is_correction and self._has_errors):
            return AS_SAID
        if self._has_errors or has_workbook is None:
            return SEND_AGAIN
        return WORKBOOK if has_workbook else WORKBOOK_IS_GONE


def answer_text(answer: Mapping[str, Any]) -> AnswerText:
    """The words of an answer (upload/answer.py lists its keys)."""
    return AnswerText(
        errors=tuple(_refusals(answer)),
        warnings=tuple(_warnings(answer)),
        feeds=tuple(_of_feed(found) for found in answer.get("feeds", ())),
        is_correction="corrected" in answer,
        waits=bool(answer.get("waits")),
        due_at=_moment(answer.get("due_at")),
        is_late=answer.get("is_late"),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(TIMEZONE) if text else None


def _of_feed(found: Mapping[str, Any]) -> FeedAnswer:
    contract = contract_of(found["feed"])
    listed = [cell for cell in found.get("cells", ()) if cell[3] != DUPLICATE_KEY]
    counted = {code: 0 for _, code, _ in found.get("reasons", ())}
    for _, code, count in found.get("reasons", ()):
        counted[code] += count
    repeated = counted.pop(DUPLICATE_KEY, 0)
    cells = tuple(
        WrongCell(sheet, line, contract.column(name).header if name else "", row_reason(code, contract, name))
        for sheet, line, name, code in listed
    )
    return FeedAnswer(
        feed=found["feed"],
        read=found["rows_read"],
        landed=found["rows_landed"],
        rejected=found["rows_rejected"],
        repeated=repeated,
        is_unchanged=found.get("is_unchanged", False),
        is_refused="refusal" in found,
        errors=(*_refusals(found), *_failed_checks(found, "critical")),
        warnings=(*_notes(found, repeated), *_failed_checks(found, "warning")),
        cells=cells,
        more=max(0, sum(counted.values()) - len(cells)),
    )


def _refusals(found: Mapping[str, Any]) -> Iterator[Label]:
    if refusal := found.get("refusal"):
        reason = file_reason(refusal["code"], refusal["detail"])
        yield Label(reason.zh, reason.en)


def _failed_checks(found: Mapping[str, Any], severity: str) -> Iterator[Label]:
    for outcome in found.get("failed", ()):
        if outcome["severity"] == severity:
            held = severity == "critical"
            yield Label(
                f"{'入库前检查将暂扣：' if held else ''}{outcome['zh']}",
                f"{'Gate 1 will hold it: ' if held else ''}{outcome['en']}",
            )


def _notes(found: Mapping[str, Any], repeated: int) -> Iterator[Label]:
    if found.get("is_unchanged"):
        yield Label(
            "与已入库的文件完全相同，没有变化", "The same file as the one that is in the warehouse: nothing changes"
        )
    if repeated:
        yield Label(
            f"有 {repeated} 行与后面的行是同一条，以最后一行为准",
            f"{counted(repeated, 'row is', 'rows are')} repeated by a later row with the same key; the last one counts",
        )
    if columns := found.get("extra_columns"):
        yield Label(f"不认识的列，没有读取：{'、'.join(columns)}", f"Columns that are not read: {', '.join(columns)}")
    for note in found.get("notes", ()):
        zh, _, en = note.partition(" | ")
        yield Label(zh, en or zh)


def _warnings(answer: Mapping[str, Any]) -> Iterator[Label]:
    if answer.get("is_return_workbook"):
        yield Label("已识别为退回工作簿，按更正处理", "Recognised as a return workbook, and taken as a correction")
    for feed in answer.get("waits", ()):
        contract = contract_of(feed)
        yield Label(
            f"《{contract.title_zh}》的更正等当天的报送被采用后再入库",
            f"The correction of {contract.title_en} waits until that day's submission is accepted",
        )
    if answer.get("corrected"):
        rows = counted(answer["corrected"], "rejected row is", "rejected rows are")
        yield Label(f"已更正 {answer['corrected']} 行", f"{rows} corrected")
    if parts := answer.get("other_parts"):
        zh, en = ([part or whole for part in parts] for whole in ("（整份）", "(the whole file)"))
        yield Label(
            f"当天这张表还有其他分册：{'、'.join(zh)}；各分册合起来是一份报送",
            f"There are other parts of that day's submission: {', '.join(en)}; together they are one",
        )
    if answer.get("is_late"):
        due = f"{_moment(answer['due_at']):%Y-%m-%d %H:%M}"
        yield Label(f"迟报：应于 {due} 前报送，按原日期入库", f"Late: it was due by {due}; it counts for its own date")
    if not any(_changes_something(found) for found in answer.get("feeds", ())):
        return
    if answer.get("publication"):
        yield Label(
            "该日期已经发布：从下一次发布起按此更正", "That date is published: the next publication has what is new"
        )
    if answer.get("is_closed"):
        yield Label(
            "该月已结账：终版不变，变化另行列出", "That month is closed: its final figures stay, changes are listed"
        )


def _changes_something(found: Mapping[str, Any]) -> bool:
    """Whether there is something new of a feed."""
    return not (found.get("is_unchanged") or "refusal" in found)
