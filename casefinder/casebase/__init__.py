"""A case base on disk: records and what is derived from them as one unit, which grows and cannot be broken."""

from casefinder.casebase.background import Compactor, give_way
from casefinder.casebase.backup import Backup, back_up, check_backup, restore
from casefinder.casebase.batch import OnDuplicate
from casefinder.casebase.build import BuildReport, Phase, Progress, build_case_base
from casefinder.casebase.casebase import CaseBase, open_case_base
from casefinder.casebase.compaction import compact, compaction_is_due
from casefinder.casebase.erasing import EraseReport, erase
from casefinder.casebase.manifest import Manifest, Snapshot, read_manifest
from casefinder.casebase.migrating import migrate
from casefinder.casebase.promise import promise_recall
from casefinder.casebase.reencoding import reencode
from casefinder.casebase.repairing import Repaired, repair
from casefinder.casebase.verifying import Verified, verify
from casefinder.casebase.view import View, open_view
from casefinder.casebase.writing import CaseBaseWriter, ChangeReport

__all__ = [
    "Backup",
    "BuildReport",
    "CaseBase",
    "CaseBaseWriter",
    "ChangeReport",
    "Compactor",
    "EraseReport",
    "Manifest",
    "OnDuplicate",
    "Phase",
    "Progress",
    "Repaired",
    "Snapshot",
    "Verified",
    "View",
    "back_up",
    "build_case_base",
    "check_backup",
    "compact",
    "compaction_is_due",
    "erase",
    "give_way",
    "migrate",
    "open_case_base",
    "open_view",
    "promise_recall",
    "read_manifest",
    "reencode",
    "repair",
    "restore",
    "verify",
]
