"""What becomes of the sinks that semgrep found: tainted, unknown, or proven safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from hookline.flow.languages import LANGUAGES, READ_AS
from hookline.flow.models import Models
from hookline.flow.survey import Sink, Verdict
from hookline.flow.values import TAINTED, Step
from hookline.nouns import Failure

__all__ = ('TAINTED', 'judge', 'steps')

MISSING = (
    "tree-sitter is not installed: pip install 'hookline[code]' "
    '(pre-commit: additional_dependencies: [".[code]"])'
)


def judge(
    content: bytes,
    language: str,
    sinks: Sequence[tuple[int, int, str]],
    weaknesses: Mapping[str, str],
    documents: Sequence[Mapping[str, Any]],
) -> list[Verdict]:
    """Return a verdict for each sink, (start, end, rule) in bytes of `content`."""
    wanted = [Sink(start, end, weaknesses[rule]) for start, end, rule in sinks]
    language = READ_AS.get(language, language)
    known = _models(language, _Documents(documents))
    if not known.may_be_reached(content):
        return [Verdict(1, None, 'nothing in this file is what a caller chose')] * len(
            wanted
        )
    try:
        module = import_module(f'hookline.flow.{language}').read(content)
    except ImportError:
        raise Failure(MISSING) from None
    except RecursionError:
        nothing = Verdict(1, None, 'it is nested too deeply to be read', True)
        return [nothing] * len(wanted)
    from hookline.flow.interpreter import follow

    found = follow(module, list(dict.fromkeys(wanted)), known, content)
    return [found[sink] for sink in wanted]


def reaching(
    language: str, documents: Sequence[Mapping[str, Any]]
) -> tuple[list[frozenset[bytes]], bytes]:
    """Return what a file holds that a caller can reach: all of some words, or a regex.

    In any other, judge() knows each sink as one that nothing reaches.
    """
    known = _models(language, _Documents(documents))
    return sorted(known.needed, key=sorted), known.given.pattern


class _Documents:
    """A list that caches by its identity: it is the same object all through a run."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows = rows

    def __hash__(self) -> int:
        return id(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Documents) and other.rows is self.rows


@lru_cache(maxsize=8)
def _models(language: str, documents: _Documents) -> Models:
    own = [one for one in documents.rows if one.get('language') == language]
    return Models(LANGUAGES[language], own)


def steps(verdict: Verdict) -> list[Step]:
    """Return the places that tainted data went through, the source first."""
    found = []
    step = verdict.step
    while step is not None:
        found.append(step)
        step = step.before
    return found[::-1]
