"""What hyperscan does, without it: for platforms that it is not made for.

The same expressions are searched for with re, one after the other, where one of the
words occurs that an expression cannot do without. Some fifty times slower.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from hookline import regexes

Pair = tuple[int, int]


class Database:
    """Takes the place of hyperscan.Database, as far as hookline uses it."""

    def __init__(
        self, forms: Sequence[bytes], words: Sequence[Sequence[bytes]]
    ) -> None:
        self.forms = forms
        # Two letters tell quickly that a word is not there.
        self.words = [[((one[0], one[1]), one) for one in row] for row in words]
        self.patterns: dict[int, re.Pattern[bytes]] = {}

    def scan(
        self,
        content: bytes,
        match_event_handler: Callable[[int, int, int, int, Any], None],
        context: Any = None,
    ) -> None:
        """Report the end of at least one match in each line that has any."""
        text = content.lower()
        pairs = set(pairwise(text))
        for number, words in enumerate(self.words):
            if words and not _any(words, pairs, text):
                continue
            pattern = self.patterns.get(number)
            if pattern is None:
                pattern = self.patterns[number] = re.compile(self.forms[number])
            at = 0
            while found := pattern.search(content, at):
                match_event_handler(number, 0, found.end(), 0, context)
                start, end = found.span()
                # Over a line's end, another may begin within it.
                within = end == start or content.find(b'\n', start, end) >= 0
                at = start + 1 if within else end


def _any(words: Sequence[tuple[Pair, bytes]], pairs: set[Pair], text: bytes) -> bool:
    return any(pair in pairs and word in text for pair, word in words)


def words(forms: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """Return for each expression the words of which each match has one."""
    return [regexes.needed(form) for form in forms]
