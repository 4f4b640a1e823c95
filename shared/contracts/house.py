"""What is kept apart: documents like all others, which no step annotates and no search finds unless it names their
collection.

These are the collections that Postil keeps for itself, and what was said in private: a channel whose name begins with
`@` is a conversation with one person.
"""

HOUSE_PREFIX = "postil."
CHAT_PREFIX = "chat."
PRIVATE_MARK = "@"


def is_kept_apart(collection: str) -> bool:
    return collection.startswith(HOUSE_PREFIX) or (collection.startswith(CHAT_PREFIX) and _is_private(collection))


def _is_private(collection: str) -> bool:
    _, _, channel = collection.removeprefix(CHAT_PREFIX).partition(".")
    return channel.startswith(PRIVATE_MARK)
