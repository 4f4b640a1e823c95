"""Which subjects a pattern stands for."""

from functools import lru_cache


@lru_cache(maxsize=65_536)
def matches(pattern: str, subject: str) -> bool:
    """`*` stands for one token, `>` at the end for one or more."""
    wanted = pattern.split(".")
    tokens = subject.split(".")
    if wanted[-1] == ">":
        wanted.pop()
        if len(tokens) <= len(wanted):
            return False
        tokens = tokens[: len(wanted)]
    return len(wanted) == len(tokens) and all(want in ("*", token) for want, token in zip(wanted, tokens, strict=True))
