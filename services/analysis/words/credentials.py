"""Finds credentials in a text: keys and tokens that have a known form, and what is assigned to a telling name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.analysis.words.checksums import bits_per_character
from services.analysis.words.fields import Spot


@dataclass(frozen=True, slots=True)
class _Form:
    """How the tokens of one kind look. `hint` stands in each of them: without it there is nothing to search for."""

    kind: str
    hint: str
    pattern: re.Pattern[str]
    confidence: float = 0.99


def _form(kind: str, hint: str, rest: str, confidence: float = 0.99) -> _Form:
    return _Form(kind, hint, re.compile(rf"(?<![A-Za-z0-9]){re.escape(hint)}{rest}(?![A-Za-z0-9])"), confidence)


_FORMS = (
    _form("aws_access_key", "AKIA", "[A-Z0-9]{16}"),
    _form("aws_access_key", "ASIA", "[A-Z0-9]{16}"),
    _form("google_api_key", "AIza", "[A-Za-z0-9_-]{35}"),
    _form("google_oauth_token", "ya29.", "[A-Za-z0-9_-]{20,400}+"),
    _form("google_oauth_secret", "GOCSPX-", "[A-Za-z0-9_-]{28}"),
    _form("github_token", "ghp_", "[A-Za-z0-9]{36,255}+"),
    _form("github_token", "gho_", "[A-Za-z0-9]{36,255}+"),
    _form("github_token", "ghs_", "[A-Za-z0-9]{36,255}+"),
    _form("github_token", "ghu_", "[A-Za-z0-9]{36,255}+"),
    _form("github_token", "ghr_", "[A-Za-z0-9]{36,255}+"),
    _form("github_token", "github_pat_", "[A-Za-z0-9_]{40,255}+"),
    _form("gitlab_token", "glpat-", "[A-Za-z0-9_-]{20,64}+"),
    _form("slack_token", "xox", r"[abeoprs]-[A-Za-z0-9-]{10,250}+"),
    _form("slack_token", "xapp-", r"[A-Za-z0-9-]{20,250}+"),
    _form("slack_webhook", "hooks.slack.com/", r"(?:services|workflows)/[A-Za-z0-9/+_-]{20,120}+"),
    _form("stripe_key", "sk_live_", "[A-Za-z0-9]{16,250}+"),
    _form("stripe_key", "rk_live_", "[A-Za-z0-9]{16,250}+"),
    _form("stripe_key", "sk_test_", "[A-Za-z0-9]{16,250}+", 0.8),
    _form("stripe_key", "whsec_", "[A-Za-z0-9]{24,250}+"),
    _form("anthropic_key", "sk-ant-", "[A-Za-z0-9_-]{24,250}+"),
    _form("openai_key", "sk-proj-", "[A-Za-z0-9_-]{24,250}+"),
    _form("openai_key", "sk-", "(?:svcacct-|admin-)?[A-Za-z0-9_]{32,250}+", 0.95),
    _form("npm_token", "npm_", "[A-Za-z0-9]{36}"),
    _form("pypi_token", "pypi-", "[A-Za-z0-9_-]{50,250}+"),
    _form("sendgrid_key", "SG.", r"[A-Za-z0-9_-]{16,32}+\.[A-Za-z0-9_-]{16,64}+"),
    _form("huggingface_token", "hf_", "[A-Za-z0-9]{30,40}+"),
    _form("digitalocean_token", "dop_v1_", "[a-f0-9]{64}"),
    _form("jwt", "eyJ", r"[A-Za-z0-9_-]{8,4000}+\.eyJ[A-Za-z0-9_-]{8,8000}+\.[A-Za-z0-9_-]{8,2000}+"),
)
_AZURE_KEY = re.compile(r"AccountKey=([A-Za-z0-9+/]{40,100}+={0,2})")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?P<label>(?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----(?:[^-]|-(?!----))*+"
    r"(?:-----END (?P=label)-----)?"
)
_URL_PASSWORD = re.compile(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*+://[^\s/:@\"'<>]*+:([^\s/@\"'<>]{1,200}+)@", re.IGNORECASE
)
_HEADER = re.compile(r"\b(?:Bearer|Basic|Token)\s+([A-Za-z0-9+/._~=-]{16,4000}+)", re.IGNORECASE)
_HEADER_NAMES = ("bearer ", "basic ", "token ")

_TELLING_NAMES = ("pass", "pwd", "secret", "token", "key", "credential", "kennwort", "contrase", "auth")
_ASSIGNMENT = re.compile(
    r"(?<![A-Za-z0-9_.-])(?P<name>[A-Za-z0-9_.-]{2,60}+)[\"']?\s{0,3}(?::=|=>|==?|:|(?<=\s)(?:is|ist|lautet)\b:?)\s{0,3}"
    r"(?:(?P<quote>[\"'`])(?P<quoted>[^\"'`\s][^\"'`\n]{2,200})(?P=quote)|(?P<plain>[^\s\"'`,;<>(){}\[\]]{4,200}+))"
)
_OPTION = re.compile(r"--([A-Za-z][\w-]{2,40}+)\s{1,3}([^\s\"'`,;<>(){}\[\]-][^\s\"'`,;<>(){}\[\]]{3,200}+)")
_PASSWORD_NAME = re.compile(
    r"(?:^|[_.-])(?:pass(?:word|wd|phrase|wort|code)?|pwd|kennwort|contrase)s?(?:$|[_.-](?!policy|length|reset|hash|field|file))"
    r"|password$|passwd$",
    re.IGNORECASE,
)
_KEY_NAME = re.compile(
    r"(?:secret|token|api[_.-]?key|access[_.-]?key|private[_.-]?key|auth[_.-]?key|encryption[_.-]?key|client[_.-]?secret"
    r"|credential|signing[_.-]?key|account[_.-]?key)s?(?:$|[_.-](?:key|id|value|base64|hex))",
    re.IGNORECASE,
)
# What stands there in documentation, templates and code, where a secret would be.
_PLACEHOLDER = re.compile(
    r"\*{3,}|x{4,}|\.{3}|^\$|\$[{(]|^%|^<|^your|change[_-]?me|example|placeholder|redacted|hidden|masked|todo|dummy|sample|"
    r"secret_?here|^(?:none|null|nil|true|false|undefined|required|optional|string|str|text|password|passwd|secret|token|"
    r"env|input|empty|unset|missing|invalid|wrong|expired|yes|no)\b|getenv|environ|process\.env|settings\.|config\.|vault:"
    r"|^(?:self|this|os|ctx|args|request|req|params|user|data|options|secrets)\.|^[a-z_]+\(|^/|^https?:|^ref\+|^arn:",
    re.IGNORECASE,
)
_WORDS_ONLY = re.compile(r"[A-Za-z]+(?:[_-][A-Za-z]+)*$")


def credentials(text: str) -> Iterator[Spot]:
    """In the order of how much is known about them."""
    if "-----BEGIN " in text:
        for match in _PRIVATE_KEY.finditer(text):
            yield Spot("private_key", *match.span())
    for form in _FORMS:
        if form.hint in text:
            for match in form.pattern.finditer(text):
                if not _is_made_up(match[0]):
                    yield Spot(form.kind, *match.span(), confidence=form.confidence)
    if "AccountKey=" in text:
        for match in _AZURE_KEY.finditer(text):
            yield Spot("azure_storage_key", *match.span(1))
    if "://" in text and "@" in text:
        for match in _URL_PASSWORD.finditer(text):
            if not _PLACEHOLDER.search(match[1]):
                yield Spot("url_password", *match.span(1), confidence=0.95)
    yield from _named(text)


def _named(text: str) -> Iterator[Spot]:
    lowered = text.lower()
    if any(name in lowered for name in _HEADER_NAMES):
        for match in _HEADER.finditer(text):
            if _looks_random(match[1]) and not _PLACEHOLDER.search(match[1]):
                yield Spot("auth_header", *match.span(1), confidence=0.9)
    if not any(name in lowered for name in _TELLING_NAMES):
        return
    if "--" in text:
        for match in _OPTION.finditer(text):
            if found := _assigned(match[1], match[2], *match.span(2), in_quotes=False):
                yield found
    for match in _ASSIGNMENT.finditer(text):
        name = match["name"].lower()
        if any(telling in name for telling in _TELLING_NAMES):
            group = "quoted" if match["quoted"] else "plain"
            if found := _assigned(match["name"], match[group], *match.span(group), in_quotes=group == "quoted"):
                yield found


def _assigned(name: str, value: str, start: int, end: int, *, in_quotes: bool) -> Spot | None:
    if not in_quotes:
        value = value.rstrip(".?:")
        end = start + len(value)
    if _PLACEHOLDER.search(value) or len(value) < 4:
        return None
    if _PASSWORD_NAME.search(name):
        # "Password: required" is a sentence; a password in quotes may be any word.
        if in_quotes or not _WORDS_ONLY.match(value):
            return Spot("password", start, end, confidence=0.9 if _looks_random(value) else 0.7)
        return Spot("password", start, end, confidence=0.6) if len(value) > 7 and not value.islower() else None
    if _KEY_NAME.search(name) and len(value) >= 12 and not value.isdigit() and _looks_random(value):
        return Spot("secret", start, end, confidence=0.85)
    return None


def _looks_random(value: str) -> bool:
    """Letters and digits in a mixture that no word has."""
    if _WORDS_ONLY.match(value) and (value.islower() or value.isupper() or len(value) < 20):
        return False
    return bits_per_character(value) >= (3.0 if len(value) < 20 else 3.3)


def _is_made_up(token: str) -> bool:
    """xxxx, 0000, and what calls itself an example: these are shown to people on purpose."""
    body = token[-16:]
    return len(set(body)) < 5 or "example" in token.lower() or "xxxx" in token.lower()
