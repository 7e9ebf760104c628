"""From a question to the most similar cases.

A case is met from two sides: by its presentation (``胸痛伴冷汗``) and by the name of its diagnosis (``心梗``).
The presentation is searched in the vector index; the distinct wordings of diagnoses are few, are compared with
the question one by one, and the cases of those that the question names are searched among themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from casefinder.case_store import Where
from casefinder.casebase import CaseBase
from casefinder.encoders import Encoder, Vectors
from casefinder.errors import EmptyQueryError, QueryError
from casefinder.search.diagnoses import DiagnosisNames
from casefinder.search.hit import Answer, Hit, MatchedBy
from casefinder.text import normalise_text
from casefinder.vector_index import Ids, Neighbours

MAX_K: Final = 1_000


class Searcher:
    """Answers questions over one case base. Safe to share between threads."""

    def __init__(self, casebase: CaseBase, encoder: Encoder) -> None:
        """Join a case base and the encoder that made its vectors.

        Raises:
            EncoderMismatchError: Another encoder made them.
        """
        casebase.check_encoder(encoder)
        self._casebase = casebase
        self._encoder = encoder
        keys, vectors = casebase.store.diagnosis_vectors()
        self._names = DiagnosisNames(keys, vectors, calibration=encoder.calibration)

    def search(self, text: str, *, k: int = 10, where: Where | None = None) -> Answer:
        """Find the k cases most similar to a text.

        Args:
            text: A complaint, a presentation or a diagnosis, in Chinese, English or both.
            k: Cases wanted, 1 to 1,000.
            where: Only cases that match this filter; the answer is then exact, and falls short of k only
                when fewer cases match.

        Raises:
            EmptyQueryError: The text holds nothing that could be compared.
            QueryError: k is out of range.
            CaseBaseDamagedError: A record was altered on disk.
        """
        if not 1 <= k <= MAX_K:
            raise QueryError(f"k is {k}; ask for 1 to {MAX_K} cases")
        query = self._encode(text)
        among = None if where is None else self._casebase.store.matching(where)
        n_candidates = self._casebase.manifest.n_cases if among is None else len(among)
        if n_candidates == 0:
            return Answer((), exact=True, expected_recall=1.0, n_candidates=0)
        neighbours = self._casebase.index.search(query[None], k=k, among=among)
        hits = self._ranked(query, neighbours, k=k, among=among)
        recall = 1.0 if neighbours.exact else self._casebase.manifest.recall_at_10
        return Answer(hits, exact=neighbours.exact, expected_recall=recall, n_candidates=n_candidates)

    def _encode(self, text: str) -> Vectors:
        query: Vectors = self._encoder.encode([normalise_text(text)])[0]
        if not query.any():
            raise EmptyQueryError("the question holds no words; describe a complaint, such as 胸痛伴冷汗")
        return query

    def _ranked(self, query: Vectors, neighbours: Neighbours, *, k: int, among: Ids | None) -> tuple[Hit, ...]:
        """Merge what was met by presentation with what was met by diagnosis, and keep the best k."""
        presentation = dict(neighbours.row(0))
        named = self._names.named_by(query)
        if named:
            presentation |= self._cases_named(query, list(named), k=k, among=among)
        keys = list(presentation)
        diagnoses = {
            key: max((named[name] for name in names if name in named), default=None)
            for key, names in self._casebase.store.names_of(keys).items()
        }
        # A diagnosis of many cases meets them all equally: their order is then that of their presentations.
        keys.sort(key=lambda key: (-_similarity(presentation[key], diagnoses[key]), -presentation[key], key))
        return self._hits(keys[:k], presentation, diagnoses)

    def _cases_named(self, query: Vectors, names: Sequence[int], *, k: int, among: Ids | None) -> dict[int, float]:
        """Return the best k cases of each named diagnosis, by presentation, with their cosines.

        Once k cases of better named diagnoses are found, those of the next could not rank before them.
        """
        found: dict[int, float] = {}
        for name in names:
            if len(found) >= k:
                break
            keys = self._casebase.store.with_names([name])
            keys = keys if among is None else np.intersect1d(keys, among, assume_unique=True)
            if len(keys):
                found |= dict(self._casebase.index.search(query[None], k=k, among=keys).row(0))
        return found

    def _hits(
        self, keys: Sequence[int], presentation: dict[int, float], diagnoses: dict[int, float | None]
    ) -> tuple[Hit, ...]:
        cases = self._casebase.store.cases(keys)
        calibration = self._encoder.calibration
        hits = []
        for rank, key in enumerate(keys, start=1):
            similarity = _similarity(presentation[key], diagnoses[key])
            hits.append(
                Hit(
                    rank=rank,
                    case=cases[key],
                    similarity=similarity,
                    matched_by=MatchedBy.PRESENTATION if similarity == presentation[key] else MatchedBy.DIAGNOSIS,
                    presentation_cosine=presentation[key],
                    diagnosis_cosine=diagnoses[key],
                    percent=calibration.percent(similarity) if calibration else None,
                    relation=calibration.relation(similarity) if calibration else None,
                )
            )
        return tuple(hits)


def _similarity(presentation: float, diagnosis: float | None) -> float:
    return presentation if diagnosis is None else max(presentation, diagnosis)
