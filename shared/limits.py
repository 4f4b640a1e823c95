"""What a document may hold: the one place of content limits. What a batch, a queue or a page may hold is a setting."""

from pydantic import BaseModel, ConfigDict, Field

KIB = 1024
DAY_SECONDS = 24 * 60 * 60


class Limits(BaseModel):
    """Whatever is beyond one of these is refused, with the limit in the reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_bytes_max: int = Field(default=1024 * KIB, ge=1, description="Bytes of one document as it was sent.")
    text_bytes_max: int = Field(default=512 * KIB, ge=1, description="Bytes of a document's text, in UTF-8.")
    data_bytes_max: int = Field(default=512 * KIB, ge=1, description="Bytes of a document's data, as compact JSON.")
    # The JSON parser itself gives up at 200, and then it can't name the limit.
    depth_max: int = Field(default=64, ge=1, le=150, description="How deep a document's data may be nested.")
    tags_max: int = Field(default=64, ge=0, description="Tags of one document.")
    parents_max: int = Field(default=64, ge=0, description="Parents of one document.")
    documents_max: int = Field(default=10_000, ge=1, description="Documents in one message.")
    ttl_seconds_max: int = Field(
        default=100 * 365 * DAY_SECONDS, ge=1, le=1_000 * 365 * DAY_SECONDS, description="The longest life to ask for."
    )
    clock_ahead_seconds_max: int = Field(
        default=DAY_SECONDS,
        ge=0,
        le=1_000 * 365 * DAY_SECONDS,
        description="How far `occurred_at` may be ahead of our clock.",
    )
