"""Engines that are libraries: the index lives in the process that searches."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from peer_engine import BATCH, CANDIDATES, HNSW_BUILD_EF, HNSW_LINKS, PROBES, Engine, Work, lists_of

from casefinder.vector_index import Ids, Vectors

_COMPARED = 8  # vectors compared for each neighbour: enough that only the probed lists decide


class Casefinder(Engine):
    """Ours, with the plan that a case base of that size gets."""

    name, index, package = "casefinder", "as planned", "faiss-cpu"
    efforts = PROBES

    def build(self, vectors: Vectors) -> None:
        from casefinder.vector_index import IVFBuilder, plan_index, train

        plan = plan_index(len(vectors), dim=vectors.shape[1])
        training = np.random.default_rng(0).choice(len(vectors), plan.n_training, replace=False)
        with IVFBuilder(train(plan, vectors[np.sort(training)]), self.folder / "vectors.index") as builder:
            for start in range(0, len(vectors), BATCH):
                batch = vectors[start : start + BATCH]
                builder.add(np.arange(start, start + len(batch)), batch)
            builder.finish()

    def open(self) -> None:
        from casefinder.vector_index import IVFIndex

        self._index = IVFIndex.load(self.folder / "vectors.index", n_probes=1, n_compared=_COMPARED)

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        return self._index.with_effort(n_probes=effort, n_compared=_COMPARED).search(queries, k=k).ids

    def work(self, query: Vectors, *, k: int, effort: int) -> Work | None:
        near = self._index.trained.projected(query) @ self._index.trained.centres.T
        lists = np.argsort(-near[0])[:effort]
        return Work(int(np.diff(self._index.starts)[lists].sum()), _COMPARED * k)

    def use_threads(self, n_threads: int) -> None:
        os.environ["CASEFINDER_THREADS"] = str(n_threads)


class Faiss(Engine):
    """FAISS itself, by its own guidelines."""

    name, index, package = "FAISS IVFFlat", "IVFFlat", "faiss-cpu"
    efforts = PROBES

    def build(self, vectors: Vectors) -> None:
        import faiss

        n_lists = lists_of(len(vectors))
        index = faiss.index_factory(vectors.shape[1], f"IVF{n_lists},Flat", faiss.METRIC_INNER_PRODUCT)
        index.train(vectors[: 64 * n_lists])
        index.add(vectors)
        faiss.write_index(index, str(self.folder / "index"))

    def open(self) -> None:
        import faiss

        self._index = faiss.read_index(str(self.folder / "index"))

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        import faiss

        return self._index.search(queries, k, params=faiss.SearchParametersIVF(nprobe=effort))[1]  # type: ignore[call-arg]  # SWIG adds them

    def work(self, query: Vectors, *, k: int, effort: int) -> Work | None:
        import faiss

        counted: Any = faiss.cvar.indexIVF_stats  # type: ignore[attr-defined]  # SWIG adds it
        counted.reset()
        self.search(query, k=k, effort=effort)
        return Work(0, int(counted.ndis))

    def use_threads(self, n_threads: int) -> None:
        import faiss

        faiss.omp_set_num_threads(n_threads)


class Hnswlib(Engine):
    """hnswlib, float32."""

    name, index, package = "hnswlib", f"HNSW M={HNSW_LINKS}", "hnswlib"
    efforts = CANDIDATES

    def build(self, vectors: Vectors) -> None:
        import hnswlib

        index = hnswlib.Index(space="ip", dim=vectors.shape[1])
        index.init_index(len(vectors), M=HNSW_LINKS, ef_construction=HNSW_BUILD_EF)
        index.add_items(vectors, num_threads=os.cpu_count())
        index.save_index(str(self.folder / "index"))

    def open(self) -> None:
        import hnswlib

        self._index = hnswlib.Index(space="ip", dim=int((self.folder.parent / "dim").read_text()))
        self._index.load_index(str(self.folder / "index"))

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        self._index.set_ef(effort)
        return np.asarray(self._index.knn_query(queries, k=k)[0], dtype=np.int64)

    def use_threads(self, n_threads: int) -> None:
        self._index.set_num_threads(n_threads)


class Usearch(Engine):
    """usearch, float16 as in case bases, its file mapped."""

    name, index, package = "usearch", f"HNSW M={HNSW_LINKS}, float16", "usearch"
    efforts = CANDIDATES
    _n_threads = 0

    def build(self, vectors: Vectors) -> None:
        from usearch.index import Index

        index = Index(
            ndim=vectors.shape[1],
            metric="ip",
            dtype="f16",
            connectivity=HNSW_LINKS,
            expansion_add=HNSW_BUILD_EF,
        )
        index.add(np.arange(len(vectors), dtype=np.uint64), vectors, threads=os.cpu_count())
        index.save(str(self.folder / "index"))

    def open(self) -> None:
        from usearch.index import Index

        self._index = Index.restore(str(self.folder / "index"), view=True)

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        self._index.expansion_search = effort
        found = self._index.search(queries, k, threads=self._n_threads)
        return np.asarray(found.keys, dtype=np.int64).reshape(len(queries), -1)

    def work(self, query: Vectors, *, k: int, effort: int) -> Work | None:
        self._index.expansion_search = effort
        return Work(0, int(self._index.search(query, k).computed_distances))

    def use_threads(self, n_threads: int) -> None:
        self._n_threads = n_threads


class Txtai(Engine):
    """txtai's embeddings database, given vectors instead of texts."""

    name, index, package = "txtai", "FAISS IVFFlat", "txtai"
    efforts = PROBES

    def build(self, vectors: Vectors) -> None:
        os.environ["ALLOW_RESOLVE_TRANSFORM"] = "True"  # it names a function of this file
        from txtai import Embeddings

        components = f"IVF{lists_of(len(vectors))},Flat"
        embeddings = Embeddings(method="external", transform="peer_libraries.given", faiss={"components": components})
        embeddings.index((n, vector, None) for n, vector in enumerate(vectors))
        embeddings.save(str(self.folder / "txtai"))

    def open(self) -> None:
        os.environ["ALLOW_RESOLVE_TRANSFORM"] = "True"
        from txtai import Embeddings

        self._embeddings = Embeddings()
        self._embeddings.load(str(self.folder / "txtai"))

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        self._embeddings.ann.config["faiss"]["nprobe"] = effort
        found = self._embeddings.batchsearch(list(queries), k)
        return np.array([[row_id for row_id, _ in hits] for hits in found], dtype=np.int64)


class LangChainFaiss(Engine):
    """LangChain's FAISS store, as its documentation makes it: a flat index beside a pickled store of documents."""

    name, index, package = "LangChain FAISS", "none: compares with all", "langchain-community"

    def build(self, vectors: Vectors) -> None:
        from langchain_community.vectorstores import FAISS
        from langchain_community.vectorstores.utils import DistanceStrategy

        pairs = [(str(n), vector) for n, vector in enumerate(vectors)]
        store = FAISS.from_embeddings(pairs, self._unused, distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT)
        store.save_local(str(self.folder))

    def open(self) -> None:
        from langchain_community.vectorstores import FAISS

        self._store = FAISS.load_local(str(self.folder), self._unused, allow_dangerous_deserialization=True)

    def search(self, queries: Vectors, *, k: int, effort: int) -> Ids:
        found = [self._store.similarity_search_by_vector(query, k) for query in queries]
        return np.array([[int(document.page_content) for document in row] for row in found], dtype=np.int64)

    @staticmethod
    def _unused(text: str) -> list[float]:
        raise AssertionError("every vector is given")


def given(vectors: Any) -> Any:  # noqa: ANN401 - arrays
    """Stand in for an encoder: the texts are vectors already."""
    return np.asarray(vectors)
