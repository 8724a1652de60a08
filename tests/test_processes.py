"""A program is talked to, ended, and cleaned up after, whichever way it is started."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from hookline import processes

WAYS = (None, '/') if hasattr(os, 'posix_spawn') else ('/',)
ECHO = 'import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data * 2)'


def python(code: str, cwd: str | None, group: bool = False) -> processes.Process:
    command = (sys.executable, '-I', '-S', '-c', code)
    return processes.start(command, dict(os.environ), cwd=cwd, group=group)


def open_descriptors() -> int:
    return len(os.listdir('/dev/fd'))


@pytest.mark.parametrize('cwd', WAYS)
@pytest.mark.parametrize('size', [0, 1, 3_000_000])
def test_what_is_written_and_said_is_whole(cwd: str | None, size: int) -> None:
    before = open_descriptors()
    process = python(ECHO, cwd)
    text = b'x' * size
    assert process.talk(text, 30) == (text * 2, b'')
    assert process.returncode == 0
    assert open_descriptors() == before


@pytest.mark.parametrize('cwd', WAYS)
def test_a_question_may_be_asked_before_the_answer_is_waited_for(
    cwd: str | None,
) -> None:
    process = python(ECHO, cwd)
    process.write(b'ab')
    assert process.talk(b'', 30) == (b'abab', b'')


@pytest.mark.parametrize('cwd', WAYS)
@pytest.mark.parametrize(
    ('code', 'status', 'said'),
    [
        ("import sys; sys.exit('no')", 1, b'no\n'),
        ('import os, signal; os.kill(os.getpid(), 15)', -signal.SIGTERM, b''),
        ('import sys; sys.stdin.close(); sys.stdout.close()', 0, b''),
    ],
)
def test_a_status_is_told(cwd: str | None, code: str, status: int, said: bytes) -> None:
    process = python(code, cwd)
    assert process.talk(b'x' * 1_000_000, 30)[1] == said
    assert process.returncode == status


@pytest.mark.parametrize('cwd', WAYS)
@pytest.mark.parametrize(
    'code',
    [
        'import time; time.sleep(60)',
        # Closing its streams is not ending.
        'import os, time; os.close(1); os.close(2); time.sleep(60)',
    ],
)
def test_one_that_is_late_is_ended(cwd: str | None, code: str) -> None:
    before = open_descriptors()
    start = time.monotonic()
    process = python(code, cwd, group=True)
    with pytest.raises(processes.Late):
        process.talk(b'', 0.3)
    process.end(group=True)
    assert process.returncode == -signal.SIGKILL
    assert time.monotonic() - start < 20
    assert open_descriptors() == before


@pytest.mark.parametrize('cwd', WAYS)
def test_its_children_end_with_it(cwd: str | None, tmp_path: Path) -> None:
    note = tmp_path / 'pid'
    code = (
        'import os, time\n'
        'child = os.fork()\n'
        f'child and open({str(note)!r}, "w").write(str(child))\n'
        'time.sleep(60)\n'
    )
    process = python(code, cwd, group=True)
    with pytest.raises(processes.Late):
        process.talk(b'', 1)
    process.end(group=True)
    child = int(note.read_text())
    for _ in range(100):
        if not alive(child):
            return
        time.sleep(0.05)
    raise AssertionError('its child lives on')


def alive(pid: int) -> bool:
    try:
        # One that has ended and was not waited for is not alive.
        return f'{pid}' in Path(f'/proc/{pid}/stat').read_text() and (
            Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
        )
    except OSError:
        return False


@pytest.mark.parametrize('cwd', WAYS)
def test_what_cannot_be_started_says_so(cwd: str | None, tmp_path: Path) -> None:
    before = open_descriptors()
    for path in (tmp_path / 'none', tmp_path):
        with pytest.raises(OSError, match=r'No such file|denied'):
            processes.start((str(path),), {}, cwd=cwd)
    assert open_descriptors() == before


@pytest.mark.parametrize('cwd', WAYS)
def test_signals_that_python_ignores_are_not_ignored_there(cwd: str | None) -> None:
    process = processes.start(
        ('/bin/sed', '-n', 's/^SigIgn:[[:space:]]*//p', '/proc/self/status'),
        dict(os.environ),
        cwd=cwd,
    )
    ignored = int(process.talk(b'', 30)[0], 16)
    assert not ignored & (1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1))


def test_a_closed_standard_stream_is_no_trouble(tmp_path: Path) -> None:
    code = (
        'import os, sys; os.close(0)\n'
        f'sys.path[:0] = {sys.path!r}\n'
        'from hookline import processes\n'
        f'process = processes.start(("/bin/cat",), dict(os.environ))\n'
        'assert process.talk(b"ab", 30) == (b"ab", b"")\n'
    )
    process = python(code, None)
    assert process.talk(b'', 30) == (b'', b'')
    assert process.returncode == 0


def test_a_status_that_nobody_tells_is_read_from_what_was_said() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        good, bad = python('pass', None), python("raise SystemExit('no')", None)
        assert (good.talk(b'', 30), good.returncode) == ((b'', b''), 0)
        assert (bad.talk(b'', 30), bad.returncode) == ((b'', b'no\n'), 1)
    finally:
        signal.signal(signal.SIGCHLD, before)
