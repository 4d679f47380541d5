"""Who looks: one collection of a resource as a model, a schema, some records and statistics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.categories import MOST, categories
from xregistry_tui.profiling.plan import Grade, Plan, countable
from xregistry_tui.profiling.statistics import statistics
from xregistry_tui.resources.base import Clipped, CollectionFailed, RecordQuery, ResourceError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.base import Page, XResource
    from xregistry_tui.schema.shape import Scalar, Shape

_SAMPLE_ROWS = 100


@dataclass(frozen=True, slots=True)
class CategoricalField:
    """A field with few values: all that were seen, most frequent first, and how often each was."""

    distinct_values: tuple[Scalar, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionResult:
    """All that one look at one collection gave. `schema` is its JSON Schema; `sample_data` are some records."""

    model_name: str
    schema: Mapping[str, Any]
    statistics: Mapping[str, Any]
    sample_data: tuple[dict[str, Any], ...]
    categorical_fields: Mapping[str, CategoricalField]
    shape: Shape
    profile: Profile


class XInspector:
    """Looks at one collection of a connected resource; without `collection`, at the only one it has."""

    def __init__(self, resource: XResource, collection: str | None = None) -> None:
        self.resource = resource
        self.collection = collection

    async def inspect(self) -> InspectionResult:
        """Look at shape, figures and some records; raises `ResourceError`."""
        shape = await self.shape()
        profile = await self._profile(shape)
        return InspectionResult(
            model_name=shape.name,
            schema=_json_schema(shape),
            statistics=statistics(profile),
            sample_data=tuple(await self.preview_data(_SAMPLE_ROWS)),
            categorical_fields=categorical_fields(profile),
            shape=shape,
            profile=profile,
        )

    async def generate_model(self, collection_name: str | None = None) -> type[BaseModel]:
        """A Pydantic model for the records of the collection."""
        from xregistry_tui.schema import modelgen

        shape = await self.shape(collection_name)
        return modelgen.generate(shape, shape.name)

    async def discover_schema(self) -> dict[str, Any]:
        """The JSON Schema of the collection."""
        return _json_schema(await self.shape())

    async def preview_data(self, limit: int = 10) -> list[dict[str, Any]]:
        """Some records as dictionaries by true name; values too large to fetch are given by their beginning."""
        query = RecordQuery(collection=await self._chosen(), limit=limit)
        return _dictionaries(await self.resource.records(query))

    async def profile_data(self) -> dict[str, Any]:
        """`total_count`, and by field in `field_statistics` its counts, extremes and most frequent values."""
        return statistics(await self._profile(await self.shape()))

    async def shape(self, collection: str | None = None) -> Shape:
        """What the records of the collection may be."""
        return await self.resource.shape(collection or await self._chosen())

    async def discover(self, only: Collection[str] = ()) -> AsyncIterator[Shape | tuple[str, ResourceError]]:
        """The shape of each collection (of `only` these) as it is found, or its name and why it cannot be read."""
        held = await self.resource.list_collections_or_tables()
        async for found in self.resource.shapes([name for name in held if not only or name in only]):
            yield found

    async def _chosen(self) -> str:
        if self.collection is not None:
            return self.collection
        names = await self.resource.list_collections_or_tables()
        if len(names) != 1:
            hint = f"name one: {', '.join(names[:20])}" if names else "there is nothing to look at yet"
            raise CollectionFailed(f"{self.resource.name} holds {len(names)} collections", hint)
        return names[0]

    async def _profile(self, shape: Shape) -> Profile:
        rules = {field.name: field.rules for field in shape.fields if field.rules}
        plan = Plan(shape=shape, rules=rules, top=MOST)
        if not countable((await self.resource.cost(plan)).rows, shape):
            plan = replace(plan, grade=Grade.SAMPLE)
        return await self.resource.profile(plan)


def _json_schema(shape: Shape) -> dict[str, Any]:
    from xregistry_tui.schema import modelgen

    return modelgen.generate(shape, shape.name).model_json_schema(by_alias=True)


def _dictionaries(page: Page) -> list[dict[str, Any]]:
    cells = ([cell.head if isinstance(cell, Clipped) else cell for cell in row] for row in page.rows)
    return [dict(zip(page.columns, row, strict=True)) for row in cells]


def categorical_fields(profile: Profile) -> Mapping[str, CategoricalField]:
    """The fields that pick their values from a list, as far as counting tells."""
    listed = ((name, categories(field)) for name, field in profile.fields.items())
    return MappingProxyType({name: _category(found) for name, found in listed if found is not None})


def _category(counts: Mapping[Scalar, int]) -> CategoricalField:
    ordered = sorted(counts, key=lambda value: -counts[value])
    return CategoricalField(tuple(ordered), tuple(counts[value] for value in ordered))
