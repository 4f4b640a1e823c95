"""Vectors by the bundled model: those that its own library makes, for any text, and nothing else happens on the way."""

import subprocess
import sys
from functools import cache
from importlib import import_module
from logging import getLogger
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import save_file

from services.analysis.models import local
from services.analysis.models.local import BUNDLED_MODEL, LocalEmbedder, ModelFiles, bundled_files, model_name

Vector = NDArray[np.float32]

# Rounding to 16 bits, and adding up in another order.
ERROR_MAX = 2e-4


class Library(Protocol):
    def embed(self, texts: str, norm: bool) -> Vector: ...


@cache
def library() -> Library:
    root = getLogger()
    handlers, level = list(root.handlers), root.level
    wordllama = import_module("wordllama")
    # Its import has set up logging for the whole process, which would be other tests' trouble.
    root.handlers[:] = handlers
    root.setLevel(level)
    inside = bundled_files().weights.parent.parent
    return cast(Library, wordllama.WordLlama.load(cache_dir=inside, disable_download=True))


@cache
def embedder() -> LocalEmbedder:
    return LocalEmbedder(bundled_files())


def vector_of(text: str, by: LocalEmbedder | None = None) -> Vector:
    return np.frombuffer((by or embedder()).embed_one(text), dtype="<f2").astype(np.float32)


def assert_like_the_library(text: str) -> None:
    theirs = library().embed(text, norm=True)[0]
    for _ in range(2):  # The second time from memory.
        assert np.abs(vector_of(text) - theirs).max() < ERROR_MAX


TEXTS = [
    "The nightly backup failed because the disk was full.",
    "  two  spaces   before\nand   after  ",
    "\n\nline\n\n\n  indented\n",
    "tabs\tand\r\nwindows lines\r\n",
    "Ünïcödé, naïve café – “quotes” … €",
    "请大家注意,明天上午九点在三楼会议室召开全体会议",
    "Вчера вечером сервер перестал отвечать.",
    "שלום עולם، مرحبا بالعالم",
    "👍🏽🎉",
    "nul\0inside",
    "a" * 3_000,
    "x1 " * 2_000,
    'https://example.org/a/b?c=d#e f(x)=y; {"k": [1, 2.5e-3]}',
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_vectors_are_the_library_s_own(text: str) -> None:
    assert_like_the_library(text)


# What begins with "<" may be one of the model's own signs, and those nobody writes.
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<"), min_size=1, max_size=200))
def test_vectors_of_any_text_are_the_library_s_own(text: str) -> None:
    assert_like_the_library(text)


def test_a_vector_is_of_length_one_and_of_nothing_all_zeros() -> None:
    assert embedder().dimensions == 256
    assert abs(np.linalg.norm(vector_of("backup")) - 1) < 1e-3
    assert len(embedder().embed_one("")) == 2 * 256
    assert not vector_of("").any()


@pytest.mark.parametrize(
    "text", [" ", "\n", "\0", "\u200d", "\ufeff", "👍", "\U0010ffff", "<unk>", "<s></s>", "zqxjkvw"]
)
def test_whatever_is_written_has_a_finite_vector(text: str) -> None:
    assert np.isfinite(vector_of(text)).all()


def test_a_text_is_read_up_to_a_bound() -> None:
    most = "word " * (local.CHARACTERS_MAX // 5)
    assert embedder().embed_one(most) == embedder().embed_one(most + "something else")
    assert embedder().embed_one("x" * 1024**2) == embedder().embed_one("x" * local.CHARACTERS_MAX)


async def test_many_texts_have_the_vectors_of_each() -> None:
    few, many = ["one", "", "two"], ["some words and more of them"] * (local.CHARACTERS_AT_ONCE_MAX // 20)
    assert await embedder().embed(few) == [embedder().embed_one(text) for text in few]
    assert await embedder().embed(many) == [embedder().embed_one(text) for text in many]
    assert await embedder().embed([]) == []


def test_words_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "CACHED_PIECES_MAX", 10)
    own = LocalEmbedder(bundled_files())
    texts = [" ".join(f"word{number + at}" for at in range(7)) for number in range(50)]
    assert [own.embed_one(text) for text in texts] == [embedder().embed_one(text) for text in texts]
    assert len(own._known) <= 10
    own.embed_one("y" * 1_000)
    assert not any(len(piece) > local.CACHED_PIECE_CHARACTERS_MAX for piece in own._known)


def test_loading_sets_up_no_logs_and_opens_no_connection() -> None:
    code = """
import logging, socket
def refuse(*arguments): raise AssertionError("no connection is needed")
socket.socket.connect = refuse
from services.analysis.models.local import LocalEmbedder, bundled_files
LocalEmbedder(bundled_files()).embed_one("hello")
assert not logging.getLogger().handlers, logging.getLogger().handlers
assert logging.getLogger().level == logging.WARNING
print("fine")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("fine\n", "")


# ------------------------------------------------------------------------------------------------ models of one's own


def own_weights(folder: Path, **tensors: NDArray[np.float16]) -> Path:
    path = folder / "own.safetensors"
    save_file(tensors, path)
    return path


def own_files(folder: Path, factor: float = 1.0) -> ModelFiles:
    """A model of eight dimensions, with the bundled one's tokens."""
    table = np.random.default_rng(3).normal(size=(32_000, 8)) * factor
    return ModelFiles(own_weights(folder, table=table.astype(np.float16)), bundled_files().tokenizer)


def test_a_model_of_one_s_own_is_named_after_what_is_in_it(tmp_path: Path) -> None:
    assert model_name(bundled_files()) == BUNDLED_MODEL
    names = set()
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = own_files(folder, factor=1.0 + number)
        own = LocalEmbedder(files)
        assert own.dimensions == 8
        assert abs(np.linalg.norm(vector_of("backup", own)) - 1) < 1e-3
        assert own.model == model_name(files)
        assert own.model.startswith("own/")
        names.add(own.model)
    assert len(names) == 2


def test_another_tokenizer_is_asked_for_the_whole_text(tmp_path: Path) -> None:
    copy = tmp_path / "tokenizer.json"
    copy.write_bytes(bundled_files().tokenizer.read_bytes())
    whole = LocalEmbedder(ModelFiles(bundled_files().weights, copy))
    for text in TEXTS:
        assert np.abs(vector_of(text, whole) - vector_of(text)).max() < ERROR_MAX
    assert whole._known == {}
    assert not vector_of("", whole).any()


@pytest.mark.parametrize(
    ("tensors", "complaint"),
    [
        ({"one": np.zeros((32_000, 8), np.float16), "two": np.zeros((2, 2), np.float16)}, "has 2 tensors"),
        ({"one": np.zeros((32_000,), np.float16)}, "no table of finite numbers"),
        ({"one": np.full((32_000, 8), np.nan, np.float16)}, "no table of finite numbers"),
        ({"one": np.zeros((100, 8), np.float16)}, "knows more tokens than own.safetensors has vectors"),
    ],
)
def test_a_model_that_can_t_be_is_refused(
    tmp_path: Path, tensors: dict[str, NDArray[np.float16]], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        LocalEmbedder(ModelFiles(own_weights(tmp_path, **tensors), bundled_files().tokenizer))


def test_files_that_are_something_else_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("hello")
    with pytest.raises(ValueError, match=r"text is no \.safetensors file"):
        LocalEmbedder(ModelFiles(text, bundled_files().tokenizer))
    with pytest.raises(ValueError, match="text is no tokenizer"):
        LocalEmbedder(ModelFiles(bundled_files().weights, text))
    with pytest.raises(ValueError, match="can't be read"):
        LocalEmbedder(ModelFiles(tmp_path / "nothing", text))
