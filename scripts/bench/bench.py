"""The benchmarks by their names.

Example: python scripts/bench/bench.py search --n 20000
"""

from __future__ import annotations

import argparse
import ast
import sys
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent
HERE = "scripts/bench/bench.py"


def benchmarks() -> dict[str, str]:
    """Return what each benchmark says of itself, by its name. None is imported: that would take seconds."""
    told = {}
    for path in sorted(FOLDER.glob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        is_command = any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in module.body)
        if is_command and path.stem != Path(__file__).stem:
            told[path.stem.replace("_", "-")] = (ast.get_docstring(module) or "").partition("\n\n")[0]
    return told


def main() -> None:
    """Run the benchmark that is named first, with the arguments behind it."""
    known = benchmarks()
    listed = "\n".join(f"  {name:15s} {' '.join(text.split())}" for name, text in known.items())
    parser = argparse.ArgumentParser(
        prog=Path(HERE).name,
        usage=f"python {HERE} NAME [OPTIONS]",
        description=f"{__doc__}\nbenchmarks:\n{listed}\n\n`{HERE} NAME --help` tells the options of one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=known, metavar="NAME", help="one of the above")
    name = parser.parse_args(sys.argv[1:2]).name
    sys.argv = [f"{HERE} {name}", *sys.argv[2:]]
    import_module(name.replace("-", "_")).main()


if __name__ == "__main__":
    main()
