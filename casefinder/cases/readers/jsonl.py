"""JSON lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from casefinder.cases.codec import unique_fields
from casefinder.cases.readers.rows import Row, RowOrReject
from casefinder.cases.reading import Origin, Reject
from casefinder.errors import InvalidCaseError


def read_jsonl(lines: Iterable[bytes], file: str) -> Iterator[RowOrReject]:
    """Read objects, one a line; blank lines are passed over. JSON is UTF-8 (RFC 8259), with or without a mark."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _row(line.rstrip(), Origin(file, number))


def _row(line: bytes, origin: Origin) -> RowOrReject:
    try:
        cells = json.loads(line.decode("utf-8-sig"), object_pairs_hook=unique_fields)
    except UnicodeDecodeError as exc:
        return Reject(origin, "row", f"is not UTF-8 (byte {exc.start + 1}); convert the file to UTF-8")
    except json.JSONDecodeError as exc:
        return Reject(origin, "row", f"is not valid JSON ({exc.msg} at character {exc.pos + 1})")
    except RecursionError:
        return Reject(origin, "row", "is nested too deeply")
    except ValueError:
        return Reject(origin, "row", "holds a number of thousands of digits")
    except InvalidCaseError as exc:
        return Reject(origin, "row", exc.reason)
    if not isinstance(cells, dict):
        return Reject(origin, "row", "is JSON, but no object")
    return Row(origin, cells)
