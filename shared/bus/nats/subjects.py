"""What may stand in a subject: the server lets more through than its readers can bear."""

from functools import lru_cache

from shared.errors import Invalid

REMEMBERED_MAX = 4_096


@lru_cache(REMEMBERED_MAX)
def checked_subject(subject: str) -> str:
    """A subject that one can publish to."""
    if not all(_is_word(word) for word in subject.split(".")):
        raise Invalid(f"{subject!r} is no subject: it takes words joined by dots, without spaces, '*' or '>'")
    return subject


@lru_cache(REMEMBERED_MAX)
def checked_pattern(pattern: str) -> str:
    """A subject that one can listen to: `*` stands for one word, `>` for all the rest."""
    *words, last = pattern.split(".")
    if not all(word == "*" or _is_word(word) for word in words) or not (last in ("*", ">") or _is_word(last)):
        raise Invalid(f"{pattern!r} is no pattern of subjects")
    return pattern


def _is_word(word: str) -> bool:
    return bool(word) and not any(
        character in "*>" or character.isspace() or not character.isprintable() for character in word
    )
