"""The language of a file, by its name and, where that is silent, by its content.

Called for every change of a commit: dictionaries and slices, no regex, no import.
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
    'sshd_config': 'conf',
    'ssh_config': 'conf',
    '.htaccess': 'conf',
}
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
    if name in _BY_NAME:
        return _BY_NAME[name]
    stem, dot, extension = name.rpartition('.')
    if not dot or not stem:
        return _by_shebang(content)
    found = _BY_EXTENSION.get(extension, '')
    if found == 'typescript' and extension == 'ts' and _not_typescript(content):
        return ''
    # `deploy.prod`, `run.v2`: an ending that nobody knows says nothing.
    return found or _by_shebang(content)


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
