"""The models on offer: name, shape, size and where each comes from.

Everything here is known before a single byte is downloaded, and nothing here
touches the network.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import BadCheckpoint, UnknownModel
from core.language import _, on_one_line
from core.model.config import read_config
from core.model.hub import cached_folder
from core.model.shape import ITEM_BYTES, Shape
from core.settings import Settings, load_settings

#: The folder of the checkpoint that ships with the dashboard.
STORYTELLER = Path(__file__).parent.parent / "checkpoints" / "storyteller"

#: vocab.json, merges.txt, tokenizer.json and the configuration of a published GPT-2, in bytes.
_TOKENIZER_BYTES = 2_860_000

#: What a Hub id may look like: an optional owner, then a name.
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """One model that can be chosen.

    Attributes
    ----------
    key : the name that stands in links and caches
    title : the name that people read
    source : Hub id, or folder
    shape : None for a Hub id whose config.json has not been seen yet
    download_bytes : what must come over the network, in bytes; 0 for a folder, and for a
        Hub id of unknown shape
    embedded : whether the checkpoint ships with the dashboard
    """

    key: str
    title: str
    source: str
    shape: Shape | None
    download_bytes: int = 0
    embedded: bool = False
    _describe: Callable[[], str] = field(default=str, repr=False, compare=False)

    @property
    def description(self) -> str:
        """One sentence about the model, in the reader's language."""
        return self._describe()

    @property
    def folder(self) -> Path | None:
        """Where it lies on this computer, if it is no model of the Hub."""
        return Path(self.source) if os.path.isabs(self.source) else None

    def bytes_in(self, dtype: str = "float32") -> int:
        """Memory that the weights take, in bytes.

        Raises
        ------
        ValueError
            If the shape is not known yet, or `dtype` is no type that weights are kept in.
        """
        if self.shape is None:
            raise ValueError(f"the shape of {self.key!r} is not known before its config.json is")
        if dtype not in ITEM_BYTES:
            raise ValueError(f"dtype {dtype!r} is not one of {sorted(ITEM_BYTES)}")
        return self.shape.n_params * ITEM_BYTES[dtype]


def _published(
    key: str, title: str, source: str, shape: Shape, describe: Callable[[], str]
) -> Entry:
    # The published files also hold each block's causal mask, (1, 1, n_ctx, n_ctx) float32.
    masks = shape.n_layer * shape.n_ctx * shape.n_ctx * 4
    return Entry(
        key=key,
        title=title,
        source=source,
        shape=shape,
        download_bytes=shape.n_params * 4 + masks + _TOKENIZER_BYTES,
        _describe=describe,
    )


def _storyteller() -> Entry:
    return Entry(
        key="storyteller",
        title="Storyteller",
        source=str(STORYTELLER),
        shape=Shape.from_config(read_config(STORYTELLER)),
        embedded=True,
        _describe=lambda: _(
            "A small GPT-2 trained on simple stories. It ships with the dashboard and needs no"
            " network."
        ),
    )


_ENTRIES = (
    _storyteller(),
    _published(
        "distilgpt2",
        "DistilGPT-2",
        "distilbert/distilgpt2",
        Shape(6, 12, 768, 1024, 50257),
        lambda: _("GPT-2 Small halved in depth by distillation: quick, and a fair writer."),
    ),
    _published(
        "openai-community/gpt2",
        "GPT-2 Small",
        "openai-community/gpt2",
        Shape(12, 12, 768, 1024, 50257),
        lambda: _("The smallest of the four models that OpenAI published in 2019."),
    ),
    _published(
        "openai-community/gpt2-medium",
        "GPT-2 Medium",
        "openai-community/gpt2-medium",
        Shape(24, 16, 1024, 1024, 50257),
        lambda: _("Twice as deep as GPT-2 Small and a third wider."),
    ),
    _published(
        "openai-community/gpt2-large",
        "GPT-2 Large",
        "openai-community/gpt2-large",
        Shape(36, 20, 1280, 1024, 50257),
        lambda: _("36 layers of 20 heads: six times the parameters of GPT-2 Small."),
    ),
    _published(
        "openai-community/gpt2-xl",
        "GPT-2 XL",
        "openai-community/gpt2-xl",
        Shape(48, 25, 1600, 1024, 50257),
        lambda: _("The largest GPT-2, 48 layers deep: the one that made the news."),
    ),
)

#: Every model of the house, by key.
CATALOG: dict[str, Entry] = {entry.key: entry for entry in _ENTRIES}

#: Other names of the same models.
_ALIASES = {
    **{entry.source: entry.key for entry in _ENTRIES},
    "gpt2": "openai-community/gpt2",
    "gpt2-medium": "openai-community/gpt2-medium",
    "gpt2-large": "openai-community/gpt2-large",
    "gpt2-xl": "openai-community/gpt2-xl",
    "openai-community/distilgpt2": "distilgpt2",
}


def canonical(name: str) -> str:
    """The one key of a model that can be named in several ways; folders become absolute.

    A catalogue name wins over a folder of the same name.
    """
    name = name.strip()
    key = _ALIASES.get(name, name)
    if key in CATALOG:
        return key
    # os.path, not pathlib: a NUL or a name of a thousand characters is simply no folder.
    folder = os.path.expanduser(name)
    if name and os.path.isdir(folder):
        folder = os.path.realpath(folder)
        return "storyteller" if folder == os.path.realpath(STORYTELLER) else folder
    return key


def offered(settings: Settings | None = None) -> list[Entry]:
    """The models that may be chosen from the list, smallest first as the catalogue has them.

    A host's `Settings.models` limits the list and may name folders and Hub ids of its own; the
    default model is always part of it.
    """
    settings = settings or load_settings()
    names = [canonical(name) for name in settings.models] or list(CATALOG)
    default = canonical(settings.default_model)
    if default not in names:
        names.insert(0, default)
    entries: list[Entry] = []
    for name in dict.fromkeys(names):
        try:
            entries.append(_entry(name))
        except (UnknownModel, BadCheckpoint):
            # A host's slip in the list must not take the other models away.
            continue
    return entries


def find(key: str, settings: Settings | None = None) -> Entry:
    """The entry of a name: of the catalogue, a folder, or a Hub id.

    Parameters
    ----------
    key : as typed, or as it stands in a link
    settings : what the host allows; the process's own if None

    Returns
    -------
    Entry
        Of a Hub id outside the catalogue the shape is known only once its ``config.json`` lies
        in the local cache.

    Raises
    ------
    UnknownModel
        If there is no such model, or the host does not allow it.
    BadCheckpoint
        If the name is a folder without a GPT-2 checkpoint.
    """
    settings = settings or load_settings()
    name = canonical(key)
    listed = {canonical(settings.default_model), *map(canonical, settings.models)}
    if settings.models:
        allowed = name in listed or (settings.allow_other_models and name not in CATALOG)
    else:
        allowed = name in listed or name in CATALOG or settings.allow_other_models
    if not allowed:
        raise UnknownModel(
            _("This server does not offer a model named “{name}”.").format(name=on_one_line(key)),
            _("Choose one of the models in the list."),
        )
    return _entry(name)


def _entry(name: str) -> Entry:
    if name in CATALOG:
        return CATALOG[name]
    if os.path.isdir(name):
        return _of_folder(name)
    if _HUB_ID.fullmatch(name) and ".." not in name and "--" not in name:
        return _of_hub(name)
    raise UnknownModel(
        _("“{name}” is neither a model in the list, nor a folder, nor a Hub id.").format(
            name=on_one_line(name)
        ),
        _("Choose a model from the list, or type a folder or a name like owner/model."),
    )


def _of_folder(folder: str) -> Entry:
    return Entry(
        key=folder,
        title=os.path.basename(folder) or folder,
        source=folder,
        shape=Shape.from_config(read_config(folder)),
        _describe=lambda: _("A checkpoint from a folder of this computer."),
    )


def _of_hub(repo_id: str) -> Entry:
    folder = cached_folder(repo_id)
    return Entry(
        key=repo_id,
        title=repo_id,
        source=repo_id,
        shape=Shape.from_config(read_config(folder)) if folder is not None else None,
        _describe=lambda: _("A checkpoint from the Hugging Face Hub."),
    )
