"""The number of the last acknowledged change, kept apart from the database.

A journal that was damaged or lost loses committed changes without a word: SQLite stops reading it at the first frame
that does not fit. The number says how many there must be.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Final

from casefinder.case_store import State
from casefinder.casebase.layout import ACKNOWLEDGED_NAME
from casefinder.casebase.manifest import body_checksum
from casefinder.errors import CaseBaseDamagedError
from casefinder.files import durable

_LOG: Final = logging.getLogger(__name__)


def acknowledge(records: Path, state: State) -> None:
    """Write down that the records have come so far; only then may a change be called done."""
    body = {"records_id": state.records_id, "sequence": state.sequence, "n_cases": state.n_cases}
    durable.replace_file(records / ACKNOWLEDGED_NAME, json.dumps({**body, "checksum": body_checksum(body)}) + "\n")


def acknowledged_sequence(records: Path, records_id: str) -> int:
    """Return the number of the last acknowledged change of some records; 0 where it cannot be known."""
    path = records / ACKNOWLEDGED_NAME
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        checksum = body.pop("checksum")
        if checksum == body_checksum(body) and body["records_id"] == records_id:
            return int(body["sequence"])
    except (OSError, ValueError, KeyError, AttributeError):
        pass  # reported below, like one that does not fit
    _LOG.warning(
        "%s is missing or was altered, so nobody can tell whether acknowledged changes are missing;"
        " run `casefinder verify --repair`",
        path,
    )
    return 0


def check_acknowledged(state: State, acknowledged: int) -> None:
    """Compare the records with what was acknowledged before they were read.

    Raises:
        CaseBaseDamagedError: Acknowledged changes are missing.
    """
    if state.sequence < acknowledged:
        raise CaseBaseDamagedError(
            f"the records end at change {state.sequence}, but change {acknowledged} was acknowledged:"
            " the journal was damaged or lost; restore a backup, or run `casefinder verify --repair` to go on without"
        )
