"""A bar on standard error while a scan takes long; nothing where nobody watches.

pre-commit gives its hooks a terminal of 0 × 0 columns, and CI keeps what is drawn as
lines of a log: neither gets a bar.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TextIO

# How much is done, of how much; 0 where nobody knows yet.
Progress = Callable[[int, int], None]

# Seconds before there is a bar at all, and between two pictures of it.
PATIENCE = 0.5
PAUSE = 0.1
CELLS = 24


def wanted(environ: Mapping[str, str], stream: TextIO | None) -> bool:
    """Say whether somebody watches `stream`."""
    if environ.get('PRE_COMMIT') or environ.get('CI') or environ.get('TERM') == 'dumb':
        return False
    if stream is None or not stream.isatty():
        return False
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return False
    return size.columns > 0 and size.lines > 0


class Bar:
    """What is drawn of a scan, on one line that is taken away at the end."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        self.stream = stream
        self.plain = bool(environ.get('NO_COLOR'))
        self.start = self.drawn = time.monotonic()
        self.width = 0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.start < PATIENCE or now - self.drawn < PAUSE:
            return
        self.drawn = now
        text = picture(done, total, now - self.start, _columns(self.stream))
        blank = ' ' * max(0, self.width - len(text))
        self.width = len(text)
        shown = text if self.plain else f'\x1b[2m{text}\x1b[0m'
        self.stream.write(f'\r{shown}{blank}')
        self.stream.flush()

    def clear(self) -> None:
        if self.width:
            self.stream.write(f'\r{" " * self.width}\r')
            self.stream.flush()
            self.width = 0


def picture(done: int, total: int, seconds: float, columns: int) -> str:
    """Return the bar as text, no wider than the terminal less one column."""
    minutes, rest = divmod(int(seconds), 60)
    clock = f'{minutes}:{rest:02}'
    if total:
        full = min(CELLS * done // total, CELLS)
        bar = '#' * full + '.' * (CELLS - full)
        text = f'[{bar}] {done:,} of {total:,} read, {clock}'
    else:
        text = f'{done:,} read, {clock}'
    return text[: max(columns - 1, 0)]


def bar() -> Bar | None:
    """Return the bar of this run, or None where nobody watches."""
    return Bar(sys.stderr, os.environ) if wanted(os.environ, sys.stderr) else None


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0
