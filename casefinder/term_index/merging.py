"""Making one part of many: of the runs of a build, of a snapshot and what came after it. Nothing is read anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from casefinder.errors import CaseBaseError
from casefinder.term_index.lists import MOST_ROWS, ROW_SHIFT, key_arrays
from casefinder.term_index.part import FIELDS, WORDINGS, WRITTEN, TermPart
from casefinder.term_index.signs import signs_of
from casefinder.term_index.sorted_keys import STRIDE
from casefinder.term_index.texts import text_arrays
from casefinder.term_index.traits import RECORD, concept_numbers, presents, renumbered, spans

_ROWS_PER_PIECE: Final = 200_000
_POSTINGS_PER_PIECE: Final = 4_000_000  # sorted at once, in some 200 MB
_TERM_SHIFT: Final = 32
_COLUMNS: Final = ("word_lengths", "ages", "visit_days", "sexes", "outcomes")


class Sink(Protocol):
    """Takes arrays one after another: a file, or memory."""

    def add(self, name: str, dtype: DTypeLike, pieces: Iterable[NDArray[Any]]) -> None:
        """Take the next array, in pieces."""
        ...


class MemorySink:
    """Keeps arrays in memory."""

    def __init__(self) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}

    def add(self, name: str, dtype: DTypeLike, pieces: Iterable[NDArray[Any]]) -> None:
        """Take the next array, in pieces."""
        self.arrays[name] = np.concatenate([np.zeros(0, dtype=dtype), *pieces]).astype(dtype, copy=False)


class _Source:
    """A part, without the cases that are left out."""

    def __init__(self, part: TermPart, removed: NDArray[np.int64], first_row: int) -> None:
        places = part.keys.places(removed)
        self.part = part
        self._is_kept = np.ones(part.n_rows, dtype=bool)
        self._is_kept[places[places >= 0]] = False
        self.n_kept = int(self._is_kept.sum())
        # Where each kept row goes to; as postings have it.
        self.targets = (np.cumsum(self._is_kept) - 1 + first_row).astype(np.uint64) << np.uint64(ROW_SHIFT)

    def kept(self, rows: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which of some rows stay."""
        return np.asarray(self._is_kept[rows])

    def pieces(self, name: str) -> Iterator[NDArray[Any]]:
        """Go through an array of one value per row."""
        for start in range(0, self.part.n_rows, _ROWS_PER_PIECE):
            stop = start + _ROWS_PER_PIECE
            yield self.part.arrays[name][start:stop][self._is_kept[start:stop]]

    def concepts(self) -> Iterator[tuple[NDArray[Any], NDArray[np.uint32]]]:
        """Go through the traits, with the entries of ``trait_concepts`` that belong to each piece."""
        for records in self.pieces("traits"):
            places = spans(records["start"].astype(np.int64), records["count"].astype(np.int64))
            yield records, self.part.arrays["trait_concepts"].take(places)


def merge(parts: Sequence[TermPart], sink: Sink, *, removed: NDArray[np.int64]) -> None:
    """Write the arrays of one part that holds the cases of all, without those of some keys.

    Args:
        parts: Keys rise from part to part.
        sink: Takes the arrays.
        removed: Keys to leave out, int64 [n].

    Raises:
        CaseBaseError: There are more cases than postings have room for.
    """
    sources: list[_Source] = []
    for part in parts:
        sources.append(_Source(part, removed, sum(source.n_kept for source in sources)))
    n_rows = sum(source.n_kept for source in sources)
    if n_rows > MOST_ROWS:
        raise CaseBaseError(f"{n_rows} cases are more than the {MOST_ROWS} of one case base; divide them among several")
    _merge_columns(sources, sink)
    _merge_traits(sources, sink)
    for field in FIELDS:
        _merge_lists(field, sources, sink)


def _merge_columns(sources: Sequence[_Source], sink: Sink) -> None:
    keys = np.concatenate([np.zeros(0, dtype="<i8"), *(piece for source in sources for piece in source.pieces("keys"))])
    sink.add("keys", "<i8", [keys])
    sink.add("key_samples", "<i8", [keys[::STRIDE]])
    for name in _COLUMNS:
        dtype = sources[0].part.arrays[name].dtype
        sink.add(name, dtype, (piece for source in sources for piece in source.pieces(name)))
    total = sum(int(piece.sum()) for source in sources for piece in source.pieces("word_lengths"))
    sink.add("total_length", "<i8", [np.array([total])])


def _merge_traits(sources: Sequence[_Source], sink: Sink) -> None:
    names = sorted({name for source in sources for name in _names_used(source)})
    places = {name: place for place, name in enumerate(names)}
    numbers = [np.array([places.get(n, -1) for n in source.part.concept_numbers], np.int64) for source in sources]
    n_present = np.zeros(len(names), dtype=np.int64)

    def records() -> Iterator[NDArray[Any]]:
        total = 0
        for source in sources:
            for piece in source.pieces("traits"):
                moved = piece.copy()
                moved["start"] = total + np.cumsum(piece["count"], dtype=np.int64) - piece["count"]
                total += int(piece["count"].sum())
                yield moved

    def concepts() -> Iterator[NDArray[Any]]:
        for source, known in zip(sources, numbers, strict=True):
            for _, entries in source.concepts():
                moved = renumbered(entries, known)
                n_present[:] += presents(moved, len(names))
                yield moved

    sink.add("traits", RECORD, records())
    sink.add("trait_concepts", "<u4", concepts())
    sink.add("trait_presents", "<i8", [n_present])
    _add_all(sink, text_arrays("trait", names))


def _names_used(source: _Source) -> list[str]:
    names = list(source.part.concept_numbers)
    is_used = np.zeros(len(names), dtype=bool)
    for _, entries in source.concepts():
        is_used[concept_numbers(entries)] = True
    return [name for name, used in zip(names, is_used.tolist(), strict=True) if used]


def _merge_lists(field: str, sources: Sequence[_Source], sink: Sink) -> None:
    keys = [source.part.arrays[f"{field}_keys"][:] for source in sources]
    union = np.unique(np.concatenate(keys))
    places = [np.searchsorted(union, some) for some in keys]
    n_postings = np.zeros(len(union), dtype=np.int64)
    sink.add(f"{field}_postings", "<u4", _postings(field, sources, places, n_postings))
    kept = n_postings > 0
    _add_all(sink, key_arrays(field, union[kept], n_postings[kept]))
    moved = np.cumsum(kept) - 1
    targets = [(np.flatnonzero(kept[some]), moved[some[kept[some]]]) for some in places]
    if field in WRITTEN:
        _add_all(sink, text_arrays(field, _texts(field, sources, targets, int(kept.sum()))))
    if field == WORDINGS:
        vectors = _vectors(sources, targets, int(kept.sum()))
        sink.add("wording_vectors", "<f2", [vectors.ravel()])
        sink.add("wording_signs", "<u8", [signs_of(vectors).ravel()])


def _postings(
    field: str, sources: Sequence[_Source], places: Sequence[NDArray[np.int64]], n_postings: NDArray[np.int64]
) -> Iterator[NDArray[np.uint32]]:
    """Go through the merged postings, term by term, and count those of each term."""
    lists = [source.part.lists[field] for source in sources]
    starts = [some.starts[:] for some in lists]
    most = np.zeros(len(n_postings), dtype=np.int64)
    for some, bounds in zip(places, starts, strict=True):
        most[some] += np.diff(bounds)
    for first, last in _ranges(most):
        pieces = [np.zeros(0, dtype=np.uint64)]
        for source, some, bounds, one in zip(sources, places, starts, lists, strict=True):
            low, high = np.searchsorted(some, [first, last]).tolist()
            postings = one.postings[int(bounds[low]) : int(bounds[high])]
            terms = np.repeat((some[low:high] - first).astype(np.uint64), np.diff(bounds[low : high + 1]))
            pieces.append(_moved(source, postings, terms))
        # Each piece is in order: merging two of them takes a twentieth of the time of sorting them, 20 a fourth.
        merged = np.sort(np.concatenate(pieces), kind="stable")
        n_postings[first:last] = np.bincount(
            (merged >> np.uint64(_TERM_SHIFT)).astype(np.int64), minlength=last - first
        )
        yield merged.astype("<u4")


def _moved(source: _Source, postings: NDArray[np.uint32], terms: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the postings that stay, under their new rows and behind the numbers of their terms."""
    rows = postings >> ROW_SHIFT
    moved = (terms << np.uint64(_TERM_SHIFT)) | source.targets[rows] | (postings & np.uint32(2**ROW_SHIFT - 1))
    return np.asarray(moved[source.kept(rows)])


def _ranges(n_postings: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Divide terms so that about as many postings as can be sorted at once fall to each range."""
    ends = np.cumsum(n_postings)
    total = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, np.arange(0, total, _POSTINGS_PER_PIECE), side="right")
    edges = [*np.unique(cuts).tolist(), len(n_postings)] if total else []
    yield from pairwise(edges)


def _texts(
    field: str, sources: Sequence[_Source], targets: Sequence[tuple[NDArray[Any], NDArray[Any]]], n: int
) -> list[str]:
    texts = [""] * n
    for source, (old, new) in zip(sources, targets, strict=True):
        known = source.part.texts(field)
        for a, b in zip(old.tolist(), new.tolist(), strict=True):
            texts[b] = known[a]
    return texts


def _vectors(
    sources: Sequence[_Source], targets: Sequence[tuple[NDArray[Any], NDArray[Any]]], n: int
) -> NDArray[np.float16]:
    dim = max((source.part.dim for source in sources), default=0)
    vectors = np.zeros((n, dim), dtype="<f2")
    for source, (old, new) in zip(sources, targets, strict=True):
        if source.part.dim:
            vectors[new] = source.part.wording_vectors(old)
    return vectors if vectors.any() else vectors[:, :0]


def _add_all(sink: Sink, arrays: dict[str, NDArray[Any]]) -> None:
    for name, array in arrays.items():
        sink.add(name, array.dtype, [array])
