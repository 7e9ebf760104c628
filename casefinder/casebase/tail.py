"""What was added since a snapshot, in memory: vectors that are searched exactly, and terms in a few parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from casefinder.case_store import CaseStore
from casefinder.casebase.wordings import wording_vectors
from casefinder.errors import CaseBaseDamagedError
from casefinder.term_index import TermPart, derive_terms, joined_part
from casefinder.vector_index import ExactIndex, Ids, Vectors


def no_keys() -> Ids:
    """Return no keys."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Tail:
    """Cases added since a snapshot; never changed, only followed by another tail.

    Attributes:
        keys: int64 [n], rising; cases that were removed again are not among them.
        vectors: float32 [n, dim].
        parts: Their terms; a part may hold cases that were removed again.
        removed: int64 [m], keys of such cases, rising.
    """

    keys: Ids
    vectors: Vectors
    parts: tuple[TermPart, ...] = ()
    removed: Ids = field(default_factory=no_keys)

    @classmethod
    def empty(cls, dim: int) -> Tail:
        """Return the tail of a snapshot that covers everything."""
        return cls(no_keys(), np.zeros((0, dim), dtype=np.float32))

    @property
    def index(self) -> ExactIndex | None:
        """Their exact index; None where there are no cases."""
        return ExactIndex(self.keys, self.vectors) if len(self.keys) else None

    def followed_by(self, store: CaseStore, added: Sequence[int], removed: Sequence[int]) -> Tail:
        """Return the tail after further changes.

        Args:
            store: The records, in the state after the changes.
            added: Keys that were added and are still there, rising and above all of this tail.
            removed: Keys that were removed, of this tail or others.

        Raises:
            CaseBaseDamagedError: A record was altered or is gone.
        """
        gone = self.keys[np.isin(self.keys, removed)]
        stay = ~np.isin(self.keys, gone)
        keys, vectors, parts = self.keys[stay], self.vectors[stay], self.parts
        if added:
            entries = store.stored_cases(added)
            new_keys, new_vectors = store.vectors_of(added)
            if [entry.key for entry in entries] != list(added) or new_keys.tolist() != list(added):
                raise CaseBaseDamagedError(
                    "a record that was added since the last snapshot is gone; run `casefinder verify --repair`"
                )
            new = derive_terms(((e.key, e.case, e.findings) for e in entries), vectors_of=wording_vectors(store))
            keys, vectors, parts = np.append(keys, new_keys), np.concatenate([vectors, new_vectors]), (*parts, new)
        return _folded(Tail(keys, vectors, parts, np.union1d(self.removed, gone)))


def _folded(tail: Tail) -> Tail:
    """Join parts of like size, so that there are few of them and each case is joined a few times only."""
    parts, removed = list(tail.parts), tail.removed
    while len(parts) > 1 and parts[-2].n_rows <= 2 * parts[-1].n_rows:
        parts[-2:] = [joined_part(parts[-2:])]
    return Tail(tail.keys, tail.vectors, tuple(parts), removed)
