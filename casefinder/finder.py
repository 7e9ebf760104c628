"""``CaseFinder``: what a library user meets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from casefinder.casebase import (
    BuildReport,
    CaseBase,
    CaseBaseWriter,
    ChangeReport,
    Compactor,
    Manifest,
    OnDuplicate,
    Progress,
    build_case_base,
    compact,
    open_case_base,
)
from casefinder.cases import Case
from casefinder.cases.reading import Origin, ReadCase, ReadRow
from casefinder.encoders import BUNDLED_NAME, Encoder, load_encoder
from casefinder.search import Answer, Hit, Searcher
from casefinder.term_index import Where
from casefinder.vector_index import DEFAULT_MEMORY_BYTES, DEFAULT_TARGET

if TYPE_CHECKING:
    from casefinder.pathways import PathwayEvidence


Source: TypeAlias = Path | str | Iterable[Case | ReadRow]


class CaseFinder:
    """Finds similar cases and their treatment paths in one case base.

        with CaseFinder.open("index_data/casebase") as finder:
            hits = finder.search("胸痛伴冷汗", k=100)
            for variant in finder.treatment_paths(hits).variants:
                print(variant.id, variant.en, variant.support, [step.en for step in variant.steps])

    Safe to share between threads. Every search is of one state of the case base: the latest that any process has
    acknowledged. Only one process or thread at a time may change it.
    """

    def __init__(self, casebase: CaseBase, encoder: Encoder, *, reload: Callable[[str], Encoder] | None = None) -> None:
        """Join an open case base and the encoder that made its vectors; ``open`` does both.

        Args:
            casebase: What is searched and changed.
            encoder: The encoder that made its vectors.
            reload: Loads another encoder by name, when the case base has moved to it.

        Raises:
            EncoderMismatchError: Another encoder made them.
        """
        self._casebase = casebase
        self._searcher = Searcher(casebase, encoder, load_encoder=reload)
        self._compactor = Compactor(casebase.directory)

    @classmethod
    def open(cls, directory: Path | str, *, encoder: Encoder | None = None) -> CaseFinder:
        """Open a case base for searching.

        Args:
            directory: Where it was built.
            encoder: The encoder that made its vectors; by default the one named in the case base is loaded.

        Raises:
            CaseBaseNotFoundError: Nothing has been built there.
            CaseBaseFormatError: A newer casefinder wrote it.
            CaseBaseDamagedError: A file is missing, truncated or altered.
            EncoderNotFoundError: Its encoder is not on this machine.
            EncoderMismatchError: ``encoder`` is another than the one that made its vectors.
        """
        casebase = open_case_base(Path(directory))
        try:
            if encoder is not None:
                return cls(casebase, encoder)
            return cls(casebase, load_encoder(casebase.manifest.encoder_name), reload=load_encoder)
        except BaseException:
            casebase.close()
            raise

    @classmethod
    def build(
        cls,
        source: Source,
        directory: Path | str,
        *,
        encoder: Encoder | None = None,
        column_map: Mapping[str, str] | None = None,
        vector_index: str = "faiss",
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
        target_recall: float = DEFAULT_TARGET,
        strict: bool = False,
        on_duplicate: OnDuplicate = OnDuplicate.REJECT,
        progress: Progress | None = None,
    ) -> BuildReport:
        """Build a case base, replacing what was in the directory.

        Args:
            source: A file or folder to read, or cases themselves.
            directory: Where the case base is to be.
            encoder: Turns texts into vectors; the bundled one by default.
            column_map: Field names by column name, for tables whose headings are not understood.
            vector_index: Where vectors are kept: ``faiss``, ``milvus:URI`` or ``milvus-hnsw:URI``.
            memory_bytes: What the index may hold in memory; where it needs more, its plan says so.
            target_recall: Share of the ten nearest cases that a search is to find, 0 to 1.
            strict: Fail on the first row that is no valid case, instead of writing it to ``rejects.jsonl``.
            on_duplicate: What happens to a second case of an id with different content.
            progress: Called with the phase and the number of rows done since the last call.

        Raises:
            SourceError: The source cannot be read, or a row was rejected and ``strict`` is set.
            CaseBaseLockedError: Another process is writing there.
            VectorIndexError: The vectors cannot be kept there, or memory or recall is out of range.
            CaseBaseError: No case could be stored, or the disk refused to.
        """
        return build_case_base(
            _rows(source, column_map),
            Path(directory),
            encoder=encoder or load_encoder(BUNDLED_NAME),
            source=str(source) if isinstance(source, Path | str) else "cases given by a program",
            vector_index=vector_index,
            memory_bytes=memory_bytes,
            target_recall=target_recall,
            strict=strict,
            on_duplicate=on_duplicate,
            progress=progress,
        )

    def __enter__(self) -> CaseFinder:
        """Return the finder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the case base."""
        self.close()

    def close(self) -> None:
        """Close the case base, once a compaction that is being done is finished."""
        self._compactor.wait()
        self._casebase.close()

    @property
    def manifest(self) -> Manifest:
        """What the case base is made of."""
        return self._casebase.view().manifest

    @property
    def n_cases(self) -> int:
        """Cases there are now."""
        return self._casebase.view().n_cases

    @property
    def sequence(self) -> int:
        """Number of the last change of the case base."""
        return self._casebase.view().sequence

    def add(
        self,
        source: Source,
        *,
        column_map: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> ChangeReport:
        """Add cases; they can be found at once, here and in every other reader.

        Cases are stored in batches of 512. Each batch is stored whole or not at all, and is on the disk before the
        next one is begun. After an interruption the same call goes on: what is stored already is skipped.

        Args:
            source: A file or folder to read, or cases themselves. A case whose id is there with other content is
                rejected; ``update`` replaces it.
            column_map: Field names by column name, for tables whose headings are not understood.
            strict: Fail on the first row that is rejected, instead of writing it to ``rejects.jsonl``.

        Raises:
            SourceError: The source cannot be read, or a row was rejected and ``strict`` is set.
            CaseBaseLockedError: Another process is writing there.
            CaseBaseError: The disk refused to write.
        """
        return self._write(source, column_map, strict=strict, on_duplicate=OnDuplicate.REJECT)

    def update(
        self,
        source: Source,
        *,
        column_map: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> ChangeReport:
        """Replace cases by others of the same id, and add those whose id is new; otherwise the same as ``add``.

        Raises:
            SourceError: The source cannot be read, or a row was rejected and ``strict`` is set.
            CaseBaseLockedError: Another process is writing there.
            CaseBaseError: The disk refused to write.
        """
        return self._write(source, column_map, strict=strict, on_duplicate=OnDuplicate.REPLACE)

    def remove(self, ids: Iterable[str]) -> ChangeReport:
        """Remove cases by id, in batches of 512; they are found no more, here and in every other reader.

        Raises:
            CaseBaseLockedError: Another process is writing there.
            CaseBaseError: The disk refused to write.
        """
        with CaseBaseWriter(self._casebase.directory) as writer:
            report = writer.remove(ids)
        return self._changed(report)

    def compact(self, *, memory_bytes: int | None = None) -> Manifest:
        """Write a new snapshot of the case base; searches and changes go on meanwhile.

        Changes start this by themselves, in the background, when enough of them have come together.

        Args:
            memory_bytes: What the index may hold in memory from now on; it is planned and trained anew for that.

        Raises:
            CaseBaseLockedError: Another process is writing a snapshot.
            CaseBaseError: The disk refused to write.
            VectorIndexError: So little memory holds no index.
        """
        return compact(self._casebase.directory, memory_bytes=memory_bytes)

    def search(self, text: str, *, k: int = 10, where: Where | None = None) -> tuple[Hit, ...]:
        """Find the k cases most similar to a text, most similar first; see ``answer``."""
        return self.answer(text, k=k, where=where).hits

    def answer(self, text: str, *, k: int = 10, where: Where | None = None) -> Answer:
        """Find the k cases most similar to a text, and say how complete the answer is.

        Raises:
            EmptyQueryError: The text holds nothing that could be compared.
            QueryError: k is out of range.
            CaseBaseDamagedError: A record was altered on disk.
        """
        return self._searcher.search(text, k=k, where=where)

    def search_many(self, texts: Sequence[str], *, k: int = 10, where: Where | None = None) -> tuple[Answer, ...]:
        """Answer many questions in the same state of the case base, as ``answer`` does each.

        They are encoded together and searched for in the vector index together.

        Raises:
            EmptyQueryError: One of the texts holds nothing that could be compared.
            QueryError: k is out of range.
            CaseBaseDamagedError: A record was altered on disk.
        """
        return tuple(self._searcher.search_many(texts, k=k, where=where))

    def warm_up(self) -> None:
        """Read and check the whole index now, so that no question waits for a part that is met for the first time.

        For a service that answers for hours: call it once after opening, and again after a compaction, whose snapshot
        is new. A single question does not need it: it reads a fraction of the files. A damaged index is made anew.

        Raises:
            IndexDamagedError: The index is damaged, and this process may not write a new one.
            CaseBaseDamagedError: The records are damaged as well.
        """
        self._casebase.warm_up()

    def treatment_paths(
        self, hits: Sequence[Hit], *, question: str = "", small_cell: int | None = None
    ) -> PathwayEvidence:
        """Merge what was done for the cases of hits, and how it ended, into one ordered tree.

        Args:
            hits: What ``search`` returned.
            question: The complaint; it is searched for words that speak against a drug in the path.
            small_cell: Patients that must stand behind a rate for it to be given; 5 by default.

        Raises:
            QueryError: small_cell is below 1.
        """
        from casefinder.pathways import DEFAULT_SMALL_CELL, treatment_paths

        limit = DEFAULT_SMALL_CELL if small_cell is None else small_cell
        return treatment_paths(hits, question=question, small_cell=limit)

    def case(self, case_id: str) -> Case:
        """Return one case by its id.

        Raises:
            CaseNotFoundError: There is none of that id.
            CaseBaseDamagedError: The record was altered on disk.
        """
        return self._casebase.view().case(case_id)

    def departments(self) -> dict[str, int]:
        """Return the number of cases of each department, most frequent first."""
        return self._casebase.view().terms.departments()

    def count(self, where: Where) -> int:
        """Return how many cases match a filter."""
        return len(self._casebase.view().terms.matching(where))

    def _write(
        self, source: Source, column_map: Mapping[str, str] | None, *, strict: bool, on_duplicate: OnDuplicate
    ) -> ChangeReport:
        with CaseBaseWriter(self._casebase.directory) as writer:
            report = writer.write(
                _rows(source, column_map), encoder=self._searcher.encoder, strict=strict, on_duplicate=on_duplicate
            )
        return self._changed(report)

    def _changed(self, report: ChangeReport) -> ChangeReport:
        """Compact in the background when that pays."""
        self._compactor.start_if_due(self._casebase.manifest, report.sequence)
        return report


def _rows(source: Source, column_map: Mapping[str, str] | None) -> Iterable[ReadRow]:
    if isinstance(source, Path | str):
        from casefinder.cases.readers import read_cases

        return read_cases(Path(source), column_map=column_map)
    return (_located(item, number) for number, item in enumerate(source, start=1))


def _located(item: Case | ReadRow, number: int) -> ReadRow:
    return ReadCase(item, Origin("cases", number)) if isinstance(item, Case) else item
