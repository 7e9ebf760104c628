"""What the vector index of a case base is made to be; kept with it, so that later snapshots are made to the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from casefinder.errors import VectorIndexError
from casefinder.vector_index import DEFAULT_MEMORY_BYTES, DEFAULT_TARGET

FAISS: Final = "faiss"


@dataclass(frozen=True, slots=True)
class IndexAims:
    """What an index is planned, trained and measured for.

    Attributes:
        vector_index: Where vectors are kept: ``faiss``, or a kind of Milvus index and the address of the server.
        memory_bytes: What the index may hold in memory; see ``plan_index``.
        target_recall: Recall@10 against exact search for which the effort of a search is chosen, 0 to 1.

    Raises:
        VectorIndexError: A number is out of range.
    """

    vector_index: str = FAISS
    memory_bytes: int = DEFAULT_MEMORY_BYTES
    target_recall: float = DEFAULT_TARGET

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.memory_bytes < 1:
            raise VectorIndexError(f"{self.memory_bytes} bytes of memory hold no index; allow more, such as 2 GB")
        if not 0 < self.target_recall <= 1:
            raise VectorIndexError(
                f"a recall of {self.target_recall:g} cannot be aimed at; give a share above 0, at most 1, such as 0.99"
            )

    def changed(self, *, memory_bytes: int | None = None, target_recall: float | None = None) -> IndexAims:
        """Return these aims with others in place of some of them; None leaves one as it is."""
        return replace(
            self,
            memory_bytes=self.memory_bytes if memory_bytes is None else memory_bytes,
            target_recall=self.target_recall if target_recall is None else target_recall,
        )
