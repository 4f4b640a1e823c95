"""What people try in a chat, and what they are answered: a part of it, or nothing."""

from tests.services.bot.samples import HOSTILE

MIB = 1024 * 1024
CONTROLS = "".join(map(chr, [*range(1, 0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0x202E, 0x2066]))
MANY_DIGITS = "9" * 5_000

ANSWERED = {
    f"!recent {MANY_DIGITS}": "COUNT: should be a whole number that is much smaller.",
    f"!remind me {MANY_DIGITS}s x": "WHEN: should be a time",
    f"!show {MANY_DIGITS}": "ID: should have at most 200 characters.",
    f"!feedback x {MANY_DIGITS}": "MARK: should be +1, -1",
    "!recent \u0661\u0662": "COUNT: should be a whole number.",
    f"!search {'(' * 3_000}": "nested deeper than",
    f"!search {CONTROLS}": "there is no word to search for",
    '!search "unclosed': "this quote isn't closed",
    f"!claim {CONTROLS}": "",
    "!seen *": "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK} * was never heard.",
    "!seen >": "> was never heard.",
    "!stats a.b": "Nothing is kept of a.b yet.",
    '!seen "a b"': "a b was never heard.",
    "!claim *": "* is yours",
    "!ignore *": "* is an owner there",
    "!say console.* hello": "console.* can't be a channel.",
    "!say >.> hello": ">.> can't be a channel.",
    "!say console.@nobody hello": "Nothing was ever heard in console.@nobody.",
    "!quote add a\0b": "holds a NUL character",
}
# They are said, or nothing is.
NOT_ANSWERED = (
    "!say @everyone look",
    "!say !stats",
    "!say !say !stats",
    "!say \u200b!stats",
    f"!say {CONTROLS}",
    f"!say {CONTROLS}!stats{CONTROLS}",
    "!say first\n!stats\r!stats\u2028!stats\x85!stats",
    "!say before\0after",
    f"!say {HOSTILE[:12_000]}",
    f"!say {'word ' * 3_000}",
    f"!search {'word ' * 10_000}",
    f"!say {'x' * MIB}",
    "x" * MIB,
    CONTROLS,
    "!",
    "!!!",
    "!\0",
    "\0!stats",
)
AUTHORS = ("", "*", ">", "a b", "a.b", "a\tb", "\u202eada", "@everyone", "#hall", "x" * 100)
# Nobody listens to himself, nor to a name that would have to be cut.
UNHEARD = ("postil", "Postil", " POSTIL", "x" * 101)
PAYLOADS = (
    b"",
    b"null",
    b"\xff\xfe!stats",
    b"[" * 100_000,
    b'{"text": "!stats"' * 1_000,
    b'{"text": "!stats", "data": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b'{"text": "!stats\\ud800"}',
    b'{"text": "!stats", "author": "' + b"a" * 100_000 + b'"}',
)
