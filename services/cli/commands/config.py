"""`postil config`: what every setting is, and where its value comes from."""

from typing import Annotated

import typer
from rich.table import Table

from services.cli.origins import SettingInForce, settings_in_force
from services.cli.output import note, print_json
from services.cli.output import show as show_table
from services.cli.session import DataOption, JsonOption, TenantOption, command_line, settings_with, warn_of_unknown
from services.cli.settings_page import settings_page

PLAIN = (bool, int, float, str, type(None))

config = typer.Typer(help="What every setting is, and where its value comes from.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(config, name="config")


@config.command()
def show(
    changed: Annotated[bool, typer.Option("--changed", help="Only what differs from the defaults.")] = False,
    data: DataOption = None,
    tenant: TenantOption = None,
    json: JsonOption = False,
) -> None:
    """Show every setting, its value, and where that comes from. Secrets are masked.

    Example: POSTIL_TENANT=acme postil config show --changed
    """
    settings = settings_with(data, tenant)
    warn_of_unknown()
    lines = [
        line
        for line in settings_in_force(settings, command_line(data=data, tenant=tenant))
        if not (changed and line.source == "default")
    ]
    if json:
        for line in lines:
            print_json(_as_json(line))
    elif lines:
        show_table(_table(lines))
    else:
        note("Everything is as it comes.")


@config.command()
def docs() -> None:
    """Print the page of the docs that lists every setting.

    Example: postil config docs > docs/SETTINGS.md
    """
    typer.echo(settings_page(), nl=False)


def _as_json(line: SettingInForce) -> dict[str, object]:
    return {
        "name": line.setting.name,
        "value": line.value if isinstance(line.value, PLAIN) else str(line.value),
        "source": line.source,
        "variable": line.setting.variable,
        "description": line.setting.description,
    }


def _table(lines: list[SettingInForce]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("setting", "value", "from", "meaning"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        value = "–" if line.value is None else str(line.value)
        strong = "" if line.source == "default" else "bold"
        table.add_row(line.setting.name, value, line.source, line.setting.description, style=strong)
    return table
