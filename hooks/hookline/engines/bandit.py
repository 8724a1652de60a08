"""bandit's tests over contents, in worker processes.

No temporary file is written and no configuration of the repository is read; `# nosec`
comments count, as bandit reads them.
"""

from __future__ import annotations

import os
import sys

from hookline import languages, programs, threads
from hookline import lazyre as re
from hookline.light import Any, Iterator, Sequence
from hookline.nouns import Change, Compiled, Document, Failure, Match, Rule, Run

VERSION = '1.9.4'
MISSING = (
    "bandit is not installed: pip install 'hookline[code]' "
    '(pre-commit: additional_dependencies: [".[code]"])'
)
# These report every call with something that is no constant. Where a web framework is
# used, rules of ours follow what comes in with the request, and only that blocks.
_CALLS = frozenset(('B602', 'B605', 'B608', 'B610', 'B611', 'B703', 'B704'))
_WEB = re.compile(
    rb'^[ \t]*(?:from|import)[ \t]+(?:flask|django|fastapi|starlette|quart|aiohttp|'
    rb'tornado|bottle|sanic|falcon|pyramid)\b',
    re.MULTILINE,
)
# A second process pays for its start-up from here on; about 0.2 s of work.
_WORTH_A_PROCESS = 150_000
WORKER = 'from hookline.engines.bandit_worker import main; main()'


def takes(change: Change) -> bool:
    return (
        change.kind == 'file'
        and languages.language(change.path, change.content) == 'python'
    )


def looks_at(change: Change, paths: bool) -> str:
    return ''  # the content is all that a test sees


def lasts(match: Match) -> bool:
    return True


def available() -> bool:
    return bool(_home())


def compile(rules: Sequence[Rule], images: Sequence[Document]) -> Compiled:
    from hookline.engines.bandit_worker import BLACKLISTED, PLUGINS

    tests: dict[str, tuple[str, str, str]] = {}
    for rule in rules:
        if rule.engine != 'bandit':
            continue
        for key in rule.block:
            if key != 'test':
                raise rule.document.wrong(f'bandit.{key}', 'unknown key, expected test')
        test = rule.block.get('test')
        if not isinstance(test, str) or not (test in PLUGINS or test in BLACKLISTED):
            expected = f'{test!r} is no test of bandit {VERSION}'
            raise rule.document.wrong('bandit.test', expected)
        if test in tests:
            expected = f'{test} has a rule: a file {tests[test][0]}.yaml replaces it'
            raise rule.document.wrong('bandit.test', expected)
        tests[test] = (rule.id, rule.severity, rule.confidence)
    return {'tests': tests}


def find(changes: Sequence[Change], compiled: Compiled, run: Run) -> Iterator[Match]:
    if not changes:
        return
    home = _home()
    if not home:
        raise Failure(MISSING)
    tests: dict[str, tuple[str, str, str]] = {
        test: row
        for test, row in compiled['tests'].items()
        if run.rules is None or row[0] in run.rules
    }
    if not tests:
        return
    _check_version(home)
    shares = _shares(changes, run.jobs)
    outcomes = threads.together(
        lambda share: _work(share, home, list(tests), run.deadline), shares
    )
    for share, answer in zip(shares, outcomes, strict=True):
        for change, outcome in zip(share, answer, strict=True):
            yield from _matches(change, outcome, tests)


def _home() -> str:
    """Return the directory of the bandit package, or ''; bandit is not imported."""
    for folder in filter(None, sys.path):  # '' is where the repository under scan is
        home = os.path.join(folder, 'bandit')
        if os.path.isfile(os.path.join(home, '__init__.py')):
            return home
    return ''


def _check_version(home: str) -> None:
    # The worker imports bandit piecemeal, which is known to be right for one version.
    if os.path.isdir(f'{home}-{VERSION}.dist-info'):
        return
    raise Failure(
        f'bandit {VERSION} is wanted, and another version is installed: '
        f"pip install 'bandit=={VERSION}'"
    )


def _shares(changes: Sequence[Change], jobs: int) -> list[list[Change]]:
    """Deal the changes out to as many workers as they are worth, large ones first."""
    total = sum(len(change.content) for change in changes)
    count = max(1, min(jobs, len(changes), total // _WORTH_A_PROCESS))
    shares: list[list[Change]] = [[] for _ in range(count)]
    sizes = [0] * count
    for change in sorted(changes, key=lambda change: -len(change.content)):
        least = sizes.index(min(sizes))
        shares[least].append(change)
        sizes[least] += len(change.content) + 1
    return shares


def _work(
    share: Sequence[Change], home: str, tests: list[str], deadline: float
) -> list[Any]:
    import marshal

    asked = marshal.dumps((home, tests, [change.content for change in share]))
    outcome = programs.run(
        programs.python(WORKER), name='bandit', deadline=deadline, stdin=asked
    )
    if outcome.status:
        raise Failure(f'bandit ended with status {outcome.status}')
    try:
        answer = marshal.loads(outcome.stdout)
    except (EOFError, ValueError, TypeError):
        raise Failure('bandit gave an answer that cannot be read') from None
    if not isinstance(answer, list) or len(answer) != len(share):
        at = share[len(answer)].path if answer else share[0].path
        why = programs.starved(outcome.stderr)
        raise Failure(
            f'bandit was asked about {len(share)} files and stopped at {at}'
            + (f': it {why}' if why else '')
        )
    return answer


def _matches(
    change: Change, outcome: Any, tests: dict[str, tuple[str, str, str]]
) -> Iterator[Match]:
    if outcome[0] == 'unparsed':
        _, start, end = outcome
        yield Match('unparsed-python', change.path, start, end, confidence='high')
        return
    for test, start, end, error in outcome[2]:
        # One test, one line: a commit is not stopped for bandit's own fault.
        message = f"bandit's test {test} failed here ({error}) and says nothing of it"
        yield Match(
            'unparsed-python',
            change.path,
            start,
            end,
            message=message,
            confidence='low',
        )
    web = bool(outcome[1]) and _WEB.search(change.content) is not None
    for test, start, end, secret, severity, confidence in outcome[1]:
        unsure = confidence == 'LOW' or (web and test in _CALLS)
        # No message: bandit's text holds the password that it found. bandit grades an
        # occurrence (a literal command, say), so where it says low, ours is too high.
        yield Match(
            tests[test][0],
            change.path,
            start,
            end,
            secret,
            severity='low' if severity == 'LOW' else '',
            confidence='low' if unsure else '',
        )
