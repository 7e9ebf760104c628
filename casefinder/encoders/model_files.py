"""Where a sentence-transformers model lies on this machine, and what identifies it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from casefinder.errors import EncoderDamagedError, EncoderNotFoundError

_SAMPLE_BYTES: Final = 65_536
_WEIGHTS: Final = ("*.safetensors", "pytorch_model*.bin")
# What decides a vector besides the weights: architecture, pooling, tokenisation.
_DECIDING: Final = (
    "modules.json",
    "config.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "*/config.json",
)


def find_model(name: str) -> Path:
    """Return the folder of a model, given a folder or a hub name, without using the network.

    Raises:
        EncoderNotFoundError: It is not on this machine; the message says how to get it.
        EncoderDamagedError: The folder is no complete sentence-transformers model.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _in_caches(name)
    if not (folder / "modules.json").is_file():
        # Without it sentence-transformers falls back to mean pooling, which is wrong for BGE-M3 (first token).
        raise EncoderDamagedError(
            f"model {name!r}: {folder} has no modules.json, so its pooling is unknown; download the whole model"
        )
    return folder


def model_fingerprint(folder: Path) -> str:
    """Identify a model by its small files and by samples of its weights.

    Reading two gigabytes of weights for every query would cost more than the query: each weights file counts
    with its size and the 64 KiB at its start, middle and end.
    """
    digest = hashlib.sha256(b"sentence-transformers 1")
    for pattern in _DECIDING:
        for path in sorted(folder.glob(pattern)):
            digest.update(f"{path.relative_to(folder)}".encode() + path.read_bytes())
    for path in sorted(path for pattern in _WEIGHTS for path in folder.rglob(pattern)):
        size_bytes = path.stat().st_size
        digest.update(f"{path.relative_to(folder)} {size_bytes}".encode())
        with path.open("rb") as file:
            for start in (0, size_bytes // 2, max(0, size_bytes - _SAMPLE_BYTES)):
                file.seek(start)
                digest.update(file.read(_SAMPLE_BYTES))
    return f"st-{digest.hexdigest()[:16]}"


def _in_caches(name: str) -> Path:
    if name.startswith((".", "/", "~")):
        raise EncoderNotFoundError(f"there is no model folder {name!r}; check the path given with --model")
    for folder in (_hub_cache_folder(name), _modelscope_cache_folder(name)):
        if folder is not None and folder.is_dir():
            return folder
    raise EncoderNotFoundError(
        f"model {name!r} is not on this machine: no folder of that name, and not in the Hugging Face or ModelScope"
        " cache. On a machine with internet, run `hf download "
        f"{name} --local-dir ./model` (Hugging Face) or `modelscope download --model {name} --local_dir ./model`"
        " (ModelScope), copy the folder here, and use `--model ./model`"
    )


def _hub_cache_folder(name: str) -> Path | None:
    home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    cache = Path(os.environ.get("HF_HUB_CACHE", home / "hub"))
    repository = cache / f"models--{name.replace('/', '--')}"
    reference = repository / "refs" / "main"
    if not reference.is_file():
        return None
    return repository / "snapshots" / reference.read_text(encoding="utf-8").strip()


def _modelscope_cache_folder(name: str) -> Path | None:
    cache = Path(os.environ.get("MODELSCOPE_CACHE", Path.home() / ".cache" / "modelscope" / "hub"))
    for folder in (cache / "models" / name, cache / name):
        if folder.is_dir():
            return folder
    return None
