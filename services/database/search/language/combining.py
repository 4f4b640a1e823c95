"""Trees put together in one way only, so that what means the same looks the same."""

from collections.abc import Iterable

from services.database.search.language.syntax import All, Any, Everything, Node, Not


def all_of(nodes: Iterable[Node]) -> Node:
    """What isn't restricted by anything is everything."""
    flat: list[Node] = []
    for node in nodes:
        flat += node.nodes if isinstance(node, All) else [node]
    kept = tuple(node for node in flat if not isinstance(node, Everything))
    if not kept:
        return Everything()
    return kept[0] if len(kept) == 1 else All(kept)


def any_of(nodes: Iterable[Node]) -> Node:
    """Of one node at least."""
    flat: list[Node] = []
    for node in nodes:
        flat += node.nodes if isinstance(node, Any) else [node]
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def negated(node: Node) -> Node:
    return node.node if isinstance(node, Not) else Not(node)
