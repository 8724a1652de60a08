"""Which files are Dockerfiles, by name."""

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
