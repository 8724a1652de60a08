"""A value, and what its place says about it."""

from __future__ import annotations

from hookline.light import NamedTuple
from hookline.scoring.vocabulary import CODES


class Value(NamedTuple):
    """A value and what stands around it on its line."""

    secret: bytes
    key: bytes  # the identifier or name that it is given to, '' when there is none
    kind: str  # 'password', 'credential', 'token', 'entropy' or 'bytes'
    path: str
    before: bytes
    after: bytes
    binary: bool = False  # whether the file is no text

    @property
    def text(self) -> str:
        return self.secret.decode('utf-8', 'replace')

    @property
    def name(self) -> str:
        """The file's name, in lower case."""
        return self.path.rpartition('/')[2].lower()

    @property
    def quoted(self) -> bool:
        return self.before.endswith((b'"', b"'", b'`', b'&quot;'))

    @property
    def within_string(self) -> bool:
        return any(self.before.count(quote) % 2 for quote in (b'"', b"'", b'`'))

    @property
    def assigned(self) -> bool:
        before = self.before.rstrip(b' \t\\"\'`')
        return before[-1:] in (b'=', b':', b'>') or before.endswith((b' is', b' was'))

    @property
    def in_code(self) -> bool:
        return self.name.endswith(CODES)

    @property
    def in_comment(self) -> bool:
        start = self.before.lstrip()
        marks = (b'#', b'//', b'/*', b'* ', b'--', b'<!--')
        return start.startswith(marks) or any(
            mark in start for mark in (b' # ', b' // ', b' /* ')
        )

    @property
    def spoken(self) -> bool:
        """Whether it stands among words, as in `second pass: find all names`."""
        if self.before.rstrip()[-1:] == b'=':
            # What is commented out is no sentence.
            return False
        followed = self.after[:1] == b' ' and self.after[1:2].isalpha()
        return self.in_comment or (followed and self.assigned)

    @property
    def listed(self) -> bool:
        """Whether it is a string after a string, neither the first argument."""
        start, comma, end = self.before.rpartition(b',')
        before = start.rstrip()
        if not comma or end.strip(b' bu"\'') or before[-1:] not in (b'"', b"'"):
            return False
        first = before[:-1].rpartition(before[-1:])[0].rstrip(b' bu')
        return first[-1:] != b'('

    @property
    def of_token(self) -> bool:
        """Whether the key is that of a token and no password."""
        low = self.key.lower()
        if b'pass' in low or b'pw' in low:
            return False
        telling = (b'token', b'secret', b'key', b'cred', b'bearer')
        return any(one in low for one in telling)
