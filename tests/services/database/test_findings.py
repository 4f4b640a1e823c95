"""Two sheets are compared line by line, whatever is missing on either side."""

from services.database.findings import FINDINGS_SHOWN_MAX, Findings, Line, Sheet

SHEET = Sheet("thing", 1, ("name", "size"))


def compared(found: list[Line], expected: list[Line]) -> list[tuple[str, str, str, str]]:
    findings = Findings()
    assert SHEET.compare(findings, found, expected) == len(found)
    assert findings.count == len(findings.shown)
    return [(each.what, each.where, each.found, each.expected) for each in findings.shown]


def test_equal_sheets_have_no_findings() -> None:
    assert compared([], []) == []
    assert compared([("a", 1), ("b", None)], [("a", 1), ("b", None)]) == []


def test_lines_that_lack_and_cells_that_differ_are_found() -> None:
    found: list[Line] = [("a", 1), ("b", b"\x01"), ("d", 4)]
    expected: list[Line] = [("b", None), ("c", 3), ("d", 4), ("e", 5)]
    assert compared(found, expected) == [
        ("thing", "thing a", "there", "nothing"),
        ("size", "thing b", "01", "nothing"),
        ("thing", "thing c", "missing", "there"),
        ("thing", "thing e", "missing", "there"),
    ]


def test_numbers_are_lined_up_as_numbers() -> None:
    assert compared([(9, 1), (10, 1)], [(9, 1), (10, 1), (11, 1)]) == [("thing", "thing 11", "missing", "there")]


def test_a_place_may_have_moved_on_but_not_back() -> None:
    sheet = Sheet("document", 1, ("id", "place"))
    findings = Findings()
    sheet.compare(
        findings, [("a", "2"), ("b", "1"), ("c", "1"), ("d", None)], [("a", "1"), ("b", None), ("c", "2"), ("d", "1")]
    )
    assert [each.where for each in findings.shown] == ["document c", "document d"]


def test_only_the_first_findings_are_shown() -> None:
    findings = Findings()
    for number in range(FINDINGS_SHOWN_MAX + 5):
        findings.expect("number", str(number), number, -1)
    assert (findings.count, len(findings.shown)) == (FINDINGS_SHOWN_MAX + 5, FINDINGS_SHOWN_MAX)
