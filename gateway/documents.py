"""YAML files a person wrote, read so that every mistake is reported with file and line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from gateway.errors import ConfigError


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C parser, where built
    """Safe YAML that refuses a key written twice (plain YAML silently keeps the last)."""


def _mapping_without_repeats(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
        seen.add(key)
    found: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    return found


# A date stays the text that was written: mappings read days in forms of their own, and JSON Schema knows no dates.
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_repeats)


KEPT = 512
"""So many texts are kept as they were read and checked: mapping files are asked for with every batch, and seldom change."""


class Document:
    """A YAML file's content, and the line each part of it stands on. Equal files share their content: nobody may change it."""

    content: Any

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._text = path.read_text("utf-8")
            self._tree, self.content = _read(self._text)
        except FileNotFoundError:
            raise ConfigError("no such file", where=str(path), do="add it, or correct its name") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(_problem(error), where=_mark(path, error), do="correct the YAML") from None

    def line(self, path: Iterable[str | int]) -> int:
        """The 1-based line of the part at `path` (keys and indexes from the top), or of the nearest part above it."""
        node, line = self._tree, 1
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line

    def where(self, path: Iterable[str | int] = ()) -> str:
        """`file:line` of a part, for messages."""
        return f"{self.path}:{self.line(path)}"

    def check(self, schema: Path, part: str) -> None:
        """Check against `$defs/<part>` of a JSON Schema file; ConfigError for the first mistake from the top."""
        for mistake in self.mistakes(schema, part):
            raise mistake

    def mistakes(self, schema: Path, part: str) -> Iterator[ConfigError]:
        """Every mistake against `$defs/<part>` of a JSON Schema file, from the top."""
        # The schema library takes 0.1 s to import and DAG files read mappings without checking them.
        from jsonschema.exceptions import best_match

        for found in sorted(_errors(self._text, schema, part), key=lambda e: self.line(_blame(e))):
            error = best_match([found])
            yield ConfigError(_said(error), where=self.where(_blame(error)), do=f"see {schema.name}")


@lru_cache(KEPT)
def _read(text: str) -> tuple[Any, Any]:
    """The tree of nodes and the content of a YAML text."""
    return yaml.compose(text, Loader=_Loader), yaml.load(text, Loader=_Loader)  # noqa: S506  # _Loader is a SafeLoader


@lru_cache(KEPT)
def _errors(text: str, schema: Path, part: str) -> tuple[Any, ...]:
    """What the schema library finds in a YAML text."""
    return tuple(_validator(schema, part).iter_errors(_read(text)[1]))


@cache
def _validator(schema: Path, part: str) -> Any:
    from jsonschema import Draft202012Validator

    document = json.loads(schema.read_text("utf-8"))
    return Draft202012Validator({**document, "$ref": f"#/$defs/{part}"})


def _blame(error: Any) -> list[str | int]:
    """The path of what is wrong: for an unknown key the key itself, not the table it stands in."""
    path = list(error.absolute_path)
    if error.validator in {"additionalProperties", "unevaluatedProperties"} and isinstance(error.instance, Mapping):
        path.extend(_unknown(error)[:1])
    return path


def _unknown(error: Any) -> list[str]:
    known = error.schema.get("properties", {})
    return [key for key in error.instance if key not in known]


def _said(error: Any) -> str:
    if error.validator in {"additionalProperties", "unevaluatedProperties"}:
        known = ", ".join(sorted(error.schema.get("properties", {})))
        return f"unknown key {', '.join(map(repr, _unknown(error)))}; known here: {known}"
    if error.validator == "enum":
        return f"{error.instance!r} is not one of {', '.join(map(str, error.validator_value))}"
    place = ".".join(str(step) for step in error.absolute_path)
    return f"{place}: {error.message}" if place else str(error.message)


def _child(node: Any, step: str | int) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def _problem(error: Exception) -> str:
    return getattr(error, "problem", None) or f"not UTF-8 text ({type(error).__name__})"


def _mark(path: Path, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{path}:{mark.line + 1}" if mark else str(path)


def as_tuple(value: Any) -> tuple[Any, ...]:
    """A value or a list of values as a tuple: mapping files may write either."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
