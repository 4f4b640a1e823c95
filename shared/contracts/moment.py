"""A moment as somebody wrote it down: date, time and zone, and nothing that could mean something else."""

from typing import Annotated

from pydantic import AwareDatetime, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class _Written:
    """Keeps numbers out: pydantic takes the text "20250101" for seconds since 1970, and nobody would notice."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        begins_with_a_date = core_schema.custom_error_schema(
            core_schema.str_schema(pattern=r"^\d{4}-\d\d-\d\d"),
            custom_error_type="not_a_moment",
            custom_error_message="must be a date, a time and a zone in a string, as in '2026-01-31T12:00:00Z'",
        )
        moment = core_schema.datetime_schema(tz_constraint="aware", strict=False)
        return core_schema.json_or_python_schema(
            json_schema=core_schema.chain_schema([begins_with_a_date, moment]), python_schema=handler(source)
        )


Moment = Annotated[AwareDatetime, _Written]
