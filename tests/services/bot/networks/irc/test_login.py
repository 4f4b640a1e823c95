"""The first words: capabilities, a login, or no connection at all."""

import base64

import pytest

from services.bot.networks.irc.login import Refused
from tests.services.bot.networks.irc.talk import Talk

PASSWORD = {"account": "postil", "account_password": "secret"}
SERVER_PASSWORD = {"password": "the server's"}
OFFER = "CAP * LS :sasl=PLAIN,EXTERNAL server-time account-tag away-notify"


def test_it_greets_with_everything_it_has() -> None:
    talk = Talk(**SERVER_PASSWORD, nick="Postil-Bot", real_name="I remember")
    assert talk.says() == [
        "CAP LS 302", "PASS :the server's", "NICK Postil-Bot", "USER postilbot 0 * :I remember",
    ]  # fmt: skip


def test_it_asks_for_what_it_can_use() -> None:
    talk = Talk()
    talk.says()
    assert talk.after("CAP * LS * :multi-prefix server-time", "CAP * LS :message-tags") == [
        "CAP REQ :message-tags server-time"
    ]
    assert talk.after("CAP * ACK :message-tags server-time") == ["CAP END"]
    assert talk.after("CAP postil NEW :account-tag batch") == ["CAP REQ account-tag"]
    assert talk.after("CAP postil ACK :account-tag", "CAP postil DEL :server-time") == []
    assert talk.session.login.granted == {"message-tags", "account-tag"}
    # What was taken away is not there to be asked for.
    assert talk.after("CAP postil DEL :message-tags", "CAP postil NEW :chghost") == ["CAP REQ chghost"]


def test_it_goes_on_with_nothing() -> None:
    assert Talk().after("CAP * LS :")[-1] == "CAP END"
    assert Talk().after("CAP * LS :server-time", "CAP * NAK :server-time")[-1] == "CAP END"


def test_it_logs_in_with_a_password() -> None:
    talk = Talk(**PASSWORD)
    assert talk.after(OFFER)[-1] == "CAP REQ :account-tag sasl server-time"
    assert talk.after("CAP * ACK :account-tag sasl server-time") == ["AUTHENTICATE PLAIN"]
    [said] = talk.after("AUTHENTICATE +")
    assert base64.b64decode(said.removeprefix("AUTHENTICATE ")) == b"postil\0postil\0secret"
    assert talk.after(":irc.test 903 * :it is you") == ["CAP END"]


def test_it_logs_in_with_its_certificate() -> None:
    talk = Talk(account="postil", tls_certificate="bot.pem")
    talk.after(OFFER)
    assert talk.after("CAP * ACK :sasl") == ["AUTHENTICATE EXTERNAL"]
    assert talk.after("AUTHENTICATE +") == [f"AUTHENTICATE {base64.b64encode(b'postil').decode()}"]


@pytest.mark.parametrize(("password_length", "lengths"), [(284, [400, 1]), (287, [400, 4]), (700, [400, 400, 152])])
def test_long_credentials_come_in_chunks(password_length: int, lengths: list[int]) -> None:
    talk = Talk(account="postil", account_password="x" * password_length)
    talk.after(OFFER, "CAP * ACK :sasl")
    assert [len(line.removeprefix("AUTHENTICATE ")) for line in talk.after("AUTHENTICATE +")] == lengths


def test_what_is_nice_to_have_does_not_cost_the_login() -> None:
    talk = Talk(**PASSWORD)
    talk.after(OFFER)
    assert talk.after("CAP * NAK :account-tag sasl server-time") == ["CAP REQ sasl"]
    assert talk.after("CAP * ACK :sasl") == ["AUTHENTICATE PLAIN"]


@pytest.mark.parametrize(
    ("lines", "because"),
    [
        (["CAP * LS :server-time"], "no login by SASL PLAIN"),
        (["CAP * LS :sasl=SCRAM-SHA-256"], "no login by SASL PLAIN"),
        ([OFFER, "CAP * NAK :sasl", "CAP * NAK :sasl"], "refuses"),
        ([OFFER, "CAP * ACK :sasl", "AUTHENTICATE +", ":s 904 * :wrong password"], "wrong password"),
        ([OFFER, "CAP * ACK :sasl", ":s 908 * EXTERNAL,X :\x02are there"], "failed: EXTERNAL,X are there"),
        ([":irc.test 001 postil :welcome"], "without the login"),
        ([":irc.test 464 * :password wrong"], "password wrong"),
        ([":irc.test 465 * :you are banned"], "you are banned"),
    ],
)
def test_without_its_login_it_does_not_stay(lines: list[str], because: str) -> None:
    talk = Talk(**PASSWORD)
    with pytest.raises(Refused, match=because):
        talk.after(*lines)


def test_an_account_without_a_password_is_told_of() -> None:
    with pytest.raises(Refused, match="neither a password nor a certificate"):
        Talk(account="postil")


def test_a_password_is_given_to_nobody_who_was_not_asked() -> None:
    assert "secret" not in str(Talk(**PASSWORD).after("AUTHENTICATE +"))
    talk = Talk()
    talk.says()
    assert talk.after("AUTHENTICATE +", ":s 904 * :failed", ":s 903 * :fine", "CAP * ACK :sasl") == ["CAP END"]
