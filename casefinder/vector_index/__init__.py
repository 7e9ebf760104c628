"""Vector indexes: exact with numpy, inverted file with FAISS, and the plan that chooses between them."""

from casefinder.vector_index.effort import DEFAULT_TARGET, Effort, Probe, choose_effort, measured_effort
from casefinder.vector_index.exact import ExactIndex
from casefinder.vector_index.ivf import Drift, IVFIndex
from casefinder.vector_index.ivf_builder import IVFBuilder
from casefinder.vector_index.plan import DEFAULT_MEMORY_BYTES, IndexKind, IndexPlan, megabytes, plan_index
from casefinder.vector_index.protocol import NO_ID, NO_SCORE, Ids, Neighbours, VectorIndex, Vectors
from casefinder.vector_index.training import Trained, train

__all__ = [
    "DEFAULT_MEMORY_BYTES",
    "DEFAULT_TARGET",
    "NO_ID",
    "NO_SCORE",
    "Drift",
    "Effort",
    "ExactIndex",
    "IVFBuilder",
    "IVFIndex",
    "Ids",
    "IndexKind",
    "IndexPlan",
    "Neighbours",
    "Probe",
    "Trained",
    "VectorIndex",
    "Vectors",
    "choose_effort",
    "measured_effort",
    "megabytes",
    "plan_index",
    "train",
]
