"""A case base on disk: records and index as one unit, built in one step and opened with checks."""

from casefinder.casebase.batch import OnDuplicate
from casefinder.casebase.build import BuildReport, Phase, Progress, build_case_base
from casefinder.casebase.casebase import CaseBase, open_case_base
from casefinder.casebase.manifest import Manifest, read_manifest

__all__ = [
    "BuildReport",
    "CaseBase",
    "Manifest",
    "OnDuplicate",
    "Phase",
    "Progress",
    "build_case_base",
    "open_case_base",
    "read_manifest",
]
