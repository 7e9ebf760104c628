"""Vectors of a snapshot on a Milvus server. The snapshot keeps a small file, ``vectors.index``, that says where.

Each snapshot has a collection of its own, filled before the snapshot is current and never changed afterwards, except
to set right what the server has lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from casefinder.case_store import CaseStore
from casefinder.casebase.aims import FAISS
from casefinder.casebase.manifest import Manifest
from casefinder.casebase.milvus_fields import FIELDS, fields_of
from casefinder.casebase.milvus_leftovers import Leftover, drop_or_remember
from casefinder.errors import IndexDamagedError, VectorIndexError
from casefinder.files import durable
from casefinder.term_index import read_terms
from casefinder.vector_index import Ids, IndexKind, IndexPlan
from casefinder.vector_index.milvus import (
    Collection,
    Differences,
    MilvusConnection,
    MilvusIndex,
    MilvusKind,
    MilvusPlan,
    Rows,
    check_uri,
    plan_milvus,
    reconcile,
)

_KINDS: Final = {"milvus": MilvusKind.IVF, "milvus-hnsw": MilvusKind.HNSW}
_MOST_BYTES: Final = 8_192


def check_vector_index(vector_index: str) -> str:
    """Return where vectors are to be kept, fit to be written down: ``faiss``, ``milvus:URI`` or ``milvus-hnsw:URI``.

    Raises:
        VectorIndexError: It is none of these, or its address holds a secret.
    """
    kind, _, uri = vector_index.partition(":")
    if vector_index == FAISS:
        return FAISS
    if kind not in _KINDS:
        raise VectorIndexError(f"{kind!r} is no kind of vector index; give faiss, milvus:URI or milvus-hnsw:URI")
    return f"{kind}:{check_uri(uri)}"


def write_collection(store: CaseStore, path: Path, *, vector_index: str, advance: Callable[[int], None]) -> IndexPlan:
    """Bring the vectors and fields of all cases to a server, and write down where they are.

    Args:
        store: The records with their vectors.
        path: File to write; its folder names the collection.
        vector_index: What ``check_vector_index`` returned.
        advance: Called with the number of cases brought, after each batch.

    Raises:
        VectorIndexError: The server does not answer, or refuses.
    """
    kind, _, uri = vector_index.partition(":")
    plan = plan_milvus(_KINDS[kind], store.count(), dim=_dim(store))
    records_id, number = store.state().records_id.replace("-", "_"), path.parent.name.rpartition("-")[2]
    place = _Place(uri, f"casefinder_{records_id}_{_home(path)}_{number}", plan)
    collection = place.collection()
    # The file comes first: a collection that nothing names would stay on the server for ever.
    durable.replace_file(path, place.to_json())
    collection.drop()  # left by a process that died
    collection.create(plan, dim=_dim(store), fields=FIELDS)
    reconcile(collection, _rows(store), advance=advance)
    reason = f"on the Milvus server {uri}, collection {place.name}: {_described(plan)}"
    return IndexPlan(IndexKind.MILVUS, (reason,), n_lists=plan.n_lists, n_probes=plan.n_probes)


def open_collection(path: Path) -> MilvusIndex:
    """Open the collection that a file names.

    Raises:
        IndexDamagedError: The file is altered, or the collection is gone.
        IndexUnavailableError: The server does not answer.
    """
    place = _read(path)
    return MilvusIndex(place.collection(), place.plan)


def drop_collection(path: Path) -> None:
    """Drop the collection that a file of a snapshot names, if it names one; what cannot be dropped now is written down.

    A copy of a case base, such as a restored backup, drops nothing: what it was copied from may be in use.
    """
    try:
        place = _read(path)
    except IndexDamagedError:
        return  # an index of another kind
    if f"_{_home(path)}_" not in place.name:
        return
    drop_or_remember(path.parent.parent, Leftover(place.uri, place.name))


def compare_with_records(directory: Path, manifest: Manifest, *, repair: bool) -> Differences | None:
    """Compare the collection of a case base with its records; see ``compare_collection``, which says what it raises.

    Args:
        directory: Where the case base is.
        manifest: Names records and snapshot.
        repair: Set right what differs.

    Returns:
        What differed, or is set right now; None where the vectors are not on a server.
    """
    if manifest.aims.vector_index == FAISS:
        return None
    keys = np.asarray(read_terms(manifest.terms_path(directory)).arrays["keys"][:], dtype=np.int64)
    store_path, fingerprint = manifest.store_path(directory), manifest.encoder_fingerprint
    with CaseStore(store_path, encoder_fingerprint=fingerprint) as store, store.one_state():
        return compare_collection(manifest.index_path(directory), store, keys=keys, repair=repair)


def compare_collection(path: Path, store: CaseStore, *, keys: Ids, repair: bool) -> Differences:
    """Compare the collection that a file names with the records, and set it right if wanted.

    Args:
        path: The file of the snapshot.
        store: The records.
        keys: Keys of the snapshot, rising. Those that have been removed since may stand on the server or not.
        repair: Write what is missing or outdated, delete what should not be there.

    Raises:
        IndexDamagedError: The file is altered, or the collection is gone and not to be repaired.
        VectorIndexError: The server does not answer, or refuses.
    """
    place = _read(path)
    collection = place.collection()
    if repair and not collection.exists():
        collection.create(place.plan, dim=_dim(store), fields=FIELDS)
    return reconcile(collection, _rows(store, among=keys), spared=keys, repair=repair)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a collection is, and how it is searched."""

    uri: str
    name: str
    plan: MilvusPlan

    def collection(self) -> Collection:
        """Connect to the server."""
        return Collection(MilvusConnection(self.uri), self.name)

    def to_json(self) -> str:
        """Return what the file holds."""
        return json.dumps({"kind": str(IndexKind.MILVUS), **asdict(self)}, indent=2) + "\n"


def _home(path: Path) -> str:
    """Return what tells the case bases of a server apart that have the same records: a copy lies elsewhere."""
    return hashlib.sha256(str(path.parent.parent.resolve()).encode()).hexdigest()[:8]


def _read(path: Path) -> _Place:
    try:
        with path.open("rb") as file:  # which may be a large index of another kind
            body = json.loads(file.read(_MOST_BYTES))
        plan = MilvusPlan(**{**body["plan"], "kind": MilvusKind(body["plan"]["kind"])})
        return _Place(body["uri"], body["name"], plan)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise IndexDamagedError(f"{path} names no Milvus collection; run `casefinder verify --repair`") from exc


def _rows(store: CaseStore, *, among: Ids | None = None) -> Iterator[Rows]:
    for keys, vectors in store.vectors():
        kept = np.ones(len(keys), dtype=bool) if among is None else np.isin(keys, among)
        cases = store.stored_cases(keys[kept].tolist())
        yield Rows(keys[kept], vectors[kept], [fields_of(stored.case) for stored in cases])


def _dim(store: CaseStore) -> int:
    return next((vectors.shape[1] for _, vectors in store.vectors()), 1)


def _described(plan: MilvusPlan) -> str:
    if plan.kind is MilvusKind.HNSW:
        return f"a graph (HNSW), {plan.ef} candidates kept per query"
    return f"{plan.n_lists} lists in each segment, {plan.n_probes} of them searched per query"
