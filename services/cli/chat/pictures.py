"""How a line of a chat looks on a terminal: the time, the name, and the text, each in its place."""

from collections.abc import Mapping
from dataclasses import replace

from rich.cells import set_cell_size
from rich.table import Table
from rich.text import Text

from services.cli.chat.conversation import Line
from shared.contracts.chat import ACTION, JOINED, LEFT, NOTICE, TOPIC
from shared.harmless import harmless, one_line

NAME_CELLS = 12
TEXT_CHARACTERS = 4_000
DOINGS: Mapping[str, str] = {ACTION: "", JOINED: "has joined", LEFT: "has left", TOPIC: "has set the topic:"}
# Legible on a light ground as well as on a dark one.
STYLE_OF_BOT, STYLE_OF_ME, STYLE_OF_OTHERS, STYLE_OF_PRIVATE, QUIET = "green", "bold", "cyan", "italic magenta", "dim"
PRIVATELY = "for you alone: "
BEFORE_CHARACTERS = 200


def picture_from_before(line: Line, me: str) -> Table:
    """Of what was said before somebody came: what they need of it to know what is going on."""
    made = picture(replace(line, text=one_line(line.text, BEFORE_CHARACTERS)), me)
    made.row_styles = [QUIET]
    return made


def picture(line: Line, me: str) -> Table:
    """Text that doesn't fit goes on below itself."""
    made = Table.grid(padding=(0, 1, 0, 0))
    made.add_column(no_wrap=True)
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    time = Text(line.at.astimezone().strftime("%H:%M"), style=QUIET)
    doing = DOINGS.get(line.kind or "")
    if doing is None:
        made.add_row(time, _name(line.name, _style_of(line, me)), _text(line))
    else:
        words = " ".join(filter(None, (one_line(line.name, NAME_CELLS), doing, _shortened(line.text))))
        made.add_row(time, _name("*", QUIET), Text(words, style="" if line.kind == ACTION else QUIET))
    return made


def _style_of(line: Line, me: str) -> str:
    if line.by_bot:
        return STYLE_OF_BOT
    return STYLE_OF_ME if line.name == me else STYLE_OF_OTHERS


def _name(name: str, style: str) -> Text:
    shown = one_line(name, NAME_CELLS)
    return Text(set_cell_size(shown, NAME_CELLS), style=style)


def _text(line: Line) -> Text:
    style = STYLE_OF_BOT if line.by_bot else QUIET if line.kind == NOTICE else ""
    mark = (PRIVATELY, STYLE_OF_PRIVATE) if line.private else ""
    return Text.assemble(mark, (_shortened(line.text), style))


def _shortened(text: str) -> str:
    cut = harmless(text[:TEXT_CHARACTERS]).expandtabs(4).strip("\n")
    return cut if len(text) <= TEXT_CHARACTERS else f"{cut}\N{HORIZONTAL ELLIPSIS}"
