"""What a commit introduces and what it carries along, on real histories of code.

Each row is a history: the files before, the files of the commit, and the places that
the hook must report. What must not be reported comes first.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from conftest import Repo, places

Files = Mapping[str, 'str | None']  # None: the file is removed

EVAL = 'def run(text):\n    return eval(text)\n'
SHELL = 'import os\n\n\ndef ping(host):\n    os.system("ping " + host)\n'
LONG = '\n\n'.join(f'def part{n}(value):\n    return value + {n}\n' for n in range(9))
VIEW = """\
from flask import request


def users(cursor):
    name = {name}
    page = 1
    size = 20
    statement = "SELECT * FROM users WHERE name = '%s'" % name
    cursor.execute(statement)
    return cursor.fetchall()
"""
SAFE_VIEW = VIEW.format(name='int(request.args["name"])')
OPEN_VIEW = VIEW.format(name='request.args["name"]')
GUARD = """\
from flask import abort, request


def sales(cursor):
    order = request.args["order"]
{guard}    cursor.execute("SELECT * FROM sales ORDER BY " + order)
"""
GUARDED = GUARD.format(
    guard='    if order not in ("date", "price"):\n        abort(400)\n'
)
UNGUARDED = GUARD.format(guard='')
SERVLET = """\
class Orders extends HttpServlet {{
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {{
        String id = {id};
        ResultSet rows = statement.executeQuery("SELECT * FROM t WHERE id = " + id);
    }}
}}
"""


def shifted(text: str, by: str = '    ') -> str:
    return ''.join(f'{by}{line}' for line in text.splitlines(keepends=True))


NOTHING_NEW: dict[str, tuple[Files, Files]] = {
    're-indented': (
        {'a.py': EVAL},
        {'a.py': 'if True:\n' + shifted(EVAL)},
    ),
    're-indented with tabs': (
        {'a.py': EVAL},
        {'a.py': EVAL.replace('    ', '\t')},
    ),
    'put into a class': (
        {'a.py': EVAL},
        {'a.py': 'class Runner:\n    size = 1\n\n' + shifted(EVAL)},
    ),
    'line ends changed': (
        {'a.py': EVAL},
        {'a.py': EVAL.replace('\n', '\r\n')},
    ),
    'broken over lines by a formatter': (
        {'a.py': EVAL},
        {'a.py': EVAL.replace('eval(text)', 'eval(\n        text,\n    )')},
    ),
    'a comment put behind it': (
        {'a.py': EVAL},
        {'a.py': EVAL.replace('eval(text)', 'eval(text)  # trusted')},
    ),
    'its result given a name': (
        {'a.py': EVAL},
        {'a.py': EVAL.replace('return eval(text)', 'value = eval(text)')},
    ),
    'pushed down by what is put above it': (
        {'a.py': EVAL},
        {'a.py': LONG + EVAL},
    ),
    'moved within the file': (
        {'a.py': EVAL + '\n\n' + LONG},
        {'a.py': LONG + '\n\n' + EVAL},
    ),
    'function renamed around it': (
        {'a.py': EVAL},
        {'a.py': EVAL.replace('def run', 'def evaluate')},
    ),
    'moved to another file': (
        {'a.py': EVAL + '\n\n' + LONG, 'b.py': LONG},
        {'a.py': LONG, 'b.py': LONG + '\n\n' + EVAL},
    ),
    'moved to a new file': (
        {'a.py': EVAL + '\n\n' + LONG},
        {'a.py': LONG, 'b.py': EVAL},
    ),
    'moved out of a file that goes': (
        {'a.py': EVAL, 'b.py': LONG},
        {'a.py': None, 'b.py': LONG + '\n\n' + EVAL},
    ),
    'renamed': (
        {'a.py': LONG + EVAL},
        {'a.py': None, 'src/b.py': LONG + EVAL},
    ),
    'renamed and edited': (
        {'a.py': LONG + EVAL},
        {'a.py': None, 'src/b.py': '# moved\n' + LONG + EVAL},
    ),
    'two change places': (
        {'a.py': EVAL + '\n\n' + SHELL},
        {'a.py': SHELL + '\n\n' + EVAL},
    ),
    'another line of the function changed': (
        {'a.py': OPEN_VIEW},
        {'a.py': OPEN_VIEW.replace('size = 20', 'size = 50')},
    ),
    'a flow put right': (
        {'a.py': OPEN_VIEW},
        {'a.py': SAFE_VIEW},
    ),
    'one of two removed': (
        {'a.py': EVAL + EVAL},
        {'a.py': EVAL},
    ),
    'moved within a Java file': (
        {'A.java': SERVLET.format(id='request.getParameter("id")')},
        {'A.java': '/* a\n b */\n' + SERVLET.format(id='request.getParameter("id")')},
    ),
    'did not parse before either': (
        {'a.py': 'def (\n'},
        {'a.py': 'def (\n# still\n'},
    ),
}
NEW: dict[str, tuple[Files, Files, list[str]]] = {
    'added': (
        {'a.py': LONG},
        {'a.py': EVAL + '\n\n' + LONG},
        ['a.py:2 bandit-b307'],
    ),
    'duplicated, below': (
        {'a.py': EVAL},
        {'a.py': EVAL + '\n\n' + EVAL.replace('run', 'again')},
        ['a.py:6 bandit-b307'],
    ),
    'duplicated, above': (
        {'a.py': EVAL},
        {'a.py': EVAL.replace('run', 'again') + '\n\n' + EVAL},
        ['a.py:2 bandit-b307'],
    ),
    'duplicated in another file': (
        {'a.py': EVAL},
        {'b.py': EVAL},
        ['b.py:2 bandit-b307'],
    ),
    'moved to another file and duplicated there': (
        {'a.py': EVAL + '\n\n' + LONG},
        {'a.py': LONG, 'b.py': EVAL, 'c.py': EVAL},
        ['c.py:2 bandit-b307'],
    ),
    'renamed, and one more': (
        {'a.py': LONG + EVAL},
        {'a.py': None, 'b.py': LONG + EVAL + SHELL},
        ['b.py:41 bandit-b605'],
    ),
    'the argument is another': (
        {'a.py': EVAL},
        {'a.py': EVAL.replace('eval(text)', 'eval(text + "()")')},
        ['a.py:2 bandit-b307'],
    ),
    'hole opened by a change elsewhere in the function': (
        {'a.py': SAFE_VIEW},
        {'a.py': OPEN_VIEW},
        ['a.py:9 python-sql-injection'],
    ),
    'sanitizer removed': (
        {'a.py': GUARDED},
        {'a.py': UNGUARDED},
        ['a.py:6 python-sql-injection'],
    ),
    'sanitizer removed and all of it moved': (
        {'a.py': GUARDED + '\n\n' + LONG},
        {'a.py': LONG + '\n\n' + UNGUARDED},
        ['a.py:42 python-sql-injection'],
    ),
    'sanitizer removed in a file that is renamed': (
        {'a.py': LONG + GUARDED},
        {'a.py': None, 'b.py': LONG + UNGUARDED},
        ['b.py:40 python-sql-injection'],
    ),
    'sanitizer removed and the file re-indented': (
        {'a.py': GUARDED},
        {'a.py': 'if True:\n' + shifted(UNGUARDED)},
        ['a.py:7 python-sql-injection'],
    ),
    'a hole opened as an equal one is closed': (
        {'a.py': OPEN_VIEW + '\n\n' + SAFE_VIEW.replace('users', 'more')},
        {'a.py': SAFE_VIEW + '\n\n' + OPEN_VIEW.replace('users', 'more')},
        ['a.py:21 python-sql-injection'],
    ),
    'hole opened in Java': (
        {'A.java': SERVLET.format(id='this.order()')},
        {'A.java': SERVLET.format(id='request.getParameter("id")')},
        ['A.java:4 java-sql-injection'],
    ),
    'a second hole, the first one carried along': (
        {'a.py': OPEN_VIEW},
        {'a.py': OPEN_VIEW + '\n\n' + UNGUARDED},
        ['a.py:18 python-sql-injection'],
    ),
    'one goes and another comes': (
        {'a.py': EVAL + '\n\n' + LONG},
        {'a.py': SHELL + '\n\n' + LONG},
        ['a.py:5 bandit-b605'],
    ),
    'the base does not parse': (
        {'a.py': EVAL + 'def (\n'},
        {'a.py': EVAL},
        ['a.py:2 bandit-b307'],
    ),
    'no longer parses': (
        {'a.py': LONG},
        {'a.py': LONG + 'def (\n'},
        ['a.py:35 unparsed-python'],
    ),
}


def stage(repo: Repo, files: Files) -> list[str]:
    for name, content in files.items():
        if content is None:
            repo.git('rm', '-q', '--', name)
        else:
            repo.stage(name, content)
    return [name for name, content in files.items() if content is not None]


def found(repo: Repo, *names: str) -> list[str]:
    """Return the places that block, as the hook sees what is staged."""
    outcome = repo.hook('code', *names)
    assert outcome.status in (0, 1), outcome
    return [
        place
        for place in places(outcome)
        if place.split()[1] in RULES or place.split()[1].startswith('unparsed')
    ]


# Others that see the same lines, some of them as a warning, are no matter here.
RULES = ('bandit-b307', 'bandit-b605', 'python-sql-injection', 'java-sql-injection')


@pytest.mark.parametrize('history', NOTHING_NEW)
def test_what_is_carried_along_is_not_reported(repo: Repo, history: str) -> None:
    before, after = NOTHING_NEW[history]
    stage(repo, before)
    repo.commit()
    assert found(repo, *stage(repo, after)) == []


@pytest.mark.parametrize('history', NEW)
def test_what_a_commit_brings_is_reported(repo: Repo, history: str) -> None:
    before, after, expected = NEW[history]
    stage(repo, before)
    repo.commit()
    assert found(repo, *stage(repo, after)) == expected


def test_all_of_a_first_commit_is_new(repo: Repo) -> None:
    names = stage(repo, {'a.py': EVAL, 'b.py': OPEN_VIEW})
    assert found(repo, *names) == ['b.py:9 python-sql-injection', 'a.py:2 bandit-b307']


def test_an_amended_commit_is_compared_with_itself(repo: Repo) -> None:
    # git does not say that it amends; the push reads the commit against its parent.
    repo.commit({'a.py': LONG})
    base = repo.commit({'a.py': LONG + EVAL})
    repo.stage('a.py', LONG + EVAL + '\n')
    assert found(repo, 'a.py') == []
    repo.git('commit', '-q', '--amend', '--no-verify', '--no-edit')
    span = ('--from-ref', f'{base}~1', '--to-ref', 'HEAD')
    assert places(repo.hook('code', *span)) == ['a.py:36 bandit-b307']


def test_a_revert_brings_back_what_was_there(repo: Repo) -> None:
    repo.commit({'a.py': EVAL})
    repo.commit({'a.py': LONG})
    repo.git('revert', '--no-commit', 'HEAD')
    assert found(repo, 'a.py') == ['a.py:2 bandit-b307']


def test_a_revert_of_a_weakness_is_clean(repo: Repo) -> None:
    repo.commit({'a.py': LONG})
    repo.commit({'a.py': LONG + EVAL})
    repo.git('revert', '--no-commit', 'HEAD')
    assert found(repo, 'a.py') == []


def branch(repo: Repo, name: str, files: Files) -> None:
    repo.git('checkout', '-q', '-b', name, 'main')
    stage(repo, files)
    repo.commit()
    repo.git('checkout', '-q', 'main')


def merge(repo: Repo, *names: str) -> None:
    # It answers 1 on a conflict, which is what some of these tests want.
    repo.git('-c', 'alias.try=!git merge --no-commit -q "$@" || true #', 'try', *names)


def test_of_a_merge_neither_side_is_new(repo: Repo) -> None:
    repo.commit({'a.py': LONG, 'b.py': LONG})
    branch(repo, 'side', {'a.py': LONG + EVAL})
    repo.commit({'b.py': LONG + SHELL})
    merge(repo, '--no-ff', 'side')
    assert found(repo, 'a.py', 'b.py') == []


def test_of_a_merge_with_conflicts_the_resolution_is_new(repo: Repo) -> None:
    repo.commit({'a.py': 'size = 1\n' + LONG})
    branch(repo, 'side', {'a.py': 'size = 2\n' + LONG + EVAL})
    repo.commit({'a.py': 'size = 3\n' + LONG})
    merge(repo, 'side')
    assert '<<<<<<<' in (repo.path / 'a.py').read_text()
    repo.stage('a.py', 'size = 4\n' + LONG + EVAL)
    assert found(repo, 'a.py') == []
    repo.stage('a.py', 'size = 4\n' + SHELL + LONG + EVAL)
    assert found(repo, 'a.py') == ['a.py:6 bandit-b605']


def test_of_a_merge_both_sides_make_a_hole_together(repo: Repo) -> None:
    half = VIEW.replace('cursor.execute(statement)', 'pass')
    repo.commit({'a.py': half.format(name='1')})
    branch(repo, 'side', {'a.py': half.format(name='request.args["name"]')})
    repo.commit({'a.py': VIEW.format(name='1')})
    merge(repo, '--no-ff', 'side')
    assert (repo.path / 'a.py').read_text() == OPEN_VIEW
    assert found(repo, 'a.py') == ['a.py:9 python-sql-injection']


def test_of_an_octopus_no_arm_is_new(repo: Repo) -> None:
    repo.commit({'a.py': LONG, 'b.py': LONG, 'c.py': LONG})
    branch(repo, 'left', {'a.py': LONG + EVAL})
    branch(repo, 'right', {'b.py': LONG + SHELL})
    repo.commit({'c.py': LONG + '\n'})
    merge(repo, 'left', 'right')
    assert len((repo.path / '.git' / 'MERGE_HEAD').read_text().split()) == 2
    assert found(repo, 'a.py', 'b.py') == []
    repo.stage('c.py', LONG + EVAL + EVAL)
    assert found(repo, 'a.py', 'b.py', 'c.py') == [
        'c.py:36 bandit-b307',
        'c.py:38 bandit-b307',
    ]
