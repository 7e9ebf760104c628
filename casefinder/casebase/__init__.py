"""A case base on disk: records and what is derived from them as one unit, which grows and cannot be broken."""

from casefinder.casebase.batch import OnDuplicate
from casefinder.casebase.build import BuildReport, Phase, Progress, build_case_base
from casefinder.casebase.casebase import CaseBase, open_case_base
from casefinder.casebase.compaction import Compactor, compact, compaction_is_due
from casefinder.casebase.manifest import Manifest, Snapshot, read_manifest
from casefinder.casebase.view import View, open_view
from casefinder.casebase.writing import CaseBaseWriter, ChangeReport

__all__ = [
    "BuildReport",
    "CaseBase",
    "CaseBaseWriter",
    "ChangeReport",
    "Compactor",
    "Manifest",
    "OnDuplicate",
    "Phase",
    "Progress",
    "Snapshot",
    "View",
    "build_case_base",
    "compact",
    "compaction_is_due",
    "open_case_base",
    "open_view",
    "read_manifest",
]
