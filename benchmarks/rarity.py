"""Counts the letter pairs of hookline/scoring/rarity.py, and says how good they are.

    python benchmarks/rarity.py             how well it tells words from chance
    python benchmarks/rarity.py --count     print the table anew

The table is counted over words and identifiers of Python's standard library, each word
weighed by the square root of how often it occurs: -log2 of how often a letter follows
another, one digit each, rows and columns a to z and ^ for the edge of a word. It is
measured on other text: names in sources of other languages, given by --names DIR.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import re
import string
import sysconfig
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from hookline.scoring import rarity

LETTERS = f'{string.ascii_lowercase}^'
WORDS = re.compile(r'[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+')
NAMES = re.compile(r'(?<![\w+/=-])[A-Za-z_][\w-]{5,39}(?![\w+/=-])')
SEEN = 3  # a word that occurs less often may be a piece of base64
LIMIT = 400_000  # longer files are data


def texts(roots: Iterable[str], endings: tuple[str, ...]) -> Iterator[str]:
    for root in roots:
        for folder, _, names in os.walk(root):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.endswith(endings) and os.path.getsize(path) < LIMIT:
                    with open(path, encoding='utf-8', errors='ignore') as file:
                        yield file.read()


def count() -> str:
    """Return the table as rarity.TABLE has it."""
    seen: Counter[str] = Counter()
    for text in texts(
        [sysconfig.get_path('stdlib')], ('.py', '.pyi', '.rst', '.txt', '.md')
    ):
        seen.update(word.lower() for word in WORDS.findall(text) if len(word) > 1)
    pairs: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    for word, times in seen.items():
        if times < SEEN:
            continue
        edged = f'^{word}^'
        for first, second in pairwise(edged):
            pairs[first + second] += math.isqrt(times)
            firsts[first] += math.isqrt(times)
    return ''.join(
        str(min(round(-math.log2((pairs[a + b] + 1) / (firsts[a] + 27))), 9))
        for a in LETTERS
        for b in LETTERS
    )


def measure(names: Sequence[str]) -> None:
    """Print how many random values lie above 99 of 100 names, by length."""
    source = random.Random(5)
    rows = (
        ('letters and digits', string.ascii_letters + string.digits),
        ('small letters', string.ascii_lowercase),
    )
    for said, alphabet in rows:
        for length in (6, 8, 10, 12, 16):
            alike = [
                name
                for name in names
                if len(name) == length
                and (alphabet[0:27] != alphabet or name.isalpha())
            ]
            if len(alike) < 100:
                continue
            ordered = sorted(rarity.bits(name) for name in alike)
            limit = ordered[len(ordered) * 99 // 100]
            drawn = [''.join(source.choices(alphabet, k=length)) for _ in range(5000)]
            above = sum(rarity.bits(one) > limit for one in drawn) / len(drawn)
            print(
                f'{said}, {length} long: {above:.1%} above 99 % of {len(alike)} names'
            )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument('--count', action='store_true')
    options.add_argument('--names', metavar='DIR', default='')
    asked = options.parse_args()
    if asked.count:
        table = count()
        for at in range(0, len(table), 54):
            print(f"    '{table[at : at + 54]}'")
        return
    roots = [asked.names or sysconfig.get_path('stdlib')]
    found: set[str] = set()
    for text in texts(roots, ('.go', '.java', '.js', '.py')):
        found.update(NAMES.findall(text))
    measure(sorted(found))


if __name__ == '__main__':
    main()
