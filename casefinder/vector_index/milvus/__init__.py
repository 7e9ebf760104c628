"""Vectors on a Milvus server: for case bases that outgrow one machine.

Needs the extra ``casefinder[milvus]``; nothing here imports pymilvus before it is used.
"""

from casefinder.vector_index.milvus.collection import (
    Collection,
    MilvusKind,
    MilvusPlan,
    ScalarField,
    ScalarKind,
    ScalarValue,
    plan_milvus,
)
from casefinder.vector_index.milvus.connection import MilvusConnection, check_uri
from casefinder.vector_index.milvus.expressions import UnsayableError, literal, pattern
from casefinder.vector_index.milvus.index import MilvusIndex
from casefinder.vector_index.milvus.reconciling import Differences, Rows, reconcile

__all__ = [
    "Collection",
    "Differences",
    "MilvusConnection",
    "MilvusIndex",
    "MilvusKind",
    "MilvusPlan",
    "Rows",
    "ScalarField",
    "ScalarKind",
    "ScalarValue",
    "UnsayableError",
    "check_uri",
    "literal",
    "pattern",
    "plan_milvus",
    "reconcile",
]
