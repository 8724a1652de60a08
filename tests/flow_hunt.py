"""Looks for a flow that is real and called proven safe, in as many programs as wanted.

python tests/flow_hunt.py FIRST LAST: seeds of files with VIEWS programs each. What it
finds is printed with its seed; the same seed always gives the same programs.
"""

from __future__ import annotations

import sys
import time
from random import Random

import flow_programs
from hookline import rulebook
from hookline.flow.languages import LANGUAGES
from hookline.flow.models import Models

VIEWS = 12
RUNS = 6  # of each program, with other coins


def models() -> Models:
    book = rulebook.load([rulebook.builtin()])
    flows = next(r for r in book.rules.values() if r.engine == 'flow').block['models']
    own = [one for one in flows if one['language'] == 'python']
    return Models(LANGUAGES['python'], own)


def false_proofs(text: str, known: Models) -> list[int]:
    """Return the lines of sinks that are reached and called proven safe."""
    judged = dict(flow_programs.verdicts(text, known))
    safe = {line for line, level in judged.items() if level == 0}
    reached: set[int] = set()
    for coin in range(RUNS if safe else 0):
        reached |= flow_programs.arrivals(text, coin)
    return sorted(reached & safe)


def main(first: int, last: int) -> int:
    known, begun, found, left_out = models(), time.monotonic(), 0, 0
    for seed in range(first, last):
        text = flow_programs.program(Random(seed), VIEWS)
        try:
            compile(text, 'made', 'exec')
        except SyntaxError:
            # As := within a comprehension in the body of a class.
            left_out += 1
            continue
        lines = false_proofs(text, known)
        if lines:
            found += 1
            print(f'seed {seed}: lines {lines} are reached', flush=True)
        if (seed + 1 - first) % 100 == 0:
            spent = time.monotonic() - begun
            done = (seed + 1 - first) * VIEWS
            print(f'{done} programs, {found} false, {spent:.0f} s', flush=True)
    print(f'{(last - first - left_out) * VIEWS} programs, {found} false proofs')
    return 1 if found else 0


if __name__ == '__main__':
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2])))
