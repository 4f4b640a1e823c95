"""Chat: a line that is heard is a document in `chat.<network>.<channel>`; what the bot says is this."""

from shared.contracts.message import Event


class Say(Event):
    network: str
    channel: str
    text: str
    to: str | None = None
    in_reply_to: str | None = None

    @property
    def address(self) -> str:
        return f"say.{self.network}.{self.channel}"
