"""YAML in which a key that is given twice is an error; plain YAML keeps the second and drops the first."""

from __future__ import annotations

from typing import Any

import yaml


def read(content: str | bytes) -> Any:
    """A document. Raises yaml.YAMLError."""
    return yaml.load(content, Loader=_UniqueKeys)  # noqa: S506  a CSafeLoader: libyaml is eight times as fast


class _UniqueKeys(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise yaml.constructor.ConstructorError(
                problem=f"key given twice: {', '.join(twice)}", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep)
