"""Starts a program and talks to it; what is run is git's and programs' matter.

By posix_spawn where there is one, for subprocess takes longer to import than git to
answer; by subprocess on Windows, and for a program that needs a directory of its own.
"""

from __future__ import annotations

import os
import sys
import time

from hookline.light import TYPE_CHECKING, Any, Mapping, Sequence

if TYPE_CHECKING:
    import subprocess

    Popen = subprocess.Popen[bytes]

# Python itself ignores these two; a program expects them as they usually are.
_SIGPIPE, _SIGXFSZ = 13, 25
_SIGKILL = 9
_PIECE = 1 << 20


class Late(Exception):
    """A program was not done in time."""


class Process:
    """A program that runs, with pipes to its standard streams."""

    returncode: int | None = None  # of one that a signal ended: minus its number

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self._stdin = stdin
        self._outputs: dict[int, list[bytes]] = {stdout: [], stderr: []}

    def talk(self, stdin: bytes, timeout: float) -> tuple[bytes, bytes]:
        """Return what it says until its end; raise Late after `timeout` seconds."""
        import select

        end = time.monotonic() + timeout
        rest = memoryview(stdin)
        poll = select.poll()
        open_now = set(self._outputs)
        for descriptor in open_now:
            poll.register(descriptor, select.POLLIN)
        if rest:
            os.set_blocking(self._stdin, False)
            poll.register(self._stdin, select.POLLOUT)
        else:
            self._close_stdin()
        while open_now:
            ready = poll.poll(max(0, int((end - time.monotonic()) * 1000)))
            if not ready:
                raise Late
            for descriptor, _ in ready:
                if descriptor == self._stdin:
                    rest = rest[_written(descriptor, rest) :]
                    if not rest:
                        poll.unregister(descriptor)
                        self._close_stdin()
                elif piece := os.read(descriptor, _PIECE):
                    self._outputs[descriptor].append(piece)
                else:
                    poll.unregister(descriptor)
                    open_now.remove(descriptor)
        self._close_stdin()
        out, err = (b''.join(pieces) for pieces in self._outputs.values())
        self._wait(end, bool(err))
        self._close()
        return out, err

    def write(self, text: bytes) -> None:
        """Ask already; `text` is less than any pipe holds. talk() gives the answer."""
        _written(self._stdin, memoryview(text))

    def end(self, group: bool = False) -> None:
        """End it now, with all of its process group if it has one of its own."""
        self.kill(group)
        self._close()
        if self.returncode is None:
            self._reap(0, True)

    def kill(self, group: bool) -> None:
        if self.returncode is not None:
            return
        try:
            (os.killpg if group else os.kill)(self.pid, _SIGKILL)
        except ProcessLookupError:
            return

    def _wait(self, end: float, said: bool) -> None:
        pause = 0.00005
        while not self._reap(os.WNOHANG, said):
            if time.monotonic() > end:
                raise Late
            time.sleep(pause)
            pause = min(2 * pause, 0.05)

    def _reap(self, options: int, said: bool) -> bool:
        try:
            pid, status = os.waitpid(self.pid, options)
        except ChildProcessError:
            # Who started us ignores SIGCHLD, and so the system tells us no status.
            self.returncode = int(said)
            return True
        if pid:
            self.returncode = os.waitstatus_to_exitcode(status)
        return bool(pid)

    def _close_stdin(self) -> None:
        if self._stdin >= 0:
            os.close(self._stdin)
            self._stdin = -1

    def _close(self) -> None:
        self._close_stdin()
        for descriptor in self._outputs:
            os.close(descriptor)
        self._outputs = {}


def _written(descriptor: int, rest: memoryview) -> int:
    try:
        return os.write(descriptor, rest[:_PIECE])
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        # It wants no more, and its status says whether that is right.
        return len(rest)


class _Popen(Process):
    """The same by subprocess."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.pid = process.pid
        self._process = process

    def talk(self, stdin: bytes, timeout: float) -> tuple[bytes, bytes]:
        import subprocess

        try:
            out, err = self._process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Late from None
        self.returncode = self._process.returncode
        return out, err

    def write(self, text: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(text)
            self._process.stdin.flush()
        except OSError:
            return

    def end(self, group: bool = False) -> None:
        self.kill(group)
        self._process.communicate()
        self.returncode = self._process.returncode

    def kill(self, group: bool) -> None:
        if self._process.returncode is not None:
            return
        if os.name == 'posix':
            super().kill(group)
        else:
            self._process.kill()


def start(
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    cwd: str | None = None,
    group: bool = False,
    memory: int = 0,
) -> Process:
    """Start a program; raise OSError where that is not possible.

    With `group` it gets a session of its own, and so does not get the terminal's
    signals, nor can it read from it. With `memory` it has so many bytes, and each
    program that it starts, where the system can say so of another process.
    """
    if memory and os.name == 'posix':
        _no_core()
    process = _start(command, env, cwd, group)
    if memory and sys.platform == 'linux':
        _limit(process.pid, memory)
    return process


def _no_core() -> None:
    """Leave no core of us, nor of what we start: it would hold what it read."""
    import resource

    # Before it runs, and so not with prlimit.
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def _limit(pid: int, memory: int) -> None:
    import resource

    # Not RLIMIT_AS: the runtimes of OCaml and Haskell reserve far more addresses than
    # they use. What may be written counts here, and no more.
    kind = resource.RLIMIT_DATA
    most = resource.getrlimit(kind)[1]
    limit = memory if most == resource.RLIM_INFINITY else min(memory, most)
    try:
        resource.prlimit(pid, kind, (limit, limit))
    except OSError:
        return  # it has ended already, or the system sets no limits for others


def _start(
    command: Sequence[str], env: Mapping[str, str], cwd: str | None, group: bool
) -> Process:
    if cwd is not None or not hasattr(os, 'posix_spawn'):
        return _popen(command, env, cwd, group)
    pipes = (os.pipe(), os.pipe(), os.pipe())
    (inner, stdin), (stdout, out), (stderr, err) = pipes
    mine = False
    try:
        if min(inner, out, err) < 3:
            # One of our own standard streams is closed.
            return _popen(command, env, cwd, group)
        actions = [
            (os.POSIX_SPAWN_DUP2, inner, 0),
            (os.POSIX_SPAWN_DUP2, out, 1),
            (os.POSIX_SPAWN_DUP2, err, 2),
        ]
        own: dict[str, Any] = {'setsid': True} if group else {}
        try:
            pid = os.posix_spawn(
                command[0],
                list(command),
                env,
                file_actions=actions,
                setsigdef=(_SIGPIPE, _SIGXFSZ),
                **own,
            )
        except NotImplementedError:
            return _popen(command, env, cwd, group)
        mine = True
    finally:
        for descriptor in (inner, out, err) if mine else (d for p in pipes for d in p):
            os.close(descriptor)
    return Process(pid, stdin, stdout, stderr)


def _popen(
    command: Sequence[str], env: Mapping[str, str], cwd: str | None, group: bool
) -> Process:
    import subprocess

    return _Popen(
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=env,
            start_new_session=group and os.name == 'posix',
        )
    )


def stream(command: Sequence[str], env: Mapping[str, str]) -> Popen:
    """Start a program whose answers are read as they come; its caller ends it."""
    import subprocess

    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, stderr=pipe)
