"""From rows to documents that can be sent."""

from pathlib import Path

import orjson
import pytest

from services.cli.importing.preparing import Plan, Prepared, Start, steps
from services.cli.importing.rows import BadRow, Fields
from shared.errors import Invalid

GIVEN = {"tenant": "t", "version": 3, "seq": 9, "created_at": "x", "updated_at": "x"}


def outcomes(tmp_path: Path, name: str, content: str, **options: object) -> list[Prepared | BadRow]:
    file = tmp_path / name
    file.write_text(content)
    return [step.outcome for step in steps(Plan((str(file),), **options), Start())]  # type: ignore[arg-type]  # by name


def sent(prepared: list[Prepared | BadRow]) -> list[Fields]:
    return [orjson.loads(each.payload) for each in prepared if isinstance(each, Prepared)]


def test_a_row_without_an_id_gets_the_same_one_each_time_and_another_elsewhere(tmp_path: Path) -> None:
    row = '{"collection": "c", "text": "a"}\n'
    first = sent(outcomes(tmp_path, "a.ndjson", row * 2))

    assert first == sent(outcomes(tmp_path, "a.ndjson", row * 2))
    others = [
        *sent(outcomes(tmp_path, "b.ndjson", row)),
        *sent(outcomes(tmp_path, "a.ndjson", row.replace("a", "b"))),
        *sent(outcomes(tmp_path, "a.ndjson", row.replace('"c"', '"d"'))),
    ]
    assert len({str(document["id"]) for document in (*first, *others)}) == 5


def test_an_id_or_a_key_of_its_own_is_kept(tmp_path: Path) -> None:
    rows = '{"id": "1", "text": "a"}\n{"idempotency_key": "k", "text": "a"}\n{"id": "2", "idempotency_key": "k"}\n'
    prepared = outcomes(tmp_path, "a.ndjson", rows, collection="c")

    assert [each.get("id") for each in sent(prepared)] == ["1", None, "2"]
    assert [each.key for each in prepared if isinstance(each, Prepared)] == ["1", "key k", "2"]


def test_a_row_s_own_collection_goes_before_the_one_that_was_said(tmp_path: Path) -> None:
    rows = '{"id": "1", "collection": "own", "text": "a"}\n{"id": "2", "text": "a"}\n'

    assert [each["collection"] for each in sent(outcomes(tmp_path, "a.ndjson", rows, collection="said"))] == [
        "own",
        "said",
    ]


def test_a_row_without_any_collection_is_rejected(tmp_path: Path) -> None:
    (bad,) = outcomes(tmp_path, "a.ndjson", '{"id": "1", "text": "a"}\n')

    assert isinstance(bad, BadRow)
    assert "names no collection" in bad.reason


@pytest.mark.parametrize("name", ["a.txt", "a.mbox"])
def test_a_format_that_can_name_none_needs_one_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="use --collection"):
        outcomes(tmp_path, name, "From x")


def test_what_only_postil_gives_is_taken_from_exported_rows_alone(tmp_path: Path) -> None:
    exported = orjson.dumps({"id": "1", "collection": "c", "text": "a", "annotations": [], **GIVEN}).decode()
    stranger = '{"id": "2", "collection": "c", "text": "a", "version": 3}'

    assert sent(outcomes(tmp_path, "a.ndjson", f"{exported}\n{stranger}\n")) == [
        {"id": "1", "collection": "c", "text": "a"},
        {"id": "2", "collection": "c", "text": "a", "version": 3},
    ]


def test_columns_are_renamed_and_the_rest_is_data(tmp_path: Path) -> None:
    prepared = outcomes(
        tmp_path,
        "a.csv",
        "key;body;n;shelf\n1;hello;5;7\n",
        collection="c",
        mapping={"key": "id", "body": "text", "n": "data.count"},
    )

    assert sent(prepared) == [{"id": "1", "text": "hello", "collection": "c", "data": {"count": "5", "shelf": "7"}}]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"text": "a", "body": "b"}', "two fields of the row would be 'text'"),
        ('{"data": [1], "n": 1}', "'data' is no JSON object"),
    ],
)
def test_a_renaming_that_does_not_fit_rejects_the_row(tmp_path: Path, row: str, reason: str) -> None:
    mapping = {"body": "text", "n": "data.n"}
    (bad,) = outcomes(tmp_path, "a.ndjson", row, collection="c", mapping=mapping)

    assert isinstance(bad, BadRow)
    assert bad.reason.startswith(reason)


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a", '{"id": "1"}\n{"id": "2"}', "ndjson"),
        ("a", '{\n"id": "1"}', "json"),
        ("a.log", "[]", "json"),
        ("a", "From a Mon Jan  1 10:00:00 2024\nSubject: x\n\n", "mbox"),
        ("a", "hello", "text"),
        ("A.CSV", '{"id"\n1', "csv"),
        ("a.tsv", "id\ttext\n1\tx\n", "csv"),
        ("a.json", "hello", "json"),
    ],
)
def test_the_format_is_told_by_the_name_or_the_beginning(tmp_path: Path, name: str, content: str, form: str) -> None:
    assert outcomes(tmp_path, name, content, collection="c") == outcomes(
        tmp_path, name, content, collection="c", format=form
    )


def test_it_goes_on_in_the_file_where_it_stopped_and_only_if_it_is_the_same(tmp_path: Path) -> None:
    files = tuple(str(tmp_path / name) for name in ("a.ndjson", "b.ndjson"))
    for file in files:
        Path(file).write_text('{"id": "1"}\n{"id": "2"}\n')
    plan = Plan(files, collection="c")
    everything = list(steps(plan, Start()))
    second = everything[2]

    rest = list(steps(plan, Start(second.file, second.outcome.piece.after, second.source.fingerprint)))

    assert [step.outcome for step in rest] == [everything[3].outcome]
    with pytest.raises(Invalid, match="is not what it was"):
        list(steps(plan, Start(1, second.outcome.piece.after, "other")))
