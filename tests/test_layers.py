"""Imports go one way only: a module may import from layers before its own, lazily or not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import casefinder

PACKAGE = Path(casefinder.__file__).parent
LAYERS = (
    {"errors"},
    {"settings"},
    {"files"},
    {"cases"},
    {"text", "clinical"},
    {"encoders", "vector_index", "case_store"},
    {"term_index"},
    {"casebase"},
    {"search"},
    {"pathways"},
    {"finder"},
    {"evaluation"},
    {"service", "cli"},
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_layers(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; name the package"
            names = [node.module or ""]
        else:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (name.split(".")[1] for name in names if name.startswith("casefinder."))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_imports_only_from_layers_before_its_own(path: Path) -> None:
    own = layer_of(path)
    wrong = {name for name in imported_layers(path) if name != own and RANK[name] >= RANK[own]}
    assert wrong == set(), f"{own} must not import {wrong}"


def test_every_part_of_the_package_has_a_layer() -> None:
    assert {layer_of(path) for path in MODULES} <= RANK.keys()
