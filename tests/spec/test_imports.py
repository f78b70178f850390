"""What test files share is in tests/kit: nothing imports from a test file."""

from __future__ import annotations

import re

from employment_warehouse.settings import project_root


def test_no_module_imports_from_a_test_file() -> None:
    root = project_root()
    modules = [path for folder in ("tests", "bench") for path in (root / folder).rglob("*.py")]
    imported = re.compile(r"^ *(?:from|import) .*\btest_\w+.*", re.MULTILINE)
    found = {str(path.relative_to(root)): imported.findall(path.read_text("utf-8")) for path in modules}
    assert {path: lines for path, lines in found.items() if lines} == {}
