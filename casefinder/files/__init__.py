"""Files of a case base: arrays that are mapped into memory, and writing that survives a power cut."""

from casefinder.files import durable
from casefinder.files.arrays import ArraysWriter, MappedArray, Values, read_arrays, write_arrays
from casefinder.files.durable import StoredFile, open_private, stored_file, sync_path
from casefinder.files.sections import Section, SectionFile, SectionWriter

__all__ = [
    "ArraysWriter",
    "MappedArray",
    "Section",
    "SectionFile",
    "SectionWriter",
    "StoredFile",
    "Values",
    "durable",
    "open_private",
    "read_arrays",
    "stored_file",
    "sync_path",
    "write_arrays",
]
