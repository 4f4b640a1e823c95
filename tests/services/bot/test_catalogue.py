"""Which commands there are, how a line finds its own, and that one that can't be taken does not stop the others."""

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from services.bot.arguments import read_arguments
from services.bot.catalogue import Catalogue, load_catalogue
from services.bot.command import Call, Command
from services.bot.rehearsal import ADA, HERE, MOMENT, RehearsalDesk, rehearse

NOWHERE = Path("there is no such folder")

HEAD = """
from services.bot.command import Call, Command

async def work(call: Call) -> str:
    return {said!r}

"""


def write(folder: Path, name: str, offered: str, said: str = "done") -> None:
    (folder / f"{name}.py").write_text(f"{HEAD.format(said=said)}commands = {offered}\n", encoding="utf-8")


def command(word: str, **facts: str) -> str:
    """A command as it is written in a file."""
    given = {"help": "'help'", "work": "work", **facts}
    return f"Command({word!r}, {', '.join(f'{name}={value}' for name, value in given.items())})"


def load(folder: Path, disabled: Sequence[str] = ()) -> tuple[Catalogue, dict[str, list[str]]]:
    """What there is, and why something is not: by the name of the file, if it is one. Ours are another test's."""
    refused: dict[str, list[str]] = {}
    catalogue = load_catalogue(
        folder, disabled, lambda where, why: refused.setdefault(Path(where).stem, []).append(why)
    )
    refused.pop("services.bot.commands", None)
    return catalogue, refused


def new_in(catalogue: Catalogue) -> list[str]:
    ours = {command.word for command in load(NOWHERE)[0].commands}
    return [command.word for command in catalogue.commands if command.word not in ours]


def test_ours_are_all_taken_and_their_examples_can_be_read() -> None:
    refused: list[str] = []
    catalogue = load_catalogue(NOWHERE, (), lambda where, why: refused.append(f"{where}: {why}"))
    assert refused == []
    assert catalogue.commands
    desk = RehearsalDesk(commands=catalogue.commands)
    for each in catalogue.commands:
        for example in each.examples:
            found, words = catalogue.find(example) or (None, "")
            assert found is each
            read_arguments(each, Call(desk, "main", HERE, ADA, MOMENT, Random(1), each, words))


async def _nothing(call: Call) -> str:
    return ""


CATALOGUE = Catalogue([Command(word, "help", _nothing) for word in ("show", "quote add", "quote", "8ball", "re-read")])


@pytest.mark.parametrize(
    ("typed", "word", "rest"),
    [
        ("quote add hi  there ", "quote add", "hi  there"),
        ("Quote ADD", "quote add", ""),
        ("quote\t add\nhi", "quote add", "hi"),
        ("quote adder", "quote", "adder"),
        ("quote add!", "quote", "add!"),
        ("quote", "quote", ""),
        (" quote  \u00e4dd", "quote", "\u00e4dd"),
        ("8ball why?", "8ball", "why?"),
        ("re-read", "re-read", ""),
        ("show " + "x" * 1_000_000, "show", "x" * 1_000_000),
    ],
)
def test_a_line_finds_the_longest_command_that_it_begins_with(typed: str, word: str, rest: str) -> None:
    found = CATALOGUE.find(typed)
    assert found is not None
    assert (found[0].word, found[1]) == (word, rest)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "!",
        "add hi",
        "shows",
        "show!",
        "show\x00",
        "\u017fhow",
        "\uff53how",
        "sh\u200bow",
        "x" * 1_000_000,
        "!show",
    ],
)
def test_what_is_no_command_is_not_found(typed: str) -> None:
    assert CATALOGUE.find(typed) is None


def test_a_huge_line_is_no_work() -> None:
    assert CATALOGUE.find("show" + " " * 1_000_000 + "\u00e4") is not None
    assert CATALOGUE.find("a" * 1_000_000 + " " + "b" * 1_000_000) is None


def test_the_files_of_a_folder_bring_commands_and_a_broken_one_is_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, "a", f"({command('zeta')}, {command('alpha one')})")
    write(tmp_path, "b", "1 / 0")
    write(tmp_path, "c", "exit('bye')")
    write(tmp_path, "d", "(")
    write(tmp_path, "e", command("alone"))
    write(tmp_path, "f", f"({command('zeta')}, {command('beta')})")
    write(tmp_path, "_helping", f"({command('never')},)")
    (tmp_path / "g.py").write_bytes(b"commands = '\xff'")
    (tmp_path / "h.py").mkdir()
    (tmp_path / "json.py").write_text("import json\nassert json.dumps\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("commands", encoding="utf-8")
    catalogue, refused = load(tmp_path)
    assert new_in(catalogue) == ["alpha one", "beta", "zeta"]
    reasons = {where: why.split(" (")[0] for where, [why] in refused.items()}
    assert reasons.pop("g")
    assert reasons == {
        "b": "division by zero",
        "c": "bye",
        "d": "'(' was never closed",
        "e": "it has no `commands` that is a tuple of Command",
        "f": "there is a command 'zeta' already",
        "json": "it has no `commands` that is a tuple of Command",
    }


def test_what_anybody_may_write_is_not_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path, name, f"({command(name)},)")
    (tmp_path / "a.py").chmod(0o646)
    catalogue, refused = load(tmp_path)
    assert new_in(catalogue) == ["b"]
    assert refused == {"a": [f"anybody on this machine may write to {tmp_path / 'a.py'}"]}
    tmp_path.chmod(0o757)
    catalogue, refused = load(tmp_path)
    assert new_in(catalogue) == []
    assert refused["b"] == [f"anybody on this machine may write to {tmp_path}"]


@pytest.mark.parametrize(
    ("offered", "because"),
    [
        (command("Loud"), "'Loud': its word should be one or two of small letters, digits and hyphens"),
        (command("one two three"), "'one two three': its word should be"),
        (command("say\n"), "'say\\n': its word should be"),
        (command("a", help="' '"), "'a': it has no help"),
        (command("a", role="'king'"), "'a': there is no role 'king'"),
        (command("a", cooldown_seconds="float('nan')"), "'a': its cooldown should be"),
        (command("a", cooldown_seconds="-1"), "'a': its cooldown should be"),
        (command("a", work="print"), "'a': its work is not an `async def`"),
    ],
)
def test_a_command_that_could_not_be_given_is_refused(tmp_path: Path, offered: str, because: str) -> None:
    write(tmp_path, "file", f"({offered},)")
    catalogue, refused = load(tmp_path)
    assert new_in(catalogue) == []
    [why] = refused["file"]
    assert why.startswith(because)


async def test_an_edit_is_seen_at_once_and_hides_no_module(tmp_path: Path) -> None:
    known = set(sys.path)
    for said in ("one", "two"):
        write(tmp_path, "edited", f"({command('edited')},)", said)
        found = load(tmp_path)[0].find("edited")
        assert found is not None
        assert (await rehearse(found[0])).lines == [said]
    write(tmp_path, "edited", "(")
    catalogue, refused = load(tmp_path)
    assert new_in(catalogue) == []
    assert list(refused) == ["edited"]
    assert set(sys.path) == known
    assert "edited" not in sys.modules


def test_a_file_may_use_what_looks_its_own_module_up(tmp_path: Path) -> None:
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass One:\n    a: int\n"
    (tmp_path / "own.py").write_text(f"{text}{HEAD.format(said='')}commands = ({command('own')},)\n", encoding="utf-8")
    catalogue, refused = load(tmp_path)
    assert (new_in(catalogue), refused) == (["own"], {})


def test_what_is_disabled_is_left_out_and_a_wrong_name_is_told(tmp_path: Path) -> None:
    write(tmp_path, "file", f"({command('zeta')}, {command('zeta one')})")
    catalogue, refused = load(tmp_path, ("zeta", "typo"))
    assert new_in(catalogue) == ["zeta one"]
    assert refused == {"bot": ["there is no command 'typo'"]}


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "commands"
    path.touch()
    catalogue, refused = load(path)
    assert catalogue.commands
    assert list(refused) == ["commands"]


def test_installed_packages_may_bring_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "strange_commands", f"({command('strange')},)")
    information = tmp_path / "strange_commands-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: strange-commands\nVersion: 1.0\n")
    lines = [
        "[postil.commands]",
        "missing = strange_commands_of_nobody:commands",
        "strange = strange_commands:commands",
    ]
    (information / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "strange_commands", raising=False)
    catalogue, refused = load(NOWHERE)
    assert catalogue.find("strange") is not None
    assert [why for [why] in refused.values()] == ["No module named 'strange_commands_of_nobody'"]
