"""What a library user can import, and what the error tree says."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

import casefinder
from casefinder import errors


def test_every_exported_name_can_be_imported() -> None:
    for name in casefinder.__all__:
        assert getattr(casefinder, name).__module__.startswith("casefinder."), name


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'casefinder' has no attribute 'CaseFinderr'"):
        casefinder.CaseFinderr  # noqa: B018


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys, casefinder; print([m for m in ('numpy', 'faiss', 'torch', 'click') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_error_tree_of_the_documentation_is_the_real_one() -> None:
    drawn = re.findall(r"(\w+Error)\b", (errors.__doc__ or "").split("A message has")[0])
    defined = [
        name for name, member in inspect.getmembers(errors, inspect.isclass) if member.__module__ == errors.__name__
    ]
    assert sorted(drawn) == sorted(defined)
    assert all(issubclass(getattr(errors, name), errors.CasefinderError) for name in defined)
