"""The registry of functions against the naive one: a dict, a map of namespaces, and `fnmatch` over every path.

Registration makes 100,000 functions of both; everything else is asked of both at `--sizes`. The naive registry is
registered in full once; for the rest it holds the same functions without their metadata, which is never asked for.
"""

from __future__ import annotations

import fnmatch
import gc
import inspect
import random
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from types import FunctionType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tests.benchmarks.figures import alternate, options, say_machine
from xregistry_tui.core import FunctionPermission, FunctionRegistry

LOOKUPS = 20_000
PREFIX = "a literal prefix"
PATTERNS = {
    PREFIX: "ns.functions.area{area}.team{team}.*",
    "rare glob in the middle": "ns.functions.*.compute_{n}*",
    "common glob in the middle": "ns.functions.*.compute_*7",
    "glob across levels": "ns.functions.area*.team5*.compute_*3",
    "leading star": "*.compute_{n}",
    "leading star, common end": "*77",
    "question mark": "ns.functions.area?.team{team}.compute_*",
    "question mark at the end": "ns.functions.*.compute_{n}?",
    "set": "ns.functions.area[1-3]*.team{team}.*[05]",
    "set at the end": "*[37]",
    "no wildcard": "ns.functions.area{area}.team{team}.compute_{n}",
    "matches nothing": "ns.functions.*.reckon_{n}*",
    "matches all": "ns.functions.*",
}


def template(price: float, quantity: int = 1, *, discount: float = 0.0) -> float:
    """What an order costs: the price of all, less a discount."""
    return price * quantity * (1 - discount)


def functions_of(size: int) -> list[Callable[..., Any]]:
    """Functions of 10,000 modules (fewer where they are few), each with a name of its own."""
    made: list[Callable[..., Any]] = []
    modules = [f"area{area}.team{team}" for team in range(100) for area in range(100)][: max(1, size // 100)]
    for number in range(size):
        func = FunctionType(template.__code__, globals(), f"compute_{number}", template.__defaults__)
        func.__kwdefaults__, func.__annotations__ = template.__kwdefaults__, template.__annotations__
        func.__doc__, func.__module__ = template.__doc__, modules[number % len(modules)]
        made.append(func)
    return made


class NaiveMetadata(BaseModel):
    """What is read off a function when it is registered."""

    name: str
    module: str
    signature: str
    docstring: str | None
    parameters: dict[str, Any]
    return_type: str | None
    tags: set[str] = Field(default_factory=set)
    permissions: dict[str, set[FunctionPermission]] = Field(default_factory=dict)
    ns_path: str
    registered_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class NaiveFunction(BaseModel):
    """A function and its metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    metadata: NaiveMetadata
    func: Callable[..., Any]
    call_count: int = 0
    last_called: datetime | None = None


class Naive:
    """The registry as first sketched."""

    def __init__(self) -> None:
        self.functions: dict[str, Any] = {}
        self.namespace_map: dict[str, str] = {}

    def register(self, func: Callable[..., Any]) -> None:
        """Register a function with its metadata."""
        signature = inspect.signature(func)
        parameters = {
            one.name: {
                "type": str(one.annotation) if one.annotation != one.empty else "Any",
                "default": one.default if one.default != one.empty else None,
            }
            for one in signature.parameters.values()
        }
        returns = signature.return_annotation
        metadata = NaiveMetadata(
            name=func.__name__,
            module=func.__module__,
            signature=str(signature),
            docstring=inspect.getdoc(func),
            parameters=parameters,
            return_type=str(returns) if returns != signature.empty else None,
            permissions={"*": {FunctionPermission.EXECUTE}},
            ns_path=f"ns.functions.{func.__module__}.{func.__name__}",
        )
        self.add(metadata.ns_path, func.__name__, NaiveFunction(metadata=metadata, func=func))

    def add(self, ns_path: str, name: str, registered: Any) -> None:
        """Store what is registered."""
        self.functions[name] = registered
        self.namespace_map[ns_path] = name

    def find_by_namespace(self, pattern: str) -> list[Any]:
        """Functions matching a pattern."""
        matching = [path for path in self.namespace_map if fnmatch.fnmatchcase(path, pattern)]
        return [self.functions[self.namespace_map[path]] for path in matching]


@dataclass(frozen=True, slots=True)
class Pair:
    """The same functions in both."""

    naive: Naive
    registry: FunctionRegistry


def both(size: int) -> Pair:
    """Both registries; the naive one holds the functions bare."""
    pair = Pair(Naive(), FunctionRegistry())
    for func in functions_of(size):
        pair.registry.register(func)
        pair.naive.add(f"ns.functions.{func.__module__}.{func.__name__}", func.__name__, func)
    return pair


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Milliseconds of the processor for one of so many times: others share the machine, and none of this waits."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) * 1_000 / times


def ratios(slow: Sequence[float], quick: Sequence[float]) -> float:
    """The median of how many times the first took the second, pair by pair."""
    return median(one / other for one, other in zip(slow, quick, strict=True))


def registration(size: int, pairs: int) -> dict[str, float]:
    """How many times faster registering is, and the bytes that each function costs."""
    funcs = functions_of(size)

    def into(make: Callable[[], Naive | FunctionRegistry]) -> float:
        # the functions themselves are nobody's to walk through while others are registered
        gc.collect()
        gc.freeze()
        registry = make()
        took = timed(lambda: [registry.register(func) for func in funcs][:0])
        gc.unfreeze()
        return took

    taken = alternate(pairs, {"naive": lambda: into(Naive), "registry": lambda: into(FunctionRegistry)})
    return {
        "naive": median(taken["naive"]),
        "registry": median(taken["registry"]),
        "ratio": ratios(taken["naive"], taken["registry"]),
        "bytes": bytes_each(funcs),
    }


def bytes_each(funcs: Sequence[Callable[..., Any]]) -> float:
    """What the whole registry holds of memory after registering, by function."""
    gc.collect()
    tracemalloc.start()
    registry = FunctionRegistry()
    for func in funcs:
        registry.register(func)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(registry) == len(funcs)
    return held / len(funcs)


def lookup(pair: Pair, pairs: int) -> float:
    """How many times `dict.get` one `get_by_namespace` takes, each on keys of its own, in no order."""
    known = list(pair.naive.namespace_map)
    bare = dict.fromkeys(known, True)

    def ask(get: Callable[[str], object]) -> float:
        # new strings, whose hash nobody has reckoned yet
        keys = [f"{key} "[:-1] for key in random.sample(known, min(LOOKUPS, len(known)))]

        def work() -> None:
            for key in keys:
                get(key)

        return timed(work)

    taken = alternate(pairs, {"dict": lambda: ask(bare.get), "registry": lambda: ask(pair.registry.get_by_namespace)})
    return ratios(taken["registry"], taken["dict"])


def finding(pair: Pair, pattern: str, pairs: int, times: int) -> tuple[float, float, float, int]:
    """Median milliseconds of both, how many times faster, and how many were found; the results are equal."""
    expected = {func.__name__ for func in pair.naive.find_by_namespace(pattern)}
    found = pair.registry.find_by_namespace(pattern)
    assert {item.title for item in found} == expected
    assert len(found) == len(expected)
    assert [item.path for item in found] == sorted(item.path for item in found)
    taken = alternate(
        pairs,
        {
            "naive": lambda: timed(lambda: pair.naive.find_by_namespace(pattern)),
            "registry": lambda: timed(lambda: pair.registry.find_by_namespace(pattern), times),
        },
    )
    return median(taken["naive"]), median(taken["registry"]), ratios(taken["naive"], taken["registry"]), len(found)


def patterns(size: int) -> Mapping[str, str]:
    """The patterns, around a function that is there."""
    number = size * 3 // 4 + 57
    module = number % max(1, size // 100) if size < 1_000_000 else number % 10_000
    return {name: pattern.format(area=module % 100, team=module // 100, n=number) for name, pattern in PATTERNS.items()}


def level(size: int) -> float:
    """Microseconds for the children of a level of 100, in a registry of so many."""
    registry = FunctionRegistry()
    for func in functions_of(size):
        registry.register(func)
    registry.children("functions.area0.team0")
    return median(timed(lambda: registry.children("functions.area0.team0"), 100) for _ in range(5)) * 1_000


def say_finding(pair: Pair, size: int, pairs: int) -> None:
    """One line a pattern."""
    first = timed(lambda: pair.registry.find_by_namespace("*.nothing"))
    print(f"\n{size:,} functions; the first look by a pattern, which puts the paths in order: {first:,.0f} ms")
    print(f"get_by_namespace: {lookup(pair, pairs):.2f} × dict.get   allowed 3 ×")
    print(f"{'':28} {'naive':>10} {'registry':>12} {'faster':>10} {'found':>10}")
    for name, pattern in patterns(size).items():
        times = 1_000 if name in (PREFIX, "no wildcard") else 1
        naive, registry, ratio, found = finding(pair, pattern, pairs, times)
        allowed = 20_000 * size / 1_000_000 if name == PREFIX else 7
        print(
            f"{name:28} {naive:7.1f} ms {registry:9.4f} ms {ratio:9,.1f}× {found:10,}   at least {allowed:,.0f}×"
            + ("" if ratio >= allowed else "  MISSED")
        )


def main(sizes: Iterable[int] | None = None) -> None:
    parser = options(__doc__, file=False)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="functions in the registry")
    chosen = parser.parse_args()
    say_machine()
    said = registration(100_000, chosen.pairs)
    print(
        f"100,000 registrations: naive {said['naive']:,.0f} ms, registry {said['registry']:,.0f} ms, "
        f"{said['ratio']:.1f}× faster   at least 20×"
    )
    print(f"{said['bytes']:.0f} bytes each   at most 300")
    print("children of a level of 100: " + ", ".join(f"{level(n):.0f} µs of {n:,}" for n in (1_000, 100_000)))
    for size in sizes or chosen.sizes:
        say_finding(both(size), size, chosen.pairs)


if __name__ == "__main__":
    main()
