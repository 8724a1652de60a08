"""Findings and reports made by hand, for the tests of the writers."""

from __future__ import annotations

from typing import Any

from hookline.nouns import CheckRun, Document, Finding, Judged, Place, Report, Rule


def finding(**fields: Any) -> Finding:
    made = Finding(
        rule='github-token',
        check='secrets',
        title='GitHub access token',
        severity='critical',
        confidence='high',
        path='app/settings.py',
        place=Place(14, 17, 14, 57),
        message='',
        snippet='GITHUB_TOKEN = "ghp_********"',
        caret=(16, 28),
        identity=b'',
        context='',
        fingerprint='3f9c2a71d0b84e65',
    )
    return made._replace(**fields)


def rule(id: str = 'github-token', **fields: Any) -> Rule:
    made = Rule(
        id=id,
        check='secrets',
        engine='pattern',
        title='GitHub access token',
        severity='critical',
        confidence='high',
        cwe=798,
        why='Anyone who can read the repository can act as the owner of the token.',
        remedy=(
            'Revoke the token at github.com/settings/tokens, then read it from the'
            ' environment.'
        ),
        references=('https://docs.github.com/authentication',),
        tags=(),
        block={},
        bad=(),
        good=(),
        document=Document(f'rules/secrets/{id}.yaml', {}, {}),
    )
    return made._replace(**fields)


def block(made: Finding, reason: str = 'severity critical, confidence high') -> Judged:
    return Judged(made, 'block', reason)


def warn(made: Finding, reason: str = 'mode code: warn') -> Judged:
    return Judged(made, 'warn', reason)


def report(*judged: Judged, **fields: Any) -> Report:
    made = Report(
        judged=judged,
        checks=(CheckRun('secrets', 10, 0.031),),
        files=10,
        lines=1204,
        commits=0,
        seconds=0.4512,
    )
    return made._replace(**fields)


SQL = rule(
    'python-sql-injection',
    check='code',
    engine='semgrep',
    title='SQL built from request data',
    severity='high',
    cwe=89,
    why='A caller who writes SQL into the value reads or changes every table.',
    remedy=(
        'Pass values as parameters: cursor.execute(sql, (value,)). For names of tables'
        ' or columns, choose from a fixed list.\n\nThe driver quotes values, not names.'
    ),
    references=(),
)
IMAGE = rule(
    'image-unapproved',
    check='docker',
    engine='image',
    title='Base image is not approved',
    severity='medium',
    cwe=1357,
    remedy='Use an approved image, or ask for this one to be added.',
)
RULES = {made.id: made for made in (rule(), SQL, IMAGE)}

SQL_FINDING = finding(
    rule='python-sql-injection',
    check='code',
    title='SQL built from request data',
    severity='high',
    path='app/views.py',
    place=Place(41, 12, 41, 59),
    snippet="    rows = db.execute(f'SELECT * FROM t WHERE n = {name}')",
    caret=(11, 58),
    context='def search(request):',
    message='request.args (line 38) reaches db.execute()',
    fingerprint='77aa01c9e2d4b863',
)
IMAGE_FINDING = finding(
    rule='image-unapproved',
    check='docker',
    title='Base image is not approved',
    severity='medium',
    path='Dockerfile',
    place=Place(1, 6, 1, 17),
    snippet='FROM node:latest',
    caret=(5, 16),
    message='docker.io/library/node:latest; nearest: registry.example.com/base/node:22',
    fingerprint='c04d51be99a3f720',
)
