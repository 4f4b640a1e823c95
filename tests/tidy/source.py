"""The project's own files, as the tidy rules see them: what git ignores is not ours."""

import ast
import io
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path, PurePosixPath

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One text file. `path` is relative to the project, so that a rule may ask where it stands."""

    path: PurePosixPath
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    def is_in(self, *folders: str) -> bool:
        return self.path.parts[0] in folders

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def comments(self) -> dict[int, str]:
        """Every comment by its line, strings that look like one left out."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@dataclass(frozen=True, slots=True)
class Finding:
    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`concerns` says which files it looks at, `find` what is wrong in one."""

    name: str
    concerns: Callable[[Source], bool]
    find: Callable[[Source], Iterator[Finding]]

    def check(self, source: Source) -> list[str]:
        if not self.concerns(source):
            return []
        return [f"{source.path}:{finding.line}: {finding.words}" for finding in self.find(source)]


def project_sources() -> list[Source]:
    sources = (_read(path) for path in _files(PROJECT, _ignored_names()))
    return [source for source in sources if source is not None]


def _ignored_names() -> list[str]:
    lines = (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [".git", *(line.strip("/") for line in lines if line and not line.startswith("#"))]


def _files(folder: Path, ignored: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, name) for name in ignored):
            continue
        if path.is_dir():
            yield from _files(path, ignored)
        else:
            yield path


def _read(path: Path) -> Source | None:
    try:
        text = path.read_bytes().decode()
    except (FileNotFoundError, UnicodeDecodeError):
        # Gone since it was listed, or no text.
        return None
    return Source(PurePosixPath(path.relative_to(PROJECT).as_posix()), text)
