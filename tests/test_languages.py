from __future__ import annotations

import pytest

from hookline import languages


@pytest.mark.parametrize(
    ('path', 'content'),
    [
        ('README.md', b'import os\n'),
        ('py', b'import os\n'),  # a name without an ending
        ('.py', b'import os\n'),  # hidden, without an ending
        ('notes.py.txt', b'import os\n'),
        ('Makefile', b'#!not/a/shebang of ours\n'),
        ('run', b'#!/usr/bin/perl\n'),
        ('run', b'#!\n'),
        ('run', b'#!/usr/bin/env\n'),
        ('run', b'# !/usr/bin/python3\n'),
        ('run', b' #!/usr/bin/python3\n'),  # the kernel wants it first
        ('ui/app_de.ts', b'<?xml version="1.0"?>\n<!DOCTYPE TS>\n'),  # Qt
        ('ui/app_de.ts', b'<!DOCTYPE TS><TS version="2.1">\n'),
        ('film.ts', (b'G' + b'\0' * 187) * 3),  # MPEG transport stream
        ('Jenkinsfile', b'#!/usr/bin/env groovy\n'),
        ('image.png', b'\x89PNG\r\n'),
        ('', b''),
        ('a.py.j2', b'import os\n'),  # not Python before Jinja was over it
        ('a.yaml.j2', b'apiVersion: v1\nkind: Pod\n'),
    ],
)
def test_other_files_have_no_language(path: str, content: bytes) -> None:
    assert languages.language(path, content) == ''


@pytest.mark.parametrize(
    ('path', 'content', 'language'),
    [
        ('a.py', b'', 'python'),
        ('src/A.PY', b'', 'python'),
        ('types.pyi', b'', 'python'),
        ('tools/SConstruct', b'', 'python'),
        ('bin/run', b'#!/usr/bin/python3.12 -I\n', 'python'),
        ('bin/run', b'#!/usr/bin/env python3\n', 'python'),
        ('bin/run', b'#!/usr/bin/env -S python3 -P\n', 'python'),
        ('bin/run', b'#!/usr/bin/env -S uv run --script\n', 'python'),
        ('bin/run', b'#! /usr/bin/env python3\r\nimport os\r\n', 'python'),
        ('deploy.prod', b'#!/usr/bin/env python3\n', 'python'),  # an unknown ending
        ('a.js', b'', 'javascript'),
        ('a.jsx', b'', 'javascript'),
        ('a.mjs', b'', 'javascript'),
        ('a.cjs', b'', 'javascript'),
        ('cli', b'#!/usr/bin/env node\n', 'javascript'),
        ('a.ts', b'const a: number = 1;\n', 'typescript'),
        ('a.ts', b'', 'typescript'),
        ('a.tsx', b'', 'typescript'),
        ('a.d.ts', b'', 'typescript'),
        ('a.mts', b'', 'typescript'),
        ('A.java', b'', 'java'),
        ('a.go', b'', 'go'),
        ('entrypoint', b'#!/bin/sh\n', 'bash'),
        ('a.tf', b'', 'terraform'),
        ('etc/sshd_config', b'', 'sshd'),
        ('roles/ssh/sshd_config.j2', b'{{ managed }}\n', 'sshd'),
        ('sshd_config.d/10-site.conf', b'', 'sshd'),
        ('ssh_config', b'', 'conf'),
        ('nginx.conf', b'', 'nginx'),
        ('docker/default.conf.template', b'server {\n  server_name a;\n}', 'nginx'),
        ('conf.d/tls.conf', b'ssl_protocols TLSv1.2;\n', 'nginx'),
        ('sites-available/default', b'server_name a;\n', 'nginx'),
        ('sites-available/default', b'<VirtualHost *:80>\n', 'apache'),
        ('public/.htaccess', b'', 'apache'),
        ('etc/app.conf', b'server = 1\nlocation = "a;"\n', 'conf'),
        ('.github/workflows/a.yml', b'on: push\n', 'actions'),
        ('templates/a.yml', b'on: push\njobs:\n a:\n  runs-on: b\n', 'actions'),
        ('setup/action.yaml', b'name: a\nruns:\n  using: node20\n', 'actions'),
        ('action.yml', b'runs_at: 4\n', 'yaml'),
        ('k/a.yaml', b'# a\napiVersion: v1\nkind: Pod\n', 'kubernetes'),
        ('chart/Chart.yaml', b'apiVersion: v2\nname: a\n', 'yaml'),
        ('docker-compose.prod.yml', b'services:\n  a:\n', 'compose'),
        ('stack.yml', b'x: 1\nservices:\n  a:\n    image: b\n', 'compose'),
        ('.gitlab-ci.yml', b'a: 1\nservices:\n  - image: b\n', 'yaml'),
        ('values.yaml', b'image: a\n', 'yaml'),
        ('site\n.py', b'', 'python'),  # hostile names are names
        ('\udcff.py', b'', 'python'),
    ],
)
def test_name_or_first_line_tells_the_language(
    path: str, content: bytes, language: str
) -> None:
    assert languages.language(path, content) == language
