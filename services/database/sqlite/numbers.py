"""The store's own numbers: an entry of the log is its tenant's number and its sequence number in one."""

from shared.contracts.changes import Op

# Room for a million million changes of a tenant, and for eight million tenants.
_SEQ_BITS = 40
SEQ_MAX = (1 << _SEQ_BITS) - 1

OPS: tuple[Op, ...] = ("put", "annotate", "delete", "expire")
OP_NUMBERS: dict[Op, int] = {op: number for number, op in enumerate(OPS)}
PUT, ANNOTATE = OP_NUMBERS["put"], OP_NUMBERS["annotate"]


def base_of(tenant: int) -> int:
    """The tenant's entries are this plus their sequence numbers."""
    return tenant << _SEQ_BITS


def entry_of(tenant: int, seq: int) -> int:
    """For a number beyond all that can be, the last entry that the tenant could ever have."""
    return base_of(tenant) + max(0, min(seq, SEQ_MAX))


def seq_of(entry: int) -> int:
    return abs(entry) & SEQ_MAX


def entries_of(tenant: int) -> tuple[int, int]:
    """The first and the last entry that the tenant could ever have."""
    return base_of(tenant), entry_of(tenant, SEQ_MAX)
