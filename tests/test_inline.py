"""Comments that allow a finding, and above all what is none."""

from __future__ import annotations

import pytest

from hookline import inline
from hookline.nouns import Compiled, Finding, Judged, Place

TODAY = '2026-11-22'
ANY: Compiled = {'inline': (True, (), True)}
REASON: Compiled = {'inline': (True, ('reason',), True)}
OURS_ALONE: Compiled = {'inline': (True, ('reason',), False)}
ALL: Compiled = {'inline': (True, ('reason', 'owner', 'expires'), False)}
NONE: Compiled = {'inline': (False, (), True)}


def judged(
    line: int, end: int = 0, rule: str = 'a-rule', check: str = 'secrets'
) -> Judged:
    finding = Finding(
        rule=rule,
        check=check,
        title='A title',
        severity='high',
        confidence='high',
        path='app.py',
        place=Place(line, 1, end or line, 2),
        message='',
        snippet='',
        caret=(0, 1),
        identity=b'',
        context='',
        fingerprint='',
    )
    return Judged(finding, 'block', 'severity high, confidence high')


def action(content: str | bytes, row: Judged, compiled: Compiled) -> str:
    content = content.encode() if isinstance(content, str) else content
    return inline.apply([row], content, compiled, TODAY)[0].action


@pytest.mark.parametrize(
    'line',
    [
        'k = 1',
        'k = 1  # hookline',
        'k = 1  # hookline: allow',  # no rule
        'k = 1  # hookline: allow -- a reason alone',
        'k = 1  # hookline: allow another-rule -- r',
        'k = 1  # hookline: allow a-rule-2 -- r',  # a longer name
        'k = 1  # hookline: allow A-Rule -- r',
        'k = 1  # hookline: allow all -- r',
        'k = 1  # hookline: allow secrets -- r',  # the check: ids only
        'k = 1  # hookline: allow "a-rule" -- r',
        'k = 1  # hookline: allow * -- r',
        'k = 1  # hookline: allowed a-rule -- r',
        'k = 1  # hookline: disallow a-rule -- r',
        'k = 1  # Hookline: Allow a-rule -- r',
        'k = 1  # my-hookline: allow a-rule -- r',
        'k = 1  # hookline : allow a-rule -- r',
        # text that is no comment
        'hookline: allow a-rule -- r',
        'k = "hookline: allow a-rule -- r"',
        '{"k": 1, "note": "hookline: allow a-rule -- r"}',
        'url: https://example.com/?hookline: allow a-rule -- r',
        # no reason
        'k = 1  # hookline: allow a-rule',
        'k = 1  # hookline: allow a-rule --',
        'k = 1  # hookline: allow a-rule -- ...',
        'k = 1  # hookline: allow a-rule because',
        'k = 1  # hookline: allow a-rule -- owner=team-x; expires=2027-01-31',
        '<!-- hookline: allow a-rule -->',
        '/* hookline: allow a-rule -- */',
        # over, or no date
        'k = 1  # hookline: allow a-rule -- r; expires=2026-11-21',
        'k = 1  # hookline: allow a-rule -- r; expires=soon',
        'k = 1  # hookline: allow a-rule -- r; expires=2027-13-01',
        'k = 1  # hookline: allow a-rule -- r; expires=31.1.2027',
        'k = 1  # nosec',  # bandit's own, which it reads itself
    ],
)
def test_what_is_no_permission(line: str) -> None:
    assert action(line, judged(1), REASON) == 'block'


@pytest.mark.parametrize(
    'line',
    [
        'k = 1  # hookline: allow a-rule -- r',
        'k = 1  # hookline:allow a-rule -- r',
        'k = 1  # hookline: allow another-rule, a-rule -- r',
        'k = 1  # hookline: allow another-rule,a-rule -- r',
        'k = 1  # nosec  # hookline: allow a-rule -- r',
        'k = 1  # see #7, hookline: allow a-rule -- r',
        'k = 1  # hookline: allow a-rule \u2014 an editor made a dash of it',
        'k = 1  # hookline: allow a-rule - XML forbids two hyphens',
        'k = 1;  // hookline: allow a-rule -- r',
        'k = 1;// hookline: allow a-rule -- r',
        'k = 1  /* hookline: allow a-rule -- r */',
        'SELECT 1  -- hookline: allow a-rule -- r',
        '<a b="1"/> <!-- hookline: allow a-rule -- r -->',
        '{{/* hookline: allow a-rule -- r */}}',
        '{# hookline: allow a-rule -- r #}',
        '{- hookline: allow a-rule -- r -}',
        ';; hookline: allow a-rule -- r',
        '\\x % hookline: allow a-rule -- r',
        'REM hookline: allow a-rule -- r',
        'SET K=1 & rem hookline: allow a-rule -- r',
        '" hookline: allow a-rule -- r',  # vim
        ' * hookline: allow a-rule -- r',  # within a block comment
        'k = 1  # hookline: allow a-rule -- r; expires=2026-11-22',  # the last day
        'k = 1  # hookline: allow b -- r # hookline: allow a-rule -- r',
        b'caf\xe9 = 1  # hookline: allow a-rule -- r',
        b'\xff\xfe' + 'k = 1  # hookline: allow a-rule -- reason x'.encode('utf-16-le'),
        b'\xfe\xff' + 'k = 1  # hookline: allow a-rule -- reason'.encode('utf-16-be'),
    ],
)
def test_a_comment_on_the_line_allows(line: str | bytes) -> None:
    assert action(line, judged(1), REASON) == 'drop'


ABOVE = '# hookline: allow a-rule -- r\n'
BEHIND = 'k = 1  # hookline: allow a-rule -- r\n'


@pytest.mark.parametrize(
    ('content', 'row', 'expected'),
    [
        (ABOVE + 'k = 1\n', judged(2), 'drop'),
        ('    ' + ABOVE + '    k = 1\n', judged(2), 'drop'),
        (ABOVE.replace('\n', '\r\n') + 'k = 1\r\n', judged(2), 'drop'),
        (ABOVE.replace('\n', '\r') + 'k = 1\r', judged(2), 'drop'),
        (ABOVE + '\nk = 1\n', judged(3), 'block'),  # not the line above
        ('k = 1\n' + ABOVE, judged(1), 'block'),  # below
        (BEHIND + 'k = 2\n', judged(2), 'block'),  # about its own line
        ('"""\n' + ABOVE + '"""\nk = 1\n', judged(4), 'block'),
        # one above the other: all about the same line
        (ABOVE + ABOVE.replace('a-rule', 'b') + 'k = 1\n', judged(3), 'drop'),
        (ABOVE + ABOVE.replace('a-rule', 'b') + 'k = 1\n', judged(3, rule='b'), 'drop'),
        (ABOVE + BEHIND + 'k = 1\n', judged(3), 'block'),
        # a finding of several lines
        (BEHIND + 'l = 2\n', judged(1, 2), 'drop'),
        ('l = 2\n' + BEHIND + 'l = 2\n', judged(1, 3), 'drop'),
        (ABOVE + 'l = 2\nl = 2\n', judged(2, 3), 'drop'),
        ('l = 2\nl = 2\n' + BEHIND, judged(1, 2), 'block'),
    ],
)
def test_where_a_comment_counts(content: str, row: Judged, expected: str) -> None:
    assert action(content, row, REASON) == expected


def test_a_comment_within_a_long_finding_belongs_to_the_small_one_there() -> None:
    content = ('a(\n' + BEHIND + ')\n').encode()
    rows = inline.apply([judged(1, 3), judged(2)], content, REASON, TODAY)
    assert [row.action for row in rows] == ['block', 'drop']


@pytest.mark.parametrize(
    ('content', 'row', 'expected'),
    [
        ('k  # pragma: allowlist secret', judged(1), 'drop'),
        ('k  # pragma: whitelist secret', judged(1), 'drop'),
        ('k  // pragma: allowlist secret', judged(1), 'drop'),
        ('k  # gitleaks:allow', judged(1), 'drop'),
        ('# pragma: allowlist nextline secret\nk', judged(2), 'drop'),
        ('# pragma: allowlist secret\nk', judged(2), 'block'),
        ('# gitleaks:allow\nk', judged(2), 'block'),  # its own line only
        ('k  # pragma: allowlist secret', judged(1, check='code'), 'block'),
        ('k  # gitleaks:allow', judged(1, check='docker'), 'block'),
        ('k  # pragma: allowlist secrets', judged(1), 'block'),
        ('k  # pragma: no cover', judged(1), 'block'),
        ('k = "gitleaks:allow"', judged(1), 'block'),
    ],
)
def test_comments_of_other_tools_count_for_secrets_without_required_reason(
    content: str, row: Judged, expected: str
) -> None:
    assert action(content, row, ANY) == expected


@pytest.mark.parametrize(
    ('comment', 'compiled', 'said'),
    [
        ('hookline: allow a-rule -- r', NONE, 'policy allows none'),
        ('hookline: allow a-rule', REASON, 'has no reason; policy requires: reason'),
        ('hookline: allow a-rule -- r', ALL, 'has no owner and no expires; policy'),
        (
            'hookline: allow a-rule -- r; owner=x',
            ALL,
            'has no expires; policy requires',
        ),
        (
            'hookline: allow a-rule -- r; owner=x; expires=2026-01-31',
            ALL,
            'ended on 2026-01-31',
        ),
        ('hookline: allow a-rule -- r; expires=never', REASON, 'end date that is not'),
        ('gitleaks:allow', OURS_ALONE, 'write hookline: allow RULE -- REASON'),
    ],
)
def test_a_comment_that_does_not_count_says_why(
    comment: str, compiled: Compiled, said: str
) -> None:
    content = f'k = 1  # {comment}'.encode()
    row = inline.apply([judged(1)], content, compiled, TODAY)[0]
    assert row.action == 'block'
    assert row.reason.startswith('severity high, confidence high; ')
    assert f'comment {comment.split(" a-rule")[0]} on line 1' in row.reason
    assert said in row.reason


@pytest.mark.parametrize(
    'rest',
    [
        '-- r; owner=team-x; expires=2027-01-31',
        '-- r (owner=team-x, expires=2027-01-31)',
        '-- r, owner=team-x, expires=2027-01-31',
        '-- r owner=team-x expires=2027-01-31',
        'owner=team-x expires=2027-01-31 -- r',
        '(owner = team-x; expires = 2027-01-31) -- r',
        '-- r; expires=2027-01-31; owner=team-x */',
    ],
)
def test_owner_and_end_date_may_stand_anywhere(rest: str) -> None:
    (allow,) = inline.allows(f'# hookline: allow a-rule {rest}'.encode())
    assert (allow.reason, allow.owner, allow.expires) == ('r', 'team-x', '2027-01-31')
    assert inline.problem(allow, ALL, TODAY) == ''


def test_strict_rules_need_every_field() -> None:
    """An exception in a comment owes what an exception in images.yaml owes."""
    some = b'# hookline: allow a-rule -- r; owner=x; expires=2027-01-31\nk\n'
    full = some.replace(b'owner=x', b'owner=x; ticket=SEC-1')
    rows = [
        inline.apply([judged(2)], content, ANY, TODAY, {'a-rule'})[0]
        for content in (some, full)
    ]
    assert [row.action for row in rows] == ['block', 'drop']
    assert 'has no ticket' in rows[0].reason


def test_what_policy_dropped_stays_as_it_is() -> None:
    row = judged(1)._replace(action='drop', reason='mode a-rule: off')
    assert inline.apply([row], BEHIND.encode(), REASON, TODAY) == [row]


def test_a_reason_is_not_repeated_since_it_may_quote_the_secret() -> None:
    content = b'k = 1  # hookline: allow a-rule -- it is only swordfish'
    assert 'swordfish' not in str(inline.apply([judged(1)], content, REASON, TODAY))


@pytest.mark.parametrize(
    ('content', 'notes'),
    [
        ('# hookline: allow a-rule -- r', []),
        ('# pragma: allowlist secret', []),
        (
            '\n# hookline: allow b-rule',
            ['p:2: the comment hookline: allow names a rule'],
        ),
        (
            '# hookline: allow a-rule, b',
            ['p:1: the comment hookline: allow names a rule'],
        ),
        ('# hookline: allow -- r', ['p:1: the comment hookline: allow names no rule']),
    ],
)
def test_comments_that_name_no_rule_are_noted(content: str, notes: list[str]) -> None:
    found = list(inline.unknown('p', content.encode(), {'a-rule'}))
    assert [
        note[: len(start)] for note, start in zip(found, notes, strict=True)
    ] == notes


@pytest.mark.parametrize(
    'content',
    [
        b'#' * 1_000_000 + b' hookline: allow a-rule -- r',
        b'# hookline: allow a-rule' * 50_000,
        b'# hookline: allow a-rule' + b' owner=' * 100_000,
        b'# hookline: allow ' + b'a,' * 500_000,
        b'# hookline: allow ' + b' ' * 500_000,
        b'hookline: allow a-rule ' + b';' * 1_000_000,
    ],
)
def test_walls_of_characters_end(content: bytes) -> None:
    assert action(content, judged(99), REASON) == 'block'


# Comments of other tools, in the forms that each documents

MARKERS = (
    *('pragma: allowlist secret', 'pragma:allowlist secret'),
    *('pragma: allowlist-secret', 'pragma: whitelist secret'),
    *('gitleaks:allow', 'betterleaks:allow', 'trufflehog:ignore', 'kingfisher:ignore'),
    *('ggignore', 'nosecret', 'secretlint-disable-line', 'checkov:skip=CKV_SECRET_6'),
)
BELOW = (
    *('pragma: allowlist nextline secret', 'pragma: whitelist nextline secret'),
    *('pragma: allowlist-nextline-secret', 'secretlint-disable-next-line'),
)
STYLES = (
    *('k = 1  # {}', 'k = 1  #{}', 'k = 1  // {}', 'k = 1;//{}', 'k = 1  /* {} */'),
    *('k = 1 -- {}', '<k>1</k> <!-- {} -->', '<k>1</k> <!--{}-->', "k = 1 ' {}"),
    *('k = 1 ; {}', '{{{{/* {} */}}}} k', 'k = 1 % {}', 'k = 1  # noqa  # {}'),
    *('k = 1  # {} - for tests', 'k = 1  # {}: for tests', ' * k = 1 {}', 'REM k {}'),
)


@pytest.mark.parametrize('marker', MARKERS)
@pytest.mark.parametrize('style', STYLES)
def test_a_comment_of_another_tool_counts_for_secrets(style: str, marker: str) -> None:
    line = style.format(marker)
    assert action(line, judged(1), REASON) == 'drop'
    assert action(f'{line}\nk = 2', judged(2), REASON) == 'block'
    assert action(line, judged(1, check='code'), REASON) == 'block'
    assert action(line, judged(1), OURS_ALONE) == 'block'
    assert action(line, judged(1), NONE) == 'block'


@pytest.mark.parametrize('marker', BELOW)
@pytest.mark.parametrize('style', ['# {}', '// {}', '/* {} */', '<!-- {} -->'])
def test_so_does_one_about_the_next_line(style: str, marker: str) -> None:
    content = f'{style.format(marker)}\nk = 1\nk = 2'
    assert action(content, judged(2), REASON) == 'drop'
    assert action(content, judged(3), REASON) == 'block'


@pytest.mark.parametrize(
    'line',
    [
        'k = "gitleaks:allow"',
        '{"k": 1, "note": "trufflehog:ignore"}',
        'k = "https://example.com/?q=ggignore"',
        'k = nosecret',
        'k = 1  # nosecrets',
        'k = 1  # my-gitleaks:allow',
        'k = 1  # gitleaks: allow',
        'k = 1  # gitleaks:allowed',
        'k = 1  # trufflehog:allow',
        'k = 1  # checkov:skip=CKV_AWS_1',
        'k = 1  # secretlint-disable',  # a whole file: that is for policy
        'k = 1  # pragma: no cover',
        'k = 1  # GITLEAKS:ALLOW',
    ],
)
def test_what_is_no_comment_of_another_tool(line: str) -> None:
    assert action(line, judged(1), REASON) == 'block'


def test_what_another_tool_allowed_is_said_in_its_words() -> None:
    (row,) = inline.apply([judged(1)], b'k = 1  # gitleaks:allow', REASON, TODAY)
    assert row.reason == 'allowed by the comment gitleaks:allow on line 1'


@pytest.mark.parametrize(
    ('content', 'rule', 'action_'),
    [
        (b'x = run(a)  # nosec\n', 'python-command-injection', 'drop'),
        (b'x = run(a)  # nosec B602\n', 'bandit-b602', 'drop'),
        # what it names is another rule
        (b'x = run(a)  # nosec B602\n', 'python-command-injection', 'block'),
        (b'x := run(a) // #nosec G204\n', 'go-command-injection', 'drop'),
        (b'// #nosec G204 -- why\nx := run(a)\n', 'go-command-injection', 'drop'),
        (b'# nosec\nx = run(a)\n', 'python-command-injection', 'block'),
        (b'x = nosec(a)\n', 'python-command-injection', 'block'),
    ],
)
def test_comments_of_bandit_and_gosec_count(
    content: bytes, rule: str, action_: str
) -> None:
    line = 1 + content[: content.index(b'a)')].count(b'\n')
    row = judged(line, rule=rule, check='code')
    (result,) = inline.apply([row], content, {'inline': (True, ('reason',), True)})
    assert result.action == action_
