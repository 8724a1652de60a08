"""The last line of the report for people, which is all of it after a clean run."""

from __future__ import annotations

from hookline.light import Mapping, TextIO
from hookline.nouns import Report

RED, YELLOW, GREEN = '1;31', '1;33', '32'


def paint(code: str, text: str) -> str:
    return f'\x1b[{code}m{text}\x1b[0m' if text else text


def summary(report: Report, *, color: bool = False, verbose: bool = False) -> str:
    """Return the one line that says what was read, and what it came to."""
    blocks = sum(judged.action == 'block' for judged in report.judged)
    warns = sum(judged.action == 'warn' for judged in report.judged)
    verdict = []
    if report.failures:  # the caller says which: they go to standard error
        verdict.append(f'incomplete ({_count(len(report.failures), "failure")})')
    if blocks:
        verdict.append(f'{blocks:,} {"blocks" if blocks == 1 else "block"}')
    if warns:
        verdict.append(f'{warns:,} {"warns" if warns == 1 else "warn"}')
    if report.dropped:
        verdict.append(f'{len(report.dropped):,} dropped')
    if not report.judged and not report.failures:
        verdict.insert(0, 'clean')
    read = f'read {_count(report.files, "file")} ({_count(report.lines, "line")})'
    if report.commits:
        read += f' in {_count(report.commits, "commit")}'
    if report.skipped:
        read += f', skipped {len(report.skipped):,}'
    parts = [', '.join(verdict), read]
    if report.checks:
        parts.append(
            ', '.join(
                f'{check.name} '
                + (f'{_count(check.files, "file")} ' if verbose else '')
                + _duration(check.seconds)
                for check in report.checks
            )
        )
    parts.append(f'{report.seconds:.2f} s')
    code = RED if blocks or report.failures else YELLOW if warns else GREEN
    parts[0] = paint(code, parts[0]) if color else parts[0]
    return f'hookline: {"; ".join(parts)}'


def wants_color(
    stream: TextIO, environ: Mapping[str, str], option: str = 'auto'
) -> bool:
    """Say whether to colour: `option` (always, never, auto) beats the environment."""
    if option != 'auto':
        return option == 'always'
    if environ.get('NO_COLOR') or environ.get('TERM') == 'dumb':
        return False
    return stream.isatty()


def _count(number: int, noun: str) -> str:
    return f'{number:,} {noun}{"" if number == 1 else "s"}'


def _duration(seconds: float) -> str:
    return f'{seconds:.1f} s' if seconds >= 0.9995 else f'{seconds * 1000:.0f} ms'
