"""The one error that people see without a traceback; everything else that is raised is a bug and keeps its own."""

from __future__ import annotations


class UserError(Exception):
    """有一处需要您处理。 | Something needs you to mend it."""

    code = "user_error"
    exit_code = 2

    def __init__(  # noqa: PLR0913  its parts, each by name
        self,
        message: str = "",
        *,
        code: str = "",
        where: str = "",
        expected: str = "",
        todo: str = "",
        exit_code: int | None = None,
    ) -> None:
        """Say what is wrong.

        message: what happened; without one, the docstring of the class is the text.
        code: one fixed word for machines (`port_in_use`). where: file, sheet, line, column.
        expected: what should have stood there. todo: what to do now. exit_code: of the command line.
        None of them ever carries an identity (ID number, name, mobile, account).
        """
        self.message = message or (type(self).__doc__ or "").strip()
        self.code = code or type(self).code
        self.where = where
        self.expected = expected
        self.todo = todo
        self.exit_code = type(self).exit_code if exit_code is None else exit_code
        super().__init__(self.message)

    def __str__(self) -> str:
        parts = [
            self.message,
            self.where and f"位置 where: {self.where}",
            self.expected and f"应为 expected: {self.expected}",
            self.todo and f"处理 what to do: {self.todo}",
        ]
        return "\n".join(part for part in parts if part)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.__dict__)


def _rebuild(kind: type[UserError], state: dict[str, object]) -> UserError:
    """An error that crossed a process border (a workbook's child, a worker) keeps all its parts."""
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (state["message"],)
    return error
