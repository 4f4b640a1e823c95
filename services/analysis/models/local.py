"""Static word vectors on this machine: the model that comes inside the wordllama wheel, or one of one's own.

The wheel's files are read as they lie there. Its own loader would look at a hub for what it misses, and importing it
sets up logging for the whole process.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import xxhash
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from tokenizers.normalizers import Replace

BUNDLED_MODEL = "wordllama-l2-supercat-256/1"
# A vector is the mean of all its words': of a book it says little more than of its first pages.
CHARACTERS_MAX = 20_000
# More than these would keep the event loop from its other work for too long.
CHARACTERS_AT_ONCE_MAX = 4_000
CACHED_PIECES_MAX = 65_536
# Longer ones are no words, and hardly come again.
CACHED_PIECE_CHARACTERS_MAX = 40

# The bundled tokenizer has no token that goes on after a space or a line's end, so it may be asked for each word.
_PIECE = re.compile(r" *[^ \n]+|\n| +")

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ModelFiles:
    weights: Path
    tokenizer: Path
    is_bundled: bool = False


@cache
def bundled_files() -> ModelFiles:
    spec = find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise ValueError("the wordllama package is not installed")
    inside = Path(spec.origin).parent
    return ModelFiles(
        inside / "weights" / "l2_supercat_256.safetensors",
        inside / "tokenizers" / "l2_supercat_tokenizer_config.json",
        is_bundled=True,
    )


@cache
def model_name(files: ModelFiles) -> str:
    """What is in the files is part of the name: other weights under the same name make other vectors."""
    if files.is_bundled:
        return BUNDLED_MODEL
    content = xxhash.xxh3_64()
    for path in (files.weights, files.tokenizer):
        try:
            content.update(path.read_bytes())
        except OSError as error:
            raise ValueError(f"the embedding model can't be read: {error}") from error
    return f"{files.weights.stem}/{content.hexdigest()[:8]}"


class LocalEmbedder:
    def __init__(self, files: ModelFiles) -> None:
        self.model = model_name(files)
        self._vectors = _read_vectors(files.weights)
        self._tokenizer = _read_tokenizer(files.tokenizer)
        if self._tokenizer.get_vocab_size() > len(self._vectors):
            raise ValueError(f"{files.tokenizer.name} knows more tokens than {files.weights.name} has vectors")
        self._known: dict[str, Tokens] = {}
        self._tokens = self._tokens_of_text
        if files.tokenizer == bundled_files().tokenizer:
            # As it comes, it puts a space before whatever it is given; we put it before the text alone.
            self._tokenizer.normalizer = Replace(" ", "▁")
            self._tokens = self._tokens_of_words

    @property
    def dimensions(self) -> int:
        return int(self._vectors.shape[1])

    def sum_of(self, text: str) -> NDArray[np.float32]:
        """Of the vectors of its tokens: those of a text are those of its words, added up."""
        total: NDArray[np.float32] = self._vectors[self._tokens(text[:CHARACTERS_MAX])].sum(axis=0)
        return total

    def embed_one(self, text: str) -> bytes:
        """Of length one; all zeros for a text with nothing in it."""
        total = self.sum_of(text)
        length = float(np.sqrt(total @ total))
        if length > 0:
            total /= length
        vector: bytes = total.astype("<f2").tobytes()
        return vector

    async def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        if sum(len(text) for text in texts) <= CHARACTERS_AT_ONCE_MAX:
            return [self.embed_one(text) for text in texts]
        return await asyncio.to_thread(lambda: [self.embed_one(text) for text in texts])

    def _tokens_of_words(self, text: str) -> NDArray[np.int64]:
        known = self._known
        tokens: list[int] = []
        for piece in _PIECE.findall(f" {text}") if text else ():
            found = known.get(piece)
            tokens += self._tokens_of_piece(piece) if found is None else found
        return np.array(tokens, dtype=np.int64)

    def _tokens_of_piece(self, piece: str) -> Sequence[int]:
        found: list[int] = self._tokenizer.encode(piece, add_special_tokens=False).ids
        if len(piece) <= CACHED_PIECE_CHARACTERS_MAX:
            if len(self._known) >= CACHED_PIECES_MAX:
                # Words that are in use are back at once.
                self._known.clear()
            self._known[piece] = tuple(found)
        return found

    def _tokens_of_text(self, text: str) -> NDArray[np.int64]:
        return np.array(self._tokenizer.encode(text, add_special_tokens=False).ids, dtype=np.int64)


def _read_vectors(path: Path) -> NDArray[np.float32]:
    """The one table of vectors in the file: a row for each token."""
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path.name} is no .safetensors file: {error}") from error
    if len(tensors) != 1:
        raise ValueError(f"{path.name} has {len(tensors)} tensors, where a model of static vectors has one")
    (table,) = tensors.values()
    if table.ndim != 2 or table.dtype.kind != "f" or not np.isfinite(table).all():
        raise ValueError(f"{path.name} is no table of finite numbers")
    return np.ascontiguousarray(table, dtype=np.float32)


def _read_tokenizer(path: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # What tokenizers raises for a bad file is a bare Exception.
        raise ValueError(f"{path.name} is no tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
