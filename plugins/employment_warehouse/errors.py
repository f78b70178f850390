"""The one error that people see without a traceback; any other exception is a bug and keeps its traceback."""

from __future__ import annotations


class UserError(Exception):
    """有一处需要您处理。 | Something needs your attention."""

    code = "user_error"
    exit_code = 2

    def __init__(  # noqa: PLR0913  what the message says, each by name
        self,
        message: str = "",
        *,
        code: str = "",
        where: str = "",
        expected: str = "",
        found: str = "",
        database: str = "",
        todo: str = "",
        exit_code: int | None = None,
    ) -> None:
        """Describe what is wrong.

        message: what happened; without one, the docstring of the class is the text.
        code: one fixed word for machines (`port_in_use`). where: file, sheet, line, column.
        expected: what should be there. found: what is there instead. database: what the database reported.
        todo: what to do now. exit_code: of the command line.
        None of them ever carries an identity (ID number, name, mobile, account).
        """
        self.message = message or (type(self).__doc__ or "").strip()
        self.code = code or type(self).code
        self.where = where
        self.expected = expected
        self.found = found
        self.database = database
        self.todo = todo
        self.exit_code = type(self).exit_code if exit_code is None else exit_code
        super().__init__(self.message)

    def __str__(self) -> str:
        lines = [
            self.message,
            self.where and f"位置 where: {self.where}",
            self.expected and f"应为 expected: {self.expected}",
            self.found and f"实际 found: {self.found}",
            self.database and f"数据库提示 database: {self.database}",
            self.todo and f"处理 what to do: {self.todo}",
        ]
        return "\n".join(line for line in lines if line)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.__dict__)


def _rebuild(kind: type[UserError], state: dict[str, object]) -> UserError:
    """An error that comes from another process (a workbook's child, a worker) keeps all that it says."""
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (state["message"],)
    return error
