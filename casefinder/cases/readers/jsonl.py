"""JSON lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from casefinder.cases.readers.rows import Row, RowOrReject
from casefinder.cases.reading import Origin, Reject


def read_jsonl(lines: Iterable[bytes], file: str) -> Iterator[RowOrReject]:
    """Read objects, one a line; blank lines are passed over. JSON is UTF-8 (RFC 8259), with or without a mark."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        origin = Origin(file, number)
        try:
            cells = json.loads(line.decode("utf-8-sig"))
        except UnicodeDecodeError as exc:
            yield Reject(origin, "row", f"is not UTF-8 (byte {exc.start}); convert the file to UTF-8")
        except (ValueError, RecursionError) as exc:
            yield Reject(origin, "row", f"is not valid JSON ({_where(exc)})")
        else:
            if isinstance(cells, dict):
                yield Row(origin, cells)
            else:
                yield Reject(origin, "row", f"is a JSON {type(cells).__name__}; an object is wanted")


def _where(error: ValueError | RecursionError) -> str:
    """Say where the line breaks, without quoting it."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return "nested too deeply"
