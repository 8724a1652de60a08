"""Which lines of a new text stand for which of an old one, in linear time.

Patience: the lines that both texts have once are the anchors, in the longest order
that both agree on; between anchors again. difflib is quadratic where lines repeat.
"""

from __future__ import annotations

from bisect import bisect_left

from hookline.light import Sequence
from hookline.lines import Lines

# Lines looked at for each line there is; beyond that the rest stays unaligned.
_BUDGET = 60
# Pairs of lines in a gap without anchors that are still compared one by one.
_SMALL = 10_000

_Gap = tuple[int, int, int, int]


def of_contents(old: bytes, new: bytes) -> dict[int, int]:
    """Return the old line, from 1, of each new line that has one.

    White space does not count, so code that only moved in or out stays aligned, and so
    do new line ends.
    """
    pairs = align(_lines(old), _lines(new))
    return {number + 1: other + 1 for number, other in pairs.items()}


def align(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Return the index in `old` of each index in `new` that has one, both rising."""
    found: dict[int, int] = {}
    gaps = [(0, len(old), 0, len(new))]
    budget = _BUDGET * (len(old) + len(new)) + _SMALL
    while gaps and budget > 0:
        start, end, at, to = _trimmed(old, new, gaps.pop(), found)
        budget -= end - start + to - at
        if start == end or at == to:
            continue
        anchors = _anchors(old, new, (start, end, at, to))
        if not anchors and (end - start) * (to - at) <= _SMALL:
            budget -= (end - start) * (to - at)
            anchors = _common(old, new, (start, end, at, to))
            found.update({there: here for here, there in anchors})
        elif anchors:
            for here, there in anchors:
                found[there] = here
                gaps.append((start, here, at, there))
                start, at = here + 1, there + 1
            gaps.append((start, end, at, to))
    _slide(new, found)
    return found


def _lines(content: bytes) -> list[str]:
    lines = Lines(content)
    numbers = range(1, len(lines) + 1)
    return [' '.join(lines.text(*lines.span(number)).split()) for number in numbers]


def _trimmed(
    old: Sequence[str], new: Sequence[str], gap: _Gap, found: dict[int, int]
) -> _Gap:
    """Align the equal beginning and end of a gap; return what is left of it."""
    start, end, at, to = gap
    while start < end and at < to and old[start] == new[at]:
        found[at] = start
        start, at = start + 1, at + 1
    while start < end and at < to and old[end - 1] == new[to - 1]:
        end, to = end - 1, to - 1
        found[to] = end
    return start, end, at, to


def _slide(new: Sequence[str], found: dict[int, int]) -> None:
    """Let each run of added lines end as far down as it can, as git's diff does."""
    budget = 10 * len(new)
    end = len(new)
    while end:
        start = end
        while start and start - 1 not in found:
            start -= 1
        low, high = start, end
        while (
            low < high
            and high < len(new)
            and high in found
            and new[low] == new[high]
            and budget
        ):
            found[low] = found.pop(high)
            low, high, budget = low + 1, high + 1, budget - 1
        end = start if start < end else end - 1


def _anchors(
    old: Sequence[str], new: Sequence[str], gap: _Gap
) -> list[tuple[int, int]]:
    """Return pairs of the lines that each side has once, the longest rising row."""
    from collections import Counter

    start, end, at, to = gap
    once = Counter(old[start:end])
    again = Counter(new[at:to])
    places = {old[i]: i for i in range(start, end) if once[old[i]] == 1}
    pairs = [
        (places[new[i]], i)
        for i in range(at, to)
        if again[new[i]] == 1 and new[i] in places
    ]
    ends: list[int] = []  # the least old line that a row of each length ends in
    last: list[int] = []  # and which pair that is
    before = [-1] * len(pairs)
    for number, (here, _) in enumerate(pairs):
        length = bisect_left(ends, here)
        before[number] = last[length - 1] if length else -1
        if length == len(ends):
            ends.append(here)
            last.append(number)
        else:
            ends[length], last[length] = here, number
    row: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        row.append(pairs[number])
        number = before[number]
    return row[::-1]


def _common(old: Sequence[str], new: Sequence[str], gap: _Gap) -> list[tuple[int, int]]:
    """Return pairs of a longest common subsequence of two small gaps."""
    start, end, at, to = gap
    best = [[0] * (to - at + 1) for _ in range(end - start + 1)]
    for here in range(end - 1, start - 1, -1):
        row, below = best[here - start], best[here - start + 1]
        for there in range(to - 1, at - 1, -1):
            number = there - at
            row[number] = (
                below[number + 1] + 1
                if old[here] == new[there]
                else max(below[number], row[number + 1])
            )
    pairs: list[tuple[int, int]] = []
    here, there = start, at
    while here < end and there < to:
        if old[here] == new[there]:
            pairs.append((here, there))
            here, there = here + 1, there + 1
        elif best[here - start + 1][there - at] >= best[here - start][there - at + 1]:
            here += 1
        else:
            there += 1
    return pairs
