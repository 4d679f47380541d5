"""What remembering a validation saves: `python -m tests.benchmarks.validation` prints microseconds a value."""

from __future__ import annotations

import timeit
from typing import Annotated

from pydantic import Field

from xregistry_tui.core import TypeRegistry

ROUNDS = 5_000
VALUES = {
    "Email": "ana@example.org",
    "PhoneNumber": "+1 415 555 2671",
    "PositiveInt": 42,
    "Code": "AB-1234",
}


def main() -> None:
    """Each type with the cache, without it, and pydantic alone."""
    types = TypeRegistry()
    types.register_standard()
    types.register_type(Annotated[str, Field(pattern=r"^[A-Z]{2}-[0-9]{4}$")], name="Code")
    for name, value in VALUES.items():
        times = {}
        for cached in (True, False):
            types.cache_validated_values = cached
            times[cached] = microseconds(lambda name=name, value=value: types.validate(name, value))
        alone = microseconds(lambda check=types[name].check, value=value: check(value))
        print(f"{name:12} remembered {times[True]:6.2f}  checked {times[False]:6.2f}  pydantic alone {alone:6.2f}")


def microseconds(call) -> float:
    """The best of five, after one for what is made on first use."""
    call()
    return min(timeit.repeat(call, number=ROUNDS, repeat=5)) / ROUNDS * 1e6


if __name__ == "__main__":
    main()
