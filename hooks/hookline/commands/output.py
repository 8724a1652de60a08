"""Writes a report where it belongs and says the status that it means."""

from __future__ import annotations

import os
import sys

from hookline.light import TYPE_CHECKING, Callable, Mapping, NamedTuple
from hookline.nouns import Failure, Report, Rule

if TYPE_CHECKING:
    from hookline.library import Library

FORMATS = ('text', 'json', 'sarif', 'github', 'gitlab')


class Style(NamedTuple):
    """How a report is to be written."""

    format: str = 'text'
    path: str = ''  # a file instead of standard output
    color: str = 'auto'
    verbose: bool = False


def emit(report: Report, library: Library, style: Style) -> int:
    """Write the report; return the exit status."""
    if report.judged or report.dropped or report.failures or report.notes:
        from hookline import masking

        report = masking.report(report, library)
    text = _text(report, library, style)
    if style.path:
        _to_file(style.path, text)
        if style.format != 'text':
            # A machine reads the file; whoever runs it sees what came of it.
            _to_stdout(_human(report, library, style))
    else:
        _to_stdout(text)
        if style.format == 'text' and os.environ.get('GITHUB_ACTIONS') == 'true':
            from hookline.report import github

            _to_stdout(github.write(report, _rules(report, library)))
    sys.stdout.flush()
    for failure in report.failures:
        from hookline.report.escape import escape

        sys.stderr.write(f'hookline: {escape(failure)}\n')
    if report.failures:
        return 2
    return 1 if any(row.action == 'block' for row in report.judged) else 0


def _text(report: Report, library: Library, style: Style) -> str:
    if style.format == 'text':
        return _human(report, library, style)
    writers: dict[str, Callable[[Report, Mapping[str, Rule]], str]]
    from hookline.report import github, gitlab, jsonreport, sarif

    writers = {
        'json': jsonreport.write,
        'sarif': sarif.write,
        'github': github.write,
        'gitlab': gitlab.write,
    }
    return writers[style.format](report, library.rules())


def _human(report: Report, library: Library, style: Style) -> str:
    from hookline.report import summary

    color = not style.path and summary.wants_color(sys.stdout, os.environ, style.color)
    if not (report.judged or report.dropped or report.skipped or report.notes):
        line = summary.summary(report, color=color, verbose=style.verbose)
        return f'{line}\n'
    from hookline.report import text

    inline, require, _ = library.policy()['inline']
    return text.write(
        report,
        _rules(report, library),
        color=color,
        verbose=style.verbose,
        inline=inline,
        require=require,
    )


def _rules(report: Report, library: Library) -> Mapping[str, Rule]:
    return library.rules() if report.judged or report.dropped else {}


def _to_stdout(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode('utf-8', 'backslashreplace'))
    sys.stdout.buffer.flush()


def _to_file(path: str, text: str) -> None:
    try:
        with open(path, 'wb') as file:
            file.write(text.encode('utf-8', 'backslashreplace'))
    except OSError as error:
        raise Failure(f'--output {path}: {error.strerror}') from None
