"""The entry point. Whatever goes wrong ends in status 2 and one line, never in 1.

Imports only the standard library at its top: a broken installation must not exit with
1, which reads as "findings".
"""

from __future__ import annotations

import gc
import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = """\
usage: hookline COMMAND …

  scan [PATH…]     scan files, a directory, what is staged, commits, or all history
  hook NAME FILE…  what the hooks of .pre-commit-hooks.yaml call:
                   secrets, code, docker, all or push
  baseline         accept old findings: write, check, prune
  rules            list, show and test rules
  images           list the images in use, say why one is (not) approved, allow or
                   pin one
  explain RULE     say what a rule finds, why it matters and what to do
  init             start: the entry for pre-commit, a policy.yaml with the defaults
  import [FILE…]   carry other tools' configuration over into .hookline/

Each has --help. `hookline --version` says which version this is.
Status: 0 clean or warnings only, 1 something blocks, 2 hookline could not do its job.
"""
COMMANDS = (
    *('hook', 'scan', 'baseline', 'rules', 'images', 'explain', 'init', 'import'),
)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if sys.stdout is None or sys.stderr is None:
        # Python gives None for a stream that was closed before it started.
        return 2
    try:
        _prepare()
        status = _run(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _could_not(error)
    if argv is None and 'atexit' not in sys.modules:
        # Nothing waits to be done at exit, and taking the interpreter and hyperscan's
        # databases apart is a tenth of what a commit waits for.
        os._exit(status)
    return status


def _prepare() -> None:
    """Leave the repository no say in what is imported, and end in order."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    here = os.getcwd()
    for entry in os.environ.get('PYTHONPATH', '').split(os.pathsep):
        path = os.path.abspath(entry)
        # PYTHONPATH=. is common, and a yaml.py may lie there.
        if (path + os.sep).startswith(here + os.sep) and path != root:
            sys.path[:] = [known for known in sys.path if known not in (entry, path)]
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding does not have is no reason to fail.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors='backslashreplace')
    from hookline.light import signal

    for name in ('SIGINT', 'SIGTERM', 'SIGHUP'):
        number = getattr(signal, name, None)
        # Who started us with nohup wants SIGHUP ignored.
        if number and signal.getsignal(number) not in (signal.SIG_IGN, None):
            try:
                signal.signal(number, _ended)
            except ValueError:  # in another thread than the main one
                return


def _ended(number: int, frame: object) -> None:
    programs = sys.modules.get('hookline.programs')
    if programs is not None:
        programs.stop()
    # As an exception, so that temporary copies are removed.
    raise SystemExit(128 + number)


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ('-h', '--help', 'help'):
        sys.stdout.write(USAGE)
        return 0 if arguments else 2
    name, *rest = arguments
    if name == '--version':
        from hookline import __version__

        sys.stdout.write(f'hookline {__version__}\n')
        return 0
    if name == 'hook':
        # Over before there is anything to collect, and looking costs milliseconds.
        gc.disable()
        from hookline.commands import hook

        return hook.main(rest)
    if name not in COMMANDS:
        from hookline.nouns import Failure

        raise Failure(f'there is no command {name!r}; see hookline --help')
    import importlib

    # No module can be called import.
    module = 'imports' if name == 'import' else name
    command = importlib.import_module(f'hookline.commands.{module}')
    return int(command.main(rest))


def _could_not(error: Exception) -> int:
    """Say in one line what failed; a foreign exception's text may quote content."""
    try:
        sys.stderr.write(f'hookline: {_reason(error)}\n')
        sys.stderr.flush()
    except (OSError, ValueError):
        pass
    # What is left in a pipe that broke or a disk that is full cannot be written at
    # exit either; without this the interpreter would end with status 120.
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    return 2


def _reason(error: Exception) -> str:
    try:
        from hookline import masking
        from hookline.nouns import Failure
        from hookline.report.escape import escape, surprise
    except ImportError:
        return 'the installation is damaged: reinstall hookline'
    if isinstance(error, Failure):
        return escape(masking.line(str(error)))
    if isinstance(error, OSError):
        return f'cannot write its output: {error.strerror}'
    return surprise(error)


if __name__ == '__main__':
    raise SystemExit(main())
