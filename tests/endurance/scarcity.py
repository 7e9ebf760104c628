"""A file system that is really full, and too little memory: nothing acknowledged is lost, nothing is half there.

python -m tests.endurance scarcity
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from tests.endurance.operations import OPERATIONS, Operation
from tests.endurance.trials import broken_after, in_child, prepared, run_trial, say, warm_up
from tests.endurance.trip import Mode, Trip

_NEW_MOUNTS = 0x00020000  # CLONE_NEWNS of sched.h
SIZES_KIB = (700, 800, 1_000, 1_300, 1_700, 2_300, 3_000)  # about what the bases of these operations take
SPARE_MIB = (0, 1, 2, 4, 8, 16, 32, 64, 128, 512)


def own_mounts() -> bool:
    """Leave the mounts of the machine; False where that is not allowed."""
    if ctypes.CDLL(None).unshare(_NEW_MOUNTS) != 0:
        return False
    return _mount("--make-rprivate", "/")


def _mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode == 0


def on_full_disk(operation: Operation, template: Path, size_kib: int) -> list[str]:
    """Run an operation on a file system of a size, then look at the rest with room to spare."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "trial")
        folder.mkdir()
        assert _mount("-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", str(folder))
        try:
            if subprocess.run(["cp", "-r", f"{template}/.", str(folder)], check=False, capture_output=True).returncode:
                return []  # not even what the operation begins with fits
            trial = run_trial(operation, folder, Trip(Mode.COUNT))
            assert _mount("-o", "remount,size=64m", str(folder))
            broken = broken_after(operation, folder, trial)
            return broken if trial.status == 0 else [*broken, trial.error[-900:]]
        finally:
            subprocess.run(["umount", str(folder)], check=True)


def with_little_memory(operation: Operation, folder: Path, spare_mib: int) -> list[str]:
    """Run an operation with so much memory beyond what the process has, however that ends; look at the rest."""
    limit = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGESIZE") + spare_mib * 2**20, limit[1]))
    try:
        trial = run_trial(operation, folder, Trip(Mode.COUNT))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limit)
    return broken_after(operation, folder, trial)


def levels(every: int, choices: tuple[int, ...]) -> list[tuple[str, Operation, int]]:
    """Return every n-th of all pairs of an operation and how scarce something is."""
    pairs = [(name, operation, level) for name, operation in OPERATIONS.items() for level in choices]
    return pairs[::every]


def broken_on_full_disks(every: int) -> list[str] | None:
    """Try operations on file systems of several sizes; None where this process may not mount any."""
    if not own_mounts():
        return None
    broken = []
    for name, operation, size_kib in levels(every, SIZES_KIB):
        with prepared(operation) as fresh:
            broken += [f"{name}, {size_kib} KiB: {one}" for one in on_full_disk(operation, fresh(), size_kib)]
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try every n-th pair of an operation and a size")
    options = parser.parse_args()
    warm_up()
    counts, broken = Counter[str](), list[str]()
    for name, operation, spare_mib in levels(options.every, SPARE_MIB):
        with prepared(operation) as fresh:
            what = with_little_memory(operation, fresh(), spare_mib)
        broken += [f"{name}, {spare_mib} MiB: {one}" for one in what]
        counts["little memory"] += 1
    status, said = in_child(lambda: broken_on_full_disks(options.every))  # its mounts go with it
    full = [f"status {status}: {said[-900:]}"] if status else json.loads(said)
    if full is None:
        say("full disks: this process may not mount file systems, so they were left out")
    else:
        counts["full disk"] = len(levels(options.every, SIZES_KIB))
        broken += full
    say(f"{counts.total()} trials ({dict(counts)}), {len(broken)} broken", *broken[:10])
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
