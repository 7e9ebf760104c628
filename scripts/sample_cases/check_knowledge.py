"""Check the clinical knowledge files and count what they hold.

Example: python scripts/sample_cases/check_knowledge.py
"""

from __future__ import annotations

import sys
from collections import Counter

from knowledge import KnowledgeError, load_knowledge


def main() -> int:
    """Print the number of conditions per department, or every problem; return the exit code."""
    try:
        conditions = load_knowledge()
    except KnowledgeError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    counts = Counter(condition.department_en for condition in conditions)
    for department, n_conditions in sorted(counts.items()):
        sys.stdout.write(f"{department:24s} {n_conditions:4d}\n")
    sys.stdout.write(f"{len(conditions)} conditions in {len(counts)} departments\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
