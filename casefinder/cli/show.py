"""``casefinder show``."""

from __future__ import annotations

from pathlib import Path

import click

from casefinder.cli.options import index_option, json_option


@click.command()
@click.argument("case_id", metavar="ID")
@index_option
@json_option
def show(case_id: str, directory: Path, as_json: bool) -> None:
    """Show everything that is recorded of the case ID.

    \b
    casefinder show S000001
    """  # noqa: D301 - click wants the character
    from casefinder.casebase import open_case_base
    from casefinder.cases import case_to_json

    with open_case_base(directory) as casebase:
        case = casebase.view().case(case_id)
    if as_json:
        click.echo(case_to_json(case))
    else:
        from casefinder.cli.tables import print_case

        print_case(case)
