"""Writing filter expressions of Milvus so that a value can never become part of the language.

An expression is text: Milvus Lite knows no templates. What cannot be written exactly is refused, and the caller
names the ids instead.

Source: Milvus grammar, internal/parser/planparserv2/Plan.g4 (StringLiteral); Go's strconv.Unquote reads the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from casefinder.errors import VectorIndexError

_ESCAPED: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}  # the escapes that all versions read


class UnsayableError(VectorIndexError):
    """A condition has no exact expression; the ids that it matches must be named."""


def literal(value: str) -> str:
    """Write a text as a literal in double quotes.

    Raises:
        UnsayableError: It holds a control character, which versions of Milvus read differently, or is no Unicode.
    """
    if any((ord(sign) < 0x20 and sign not in _ESCAPED) or 0xD800 <= ord(sign) < 0xE000 for sign in value):
        raise UnsayableError("a value holds a character that a Milvus expression cannot carry; name the ids instead")
    return f'"{"".join(_ESCAPED.get(sign, sign) for sign in value)}"'


def pattern(part: str) -> str:
    """Write the pattern of ``like`` that finds a part of a text.

    Raises:
        UnsayableError: The part holds a wildcard or a backslash, which ``like`` escapes differently by version.
    """
    if any(sign in part for sign in "%_\\"):
        raise UnsayableError("a value holds a wildcard; name the ids instead")
    return literal(f"%{part}%")


def one_of(field: str, numbers: Iterable[int]) -> str:
    """Write that a field of whole numbers is one of several."""
    return f"{field} in [{', '.join(map(str, numbers))}]"


def all_of(conditions: Iterable[str]) -> str:
    """Join conditions with ``and``; the empty expression, which matches all, when there is none."""
    return " and ".join(f"({condition})" for condition in conditions if condition)
