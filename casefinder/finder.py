"""``CaseFinder``: what a library user meets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from casefinder.casebase import (
    BuildReport,
    CaseBase,
    Manifest,
    OnDuplicate,
    Progress,
    build_case_base,
    open_case_base,
)
from casefinder.cases import Case
from casefinder.cases.readers import read_cases
from casefinder.cases.reading import Origin, ReadCase, ReadRow
from casefinder.encoders import BUNDLED_NAME, Encoder, load_encoder
from casefinder.search import Answer, Hit, Searcher
from casefinder.term_index import Where

if TYPE_CHECKING:
    from casefinder.pathways import PathwayEvidence


class CaseFinder:
    """Finds similar cases and their treatment paths in one case base.

        with CaseFinder.open("index_data/casebase") as finder:
            hits = finder.search("胸痛伴冷汗", k=100)
            for variant in finder.treatment_paths(hits).variants:
                print(variant.id, variant.en, variant.support, [step.en for step in variant.steps])

    Safe to share between threads. An open finder keeps the case base as it was when opened.
    """

    def __init__(self, casebase: CaseBase, encoder: Encoder) -> None:
        """Join an open case base and the encoder that made its vectors; ``open`` does both.

        Raises:
            EncoderMismatchError: Another encoder made them.
        """
        self._casebase = casebase
        self._searcher = Searcher(casebase, encoder)

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
            return cls(casebase, encoder or load_encoder(casebase.manifest.encoder_name))
        except BaseException:
            casebase.close()
            raise

    @classmethod
    def build(
        cls,
        source: Path | str | Iterable[Case | ReadRow],
        directory: Path | str,
        *,
        encoder: Encoder | None = None,
        column_map: Mapping[str, str] | None = None,
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
            strict: Fail on the first row that is no valid case, instead of writing it to ``rejects.jsonl``.
            on_duplicate: What happens to a second case of an id with different content.
            progress: Called with the phase and the number of rows done since the last call.

        Raises:
            SourceError: The source cannot be read, or a row was rejected and ``strict`` is set.
            CaseBaseLockedError: Another process is writing there.
            CaseBaseError: No case could be stored, or the disk refused to.
        """
        rows: Iterable[ReadRow]
        if isinstance(source, Path | str):
            rows, name = read_cases(Path(source), column_map=column_map), str(source)
        else:
            rows, name = (_located(item, n) for n, item in enumerate(source, start=1)), "cases given by a program"
        return build_case_base(
            rows,
            Path(directory),
            encoder=encoder or load_encoder(BUNDLED_NAME),
            source=name,
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
        """Close the case base; the finder cannot be used afterwards."""
        self._casebase.close()

    @property
    def manifest(self) -> Manifest:
        """What the case base holds and how it was made."""
        return self._casebase.manifest

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
        return self._casebase.store.case(case_id)

    def departments(self) -> dict[str, int]:
        """Return the number of cases of each department, most frequent first."""
        return self._casebase.terms.departments()


def _located(item: Case | ReadRow, number: int) -> ReadRow:
    return ReadCase(item, Origin("cases", number)) if isinstance(item, Case) else item
