"""One example of every contract of the chat."""

from datetime import UTC, datetime

from shared.contracts.analysis import Digest, Summarise
from shared.contracts.annotations import Cost
from shared.contracts.audit import NOTHING_YET, AuditFacts, Link, chained
from shared.contracts.chat import Said, Say, Speaker
from shared.contracts.claims import Claim, _Kept
from shared.contracts.message import Contract

MOMENT = datetime(2026, 11, 20, 8, 30, 0, 123_000, tzinfo=UTC)

FACTS = AuditFacts(
    at=MOMENT,
    network="irc",
    channel="python",
    author="ada",
    account="ada.l",
    command="role",
    arguments="bob moderator",
    role="owner",
    allowed=True,
    result="ok",
    detail="as wished",
    duration_ms=2.5,
    before="member",
    after={"role": "moderator", "votes": [1, None, True]},
)
FIRST = chained(FACTS, NOTHING_YET)

SAMPLES: tuple[Contract, ...] = (
    Say(id="a-1", network="irc", channel="python", text="5 lines", to="ada", in_reply_to="l-1"),
    Said(at=MOMENT),
    Speaker(account="ada.l", host="ada!a@host.example", bot=True),
    FACTS,
    chained(FACTS, Link(FIRST.number, FIRST.hash), missed=3),
    Claim(about="T-17", holder="ada@irc", number=4, until=MOMENT),
    _Kept(about="T-17", holder="ada@irc", number=4),
    Summarise(collection="tickets", thread="T-1", since=MOMENT, limit=50),
    Digest(
        documents=12,
        summary="It stops.",
        points=("after an hour", "without a log"),
        degraded=("no model",),
        model="local",
        cost=Cost(tokens_in=900, tokens_out=80, micro_usd=120),
    ),
)
