"""What a command gets to see of whoever gave it."""

from services.bot.command import Person
from tests.services.bot.stage import call_of


def test_nobody_signs_as_an_account_by_calling_himself_so() -> None:
    people = (
        Person("ada"),
        Person("Ada", account="Lovelace"),
        Person("account:lovelace"),
        Person("ACCOUNT:lovelace"),
        Person("name:account:lovelace"),
    )
    assert [call_of(who=who).signature for who in people] == [
        "ada@irc",
        "account:lovelace@irc",
        "name:account:lovelace@irc",
        "name:account:lovelace@irc",
        "name:name:account:lovelace@irc",
    ]
