"""Vector indexes: exact with numpy, inverted file with FAISS, and the plan that chooses between them."""

from casefinder.vector_index.exact import ExactIndex
from casefinder.vector_index.faiss_ivf import IVFBuilder, IVFIndex
from casefinder.vector_index.plan import IndexKind, IndexPlan, plan_index
from casefinder.vector_index.protocol import NO_ID, Ids, Neighbours, VectorIndex, Vectors

__all__ = [
    "NO_ID",
    "ExactIndex",
    "IVFBuilder",
    "IVFIndex",
    "Ids",
    "IndexKind",
    "IndexPlan",
    "Neighbours",
    "VectorIndex",
    "Vectors",
    "plan_index",
]
