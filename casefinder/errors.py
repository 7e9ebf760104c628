"""Every error that casefinder raises on purpose.

    CasefinderError
    ├── InvalidCaseError            a case, or one field of it, breaks the model
    ├── SourceError                 the material to read
    │   ├── SourceNotFoundError     no such file or folder
    │   ├── UnreadableSourceError   not the format its name promises, or an unknown encoding
    │   ├── ColumnMapError          --map names an unknown field or column
    │   └── RejectedRowError        a bad row, when bad rows are to stop the build
    ├── LexiconError                the concept lexicon breaks its format
    ├── EncoderError                turning text into vectors
    │   ├── EncoderNotFoundError    the model is not on this machine
    │   ├── EncoderDamagedError     the model's files are incomplete or altered
    │   └── EncoderMismatchError    the case base was built with another encoder
    ├── VectorIndexError            the vector index
    │   ├── VectorShapeError        wrong dimension, dtype or values
    │   ├── IndexDamagedError       the index file is not what was written
    │   └── IndexUnavailableError   the server that holds the vectors does not answer
    ├── CaseBaseError               the case base on disk
    │   ├── CaseBaseNotFoundError   nothing has been built there
    │   ├── CaseBaseFormatError     written by a newer casefinder, or not a case base
    │   ├── CaseBaseDamagedError    a file is missing, truncated or altered
    │   ├── CaseBaseLockedError     another process is writing
    │   ├── RecordGoneError         a case was removed while it was being searched for
    │   └── CaseNotFoundError       no case of that id
    └── QueryError                  the question
        ├── EmptyQueryError         no text that could be compared
        └── FilterError             a filter's value cannot be understood

A message has three parts: what happened, the value, and what to do next. The command line prints it and
exits with 1; nothing else turns an error into text.
"""

from __future__ import annotations


class CasefinderError(Exception):
    """Base of every error that casefinder raises on purpose."""


class InvalidCaseError(CasefinderError):
    """A field of a case breaks the model.

    Attributes:
        field: Dotted name of the field, such as ``patient.age``.
        reason: What is wrong with it, with the offending value; never free text of a patient.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class SourceError(CasefinderError):
    """The material to read cases from cannot be used."""


class SourceNotFoundError(SourceError):
    """No file or folder of that name, or a folder without anything readable."""


class UnreadableSourceError(SourceError):
    """A file is not in the format that its name promises, or its text encoding is unknown."""


class ColumnMapError(SourceError):
    """A column map names an unknown field, or a column that the source does not have."""


class RejectedRowError(SourceError):
    """A row is no valid case, and bad rows were to stop the build."""


class LexiconError(CasefinderError):
    """The concept lexicon breaks its format; the message names file and line."""


class EncoderError(CasefinderError):
    """Text could not be turned into vectors."""


class EncoderNotFoundError(EncoderError):
    """The model is not on this machine; the message says how to get it."""


class EncoderDamagedError(EncoderError):
    """Files of the model are missing or altered."""


class EncoderMismatchError(EncoderError):
    """The case base holds vectors of another encoder."""


class VectorIndexError(CasefinderError):
    """The vector index cannot do what was asked."""


class VectorShapeError(VectorIndexError):
    """Vectors have the wrong dimension, dtype or values."""


class IndexDamagedError(VectorIndexError):
    """An index file is not what was written."""


class IndexUnavailableError(VectorIndexError):
    """The server that holds the vectors does not answer, or cannot serve now."""


class CaseBaseError(CasefinderError):
    """The case base on disk cannot be used."""


class CaseBaseNotFoundError(CaseBaseError):
    """No case base has been built in that directory."""


class CaseBaseFormatError(CaseBaseError):
    """The directory was written by a newer casefinder, or is no case base."""


class CaseBaseDamagedError(CaseBaseError):
    """A file of the case base is missing, truncated or altered."""


class CaseBaseLockedError(CaseBaseError):
    """Another process is writing to the case base."""


class RecordGoneError(CaseBaseError):
    """A case was removed while it was being searched for; searching again finds what is there now."""


class CaseNotFoundError(CaseBaseError):
    """The case base holds no case of that id."""


class QueryError(CasefinderError):
    """The question cannot be answered as it stands."""


class EmptyQueryError(QueryError):
    """The question holds no text that could be compared."""


class FilterError(QueryError):
    """A filter's value cannot be understood."""
