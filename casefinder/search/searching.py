"""Searching a case base that goes on changing: every answer is of one state of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from casefinder.casebase import CaseBase, View
from casefinder.encoders import Encoder
from casefinder.errors import CaseBaseDamagedError, EncoderMismatchError, IndexDamagedError, QueryError, RecordGoneError
from casefinder.search.hit import Answer
from casefinder.search.one_view import ViewSearcher
from casefinder.search.ranking import Scored
from casefinder.search.weights import RankingWeights, read_weights
from casefinder.term_index import Rows, Where

MAX_K: Final = 1_000
# A search takes milliseconds; that cases are removed in each of so many in a row does not happen by chance.
_MOST_ATTEMPTS: Final = 20

_Result = TypeVar("_Result")


class Searcher:
    """Answers questions over one case base. Safe to share between threads."""

    def __init__(
        self,
        casebase: CaseBase,
        encoder: Encoder,
        *,
        weights: RankingWeights | None = None,
        load_encoder: Callable[[str], Encoder] | None = None,
    ) -> None:
        """Join a case base and the encoder that made its vectors.

        Args:
            casebase: What is searched.
            encoder: The encoder that made its vectors.
            weights: Of the ranking; by default those learned for the case base, else the shipped ones.
            load_encoder: Loads another encoder by name, when the case base has moved to it.

        Raises:
            EncoderMismatchError: Another encoder made them.
            CaseBaseDamagedError: The learned weights cannot be read.
        """
        casebase.check_encoder(encoder)
        self._casebase = casebase
        self._encoder = encoder
        self._load_encoder = load_encoder
        self._weights = weights or read_weights(casebase.directory)

    @property
    def encoder(self) -> Encoder:
        """The encoder of the case base as it was searched last."""
        return self._encoder

    def search(self, text: str, *, k: int = 10, where: Where | None = None) -> Answer:
        """Find the k cases most similar to a text.

        Args:
            text: A complaint, a presentation, a diagnosis, a drug or a code, in Chinese, English or both.
            k: Cases wanted, 1 to 1,000.
            where: Only cases that match this filter; the answer falls short of k only when fewer cases match.

        Raises:
            EmptyQueryError: The text holds nothing that could be compared.
            QueryError: k is out of range.
            CaseBaseDamagedError: A record was altered on disk.
            IndexDamagedError: A derived file was, and this process may not write a new one.
        """
        return self.search_many([text], k=k, where=where)[0]

    def search_many(self, texts: Sequence[str], *, k: int = 10, where: Where | None = None) -> list[Answer]:
        """Find the k cases most similar to each of many texts, all in the same state of the case base.

        The answers are those that ``search`` gives; the texts are encoded together and searched for in the vector
        index together, which takes less time.

        Raises:
            EmptyQueryError: One of the texts holds nothing that could be compared.
            QueryError: k is out of range.
            CaseBaseDamagedError: A record was altered on disk.
            IndexDamagedError: A derived file was, and this process may not write a new one.
        """
        if not 1 <= k <= MAX_K:
            raise QueryError(f"k is {k}; ask for 1 to {MAX_K} cases")
        return self._over_one_view(lambda searcher: searcher.search_many(texts, k=k, where=where))

    def score(self, text: str, *, k: int, among: Rows | None = None) -> Scored:
        """Gather the candidates for the k best cases and compute the parts of their scores, in no order.

        Args:
            text: The question.
            k: Cases wanted.
            among: Only these rows of the current view, rising, when given.

        Raises:
            EmptyQueryError: The text holds nothing that could be compared.
        """
        return self._over_one_view(lambda searcher: searcher.score(text, k=k, among=among))

    def score_by_id(self, text: str, *, k: int) -> tuple[Scored, list[str]]:
        """Return what ``score`` does, with the ids of the cases in the same order."""

        def ask(searcher: ViewSearcher) -> tuple[Scored, list[str]]:
            scored = searcher.score(text, k=k, among=None)
            return scored, searcher.ids_of(scored.keys)

        return self._over_one_view(ask)

    def _over_one_view(self, ask: Callable[[ViewSearcher], _Result]) -> _Result:
        """Ask a view; ask the next one when a case of it has been removed, or its snapshot had to be made anew."""
        view = self._casebase.view()
        for _ in range(_MOST_ATTEMPTS):
            try:
                return ask(ViewSearcher(view, self._encoder_of(view), self._weights))
            except RecordGoneError as exc:
                view = self._later(view, exc)
            except IndexDamagedError as damage:
                view = self._casebase.mend(damage, view)
        raise CaseBaseDamagedError(
            "no search could be finished: records or index are damaged again and again;"
            " run `casefinder verify --repair`"
        )

    def _later(self, view: View, exc: RecordGoneError) -> View:
        later = self._casebase.refresh()
        if (later.sequence, later.manifest) == (view.sequence, view.manifest):
            raise CaseBaseDamagedError(
                "a record is gone though nobody has removed it; run `casefinder verify --repair`"
            ) from exc
        return later

    def _encoder_of(self, view: View) -> Encoder:
        """Return the encoder of a view; a case base may have moved to another since it was opened."""
        manifest = view.manifest
        if self._encoder.fingerprint != manifest.encoder_fingerprint:
            if self._load_encoder is None:
                raise EncoderMismatchError(
                    f"the case base in {self._casebase.directory} has moved to the encoder"
                    f" {manifest.encoder_name!r} ({manifest.encoder_fingerprint}); open it again with that one"
                )
            self._encoder = self._load_encoder(manifest.encoder_name)
            self._casebase.check_encoder(self._encoder)
        return self._encoder
