"""Private keys of every form, in every file that they are kept or pasted in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import hookline
from hookline.examples import expand

# What `ssh-keygen`, openssl and PuTTY write, by generator.
FORMS = ('pem-rsa', 'pem-ec', 'pem-pkcs8', 'pem-encrypted', 'openssh-key', 'putty-key')
# By file: what is written of the key, and the line that its first one is in.
FILES: dict[str, tuple[Callable[[str], str], int]] = {
    'id_key': (lambda key: key, 1),
    'windows.pem': (lambda key: key.replace('\n', '\r\n'), 1),
    'secret.yaml': (
        lambda key: 'key: |\n' + ''.join(f'  {x}\n' for x in key.split('\n')),
        2,
    ),
    'account.json': (lambda key: json.dumps({'a': 1, 'key': key}, indent=1), 3),
    'notebook.ipynb': (
        lambda key: json.dumps(
            {'cells': [{'source': [f'{x}\n' for x in key.split('\n')]}]}, indent=1
        ),
        5,
    ),
    'page.md': (lambda key: f'# Notes\n\n```\n{key}\n```\n', 4),
    'script.sh': (lambda key: f"cat >id <<'EOF'\n{key}\nEOF\n", 2),
    'key.py': (lambda key: f'KEY = """\\\n{key}\n"""\n', 2),
}


@pytest.mark.parametrize('name', FILES)
@pytest.mark.parametrize('form', FORMS)
def test_a_private_key_is_found_and_not_shown(
    tmp_path: Path, form: str, name: str
) -> None:
    key = expand(f'{{{{{form}}}}}', name).strip('\n')
    written, line = FILES[name]
    (tmp_path / name).write_bytes(written(key).encode())
    done = hookline('scan', '.', '--check', 'secrets', '--format', 'json', cwd=tmp_path)
    found = [(one['line'], one['rule']) for one in json.loads(done.out)['findings']]
    assert [at for at, rule in found if rule.startswith('private-key')] == [line]
    assert done.status == 1
    longest = max(key.split('\n'), key=len)
    assert longest not in done.out + done.err
