"""semgrep's core program, called directly and not through its slow command line.

It fails open: status 0 for a rule that it cannot read. So its answer is not returned
before its errors are looked at.
"""

from __future__ import annotations

import os
import sys

from hookline import limits, programs
from hookline.light import Any, Mapping
from hookline.nouns import Failure

# The core is an internal interface of semgrep: this version and no other is tested.
VERSION = '1.182.0'
INSTALL = (
    "semgrep is not installed: pip install 'hookline[code]' "
    '(pre-commit: additional_dependencies: [".[code]"])'
)
# One rule on one file may take this part of what all may: 30 seconds, unless
# HOOKLINE_TIMEOUT gives more. A file that needs it is one for policy's excludes.
_PART = 20


class RuleError(Failure):
    """semgrep cannot use a rule; semgrep_rules.compile says in which file it stands."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f'semgrep cannot use the rule {rule}: {reason}')
        self.rule = rule
        self.reason = reason


def available() -> bool:
    """Say whether semgrep is installed, without importing it."""
    return bool(_package())


def _package() -> str:
    """Return the directory of the installed semgrep, '' when there is none.

    Only where pip installs: a folder called semgrep in the repository is not run.
    """
    for entry in sys.path:
        if os.path.basename(entry) in ('site-packages', 'dist-packages'):
            package = os.path.join(entry, 'semgrep')
            if os.path.isabs(package) and os.path.isdir(os.path.join(package, 'bin')):
                return package
    return ''


def program() -> str:
    package = _package()
    if not package:
        raise Failure(INSTALL)
    site = os.path.dirname(package)
    if not os.path.isdir(os.path.join(site, f'semgrep-{VERSION}.dist-info')):
        found = [
            name.removeprefix('semgrep-').removesuffix('.dist-info')
            for name in os.listdir(site)
            if name.startswith('semgrep-') and name.endswith('.dist-info')
        ]
        raise Failure(
            f'semgrep {" and ".join(found) or "of no version"} is installed, '
            f'hookline needs {VERSION}: pip install semgrep=={VERSION}'
        )
    name = 'semgrep-core.exe' if os.name == 'nt' else 'semgrep-core'
    return os.path.join(package, 'bin', name)


def run(
    rules: str,
    targets: str,
    directory: str,
    deadline: float,
    *,
    jobs: int = 1,
    fast: bool = False,
) -> Any:
    """Return what it says of two files of its, `directory` being where they lie.

    Whole paths: a program with a directory of its own takes longer to start.
    """
    command = (
        *(program(), '-json_nodots', '-rules', rules, '-targets', targets),
        *(('-fast',) if fast else ()),
        # In forked processes: the core's domains, its other way, take up to three times
        # the processor's time, and a quarter more even where there is one.
        '-use_parmap',
        *('-timeout', str(rule_seconds()), '-timeout_threshold', '1'),
        *('-max_memory', '0', '-max_match_per_file', '100000', '-j', str(jobs)),
    )
    return answer(
        programs.run(
            command,
            name='semgrep',
            deadline=deadline,
            env=environment(directory),
        )
    )


def rule_seconds() -> float:
    return limits.seconds() / _PART


def environment(directory: str) -> dict[str, str]:
    # An empty home: no settings of the user, no log of semgrep's.
    return {
        'HOME': directory,
        'XDG_CONFIG_HOME': directory,
        'XDG_CACHE_HOME': directory,
        'SEMGREP_ENABLE_VERSION_CHECK': '0',
        'SEMGREP_SEND_METRICS': 'off',
    }


def answer(outcome: programs.Outcome) -> Any:
    """Return the JSON of the core. stderr is not quoted: it quotes the files."""
    import json

    try:
        # A message may quote a file's bytes as they are, so not always UTF-8.
        said = json.loads(outcome.stdout.decode('utf-8', 'replace'))
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Failure(f'semgrep gave no answer (status {outcome.status})')
    _refuse_rule_errors(said)
    # The command line answers 1 for findings only with --error, which is not given.
    if outcome.status:
        raise Failure(f'semgrep failed with status {outcome.status}')
    return said


def _refuse_rule_errors(answer: Mapping[str, Any]) -> None:
    for error in answer.get('errors', ()):
        what = kind(error)
        rule = error.get('rule_id') or ''
        if what in (
            'Rule parse error',
            'Pattern parse error',
            'InvalidRuleSchemaError',
        ):
            raise RuleError(rule, _first_line(error))
    for skipped in answer.get('skipped_rules', ()):
        raise RuleError(str(skipped.get('rule_id')), 'was left out by semgrep')


def kind(error: Mapping[str, Any]) -> str:
    found = error.get('error_type', error.get('type'))
    return str(found[0] if isinstance(found, list) else found)


def _first_line(error: Mapping[str, Any]) -> str:
    lines = str(error.get('message', '')).strip().splitlines()
    return lines[0] if lines else 'no reason given'
