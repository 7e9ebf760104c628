"""Collections that are no longer needed and could not be dropped, because their server did not answer.

They are written down before what names them is removed, and dropped by the next command that reaches the server:
they hold the vectors of cases that were removed or erased.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from casefinder.casebase.layout import LEFTOVERS_NAME
from casefinder.errors import IndexDamagedError, VectorIndexError
from casefinder.files import durable
from casefinder.vector_index.milvus import Collection, MilvusConnection

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A collection on a server."""

    uri: str
    name: str

    def __str__(self) -> str:
        """Name it as messages do."""
        return f"the collection {self.name} on the Milvus server {self.uri}"

    def dropped(self) -> bool:
        """Drop it; tell whether that was possible."""
        try:
            Collection(MilvusConnection(self.uri), self.name).drop()
        except VectorIndexError as exc:
            _LOG.warning("%s is no longer needed, but could not be dropped: %s", self, exc)
            return False
        return True


def drop_or_remember(directory: Path, unneeded: Leftover) -> None:
    """Drop a collection of a case base; where its server does not answer, write it down."""
    if not unneeded.dropped():
        _write(directory, [*leftovers(directory), unneeded])


def leftovers(directory: Path) -> tuple[Leftover, ...]:
    """Return the collections that are still to be dropped.

    Raises:
        IndexDamagedError: The file that names them was altered.
    """
    path = directory / LEFTOVERS_NAME
    try:
        return tuple(Leftover(**entry) for entry in json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError) as exc:
        raise IndexDamagedError(
            f"{path} was altered: it names collections that still hold removed cases; look for collections named"
            " casefinder_… on the Milvus server, drop those that no case base needs, and delete the file"
        ) from exc


def drop_leftovers(directory: Path) -> tuple[Leftover, ...]:
    """Drop what could not be dropped before; return what still cannot.

    Raises:
        IndexDamagedError: As ``leftovers``.
    """
    known = leftovers(directory)
    if not known:
        return ()
    remaining = [leftover for leftover in known if not leftover.dropped()]
    _write(directory, remaining)
    return tuple(remaining)


def _write(directory: Path, remaining: list[Leftover]) -> None:
    path = directory / LEFTOVERS_NAME
    if remaining:
        durable.replace_file(path, json.dumps([asdict(leftover) for leftover in dict.fromkeys(remaining)], indent=2))
    else:
        durable.remove_file(path)
