"""What users report as noise: whole files, each left alone as it stands."""

from __future__ import annotations

import json
import random
import string
import uuid
from pathlib import Path

import pytest

from conftest import Repo, hookline
from hookline.examples import expand

DRAW = random.Random('noise')
HEX = '0123456789abcdef'


def rare(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return ''.join(DRAW.choices(alphabet, k=length))


def hexes(length: int) -> str:
    return rare(length, HEX)


def an_uuid() -> str:
    return str(uuid.UUID(int=DRAW.getrandbits(128)))


def integrity() -> str:
    return f'sha512-{rare(86)}=='


NOISE = {
    # keys that only look like one
    'public_key.py': f'public_key = "{rare(44)}"\n',
    'verify.go': f'const PublicKey = "{rare(64)}"\n',
    'animals.json': f'{{"monkey": "{rare(24)}", "turkey": "{rare(24)}"}}\n',
    'keyboard.ts': f"export const keyboardLayout = '{rare(24)}';\n",
    'keymap.json': '[{"key": "ctrl+shift+down", "command": "editor.copy"}]\n',
    'keybindings.yaml': 'key: ctrl+alt+delete\nsort_key: created_at\n',
    'schema.sql': 'PRIMARY KEY (account_id), FOREIGN KEY (owner_id)\n',
    'cache.py': 'cache_key = "user-session-index-v2"\n',
    # ids that open nothing
    'commits.yaml': f'commit_key: {hexes(40)}\nrevision: {hexes(40)}\n',
    'submodule.txt': f'{hexes(40)} vendor/library (v1.2.3)\n',
    'ids.json': json.dumps({'id': an_uuid(), 'request_uuid': an_uuid()}),
    'guid.cs': f'[Guid("{an_uuid()}")]\n',
    'index.html': f'<script src="a.js" integrity="{integrity()}"></script>\n',
    'package-lock.json': json.dumps(
        {'packages': {'a': {'version': '1.0.0', 'integrity': integrity()}}}, indent=2
    ),
    'go.sum': f'example.org/a v1.0.0 h1:{rare(43)}=\n',
    'Cargo.lock': f'[[package]]\nname = "a"\nchecksum = "{hexes(64)}"\n',
    'requirements.txt': f'a==1.0 --hash=sha256:{hexes(64)}\n',
    'etag.http': f'ETag: "{hexes(32)}"\nContent-MD5: {rare(22)}==\n',
    'notebook.ipynb': json.dumps(
        {
            'cells': [
                {'cell_type': 'code', 'id': hexes(8), 'metadata': {'id': rare(12)}},
                {'outputs': [{'data': {'image/png': f'iVBORw0KGgo{rare(400)}'}}]},
            ]
        },
        indent=1,
    ),
    # names and references
    'names.py': (
        'PASSWORD_ENV = "DATABASE_PASSWORD"\n'
        'token = os.environ["ACCESS_TOKEN"]\n'
        'api_key = settings.API_KEY\n'
        'secret = get_secret("prod/database/main")\n'
        'password = getpass.getpass()\n'
        'password = input("Password: ")\n'
    ),
    'config.js': (
        'module.exports = {\n'
        '  password: process.env.DB_PASSWORD,\n'
        '  accessTokenExpiryListener: accessTokenExpiryListener,\n'
        "  apiKeyHeaderName: 'X-Custom-Api-Key-Header',\n"
        '};\n'
    ),
    'Client.java': (
        'private String clientSecretSupplierFactory = "clientSecretSupplierFactory";\n'
        'token = tokenProvider.currentTokenOrThrow();\n'
    ),
    'values.yaml': (
        'existingSecret: database-credentials\n'
        'passwordSecretKeyRef: {name: database, key: password}\n'
        'password: {{ .Values.password }}\n'
        'secretName: tls-certificate-internal\n'
    ),
    'playbook.yml': 'password: "{{ vault_database_password }}"\n',
    'compose.yaml': 'environment:\n  POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}\n',
    'run.sh': (
        'export PASSWORD="$(cat /run/secrets/database)"\n'
        'mysql -u root -p"$MYSQL_PASSWORD" shop\n'
        'docker run -v $(PWD):/workspace -p 8080:8080 image\n'
        'curl -u "$USER:$TOKEN" https://ci.internal\n'
    ),
    'same.ini': 'password = password\nsecret = secret\ntoken = token\n',
    'paths.toml': (
        'secret = "/run/secrets/database/primary"\n'
        'private_key = "certificates/server/private.pem"\n'
    ),
    # placeholders
    'example.env': (
        'DB_PASSWORD=<password>\nAPI_KEY=your_api_key_here\nSECRET=changeme\n'
        'TOKEN=xxxxxxxxxxxxxxxx\nPASSWORD=********\n'
    ),
    'setup.md': (
        'Set `DB_PASSWORD=...` and run.\nThe password is required.\n'
        'password: your password\npostgres://user:password@localhost/db\n'
    ),
    # words of others
    'de.po': 'msgid "Password"\nmsgstr "Das Passwort ist ungültig."\n',
    'nl.po': 'msgid "changed"\nmsgstr "Uw wachtwoord is gewijzigd."\n',
    'messages.properties': 'label.password=Contraseña\nerror.password=Ung\\u00fcltig\n',
    # lookups, checks, and hashes of passwords
    'lookup.py': 'User.objects.filter(password__startswith="md5$$")\n',
    'check.py': 'ok = await acheck_password("lètmeinz", encoded)\n',
    'default.py': 'password = "s3cr3t" if False else None\n',
    # sentences, lists, module paths, and values that name their key
    'passes.c': '/* First pass: determine the length of all names */\n',
    'message.py': 'raise TypeError("pwd: expected bytes, got %s" % kind)\n',
    'list.py': "NAMES = ('AuthHandler', 'HTTPPasswordMgr', 'HTTPPasswordMgrDefault')\n",
    'entry_points.txt': 'try_except_pass = checks.plugins.try_pass:try_except_pass\n',
    'oid.py': 'CHALLENGE_PASSWORD: "challengePassword",\n',
    'Tiny.pm': 'my $Token = qr/[\\x21\\x23-\\x27\\x2A]/;\n',
    'README.rst': '* ``password``: :setting:`EMAIL_HOST_PASSWORD`\n',
    'netrc.pm': 'default login anonymous password user@site\n',
    'Makefile': '\tdocker run --rm -v $(PWD):/workspace image\n',
    # markup and packed data
    'logo.svg': f'<svg><path d="M{rare(300)}"/></svg>\n',
    'font.css': f'@font-face{{src:url(data:font/woff2;base64,{rare(400)})}}\n',
    'app.min.js': 'var a=function(t,k){return t.token=k.key+e.pass,k};' * 40 + '\n',
    'alphabet.py': 'ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"\n',
    # bytes in an order, and bytes that are no key
    'bytes.c': (
        f'static const uint8_t key[16] = {{{", ".join(map(str, range(16)))}}};\n'
        f'uint8_t public_key[16] = {{{expand("{{key-bytes}}", "noise")}}};\n'
        'int keyCodes[] = {8, 9, 13, 16, 17, 18, 19, 20, 27, 32, 33, 34, 35, 36, 37};\n'
    ),
}


@pytest.fixture(scope='module')
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return what is reported in one scan of all files, by file."""
    root = tmp_path_factory.mktemp('noise')
    for name, content in NOISE.items():
        (root / name).write_text(content, encoding='utf-8')
    outcome = hookline('scan', '--check', 'secrets', '--format', 'json', cwd=root)
    assert outcome.status in (0, 1), outcome.err
    report = json.loads(outcome.out)
    assert report['summary']['files'] == len(NOISE)
    rows: dict[str, list[str]] = {}
    for row in report['findings']:
        rows.setdefault(row['path'], []).append(f'{row["line"]} {row["rule"]}')
    return rows


@pytest.mark.parametrize('name', NOISE)
def test_noise_is_left_alone(found: dict[str, list[str]], name: str) -> None:
    assert found.get(name, []) == []


def test_the_projects_own_git_configuration_is_not_read(repo: Repo) -> None:
    url = f'https://deploy:{rare(20)}@git.internal/shop.git'
    repo.git('remote', 'add', 'origin', url)
    repo.commit({'a.py': 'x = 1\n'})
    assert hookline('scan', '.', cwd=repo.path).status == 0


def test_the_same_configuration_elsewhere_is_found(tmp_path: Path) -> None:
    """The reason that the test above can fail."""
    url = f'https://deploy:{rare(20)}@git.internal/shop.git'
    (tmp_path / 'config').write_text(f'[remote "origin"]\n\turl = {url}\n')
    assert hookline('scan', '--check', 'secrets', '.', cwd=tmp_path).status == 1
