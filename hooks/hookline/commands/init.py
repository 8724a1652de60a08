"""`hookline init`: the entry for pre-commit, a policy.yaml to begin with, next steps.

Nothing that is there is overwritten, and a second time nothing is left to do.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from hookline import __version__, baseline, ownfiles, yamledit, yamlfile
from hookline.commands import baseline as baselines
from hookline.commands.scan import find
from hookline.nouns import Failure

CONFIG = '.pre-commit-config.yaml'
POLICY = '.hookline/policy.yaml'
URL = 'https://github.com/hookline/hookline'
HOOKS = (
    *('hookline', 'hookline-secrets', 'hookline-code', 'hookline-docker'),
    'hookline-push',
)
SCHEMA = f'{URL}/raw/v{__version__}/hooks/hookline/schemas/policy.schema.json'
START = f"""\
# yaml-language-server: $schema={SCHEMA}
# What hookline does with a finding; every key and what it does: docs/policy.md.
# `hookline rules list` shows what is on, and why.
version: 1

# Whom a developer asks; shown with each finding that blocks.
# contact: "#security"

# The least that blocks; the rest warns.
# block_at: {{severity: medium, confidence: medium}}

# block, warn or "off", by check, language, tag or rule. For a week that only warns:
# mode: {{secrets: warn, code: warn, docker: warn}}

# Modes for some paths; the last entry that matches wins.
# paths:
#   - {{match: ["tests/**"], mode: {{secrets: warn}}, reason: fixtures}}

# Paths that nothing reads.
# exclude:
#   - {{match: ["third_party/**"], reason: not ours}}

# Whether comments may allow a finding, what they must say, and whether comments of
# other secret scanners count.
# inline: {{allow: true, require: [reason], others: true}}

# What later layers may only tighten.
# locked: [secrets]
"""
# What `hookline import` carries over.
FOREIGN = (
    *('.semgrepignore', '.bandit', 'bandit.yaml', '.hadolint.yaml', '.gitleaks.toml'),
    *('.gitleaksignore', '.secrets.baseline'),
)


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog='hookline init', description=__doc__)
    options.add_argument(
        '--hook',
        action='append',
        choices=HOOKS,
        metavar='ID',
        help=f'{", ".join(HOOKS)}; may be given again; default: hookline',
    )
    options.add_argument(
        '--baseline', action='store_true', help='accept the findings that there are now'
    )
    options.add_argument('--no-cache', action='store_true', help='compile rules anew')
    asked = options.parse_args(list(arguments))
    asked.rules = []
    target = find(['.'])
    if target.repo is None:
        raise Failure('there is no git repository here: git init')
    made = [
        *_config(target.root, asked.hook or ['hookline']),
        *_policy(target.root),
    ]
    listed = os.path.join(target.root, baseline.PATH)
    if asked.baseline and not os.path.lexists(listed):
        if baselines.main(['write', *(['--no-cache'] if asked.no_cache else [])]):
            return 2
        made.append(baseline.PATH)
    _next(target.root, made, asked.hook or [], os.path.lexists(listed))
    return 0


def _config(root: str, hooks: Sequence[str]) -> list[str]:
    """Add the entry for pre-commit; return what was written."""
    before = ownfiles.held(root, CONFIG)
    value = yamlfile.parse(before, CONFIG).value or {}
    if _names_hookline(value):
        sys.stdout.write(f'{CONFIG}: has hookline already\n')
        return []
    entry = {
        'repo': URL,
        'rev': f'v{__version__}',
        'hooks': [{'id': hook} for hook in hooks],
    }
    after = yamledit.add(before, CONFIG, 'repos', [entry], block=True)
    ownfiles.write(root, CONFIG, after, new=not before)
    sys.stdout.write(f'{CONFIG}: {", ".join(hooks)} added\n')
    return [CONFIG]


def _names_hookline(value: Any) -> bool:
    repos = value.get('repos') if isinstance(value, dict) else None
    for repo in repos if isinstance(repos, list) else []:
        rows = repo.get('hooks') if isinstance(repo, dict) else None
        for hook in rows if isinstance(rows, list) else []:
            if isinstance(hook, dict) and str(hook.get('id')) in HOOKS:
                return True
    return False


def _policy(root: str) -> list[str]:
    path = os.path.join(root, POLICY)
    if os.path.lexists(path):
        sys.stdout.write(f'{POLICY}: is there already\n')
        return []
    ownfiles.held(root, POLICY)
    ownfiles.write(root, POLICY, START.encode(), new=True)
    sys.stdout.write(f'{POLICY}: written, with the defaults as comments\n')
    return [POLICY]


def _next(root: str, made: Sequence[str], hooks: Sequence[str], accepted: bool) -> None:
    steps: list[tuple[str, str]] = []
    if any(os.path.lexists(os.path.join(root, name)) for name in FOREIGN):
        steps.append(('hookline import --dry-run', "take over other tools' settings"))
    if not accepted:
        steps.append(('hookline scan', 'what is there now; commits are quiet on it'))
        steps.append(('hookline baseline write', 'accept that for CI and --all-files'))
    if made:
        names = dict.fromkeys(name.partition('/')[0] for name in made)
        steps.append((f'git add {" ".join(names)}', 'so that it holds for everybody'))
    kinds = ' -t pre-commit -t pre-push' if 'hookline-push' in hooks else ''
    steps.append((f'pre-commit install{kinds}', 'in each clone; or prek install'))
    sys.stdout.write('Next:\n')
    for command, why in steps:
        sys.stdout.write(f'  {command:40}  # {why}\n')
