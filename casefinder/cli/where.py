"""``--where``: a filter in words, with and, or, not and parentheses, over every field and every further column.

department=心内科 and not (diagnosis=I21 or outcome=died)
age=50-70 and campus="North Wing"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from casefinder.cli.options import AgeRange, IsoDate, OutcomeWord, SexWord

if TYPE_CHECKING:
    from casefinder.term_index import Where

# A word ends at a space, a parenthesis or an equals sign; what is in quotes is one word.
_TOKEN: Final = re.compile(r"""\s*(?:([()=])|"([^"]*)"|'([^']*)'|([^\s()="']+))""")
_HOW: Final = "write NAME=VALUE, joined by and, or, not and parentheses, such as age=50-70 and not sex=female"
_NOT_BY_OUTCOME: Final = (
    "'outcome' cannot choose cases here: every rate of an outcome would be made by the choice; leave it out, or list"
    " such cases with `casefinder query --where`"
)
_MOST_NESTED: Final = 50
_Token = tuple[str, bool]  # the word, and whether it stood in quotes


class WhereExpression(click.ParamType["Where"]):
    """A filter in words.

    Args:
        by_outcome: Whether it may ask how cases ended.
    """

    name = "expression"

    def __init__(self, *, by_outcome: bool = True) -> None:
        self._by_outcome = by_outcome

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Where:
        """Read the filter."""
        from casefinder.errors import FilterError

        try:
            return _Parser(_tokens(str(value)), by_outcome=self._by_outcome).whole()
        except (FilterError, click.BadParameter) as exc:
            self.fail(exc.message if isinstance(exc, click.BadParameter) else str(exc), param, ctx)


def conditions_in(where: Where) -> Iterator[Where]:
    """Yield the conditions that a filter combines."""
    from casefinder.term_index import AllOf, AnyOf, Not

    if isinstance(where, Not):
        yield from conditions_in(where.condition)
    elif isinstance(where, AllOf | AnyOf):
        for condition in where.conditions:
            yield from conditions_in(condition)
    else:
        yield where


def _tokens(text: str) -> list[_Token]:
    tokens, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise click.BadParameter(f"a quotation mark is not closed at {text[place:].strip()[:20]!r}; {_HOW}")
        sign, double, single, word = match.groups()
        quoted = double if double is not None else single
        tokens.append((sign or word, False) if quoted is None else (quoted, True))
        place = match.end()
    return tokens


class _Parser:
    """Reads tokens from left to right: ``or`` binds least, then ``and``, then ``not``."""

    def __init__(self, tokens: list[_Token], *, by_outcome: bool) -> None:
        self._tokens = tokens
        self._by_outcome = by_outcome
        self._place = 0
        self._depth = 0

    def whole(self) -> Where:
        where = self._either()
        if self._place < len(self._tokens):
            raise click.BadParameter(f"{self._tokens[self._place][0]!r} is not expected there; {_HOW}")
        return where

    def _either(self) -> Where:
        from casefinder.term_index import AnyOf

        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self) -> Where:
        from casefinder.term_index import AllOf

        parts = [self._one()]
        while self._takes("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self) -> Where:
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise click.BadParameter(f"more than {_MOST_NESTED} conditions are nested; {_HOW}")
        if self._takes("not"):
            where = ~self._one()
        elif self._takes("("):
            where = self._either()
            if not self._takes(")"):
                raise click.BadParameter(f"a parenthesis is not closed; {_HOW}")
        else:
            name = self._word("a name such as department")
            if not self._takes("="):
                raise click.BadParameter(f"= is missing after {name!r}; {_HOW}")
            if name == "outcome" and not self._by_outcome:
                raise click.BadParameter(_NOT_BY_OUTCOME)
            where = _condition(name, self._word(f"the value of {name!r}"))
        self._depth -= 1
        return where

    def _takes(self, word: str) -> bool:
        if self._place < len(self._tokens):
            token, is_quoted = self._tokens[self._place]
            if token.lower() == word and not is_quoted:
                self._place += 1
                return True
        return False

    def _word(self, wanted: str) -> str:
        if self._place >= len(self._tokens) or self._tokens[self._place] in (("=", False), (")", False), ("(", False)):
            raise click.BadParameter(f"{wanted} is missing; {_HOW}")
        self._place += 1
        return self._tokens[self._place - 1][0]


def _condition(name: str, value: str) -> Where:
    """Return the filter of one field; a name that is no field is a further column of the source."""
    from casefinder.cases import OutcomeStatus, Sex
    from casefinder.term_index import (
        AgeBetween,
        AttributeIs,
        DepartmentIs,
        DiagnosisIs,
        OutcomeIs,
        SexIs,
        VisitedBetween,
    )

    def read(kind: click.ParamType[Any]) -> Any:  # noqa: ANN401 - whatever the kind reads
        return kind.convert(value, None, None)

    fields: dict[str, Callable[[], Where]] = {
        "department": lambda: DepartmentIs(value),
        "sex": lambda: SexIs(Sex(read(SexWord()))),
        "age": lambda: AgeBetween(*read(AgeRange())),
        "since": lambda: VisitedBetween(since=read(IsoDate())),
        "until": lambda: VisitedBetween(until=read(IsoDate())),
        "diagnosis": lambda: DiagnosisIs(value),
        "outcome": lambda: OutcomeIs(OutcomeStatus(read(OutcomeWord()))),
    }
    return fields[name]() if name in fields else AttributeIs(name, value)
