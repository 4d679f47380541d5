"""A model to take along: as JSON Schema, as Python, as the description of a form, as a table to read."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.base import Action, ActionError, Result
from xregistry_tui.actions.records import registered

if TYPE_CHECKING:
    from xregistry_tui.core.definition import Definition
    from xregistry_tui.core.models import ModelMetadata, RegisteredModel
    from xregistry_tui.workspace import Workspace

SUFFIXES = {"json-schema": ".schema.json", "pydantic": ".py", "ui-schema": ".ui.json", "markdown": ".md"}
"""What a model can be written as, and how a file of it ends."""

LESS = "what its fields do not say is not in it: validators, and rules about more than one field"


async def export(workspace: Workspace, item: str, form: str) -> Result:
    """A model (`PATH[@VERSION]`) written as one of `SUFFIXES`; the value is the text."""
    if form not in SUFFIXES:
        raise ActionError(f"a model is not written as {form!r}; it can be {', '.join(SUFFIXES)}")
    model, version = versioned(workspace, item)
    text, note = await asyncio.to_thread(_written, version, form)
    detail = {"form": form, "version": version.version, **({"note": note} if note else {})}
    return Result(text, f"{model.title} {version.version} as {form}", model.path, detail)


def versioned(workspace: Workspace, item: str) -> tuple[RegisteredModel, ModelMetadata]:
    """The model of `PATH[@VERSION]`, and the version that is meant; raises `ActionError`."""
    path, _, wanted = item.partition("@")
    model = registered(workspace, path)
    if not wanted or wanted == model.version:
        return model, model.metadata
    history = workspace.registry.models.version_history[model.path]
    for one in history:
        if one.version == wanted and one.definition is not None:
            return model, one
    kept = ", ".join(one.version for one in history if one.definition is not None)
    raise ActionError(f"{model.title} has no version {wanted} that is kept whole; there are {kept}")


def _written(version: ModelMetadata, form: str) -> tuple[str, str]:
    """The text, and what it does not say."""
    if form == "pydantic":
        return _python(version.body)
    if form == "json-schema":
        return _json(version.json_schema), ""
    if form == "ui-schema":
        return _json(version.body.ui_schema), ""
    from xregistry_tui.actions.markdown import markdown

    return markdown(version.body.shape, version.name, version.version), ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _python(body: Definition) -> tuple[str, str]:
    """The class as it was written, with what it stands on; else as its fields make it."""
    if body.module is not None:
        from xregistry_tui.actions.own_source import own_source

        if (written := own_source(body.model_class)) is not None:
            return written, ""
    from xregistry_tui.schema import modelgen

    made = modelgen.source(body.shape, body.title)
    same = modelgen.generate(body.shape, body.title).model_json_schema() == body.json_schema
    return made, "" if same else LESS


ACTIONS = (Action(verb="export", run=export, permission="list", subject="item", audited=True, past="exported"),)
