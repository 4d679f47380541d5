"""A model with code of its own, where any process can import it."""

from __future__ import annotations

from pydantic import BaseModel, field_validator


class Checked(BaseModel):
    """Some of the fields, one of them with a check that any model may have."""

    f0: int
    f1: str
    f3: str

    @field_validator("f1")
    @classmethod
    def written_in_small(cls, value: str) -> str:
        """Small letters only."""
        if value != value.lower():
            raise ValueError("must be in small letters")
        return value
