"""Spreads what is to be read over the cores, in processes that are forked.

hyperscan lets other threads run; what checks its hits is Python and does not. A forked
process has the contents and the rules already, and sends back only what it found.
"""

from __future__ import annotations

import marshal
import os
import sys

from hookline.light import Any, Callable, Iterator, NamedTuple, Sequence
from hookline.nouns import Change, Failure

# Numbers of tasks that a pipe of Linux holds, and some to spare.
QUEUE = 8192
# Elsewhere a fork is not safe (macOS) or not to be had (Windows).
POSSIBLE = sys.platform == 'linux'


def split(changes: Sequence[Change], cores: int) -> list[list[Change]]:
    """Return shares of about equal size, each in the order of `changes`."""
    if not POSSIBLE or cores < 2:
        return [list(changes)]
    shares: list[list[int]] = [[] for _ in range(cores)]
    held = [0] * cores
    sizes = [len(change.content) for change in changes]
    for number in sorted(range(len(changes)), key=lambda one: -sizes[one]):
        least = held.index(min(held))
        shares[least].append(number)
        held[least] += sizes[number] + 1
    return [[changes[number] for number in sorted(share)] for share in shares if share]


class Worker:
    """A forked process at work; called, it waits for what the work returns."""

    def __init__(self, process: int, reader: int) -> None:
        self.process = process
        self.reader = reader

    def __call__(self) -> Any:
        with open(self.reader, 'rb') as pipe:
            content = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        self.process = 0
        if status:
            raise Failure(f'a process that was to scan a share ended with {status}')
        return marshal.loads(content)

    def end(self) -> None:
        """End it at once, unless it has ended."""
        if self.process:
            import signal

            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)


def start(work: Callable[[], Any]) -> Worker:
    """Fork a process that does `work`; return what waits for what the work returns.

    That is what marshal can store. Raises Failure when the process ends otherwise.
    """
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        status = 1
        try:
            os.close(reader)
            with open(writer, 'wb') as pipe:
                marshal.dump(work(), pipe)
            status = 0
        finally:
            # Nothing that was inherited is flushed, closed or removed from here.
            os._exit(status)
    os.close(writer)
    return Worker(process, reader)


class Crew(NamedTuple):
    """What the processes of a crew returned, and what those that died left undone."""

    results: list[Any]
    undone: list[int]
    failure: str  # '' unless one died


def crew(
    size: int,
    tasks: int,
    work: Callable[[Iterator[int]], Any],
    progress: Callable[[int], None],
) -> Crew:
    """Fork `size` processes that take the next task each time.

    `work` is given the numbers of the tasks that fall to it. At most QUEUE tasks.
    """
    queue, fill = os.pipe()
    os.write(fill, b''.join(number.to_bytes(4, 'little') for number in range(tasks)))
    os.close(fill)
    news, tell = os.pipe()

    def share() -> Any:
        os.close(news)
        taken = []

        def numbers() -> Iterator[int]:
            # All of it was written before, so each read is one whole number.
            while task := os.read(queue, 4):
                taken.append(int.from_bytes(task, 'little'))
                yield taken[-1]
                os.write(tell, b'.')

        found = work(numbers())
        # Else the other side waits for news of this one, and this one for the other.
        os.close(tell)
        return taken, found

    workers = []
    results = []
    undone = set(range(tasks))
    failure = ''
    try:
        for _ in range(size):
            workers.append(start(share))
        os.close(tell)
        tell = -1
        done = 0
        while said := os.read(news, 4096):
            done += len(said)
            progress(done)
        for worker in workers:
            try:
                taken, found = worker()
            except Failure as failed:
                failure = str(failed)
            else:
                results.append(found)
                undone.difference_update(taken)
        return Crew(results, sorted(undone), failure)
    except BaseException:
        for worker in workers:
            worker.end()
        raise
    finally:
        for pipe in (queue, news, tell):
            if pipe >= 0:
                os.close(pipe)
