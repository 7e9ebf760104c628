"""The ``casefinder`` command."""

from __future__ import annotations

import logging
import os
import sys

import click

from casefinder import __version__
from casefinder.cli.backup import backup, restore
from casefinder.cli.build_index import build_index
from casefinder.cli.changing import add, remove, update
from casefinder.cli.compact import compact_command
from casefinder.cli.erase import erase_command
from casefinder.cli.evaluate import evaluate
from casefinder.cli.info import info
from casefinder.cli.migrate import migrate_command
from casefinder.cli.pathway import pathway
from casefinder.cli.query import query
from casefinder.cli.reencode import reencode_command
from casefinder.cli.show import show
from casefinder.cli.tune import tune
from casefinder.cli.verify import verify_command
from casefinder.errors import CasefinderError

_INTERRUPTED = 130  # what shells report for a process ended by Ctrl-C


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="casefinder")
def cli() -> None:
    """Find similar past cases, what was done for them, and how they ended.

    \b
    casefinder build-index cases.jsonl     make a case base
    casefinder query "胸痛伴冷汗"           ask it
    casefinder pathway "胸痛伴冷汗"         merge what was done for such patients
    casefinder add discharged-today.csv    keep it up to date

    The case base is --index DIR, else $CASEFINDER_INDEX, else ./index_data/casebase.
    """  # noqa: D301 - click wants the character


for _command in (
    build_index,
    query,
    pathway,
    show,
    info,
    add,
    update,
    remove,
    compact_command,
    verify_command,
    backup,
    restore,
    erase_command,
    reencode_command,
    migrate_command,
    evaluate,
    tune,
):
    cli.add_command(_command)


class _Note(logging.Handler):
    """Writes what the library warns of, such as damage that was mended, to standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one warning."""
        click.echo(f"Note: {record.getMessage()}", err=True)


def _show_warnings() -> None:
    logger = logging.getLogger("casefinder")
    if not any(isinstance(handler, _Note) for handler in logger.handlers):
        logger.addHandler(_Note(logging.WARNING))


def main() -> None:
    """Run the command line; errors become one message and exit code 1."""
    _show_warnings()
    try:
        cli(standalone_mode=False)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. Run the same command again; a build resumes where it was.", err=True)
        sys.exit(_INTERRUPTED)
    except CasefinderError as exc:
        click.echo(f"Error: {exc}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has seen enough; Python must not try to flush the rest on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as exc:
        where = f"{exc.filename}: " if exc.filename else ""
        hint = "check the path, its permissions and the space on its disk"
        click.echo(f"Error: {where}{exc.strerror or exc}; {hint}", err=True)
        sys.exit(1)
