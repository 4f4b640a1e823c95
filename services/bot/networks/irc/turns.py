"""Who is served next: everybody in turn, so that whoever makes us say much waits for himself.

Channels and people take turns, too. There are only as many channels as the settings name; of people there may be a
thousand, and then a channel would have to wait for all of them.
"""

from collections import deque
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class HasTarget(Protocol):
    @property
    def target(self) -> str: ...

    @property
    def alone(self) -> bool: ...


ItemT = TypeVar("ItemT", bound=HasTarget)


class Turns(Generic[ItemT]):
    def __init__(self) -> None:
        # By whom they are for, in the order in which these are served; for channels, and for people alone.
        self._waiting: dict[bool, dict[str, deque[ItemT]]] = {False: {}, True: {}}
        self._is_turn_of_people = False

    def put(self, item: ItemT) -> None:
        self._waiting[item.alone].setdefault(item.target, deque()).append(item)

    def take(self) -> ItemT | None:
        """The next one; those for the same target come in their order."""
        for alone in (self._is_turn_of_people, not self._is_turn_of_people):
            by_target = self._waiting[alone]
            if by_target:
                target = next(iter(by_target))
                items = by_target.pop(target)
                item = items.popleft()
                if items:
                    # Behind all the others.
                    by_target[target] = items
                self._is_turn_of_people = not alone
                return item
        return None

    def remove(self, item: ItemT) -> None:
        by_target = self._waiting[item.alone]
        by_target[item.target].remove(item)
        if not by_target[item.target]:
            del by_target[item.target]

    def clear(self) -> None:
        for by_target in self._waiting.values():
            by_target.clear()

    def __bool__(self) -> bool:
        return any(self._waiting.values())

    def __iter__(self) -> Iterator[ItemT]:
        for by_target in self._waiting.values():
            for items in by_target.values():
                yield from items
