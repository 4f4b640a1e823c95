"""An error as it travels: a problem object (RFC 9457)."""

from shared.contracts.message import Contract
from shared.errors import KINDS, Internal, PostilError


class Problem(Contract):
    type: str
    title: str
    status: int
    detail: str

    @classmethod
    def of(cls, error: PostilError) -> "Problem":
        return cls(type=f"urn:postil:{error.kind}", title=error.title, status=error.code, detail=error.detail)

    def error(self) -> PostilError:
        """The error that the other side raised, raised again on this one."""
        return KINDS.get(self.type.removeprefix("urn:postil:"), Internal)(self.detail)
