"""What is left of a text for reading."""

from services.analysis.words.prose import without_code, without_links, without_names_of_things


def test_links_addresses_and_mentions_go() -> None:
    left = without_links("see https://example.com/a?b=1 or ask anna@example.com, @bob and <@U024BE7LH> please")
    assert left.split() == ["see", "or", "ask", ",", "and", "please"]
    assert without_links("看https://example.com/x 谢谢").split() == ["看", "谢谢"]


def test_code_goes() -> None:
    assert without_code("run `make test` or ```\nmake\nlint``` now").split() == ["run", "or", "now"]
    assert without_code("one ` is no code") == "one ` is no code"


def test_names_of_things_go() -> None:
    assert without_names_of_things("the file /var/log/x and max_size=3 are v2 fine").split() == [
        "the",
        "file",
        "and",
        "are",
        "fine",
    ]
