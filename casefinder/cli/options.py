"""Options and parameter types that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from casefinder.settings import INDEX_VARIABLE, case_base_directory

if TYPE_CHECKING:
    from casefinder.cases import Age

_Command = TypeVar("_Command", bound=Callable[..., Any])

index_option = click.option(
    "--index",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    callback=lambda context, parameter, value: case_base_directory(value),
    help=f"Directory of the case base.  [default: ${INDEX_VARIABLE}, else index_data/casebase]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON for machines; see docs/json-output.md.")

_OUTCOMES = ("recovered", "improved", "unchanged", "worsened", "died", "transferred", "left_against_advice", "ongoing")
_AGE_UNITS = {"": "years", "y": "years", "m": "months", "d": "days"}
_MOST = {"years": 130, "months": 1560, "days": 47_000}


class SexWord(click.Choice[str]):
    """A sex, also written as hospitals write it: 男, F."""

    def __init__(self) -> None:
        super().__init__(("female", "male", "other"))

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the sex."""
        from casefinder.cases.readers.values import parse_sex
        from casefinder.errors import InvalidCaseError

        try:
            named = parse_sex(str(value))
        except InvalidCaseError:
            named = None  # refused below, with the choices
        return super().convert(str(named or value), param, ctx)


class OutcomeWord(click.Choice[str]):
    """An outcome, also written as hospitals write it: 好转, 自动出院."""

    def __init__(self) -> None:
        super().__init__(_OUTCOMES)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the outcome."""
        from casefinder.cases.readers.values import parse_outcome

        return super().convert(str(parse_outcome(str(value)) or value), param, ctx)


class AgeRange(click.ParamType["tuple[Age, Age]"]):
    """``50-70`` in years, ``6m-24m`` in months, ``0d-28d`` in days; an end may be left out (``65-``)."""

    name = "from-to"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[Age, Age]:
        """Read the range."""
        from casefinder.cases import Age, AgeUnit
        from casefinder.errors import InvalidCaseError

        match = re.fullmatch(r"(?:(\d{1,5})([ymd]?))?\s*-\s*(?:(\d{1,5})([ymd]?))?", str(value).strip())
        if not match or (match[1] is None and match[3] is None):
            self.fail(f"{value!r} is no age range; write 50-70, 65-, 6m-24m or 0d-28d", param, ctx)
        first_unit = _AGE_UNITS[match[2] or match[4] or ""]
        last_unit = _AGE_UNITS[match[4] or match[2] or ""]
        try:
            first = Age(int(match[1] or 0), AgeUnit(first_unit))
            return first, Age(int(match[3] or _MOST[last_unit]), AgeUnit(last_unit))
        except InvalidCaseError as exc:
            self.fail(str(exc), param, ctx)


class IsoDate(click.ParamType[date]):
    """``2024-03-01``."""

    name = "yyyy-mm-dd"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> date:
        """Read the date."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2024-03-01", param, ctx)


class Assignments(click.ParamType[dict[str, str]]):
    """``name=value,name=value``."""

    name = "column=field,…"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> dict[str, str]:
        """Read the pairs."""
        pairs = {}
        for part in re.split(r"[,，]", str(value)):
            name, separator, field = part.rpartition("=")
            if not separator or not name.strip() or not field.strip():
                self.fail(f"{part!r} is no COLUMN=FIELD; write for example 主诉=chief_complaint", param, ctx)
            pairs[name.strip()] = field.strip()
        return pairs
