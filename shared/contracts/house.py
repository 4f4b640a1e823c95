"""The collections that Postil keeps for itself: documents like all others, which no step annotates and no search finds
unless it names their collection."""

HOUSE_PREFIX = "postil."


def is_of_the_house(collection: str) -> bool:
    return collection.startswith(HOUSE_PREFIX)
