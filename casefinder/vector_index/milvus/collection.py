"""A collection on a Milvus server: schema, index parameters, rows in and out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

import numpy as np

from casefinder.errors import IndexDamagedError
from casefinder.vector_index.milvus.connection import MilvusConnection, wait_until
from casefinder.vector_index.milvus.expressions import one_of
from casefinder.vector_index.plan import POINTS_PER_LIST
from casefinder.vector_index.protocol import Ids, Vectors

ID_FIELD: Final = "id"
VECTOR_FIELD: Final = "vector"
DIGEST_FIELD: Final = "digest"
_CONSISTENCY: Final = "Strong"  # an acknowledged row is seen by the next search, whoever asks
_BATCH_BYTES: Final = 8 * 2**20  # an eighth of the largest message that a server takes as it is delivered
_PAGE_ROWS: Final = 10_000  # below the 16,384 rows that a server returns at most
_TEXT_BYTES: Final = 65_535  # the longest text field there is
_LIST_ITEMS: Final = 4_096  # the longest list field there is
_ITEM_BYTES: Final = 64

# A server indexes each segment of its own; as delivered they are sealed at 1 GiB.
_SEGMENT_BYTES: Final = 2**30
_LISTS_PER_ROOT: Final = 4  # nlist = 4 sqrt(rows of a segment): what the Milvus documentation advises
_PROBED_SHARE: Final = 0.06  # recall@10 of 0.99 on made vectors: scripts/bench/peers.py
_FEWEST_PROBES: Final = 32
_HNSW_LINKS: Final = 32  # M: 16 loses recall beyond some 100,000 vectors of 1024 dimensions
_HNSW_BUILD_EF: Final = 200  # efConstruction: more only costs time
_HNSW_SEARCH_EF: Final = 128

ScalarValue: TypeAlias = int | float | str | Sequence[str]


class MilvusKind(StrEnum):
    """The index that the server keeps: inverted file, or a graph."""

    IVF = "IVF_FLAT"
    HNSW = "HNSW"


class ScalarKind(StrEnum):
    """What a field beside the vector holds."""

    WHOLE = "whole number"
    NUMBER = "number"
    TEXT = "text"
    TEXTS = "list of short texts"


@dataclass(frozen=True, slots=True)
class ScalarField:
    """A field beside the vector that expressions may name; never empty, as negation reads an empty field otherwise."""

    name: str
    kind: ScalarKind


@dataclass(frozen=True, slots=True)
class MilvusPlan:
    """How the server indexes and searches the vectors.

    Attributes:
        kind: IVF answers a search among given ids exactly on the server; HNSW is faster, and takes more memory.
        n_lists: Lists of each segment (nlist); 0 for HNSW.
        n_probes: Lists searched per query (nprobe); 0 for HNSW.
        ef: Candidates that HNSW keeps per query; 0 for IVF.
    """

    kind: MilvusKind
    n_lists: int = 0
    n_probes: int = 0
    ef: int = 0

    @property
    def exact(self) -> bool:
        """Whether every search compares with every vector."""
        return self.kind is MilvusKind.IVF and self.n_probes >= self.n_lists

    def build_parameters(self) -> dict[str, int]:
        """Return what the server builds its index with."""
        if self.kind is MilvusKind.IVF:
            return {"nlist": self.n_lists}
        return {"M": _HNSW_LINKS, "efConstruction": _HNSW_BUILD_EF}


def plan_milvus(kind: MilvusKind, n_vectors: int, *, dim: int) -> MilvusPlan:
    """Choose the index parameters for a number of vectors of ``dim`` components.

    Source: Milvus documentation, "IVF_FLAT" and "HNSW"; Malkov and Yashunin 2018, doi:10.1109/TPAMI.2018.2889473.
    """
    if kind is MilvusKind.HNSW:
        return MilvusPlan(kind, ef=_HNSW_SEARCH_EF)
    n_rows = max(1, min(n_vectors, _SEGMENT_BYTES // (4 * dim)))
    n_lists = max(1, min(int(_LISTS_PER_ROOT * math.sqrt(n_rows)), n_rows // POINTS_PER_LIST))
    return MilvusPlan(kind, n_lists, min(n_lists, max(_FEWEST_PROBES, math.ceil(n_lists * _PROBED_SHARE))))


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection on a server, named by the snapshot that it holds."""

    connection: MilvusConnection
    name: str

    def exists(self) -> bool:
        """Whether the server has it."""
        return bool(self.connection.call("has_collection", collection_name=self.name))

    def create(self, plan: MilvusPlan, *, dim: int, fields: Sequence[ScalarField] = ()) -> None:
        """Make the collection empty and ready to be searched."""
        from pymilvus import MilvusClient

        parameters = MilvusClient.prepare_index_params()
        parameters.add_index(
            field_name=VECTOR_FIELD,
            index_type=str(plan.kind),
            metric_type="IP",
            # Within "params" both kinds of server read them; beside it, as pymilvus 3 writes, Milvus Lite 3.2 takes
            # its own defaults instead.
            params={"params": plan.build_parameters()},
        )
        self.connection.call(
            "create_collection",
            long=True,
            collection_name=self.name,
            schema=_schema(dim, fields),
            index_params=parameters,
            consistency_level=_CONSISTENCY,
        )

    def drop(self) -> None:
        """Remove the collection, whether it is there or not."""
        if self.exists():
            self.connection.call("drop_collection", collection_name=self.name)

    def dim(self) -> int:
        """Return the number of components of its vectors.

        Raises:
            IndexDamagedError: It is not there, or is no collection of ours.
        """
        described = self.connection.call("describe_collection", collection_name=self.name)
        fields = {field["name"]: field for field in described["fields"]}
        if not {ID_FIELD, VECTOR_FIELD, DIGEST_FIELD} <= fields.keys():
            raise IndexDamagedError(
                f"the collection {self.name} on {self.connection.uri} was not made by casefinder;"
                " run `casefinder verify --repair`"
            )
        return int(fields[VECTOR_FIELD]["params"]["dim"])

    def count(self) -> int:
        """Count its rows, those just written included."""
        rows = self._query("", ["count(*)"])
        return int(rows[0]["count(*)"])

    def upsert(
        self, ids: Ids, vectors: Vectors, digests: Ids, scalars: Sequence[Mapping[str, ScalarValue]] | None = None
    ) -> None:
        """Write rows; a row of the same id is replaced, so that a repeated call changes nothing."""
        others: Sequence[Mapping[str, ScalarValue]] = scalars if scalars is not None else [{}] * len(ids)
        n_rows = max(1, _BATCH_BYTES // max(1, 4 * vectors.shape[1]))
        for start in range(0, len(ids), n_rows):
            batch = slice(start, start + n_rows)
            columns = zip(ids[batch].tolist(), vectors[batch], digests[batch].tolist(), others[batch], strict=True)
            rows = [{ID_FIELD: i, VECTOR_FIELD: vector, DIGEST_FIELD: d, **other} for i, vector, d, other in columns]
            self.connection.call("upsert", collection_name=self.name, data=rows)

    def delete(self, ids: Ids) -> None:
        """Remove rows; ids that are not there do not matter."""
        for start in range(0, len(ids), _PAGE_ROWS):
            self.connection.call("delete", collection_name=self.name, ids=ids[start : start + _PAGE_ROWS].tolist())

    def finish(self) -> None:
        """Have everything written to the server's disk and indexed: rows in memory are searched one by one."""
        self.connection.call("flush", long=True, collection_name=self.name)
        wait_until(self._indexed, what=f"indexing the collection {self.name}")
        self.connection.call("load_collection", long=True, collection_name=self.name)

    def digests(self) -> tuple[Ids, Ids]:
        """Return the ids of all rows, rising, and the digest kept with each: int64 [n], int64 [n]."""
        pages = list(self.connection.pages(self.name, [ID_FIELD, DIGEST_FIELD], n_rows=_PAGE_ROWS))
        ids = np.array([row[ID_FIELD] for page in pages for row in page], dtype=np.int64)
        digests = np.array([row[DIGEST_FIELD] for page in pages for row in page], dtype=np.int64)
        order = np.argsort(ids)
        return ids[order], digests[order]

    def vectors(self, ids: Ids) -> Iterator[tuple[Ids, Vectors]]:
        """Fetch the vectors of those of the ids that are there, in batches."""
        dim = self.dim()
        n_rows = min(_PAGE_ROWS, max(1, _BATCH_BYTES // (4 * dim)))
        for start in range(0, len(ids), n_rows):
            wanted = one_of(ID_FIELD, ids[start : start + n_rows].tolist())
            rows = self._query(wanted, [ID_FIELD, VECTOR_FIELD], limit=n_rows)
            found = np.array([row[ID_FIELD] for row in rows], dtype=np.int64)
            yield found, np.array([row[VECTOR_FIELD] for row in rows], dtype=np.float32).reshape(len(rows), dim)

    def _query(self, expression: str, fields: Sequence[str], *, limit: int | None = None) -> Any:  # noqa: ANN401
        return self.connection.call(
            "query",
            collection_name=self.name,
            filter=expression,
            output_fields=list(fields),
            consistency_level=_CONSISTENCY,
            limit=limit,
        )

    def _indexed(self) -> bool:
        described = self.connection.call("describe_index", collection_name=self.name, index_name=VECTOR_FIELD)
        return int(described.get("pending_index_rows", 0)) == 0


def _schema(dim: int, fields: Sequence[ScalarField]) -> Any:  # noqa: ANN401 - pymilvus has no types
    from pymilvus import DataType, MilvusClient

    of_kind: dict[ScalarKind, dict[str, Any]] = {
        ScalarKind.WHOLE: {"datatype": DataType.INT64},
        ScalarKind.NUMBER: {"datatype": DataType.DOUBLE},
        ScalarKind.TEXT: {"datatype": DataType.VARCHAR, "max_length": _TEXT_BYTES},
        ScalarKind.TEXTS: {
            "datatype": DataType.ARRAY,
            "element_type": DataType.VARCHAR,
            "max_length": _ITEM_BYTES,
            "max_capacity": _LIST_ITEMS,
        },
    }
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(ID_FIELD, DataType.INT64, is_primary=True)
    schema.add_field(VECTOR_FIELD, DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field(DIGEST_FIELD, DataType.INT64)
    for field in fields:
        schema.add_field(field.name, **of_kind[field.kind])
    return schema
