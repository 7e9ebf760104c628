"""A frozen writer of case bases of format 2, as casefinder wrote them before records could change."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from casefinder.case_store import CaseFindings
from casefinder.cases import Case, case_to_json
from casefinder.text import compose_presentation, diagnosis_digest, normalise_text, presentation_digest
from tests.material import HashEncoder

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE vectors (key INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, digest BLOB NOT NULL, vector BLOB NOT NULL);
CREATE UNIQUE INDEX idx_vectors_fingerprint_digest ON vectors (fingerprint, digest);
CREATE TABLE cases (key INTEGER PRIMARY KEY, id TEXT NOT NULL, checksum BLOB NOT NULL, document TEXT NOT NULL,
  vector_key INTEGER NOT NULL, department TEXT, sex TEXT, age_years FLOAT, visit_date TEXT, outcome TEXT);
CREATE UNIQUE INDEX idx_cases_id ON cases (id);
CREATE TABLE diagnosis_names (key INTEGER PRIMARY KEY, text TEXT, vector_key INTEGER);
CREATE UNIQUE INDEX idx_diagnosis_names_text ON diagnosis_names (text);
CREATE TABLE case_diagnoses (case_key INTEGER, position INTEGER, name_key INTEGER, icd10 TEXT,
  PRIMARY KEY (case_key, position));
CREATE TABLE findings (case_key INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, data TEXT NOT NULL);
INSERT INTO meta VALUES ('schema_version', '2');
"""


def write_format_two(cases: Sequence[Case], directory: Path, encoder: HashEncoder) -> None:
    """Write a case base of format 2, whose vectors are those of the encoder's float16 texts."""
    generation = directory / "generation-000001"
    generation.mkdir(parents=True)
    with closing(sqlite3.connect(generation / "cases.sqlite")) as connection, connection:
        connection.executescript(_SCHEMA)
        for key, case in enumerate(cases, start=1):
            _write_case(connection, key, case, encoder)
    for name in ("vectors.index", "terms.index"):
        (generation / name).write_bytes(b"derived")
    _write_manifest(directory, len(cases), encoder)


def _write_case(connection: sqlite3.Connection, key: int, case: Case, encoder: HashEncoder) -> None:
    parts = compose_presentation(case)
    blended = sum(encoder.encode([part.text])[0] * part.weight for part in parts)
    vector_key = _vector_key(connection, presentation_digest(parts), blended / (blended @ blended) ** 0.5, encoder)
    document = case_to_json(case)
    checksum = hashlib.sha256(document.encode()).digest()[:16]
    connection.execute(
        "INSERT INTO cases (key, id, checksum, document, vector_key) VALUES (?, ?, ?, ?, ?)",
        (key, case.id, checksum, document, vector_key),
    )
    connection.execute("INSERT INTO findings VALUES (?, 'older rules', ?)", (key, CaseFindings().to_json()))
    for position, diagnosis in enumerate(case.diagnoses):
        text = normalise_text(diagnosis.text)
        name = _vector_key(connection, diagnosis_digest(text), encoder.encode([text])[0], encoder)
        connection.execute("INSERT OR IGNORE INTO diagnosis_names (text, vector_key) VALUES (?, ?)", (text, name))
        (name_key,) = connection.execute("SELECT key FROM diagnosis_names WHERE text = ?", (text,)).fetchone()
        connection.execute("INSERT INTO case_diagnoses VALUES (?, ?, ?, ?)", (key, position, name_key, diagnosis.icd10))


def _vector_key(connection: sqlite3.Connection, digest: bytes, vector: object, encoder: HashEncoder) -> int:
    import numpy as np

    data = np.asarray(vector).astype("<f2").tobytes()
    connection.execute(
        "INSERT OR IGNORE INTO vectors (fingerprint, digest, vector) VALUES (?, ?, ?)",
        (encoder.fingerprint, digest, data),
    )
    row = connection.execute("SELECT key FROM vectors WHERE digest = ?", (digest,)).fetchone()
    return int(row[0])


def _write_manifest(directory: Path, n_cases: int, encoder: HashEncoder) -> None:
    file = {"size_bytes": 7, "sha256": hashlib.sha256(b"derived").hexdigest()}
    body = {
        "format_version": 2,
        "generation": "generation-000001",
        "built_at": "2026-01-02T03:04:05+00:00",
        "source": "old.jsonl",
        "n_cases": n_cases,
        "encoder_name": encoder.name,
        "encoder_fingerprint": encoder.fingerprint,
        "dim": encoder.dim,
        "plan": {"kind": "exact", "n_lists": 0, "n_probes": 0, "n_training": 0, "reason": "few"},
        "recall_at_10": 1.0,
        "store": file,
        "index": file,
        "terms": file,
    }
    checksum = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    (directory / "casebase.json").write_text(json.dumps({"checksum": checksum, **body}), "utf-8")
