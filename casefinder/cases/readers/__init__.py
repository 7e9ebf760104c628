"""Readers for the files that hospitals have: JSON lines, CSV, Excel, Parquet, packed or not, and folders of them."""

from casefinder.cases.readers.headings import Field
from casefinder.cases.readers.source import STANDARD_INPUT, CaseSource, read_cases

__all__ = ["STANDARD_INPUT", "CaseSource", "Field", "read_cases"]
