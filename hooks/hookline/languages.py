"""The language of a file, by its name and, where that is silent, by its content.

Called for every change of a commit: dictionaries and slices, no regex, no import.
Configuration has languages of its own: what says which of YAML's is not its syntax.
"""

from __future__ import annotations

# Names as semgrep knows them, so a rule's `languages:` can be compared.
_BY_EXTENSION = {
    'py': 'python',
    'pyw': 'python',
    'pyi': 'python',
    'wsgi': 'python',
    'js': 'javascript',
    'jsx': 'javascript',
    'mjs': 'javascript',
    'cjs': 'javascript',
    'es6': 'javascript',
    'ts': 'typescript',
    'tsx': 'typescript',
    'mts': 'typescript',
    'cts': 'typescript',
    'java': 'java',
    'go': 'go',
    'rb': 'ruby',
    'rake': 'ruby',
    'gemspec': 'ruby',
    'php': 'php',
    'phtml': 'php',
    'kt': 'kotlin',
    'kts': 'kotlin',
    'scala': 'scala',
    'rs': 'rust',
    'swift': 'swift',
    'cs': 'csharp',
    'c': 'c',
    'h': 'c',
    'cc': 'cpp',
    'cpp': 'cpp',
    'cxx': 'cpp',
    'hpp': 'cpp',
    'sh': 'bash',
    'bash': 'bash',
    'ksh': 'bash',
    'nginx': 'nginx',
    'tf': 'terraform',
    'tfvars': 'terraform',
    'yaml': 'yaml',
    'yml': 'yaml',
    'json': 'json',
    'html': 'html',
    'htm': 'html',
    'xml': 'xml',
    'conf': 'conf',
}
_BY_NAME = {
    'wscript': 'python',
    'sconstruct': 'python',
    'sconscript': 'python',
    'jakefile': 'javascript',
    'rakefile': 'ruby',
    'gemfile': 'ruby',
    'jenkinsfile': '',
    'sshd_config': 'sshd',
    'ssh_config': 'conf',
    '.htaccess': 'apache',
    'httpd.conf': 'apache',
    'apache.conf': 'apache',
    'apache2.conf': 'apache',
    'nginx.conf': 'nginx',
    '.bashrc': 'bash',
    '.bash_profile': 'bash',
    '.profile': 'bash',
}
# `nginx.conf.j2` is what becomes `nginx.conf`.
_TEMPLATES = (
    '.j2',
    '.template',
    '.tmpl',
    '.erb',
    '.in',
    '.sample',
    '.example',
    '.dist',
)
_SERVERS = ('nginx', 'apache', 'sshd')
_SITES = ('sites-available', 'sites-enabled', 'sshd_config.d')
# How far a file is looked at to tell what it is.
_HEAD = 1 << 16
_COMPOSE = ('docker-compose', 'compose', 'podman-compose')
_NGINX = (
    *(b'server_name ', b'location ', b'proxy_pass ', b'fastcgi_pass '),
    *(b'proxy_set_header ', b'add_header ', b'ssl_protocols ', b'ssl_ciphers '),
)
_APACHE = (
    *(b'<VirtualHost', b'<Directory', b'<Location', b'<IfModule', b'<Files'),
    *(b'RewriteEngine ', b'SSLEngine ', b'LoadModule ', b'SSLProtocol '),
)
_BY_INTERPRETER = {
    'python': 'python',
    'pypy': 'python',
    'node': 'javascript',
    'nodejs': 'javascript',
    'bun': 'javascript',
    'deno': 'typescript',
    'ts-node': 'typescript',
    'tsx': 'typescript',
    'ruby': 'ruby',
    'php': 'php',
    'sh': 'bash',
    'bash': 'bash',
    'dash': 'bash',
}


def language(path: str, content: bytes) -> str:
    """Return the language, '' when it is none that we know."""
    name = path.rpartition('/')[2].lower()
    for ending in _TEMPLATES:
        if name.endswith(ending):
            server = _language(path, name.removesuffix(ending), content)
            return server if server in _SERVERS else _by_shebang(content)
    return _language(path, name, content)


def _language(path: str, name: str, content: bytes) -> str:
    if name in _BY_NAME:
        return _BY_NAME[name]
    folders = path.lower().split('/')[:-1]
    if folders and folders[-1] in _SITES:
        return 'sshd' if folders[-1] == 'sshd_config.d' else _of_server(content[:_HEAD])
    stem, dot, extension = name.rpartition('.')
    if not dot or not stem:
        return _by_shebang(content)
    found = _BY_EXTENSION.get(extension, '')
    if found == 'typescript' and extension == 'ts' and _not_typescript(content):
        return ''
    if found == 'yaml':
        return _of_yaml(stem, folders, content[:_HEAD])
    if found == 'conf':
        return _of_server(content[:_HEAD])
    # `deploy.prod`, `run.v2`: an ending that nobody knows says nothing.
    return found or _by_shebang(content)


def _of_yaml(stem: str, folders: list[str], content: bytes) -> str:
    if folders[-2:] == ['.github', 'workflows']:
        return 'actions'
    if stem == 'action' and _has_key(content, b'runs'):
        return 'actions'
    if _has_key(content, b'apiVersion') and _has_key(content, b'kind'):
        return 'kubernetes'
    if _has_key(content, b'jobs') and b'runs-on:' in content:
        return 'actions'
    if stem.split('.')[0].startswith(_COMPOSE) and _has_key(content, b'services'):
        return 'compose'
    # GitLab's jobs have services as well, in a list.
    services = content.partition(b'\nservices:')[2][:400].lstrip()
    if services[:1] not in (b'', b'-') and (
        b' image:' in content or b' build:' in content
    ):
        return 'compose'
    return 'yaml'


def _has_key(content: bytes, key: bytes) -> bool:
    """Say whether `key` stands at the start of a line."""
    return content.startswith(key + b':') or b'\n' + key + b':' in content


def _of_server(content: bytes) -> str:
    """Tell nginx's configuration from Apache's; 'conf' when it is neither."""
    if any(word in content for word in _APACHE):
        return 'apache'
    # libconfig and HOCON have blocks called `server` too.
    ends = (
        any(end in content for end in (b';\n', b';\r', b'; ')) or content[-1:] == b';'
    )
    if ends and any(word in content for word in _NGINX):
        return 'nginx'
    return 'conf'


def _not_typescript(content: bytes) -> bool:
    # Qt's translations are XML; MPEG's transport streams have a G every 188 bytes.
    head = content[:400].lstrip()
    if head.startswith((b'<?xml', b'<!DOCTYPE TS', b'<TS ')):
        return True
    return content[:1] == b'G' and content[188:189] == b'G' and b'\0' in content[:376]


def _by_shebang(content: bytes) -> str:
    if not content.startswith(b'#!'):
        return ''
    line = content[2:200].split(b'\n', 1)[0].decode('latin-1').split()
    words = [word.rpartition('/')[2] for word in line]
    if words and words[0] == 'env':
        # env -S node --flag, env -i A=1 python3
        words = [w for w in words[1:] if not w.startswith('-') and '=' not in w]
    if not words:
        return ''
    interpreter = words[0]
    if interpreter in ('uv', 'pipx', 'poetry') and len(words) > 1:
        # uv run --script: the first lines of a script that brings its own packages
        return 'python'
    if interpreter not in _BY_INTERPRETER:
        interpreter = interpreter.rstrip('0123456789.')
    return _BY_INTERPRETER.get(interpreter, '')
