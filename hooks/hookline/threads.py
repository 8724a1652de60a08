"""Work in threads of ours, while this one does something else or waits.

By _thread: threading itself takes a millisecond to import.
"""

from __future__ import annotations

import _thread

from hookline.light import Any, Callable, Sequence


def beside(work: Callable[[], Any]) -> Callable[[], Any]:
    """Begin `work`; return what waits for its result, or raises its error."""
    done = _thread.allocate_lock()
    results: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # raised again by the thread that waits
            errors.append(error)
        finally:
            done.release()

    def wait() -> Any:
        done.acquire()
        if errors:
            raise errors[0]
        return results[0]

    done.acquire()
    _thread.start_new_thread(run, ())
    return wait


def together(work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """Return work(item) of each, the first done in this thread and all at once.

    Raises the first error when all have ended; an interrupt does not wait for that.
    """

    def bound(item: Any) -> Callable[[], Any]:
        return lambda: work(item)

    here, *others = map(bound, items)
    results: list[Any] = []
    errors: list[Exception] = []
    for result in (here, *[beside(other) for other in others]):
        try:
            results.append(result())
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return results
