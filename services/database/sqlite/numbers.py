"""The store's own numbers: an entry of the log is its tenant's number and its sequence number in one."""

from shared.contracts.changes import Op

# Room for a million million changes of a tenant, and for eight million tenants.
_SEQ_BITS = 40
_SEQ_MAX = (1 << _SEQ_BITS) - 1

OPS: tuple[Op, ...] = ("put", "annotate", "delete", "expire")
OP_NUMBERS: dict[Op, int] = {op: number for number, op in enumerate(OPS)}
PUT, ANNOTATE = OP_NUMBERS["put"], OP_NUMBERS["annotate"]


def entry_of(tenant: int, seq: int) -> int:
    """For a number beyond all that can be, the last entry that the tenant could ever have."""
    return (tenant << _SEQ_BITS) | max(0, min(seq, _SEQ_MAX))


def seq_of(entry: int) -> int:
    return abs(entry) & _SEQ_MAX


def entries_of(tenant: int) -> tuple[int, int]:
    """The first and the last entry that the tenant could ever have."""
    return tenant << _SEQ_BITS, entry_of(tenant, _SEQ_MAX)
