"""Spans of bytes: from and to, half-open."""

from __future__ import annotations

from hookline.light import Iterable, Sequence

Span = tuple[int, int]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return what the spans cover, by place; those that touch are one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > start:
            found.append((start, end))
    return found


def first(spans: Sequence[Span], start: int) -> int:
    """Return the number of the first of merged spans that ends behind `start`."""
    from bisect import bisect_right

    at = bisect_right(spans, (start, start))
    return at - 1 if at and spans[at - 1][1] > start else at


def overlaps(spans: Sequence[Span], start: int, end: int) -> bool:
    """Say whether one of merged spans has a byte of this one."""
    at = first(spans, start)
    return at < len(spans) and spans[at][0] < end
