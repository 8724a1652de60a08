"""The demo: a commit that hookline stops, its repair, and the commit that passes.

Builds a throw-away repository with old findings in it, installs the hooks of this
checkout with pre-commit, and runs a real `git commit`. Exits with 1 when anything but
the new findings stops it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(os.environ.get('HOOKLINE_CHECKOUT') or Path(__file__).parent.parent)
BIN = Path(sys.executable).parent
# Kept in the checkout, so that a second demo starts at once.
HOOKS = os.environ.get('PRE_COMMIT_HOME') or str(CHECKOUT / '.demo' / 'pre-commit')

OLD_SETTINGS = """\
DEBUG = False
DATABASE = 'app.db'
SIGNING_TOKEN = '{old}'
"""
NEW_SETTINGS = """\
DEBUG = False
DATABASE = 'app.db'
SIGNING_TOKEN = '{old}'
# The deployment job pushes tags.
GITHUB_TOKEN = '{new}'
"""
FIXED_SETTINGS = """\
import os

DEBUG = False
DATABASE = 'app.db'
SIGNING_TOKEN = '{old}'
# The deployment job pushes tags.
GITHUB_TOKEN = os.environ['GITHUB_TOKEN']
"""

OLD_APP = """\
import sqlite3

from flask import Flask, request

app = Flask(__name__)


@app.route('/users')
def users():
    db = sqlite3.connect('app.db')
    name = request.args['name']
    return str(db.execute("SELECT * FROM users WHERE name = '" + name + "'").fetchall())
"""
NEW_APP = (
    OLD_APP
    + """

@app.route('/orders')
def orders():
    db = sqlite3.connect('app.db')
    customer = request.args['customer']
    rows = db.execute(f"SELECT * FROM orders WHERE customer = '{customer}'")
    return str(rows.fetchall())
"""
)
FIXED_APP = (
    OLD_APP
    + """

@app.route('/orders')
def orders():
    db = sqlite3.connect('app.db')
    customer = request.args['customer']
    rows = db.execute('SELECT * FROM orders WHERE customer = ?', (customer,))
    return str(rows.fetchall())
"""
)

OLD_DOCKERFILE = """\
FROM registry.example.com/base/python:3.12
ADD https://example.com/old/agent.tar.gz /opt/
COPY . /app
CMD ["python", "/app/app.py"]
"""
NEW_DOCKERFILE = """\
FROM docker.io/someone/python:latest AS build
ADD https://example.com/tools/new-agent.tar.gz /opt/

FROM registry.example.com/base/python:3.12
ADD https://example.com/old/agent.tar.gz /opt/
COPY . /app
CMD ["python", "/app/app.py"]
"""
FIXED_DOCKERFILE = """\
FROM registry.example.com/base/python:3.12 AS build
COPY tools/new-agent.tar.gz /opt/

FROM registry.example.com/base/python:3.12
ADD https://example.com/old/agent.tar.gz /opt/
COPY . /app
CMD ["python", "/app/app.py"]
"""

IMAGES = """\
version: 1
default: deny
allow:
  - image: registry.example.com/base/**
"""
# What the commit must be stopped by: these, and nothing that was there before.
EXPECTED = {
    'settings.py:5 github-token',
    'app.py:19 python-sql-injection',
    'Dockerfile:1 image-unapproved',
    'Dockerfile:2 add-from-url',
}


def main() -> int:
    from values import github_token

    old, new = github_token('old'), github_token('new')
    with tempfile.TemporaryDirectory(prefix='hookline-demo-') as directory:
        shop = Path(directory) / 'shop'
        shop.mkdir()
        say('A repository with old findings in it: a token, an SQL injection, an ADD.')
        git(shop, 'init', '-q', '-b', 'main')
        write(shop, 'settings.py', OLD_SETTINGS.format(old=old))
        write(shop, 'app.py', OLD_APP)
        write(shop, 'Dockerfile', OLD_DOCKERFILE)
        write(shop, 'README.md', 'A shop.\n')
        write(shop, '.hookline/images.yaml', IMAGES)
        git(shop, 'add', '-A')
        git(shop, 'commit', '-q', '-m', 'The shop as it always was')

        say('Five lines of .pre-commit-config.yaml, and pre-commit install.')
        write(shop, '.pre-commit-config.yaml', configuration())
        print((shop / '.pre-commit-config.yaml').read_text())
        git(shop, 'add', '-A')
        git(shop, 'commit', '-q', '-m', 'Add hookline')
        command(shop, BIN / 'pre-commit', 'install', '--install-hooks')

        say('A commit: harmless edits, and four things that should not get in.')
        write(shop, 'README.md', 'A shop.\n\nIt sells things.\n')
        write(shop, 'settings.py', NEW_SETTINGS.format(old=old, new=new))
        write(shop, 'app.py', NEW_APP)
        write(shop, 'Dockerfile', NEW_DOCKERFILE)
        git(shop, 'add', '-A')
        said = command(shop, 'git', 'commit', '-m', 'Orders', expect=1)
        found = blocked(said)
        if found != EXPECTED:
            print(f'expected {sorted(EXPECTED)}, blocked by {sorted(found)}')
            return 1
        if new in said or old in said:
            print('a secret was printed')
            return 1

        say('The repair: read the token from the environment, bind the parameter, …')
        write(shop, 'settings.py', FIXED_SETTINGS.format(old=old))
        write(shop, 'app.py', FIXED_APP)
        write(shop, 'Dockerfile', FIXED_DOCKERFILE)
        write(shop, 'tools/new-agent.tar.gz', 'an archive that was looked at\n')
        git(shop, 'add', '-A')
        command(shop, 'git', 'commit', '-m', 'Orders')
        git(shop, 'diff', '--exit-code', 'HEAD')
        say('Done: the old findings are still there, and stopped nobody.')
    return 0


def configuration() -> str:
    revision = git(CHECKOUT, 'rev-parse', 'HEAD').strip()
    return (
        'repos:\n'
        f'  - repo: {CHECKOUT}\n'
        f'    rev: {revision}\n'
        '    hooks:\n'
        '      - id: hookline\n'
    )


def blocked(said: str) -> set[str]:
    """Return `path:line rule` of each finding that blocks."""
    found = set()
    for line in said.splitlines():
        head, colon, rest = line.partition(': ')
        words = rest.split()
        if not colon or head.count(':') != 2 or line.endswith(' (warning)'):
            continue
        path, number, _ = head.split(':')
        found.add(f'{path}:{number} {words[1].rstrip(":")}')
    return found


def say(text: str) -> None:
    print(f'\n== {text}', flush=True)


def write(shop: Path, name: str, content: str) -> None:
    path = shop / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding='utf-8')


def environment() -> dict[str, str]:
    return {
        **{
            k: v
            for k, v in os.environ.items()
            if not k.startswith(('GIT_', 'PRE_COMMIT'))
        },
        'GIT_CONFIG_GLOBAL': os.devnull,
        'GIT_AUTHOR_NAME': 'Ann',
        'GIT_AUTHOR_EMAIL': 'ann@example.com',
        'GIT_COMMITTER_NAME': 'Ann',
        'GIT_COMMITTER_EMAIL': 'ann@example.com',
        'PRE_COMMIT_HOME': HOOKS,
        'PATH': f'{BIN}{os.pathsep}{os.environ["PATH"]}',
    }


def git(where: Path, *arguments: str) -> str:
    done = subprocess.run(
        ('git', *arguments),
        cwd=where,
        env=environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def command(where: Path, *arguments: str | Path, expect: int = 0) -> str:
    """Run and show a command; end the demo when its status is not the expected one."""
    print('$', *(Path(arguments[0]).name, *arguments[1:]), flush=True)
    done = subprocess.run(
        arguments,
        cwd=where,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(done.stdout, end='', flush=True)
    if done.returncode != expect:
        raise SystemExit(f'status {done.returncode}, expected {expect}')
    return done.stdout


if __name__ == '__main__':
    raise SystemExit(main())
