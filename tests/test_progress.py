"""A bar on the terminal of who waits, and nowhere else."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import BIN
from hookline import progress

termios = pytest.importorskip('termios', reason='this system has no pty')


def terminal(columns: int, lines: int) -> tuple[int, int]:
    """Return both ends of a terminal of that size."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (lines, columns)) if sys.version_info >= (
        3,
        11,
    ) else _set_size(theirs, columns, lines)
    return ours, theirs


def _set_size(descriptor: int, columns: int, lines: int) -> None:
    import fcntl
    import struct

    size = struct.pack('HHHH', lines, columns, 0, 0)
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, size)


@pytest.mark.parametrize(
    ('columns', 'environ', 'expected'),
    [
        (0, {}, False),  # pre-commit's terminal
        (80, {'PRE_COMMIT': '1'}, False),
        (80, {'CI': 'true'}, False),
        (80, {'TERM': 'dumb'}, False),
        (80, {}, True),
        (80, {'NO_COLOR': '1'}, True),
    ],
)
def test_only_somebody_who_watches_gets_a_bar(
    columns: int, environ: Mapping[str, str], expected: bool
) -> None:
    ours, theirs = terminal(columns, 24 if columns else 0)
    try:
        with open(theirs, 'w', closefd=False) as stream:
            assert progress.wanted(environ, stream) is expected
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_pipe_and_a_closed_stream_get_no_bar() -> None:
    assert not progress.wanted({}, io.StringIO())
    assert not progress.wanted({}, None)


@pytest.mark.parametrize(
    ('done', 'total', 'expected'),
    [
        (0, 0, '0 read, 1:05'),
        (1500, 0, '1,500 read, 1:05'),
        (0, 10, f'[{"." * 24}] 0 of 10 read, 1:05'),
        (5, 10, f'[{"#" * 12}{"." * 12}] 5 of 10 read, 1:05'),
        (10, 10, f'[{"#" * 24}] 10 of 10 read, 1:05'),
        # More than was known of, as when a folder turns out to be a repository.
        (12, 10, f'[{"#" * 24}] 12 of 10 read, 1:05'),
    ],
)
def test_a_bar_says_how_much_and_how_long(done: int, total: int, expected: str) -> None:
    assert progress.picture(done, total, 65.2, 80) == expected
    assert progress.picture(done, total, 65.2, 10) == expected[:9]


def test_the_bar_comes_late_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(progress.time, 'monotonic', lambda: now[0])
    monkeypatch.setattr(progress, '_columns', lambda stream: 80)
    stream = io.StringIO()
    bar = progress.Bar(stream, {'NO_COLOR': '1'})
    bar(1, 10)
    assert stream.getvalue() == ''
    now[0] += 1
    bar(5, 10)
    bar(6, 10)  # too soon after the last
    bar.clear()
    shown = f'[{"#" * 12}{"." * 12}] 5 of 10 read, 0:01'
    assert stream.getvalue() == f'\r{shown}\r{" " * len(shown)}\r'


@pytest.mark.parametrize(
    ('environ', 'expected'), [({}, True), ({'PRE_COMMIT': '1'}, False)]
)
def test_a_long_scan_shows_its_bar_on_a_terminal(
    tmp_path: Path, environ: Mapping[str, str], expected: bool
) -> None:
    line = 'password = get("a name of some length", default=None)  # {}\n'
    for number in range(24):
        text = ''.join(line.format(n * number) for n in range(1500))
        (tmp_path / f'{number}.py').write_text(text)
    ours, theirs = terminal(80, 24)
    process = subprocess.Popen(
        (BIN / 'hookline', 'scan', '--check', 'secrets'),
        cwd=tmp_path,
        env={**os.environ, 'TERM': 'xterm', **environ},
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    said = b''
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
    except OSError:
        pass  # Linux says so when the other end is closed
    assert process.stdout is not None
    out = process.stdout.read()
    os.close(ours)
    assert process.wait() == 0, out
    assert (b'of 24 read' in said) is expected, said
    # It is taken away before anything else is written.
    assert not said or said.endswith(b'\r')
