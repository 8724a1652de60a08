"""Which files are Dockerfiles or name images, by name and a glance at the content.

Asked about every file of a commit: the parsers are imported for what it takes.
"""

from __future__ import annotations

# A policy, a script, a page or a template about Dockerfiles is not a Dockerfile.
_OTHERS = (
    '.dockerignore',
    *('.rego', '.py', '.go', '.js', '.ts', '.rb', '.rs', '.java', '.sh', '.ps1'),
    *('.md', '.rst', '.html', '.json', '.yaml', '.yml', '.toml', '.lock', '.patch'),
    *('.j2', '.jinja', '.jinja2', '.tmpl', '.tpl', '.template', '.erb', '.mustache'),
    *('.orig', '.rej', '.swp'),
)


def is_dockerfile(path: str) -> bool:
    name = path.rpartition('/')[2]
    if name.startswith(('Dockerfile', 'Containerfile', 'dockerfile')):
        if name.lower().endswith(_OTHERS):
            return False
        rest = name[len('Containerfile') if name[0] == 'C' else len('Dockerfile') :]
        return name[0] == 'C' or not rest or rest[0] in '.-'
    return name.endswith(('.Dockerfile', '.dockerfile'))


# What a file that names an image holds, and what its kind of file holds.
_IMAGEISH = (
    b'image',
    b'container',
    b'services',
    b'docker://',
    b'dockerfile_inline',
    b'args',
    b'newName',
)
_KINDISH = (b'services', b'jobs', b'runs', b'apiVersion', b'script', b'stages')
_BAKEISH = (b'docker-image://', b'dockerfile-inline', b'args')
_WORKFLOWS = ('.github/workflows', '.gitea/workflows', '.forgejo/workflows')


def may_name_images(path: str, content: bytes) -> bool:
    """Say whether a file other than a Dockerfile is worth a parser."""
    ending = path[path.rfind('.') :].lower()
    if ending in ('.yml', '.yaml'):
        if content[:2] in (b'\xff\xfe', b'\xfe\xff'):
            return True
        if not any(word in content for word in _IMAGEISH):
            return False
        return any(word in content for word in _KINDISH) or bool(manifest(path))
    if ending == '.json':
        if manifest(path):
            return True
        return b'"apiVersion"' in content and b'ontainers"' in content
    if ending == '.hcl':
        if manifest(path):
            return True
        return b'target' in content and any(word in content for word in _BAKEISH)
    return False


def manifest(path: str) -> str:
    """Return the kind of file that a name promises, or ''."""
    folder, _, name = path.rpartition('/')
    name = name.lower()
    stem, _, ending = name.rpartition('.')
    if ending in ('yml', 'yaml'):
        if folder.endswith(_WORKFLOWS):
            return 'actions'
        words = stem.replace('_', '.').replace('-', '.').split('.')
        if 'compose' in words:
            return 'compose'
        if 'gitlab-ci' in stem or '.gitlab' in folder.split('/'):
            return 'gitlab'
        if stem == 'kustomization':
            return 'kubernetes'
    elif ending in ('hcl', 'json'):
        if 'docker-bake' in stem:
            return 'bake'
        if ending == 'json' and stem.lstrip('.').partition('.')[0] == 'devcontainer':
            return 'devcontainer'
    return ''
