"""Where the time of a search goes: functions are wrapped while it runs, and each second is counted once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from pkgutil import resolve_name
from unittest.mock import patch

SEARCH = {
    "casefinder.term_index.index.TermIndex.matching": "filter: rows that match",
    "casefinder.search.one_view.read_questions": "question: findings and words",
    "casefinder.encoders.bundled.BundledEncoder.encode": "question: vector",
    "casefinder.search.one_view.asked_findings": "question: findings weighed",
    "casefinder.term_index.wordings.Wordings.named_by": "diagnoses that it names",
    "casefinder.casebase.live_index.LiveIndex.search": "vector index",
    "casefinder.search.candidates.CandidateFinder.find": "candidates by words and findings",
    "casefinder.term_index.traits.Traits.found": "scores",
    "casefinder.search.one_view.score_parts": "scores",
    "casefinder.case_store.CaseStore.hydrated": "records of the hits",
    "casefinder.search.one_view.explain": "explanations",
}
ADDITION = {
    "casefinder.casebase.batch.read_findings": "findings",
    "casefinder.casebase.batch.encode_parts": "vectors",
    "casefinder.casebase.writing.CaseBaseWriter.change": "storing, to the disk",
}


class Stopwatch:
    """Processor seconds of this thread by part; what a part calls of other parts counts there."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._part, self._since = "the rest", time.thread_time()

    def enter(self, part: str) -> str:
        """Begin a part; return the one that was going on."""
        now = time.thread_time()
        self.seconds[self._part] += now - self._since
        left, self._part, self._since = self._part, part, now
        return left

    def table(self, *, per: int, unit_s: float = 1e-3) -> list[str]:
        """Return a line for each part, the longest first: time per search or case, and share."""
        self.enter("the rest")
        whole = sum(self.seconds.values())
        rows = sorted(self.seconds.items(), key=lambda item: -item[1])
        return [f"  {part:34s} {took / per / unit_s:9.2f} {took / whole:7.1%}" for part, took in rows]


@contextmanager
def watching(parts: dict[str, str]) -> Iterator[Stopwatch]:
    """Time functions, given as names of parts by dotted path, as long as the context lasts."""
    with ExitStack() as stack:
        watch = Stopwatch()
        for path, part in parts.items():
            stack.enter_context(_wrapped(path, part, watch))
        yield watch


@contextmanager
def _wrapped(path: str, part: str, watch: Stopwatch) -> Iterator[None]:
    owner_path, _, name = path.rpartition(".")
    owner = resolve_name(owner_path)
    function: Callable[..., object] = getattr(owner, name)

    @wraps(function)
    def timed(*arguments: object, **named: object) -> object:
        left = watch.enter(part)
        try:
            return function(*arguments, **named)
        finally:
            watch.enter(left)

    with patch.object(owner, name, timed):
        yield
