"""The bot's commands, completed as they are typed. The running bot says which there are."""

from collections.abc import Iterable, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from services.cli.roster import ServiceName
from shared.bus.wire import ServiceState
from shared.harmless import one_line

QUIT = "/quit"
VITAL = "usages"
USAGE_CHARACTERS = 80
USAGE_COUNT_MAX = 500


class Commands(Completer):
    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        # What is typed, and how it goes on.
        self._usages: dict[str, str] = {QUIT: "end the chat"}

    def know(self, usages: Iterable[str]) -> None:
        for usage in usages:
            self._usages[self._prefix + word_of(usage.removeprefix(self._prefix))] = usage

    def may_begin(self, text: str) -> bool:
        return text.startswith((self._prefix, "/"))

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        typed = document.text_before_cursor
        if not self.may_begin(typed):
            return
        for word in sorted(self._usages):
            if word.startswith(typed.lower()) and word != typed:
                yield Completion(word, start_position=-len(typed), display_meta=self._usages[word])


def word_of(usage: str) -> str:
    """`quote add TEXT` -> `quote add`: what is to be filled in is written in capitals or brackets."""
    words = usage.split()
    count = next((count for count, word in enumerate(words) if not (word.isalnum() and word == word.lower())), None)
    return " ".join(words[:count])


def usages_in(states: Sequence[ServiceState]) -> Sequence[str]:
    """What the bot, if there is one, says of its commands."""
    for state in states:
        said = state.vitals.get(VITAL)
        if state.name == ServiceName.BOT.calling and isinstance(said, list):
            return [one_line(each, USAGE_CHARACTERS) for each in said[:USAGE_COUNT_MAX] if isinstance(each, str)]
    return []
