"""Figures as a person reads them."""

from datetime import timedelta

STEP = 1024


def size(count_bytes: int) -> str:
    """1536 -> 1.5 KiB"""
    amount = float(count_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < STEP:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= STEP
    return f"{amount:.1f} TiB"


def counted(count: int, one: str, many: str | None = None) -> str:
    """1 entry, 2,000 entries"""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def span(time: timedelta) -> str:
    """The two largest units of it: 1d 2h, 3m 4s, 5s"""
    seconds = max(0, int(time.total_seconds()))
    parts = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"
