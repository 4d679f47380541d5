"""JSON Schemas at random, small edits of them, instances near their edges, and the readings of an old and a new one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

Schema = Any

NAMES = ("a", "b", "kind", "$ref", "/", "~", "")
NUMBERS = (-1, 0, 0.5, 1, 1.0, 1.5, 2, 3, 10)
TEXTS = ("", "a", "b", "ab", "abc", "aaaa")
SCALARS = (None, True, False, *NUMBERS, *TEXTS)
WORDS = ("title", "description", "examples")


def schema(rng: Random) -> Schema:
    """A record as Pydantic might write it, with definitions that may refer to one another and to themselves."""
    whole = record(rng, 3)
    whole["$defs"] = {name: record(rng, 2) if rng.random() < 0.7 else place(rng, 1) for name in ("A", "B")}
    if rng.random() < 0.1:
        return {"$defs": {**whole.pop("$defs"), "Root": whole}, "$ref": "#/$defs/Root"}
    return whole


def place(rng: Random, depth: int) -> Schema:
    """Any schema within another."""
    makers: list[Callable[[Random, int], Schema]] = [number, text, scalars, closed_set, nullable]
    if depth > 0:
        makers += [record, mapping, array, pair, union, reference, reference, tagged, rare]
    return annotated(rng, rng.choice(makers)(rng, depth - 1))


def annotated(rng: Random, made: Schema) -> Schema:
    if isinstance(made, dict) and rng.random() < 0.2:
        made["title"] = rng.choice("TUV")
    if isinstance(made, dict) and rng.random() < 0.15:
        made["default"] = rng.choice((*SCALARS, [], {}))
    return made


def number(rng: Random, depth: int) -> Schema:
    made: dict[str, Any] = {"type": rng.choice(("integer", "number"))}
    for word in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
        if rng.random() < 0.2:
            made[word] = rng.choice(NUMBERS)
    if rng.random() < 0.15:
        made["multipleOf"] = rng.choice((1, 2, 3, 4, 0.5))
    return made


def text(rng: Random, depth: int) -> Schema:
    made: dict[str, Any] = {"type": "string"}
    for word in ("minLength", "maxLength"):
        if rng.random() < 0.25:
            made[word] = rng.choice((0, 1, 2, 3))
    if rng.random() < 0.15:
        made["pattern"] = rng.choice(("^a", "b$", ""))
    if rng.random() < 0.1:
        made["format"] = rng.choice(("date", "email"))
    return made


def scalars(rng: Random, depth: int) -> Schema:
    names = ["null", "boolean", "integer", "number", "string"]
    return rng.choice(({}, True, {"type": "boolean"}, {"type": rng.sample(names, 2)}, {"type": "object"}))


def closed_set(rng: Random, depth: int) -> Schema:
    if rng.random() < 0.3:
        return {"const": rng.choice(SCALARS)}
    made: dict[str, Any] = {"enum": rng.sample(SCALARS, rng.randint(1, 4))}
    if rng.random() < 0.5:
        made["type"] = rng.choice(("string", "integer", "number", "boolean", ["string", "null"]))
    return made


def nullable(rng: Random, depth: int) -> Schema:
    return {"anyOf": [place(rng, depth - 1), {"type": "null"}]}


def record(rng: Random, depth: int) -> Schema:
    names = rng.sample(NAMES, rng.randint(0, 3))
    made: dict[str, Any] = {"type": "object", "properties": {name: place(rng, depth - 1) for name in names}}
    required = [name for name in names if rng.random() < 0.4]
    if required:
        made["required"] = required
    if rng.random() < 0.4:
        made["additionalProperties"] = rng.choice((True, False, False, {}, place(rng, 0)))
    if rng.random() < 0.05:
        made[rng.choice(("minProperties", "maxProperties"))] = rng.choice((0, 1, 2))
    return made


def mapping(rng: Random, depth: int) -> Schema:
    made: dict[str, Any] = {"type": "object", "additionalProperties": place(rng, depth)}
    if rng.random() < 0.2:
        made["propertyNames"] = rng.choice(({"enum": ["a", "b"]}, {"minLength": 1}, {"maxLength": 1}))
    if rng.random() < 0.3:
        made["patternProperties"] = {rng.choice(("^a", "b")): place(rng, depth)}
    return made


def array(rng: Random, depth: int) -> Schema:
    made: dict[str, Any] = {"type": "array", "items": place(rng, depth)}
    for word in ("minItems", "maxItems"):
        if rng.random() < 0.2:
            made[word] = rng.choice((0, 1, 2))
    if rng.random() < 0.15:
        made["uniqueItems"] = rng.random() < 0.8
    return made


def pair(rng: Random, depth: int) -> Schema:
    size = rng.randint(1, 2)
    made: dict[str, Any] = {"type": "array", "prefixItems": [place(rng, depth) for _ in range(size)]}
    if rng.random() < 0.7:
        made |= {"minItems": size, "maxItems": size}
    elif rng.random() < 0.5:
        made["items"] = rng.choice((False, place(rng, 0)))
    return made


def union(rng: Random, depth: int) -> Schema:
    made: dict[str, Any] = {
        rng.choice(("anyOf", "anyOf", "oneOf")): [place(rng, depth) for _ in range(rng.randint(1, 3))]
    }
    return made | {"type": rng.choice(("object", "string"))} if rng.random() < 0.1 else made


def reference(rng: Random, depth: int) -> Schema:
    made: dict[str, Any] = {"$ref": rng.choice(("#/$defs/A", "#/$defs/B", "#"))}
    if rng.random() < 0.15:
        made["description"] = "Words."
    if rng.random() < 0.1:
        made["minimum"] = 1
    return made if rng.random() < 0.9 else {"allOf": [made]}


def tagged(rng: Random, depth: int) -> Schema:
    options = []
    for tag in rng.sample(("x", "y", "z"), 2):
        option = record(rng, depth)
        option["properties"]["kind"] = {"const": tag, "type": "string"}
        if rng.random() < 0.9:
            option["required"] = [*dict.fromkeys((*option.get("required", ()), "kind"))]
        options.append(option)
    return {"oneOf": options, "discriminator": {"propertyName": "kind"}}


def rare(rng: Random, depth: int) -> Schema:
    return rng.choice(
        (
            {"not": place(rng, 0)},
            {"allOf": [place(rng, 0), place(rng, 0)]},
            {"if": place(rng, 0), "then": place(rng, 0), "else": place(rng, 0)},
            {"type": "array", "contains": place(rng, 0)},
            {"type": "object", "dependentRequired": {"a": ["b"]}},
            {**record(rng, depth), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {"allOf": [record(rng, depth), record(rng, depth)]},
            {"allOf": [record(rng, depth)], "unevaluatedProperties": False},
        )
    )


def places(whole: Schema) -> Iterator[dict[str, Any]]:
    """Every schema within a schema that is an object, itself included."""
    if not isinstance(whole, dict):
        return
    yield whole
    for word in ("properties", "patternProperties", "$defs"):
        for one in whole.get(word, {}).values():
            yield from places(one)
    for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for one in whole.get(word, ()):
            yield from places(one)
    for word in ("items", "additionalProperties", "propertyNames", "contains"):
        yield from places(whole.get(word))


def edited(rng: Random, whole: Schema) -> Schema:
    """The schema with one to three small edits."""
    made = copy.deepcopy(whole)
    for _ in range(rng.choice((1, 2, 3, 5))):
        _edit(rng, rng.choice(list(places(made))))
    return made


def _edit(rng: Random, at: dict[str, Any]) -> None:
    edits = [_word, _word]
    if "properties" in at:
        edits += [_field, _field, _required, _extra]
    if {"anyOf", "oneOf"} & at.keys():
        edits += [_option, _option]
    if "enum" in at:
        edits += [_value, _value]
    if "type" in at:
        edits += [_type]
    rng.choice(edits)(rng, at)


def _word(rng: Random, at: dict[str, Any]) -> None:
    """A keyword gone, or one of another schema of the same type; or words for people."""
    droppable = [word for word in at if word not in ("$defs", "properties", "type", "$ref", "required")]
    if droppable and rng.random() < 0.4:
        del at[rng.choice(droppable)]
        return
    makers: dict[Any, Callable[[Random, int], Schema]] = {"string": text, "array": array, "object": mapping}
    makers |= {"integer": number, "number": number}
    name = at.get("type")
    donor = makers[name](rng, 0) if isinstance(name, str) and name in makers and rng.random() < 0.7 else {}
    given = {word: value for word, value in donor.items() if word != "type"}
    if not given and rng.random() < 0.8:
        return
    word = rng.choice(list(given)) if given else rng.choice(WORDS)
    at[word] = given.get(word, ["Other"] if word == "examples" else "Other")


def _field(rng: Random, at: dict[str, Any]) -> None:
    fields = at["properties"]
    if fields and rng.random() < 0.4:
        gone = rng.choice(list(fields))
        del fields[gone]
        at["required"] = [name for name in at.get("required", ()) if name != gone]
    elif fields and rng.random() < 0.3:
        name = rng.choice(list(fields))
        fields[name] = {"anyOf": [fields[name], place(rng, 1)]} if rng.random() < 0.5 else place(rng, 1)
    else:
        at["properties"] = {rng.choice((*NAMES, "c")): place(rng, 1), **fields}


def _required(rng: Random, at: dict[str, Any]) -> None:
    name = rng.choice([*at["properties"], "c"])
    required = set(at.get("required", ())) ^ {name}
    at["required"] = sorted(required)
    if isinstance(found := at["properties"].get(name), dict) and rng.random() < 0.5:
        found["default"] = rng.choice(SCALARS)


def _extra(rng: Random, at: dict[str, Any]) -> None:
    at["additionalProperties"] = rng.choice((True, False, {}, place(rng, 0)))


def _option(rng: Random, at: dict[str, Any]) -> None:
    options = at["anyOf" if "anyOf" in at else "oneOf"]
    if len(options) > 1 and rng.random() < 0.5:
        options.pop(rng.randrange(len(options)))
    else:
        options.insert(rng.randint(0, len(options)), place(rng, 1))


def _value(rng: Random, at: dict[str, Any]) -> None:
    if len(at["enum"]) > 1 and rng.random() < 0.5:
        at["enum"] = at["enum"][1:]
    else:
        at["enum"] = [*at["enum"], rng.choice(SCALARS)]


def _type(rng: Random, at: dict[str, Any]) -> None:
    names = at["type"] if isinstance(at["type"], list) else [at["type"]]
    wider = {"integer": "number", "number": "integer"}
    if names[0] in wider and rng.random() < 0.6:
        at["type"] = wider[names[0]]
    else:
        at["type"] = sorted({*names, rng.choice(("null", "string", "integer"))})


def instance(rng: Random, at: Schema, root: Schema, depth: int = 0) -> Any:
    """A value that is likely to be valid, and as likely as not to be at an edge of what is."""
    if depth > 5 or not isinstance(at, dict) or rng.random() < 0.04:
        return rng.choice((*SCALARS, [], {}))
    if "$ref" in at:
        name = at["$ref"].rpartition("/")[2]
        return instance(rng, root if name == "#" else root["$defs"][name], root, depth + 1)
    for word in ("anyOf", "oneOf", "allOf"):
        if at.get(word):
            return instance(rng, {**at, word: None, **_dict(rng.choice(at[word]))}, root, depth + 1)
    if "const" in at:
        return at["const"]
    if at.get("enum"):
        return rng.choice(at["enum"])
    names = at.get("type", rng.choice(("object", "array", "string", "number", "null", "boolean")))
    kind = rng.choice(names) if isinstance(names, list) else names
    return _of_kind(rng, kind, at, root, depth)


def _dict(option: Schema) -> dict[str, Any]:
    return option if isinstance(option, dict) else {}


def _of_kind(rng: Random, kind: str, at: dict[str, Any], root: Schema, depth: int) -> Any:
    if kind == "object":
        return _some_object(rng, at, root, depth)
    if kind == "array":
        first = at.get("prefixItems", [])
        size = rng.choice((len(first), at.get("minItems", 0), at.get("maxItems", 2), rng.randint(0, 3)))
        items = [first[index] if index < len(first) else at.get("items", True) for index in range(size)]
        return [instance(rng, item, root, depth + 1) for item in items]
    if kind in ("integer", "number"):
        edges = [value for word, value in at.items() if word.endswith(("imum", "multipleOf"))]
        edges = [value for value in edges if isinstance(value, int | float)] or list(NUMBERS)
        found = rng.choice(edges) + rng.choice((0, 0, 1, -1, 0.5))
        return round(found) if kind == "integer" else found
    if kind == "string":
        return rng.choice(TEXTS)
    return None if kind == "null" else rng.random() < 0.5


def _some_object(rng: Random, at: dict[str, Any], root: Schema, depth: int) -> dict[str, Any]:
    made = {}
    for name, one in (at.get("properties") or {}).items():
        if name in (at.get("required") or ()) or rng.random() < 0.6:
            made[name] = instance(rng, one, root, depth + 1)
    extra = at.get("additionalProperties", True)
    if extra is not False and rng.random() < 0.5:
        made.setdefault(rng.choice((*NAMES, "c")), instance(rng, extra, root, depth + 1))
    for name in at.get("required") or ():
        made.setdefault(name, rng.choice(SCALARS))
    return made


def closed(whole: Schema) -> Schema:
    """The lenient reading of data: no undeclared entries in records that would accept any. A map has only those."""
    made = copy.deepcopy(whole)
    for at in places(made):
        if _anything(at.get("additionalProperties", True)) and not isinstance(at.get("patternProperties"), dict):
            bare = at.get("type") == "object" and "additionalProperties" not in at
            if "properties" in at or bare:
                at["additionalProperties"] = False
    return made


def _anything(extra: Schema) -> bool:
    return extra is True or (isinstance(extra, dict) and not extra.keys() - {"default", *WORDS})


def filled(whole: Schema) -> Schema:
    """The reading by a model: a required field with a default that is valid may be missing."""
    made = copy.deepcopy(whole)
    for at in places(made):
        fields = at.get("properties", {})
        at_least = [name for name in at.get("required", ()) if not _stands_in(fields.get(name), whole)]
        if "required" in at:
            at["required"] = at_least
    return made


def _stands_in(field: Schema, whole: Schema) -> bool:
    found = field
    while isinstance(found, dict) and "default" not in found and "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        found = whole if name == "#" else whole["$defs"][name]
        if found is field:
            return False
    if not isinstance(found, dict) or "default" not in found:
        return False
    return Draft202012Validator(whole).evolve(schema=field).is_valid(found["default"])


def endless(whole: Schema) -> bool:
    """Whether a definition refers to itself with nothing between, which no validator follows."""
    return any(_reaches(name, name, whole, set()) for name in ("A", "B", "#"))


def _reaches(goal: str, name: str, whole: Schema, seen: set[str]) -> bool:
    if name in seen:
        return False
    seen.add(name)
    at = whole if name == "#" else whole.get("$defs", {}).get(name)
    return any(target == goal or _reaches(goal, target, whole, seen) for target in _direct(at))


def _direct(at: Schema) -> Iterator[str]:
    if not isinstance(at, dict):
        return
    if "$ref" in at:
        yield at["$ref"].rpartition("/")[2]
    for word in ("anyOf", "oneOf", "allOf"):
        for one in at.get(word, ()):
            yield from _direct(one)
    for word in ("not", "if", "then", "else"):
        yield from _direct(at.get(word))
