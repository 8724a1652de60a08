"""Where exact regexes are tried: whatever they match, in few and short places."""

from __future__ import annotations

import random
import re

import pytest

from hookline import examples, policyfile, prepared, rulebook
from hookline.engines import pattern
from hookline.nouns import Rule

BOOK = rulebook.load([rulebook.builtin()], policyfile.locks, prepared.reader())
RULES = [rule for rule in BOOK.rules.values() if rule.engine == 'pattern']
COMPILED = pattern.compile(RULES, ())
NUMBERS = {rule.id: number for number, rule in enumerate(RULES)}
GLUE = (
    '',
    ' ',
    '"',
    "'",
    ': ',
    '=',
    ' = ',
    '-',
    '_',
    '.',
    '/',
    '\\n',
    '\n',
    ',',
    '"=>"',
)


def texts(rule: Rule) -> list[str]:
    """Return the examples of a rule, and pieces of them put together at random."""
    whole = [
        examples.expand(example.content, f'{rule.id}.{number}')
        for number, example in enumerate((*rule.bad, *rule.good))
    ]
    draw = random.Random(rule.id)
    for _ in range(40):
        pieces = []
        for _ in range(draw.randrange(2, 5)):
            text = draw.choice(whole)[:4000]
            low = draw.choice((0, draw.randrange(len(text) + 1)))
            high = draw.choice((len(text), draw.randrange(low, len(text) + 1)))
            pieces += [text[low:high], draw.choice(GLUE)]
        whole.append(''.join(pieces))
    return whole


def lines(content: bytes, many: int) -> list[tuple[int, int]]:
    """Return where each row of so many lines begins and ends."""
    ends = [match.start() for match in re.finditer(rb'\n|\Z', content)]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [
        (start, ends[min(number + many, len(ends)) - 1])
        for number, start in enumerate(starts)
    ]


@pytest.mark.parametrize('rule', RULES, ids=lambda rule: str(rule.id))
def test_no_match_of_a_rule_is_missed(rule: Rule) -> None:
    number = NUMBERS[rule.id]
    loaded = pattern.load(COMPILED)
    exact, *_ = pattern._compiled(loaded, number)
    many = loaded.rules[number].lines
    content = '\n\n'.join(texts(rule)).encode()
    if many > pattern.FEW_LINES:
        pytest.skip('looked for on a grid')
    windows = [
        (a, b) for one, a, b in pattern._windows(content, loaded) if one == number
    ]
    missed = []
    for low, high in lines(content, many):
        for match in exact.finditer(content, low, high):
            if match.group().count(b'\n') < many and not any(
                start <= match.start() and match.end() <= stop
                for start, stop in windows
            ):
                missed.append(rf'{match.re.pattern[:20]!r} at {match.start()}')
    assert missed == []
