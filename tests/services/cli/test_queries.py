"""A mark stands under the place where a query goes wrong, whatever the query is made of."""

import pytest
from rich.cells import cell_len

from services.cli.queries import as_typed, pointing
from shared.errors import Invalid, NotFound


def pointed(capsys: pytest.CaptureFixture[str], *queries: str | None) -> list[str]:
    with pytest.raises(Invalid), pointing(*queries):
        raise Invalid("it is refused")
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("query", "under"),
    [
        ("autor:ada", "autor:"),
        ("hello autor:ada", "autor:"),
        ("打印机 👍🏽 autor:ada", "autor:"),
        ("e\u0301le\u0300ve autor:ada", "autor:"),
        ("[red]x[/] autor:ada", "autor:"),
        ("tab\there\r\nand autor:ada", "autor:"),
        ("\x1b[31m\u202e autor:ada", "autor:"),
        ("hello author:", ""),
    ],
)
def test_under_the_place(capsys: pytest.CaptureFixture[str], query: str, under: str) -> None:
    shown, mark = pointed(capsys, query)

    place = shown.index(under) if under else len(shown)
    assert mark.index("^") == cell_len(shown[:place])
    assert "\x1b" not in shown


def test_of_a_long_query_the_surroundings_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    shown, mark = pointed(capsys, "word " * 60 + "autor:ada" + " word" * 60)

    assert len(shown) < 150
    assert mark.index("^") == shown.index("autor:")
    assert shown.strip().startswith("…")
    assert shown.endswith("…")


def test_only_under_those_that_go_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert pointed(capsys, "author:ada", None, "tag:") == ["  tag:", "      ^"]
    assert pointed(capsys, "author:ada") == []


def test_what_fails_for_another_reason_is_not_the_queries_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotFound), pointing("autor:ada"):
        raise NotFound("no such thing")
    assert capsys.readouterr().err == ""


def test_a_query_is_what_was_typed() -> None:
    assert as_typed(["printer", " -laser", '"a  b"']) == 'printer -laser "a  b"'
