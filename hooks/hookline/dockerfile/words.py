"""Shell words as BuildKit reads them: quotes, escapes, `$x` and the `${x…}` forms."""

from __future__ import annotations

from hookline import lazyre as re
from hookline.light import Callable, Mapping, NamedTuple

# What Go's unicode.IsSpace says, which differs from str.isspace: \x1c to \x1f.
SPACE = (
    '\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007'
    '\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
)
_SPECIAL_NAMES = '@*#?-$!'
# A `${a:-${b:-…}}` deeper than this was not written by a person.
_MAX_DEPTH = 50
# `ENV A=$A$A`, fifty times over, must not fill the memory.
_MAX_LENGTH = 1 << 16
_MAX_STEPS = 20_000_000


class BadWord(Exception):
    """A word that BuildKit refuses; the message says why."""


class Expansion(NamedTuple):
    """A word with its variables replaced."""

    value: str
    words: tuple[str, ...]  # split at spaces that are not quoted
    used: tuple[str, ...]  # variables that were set
    unset: tuple[str, ...]  # variables that were not, and so gave nothing


def expand(
    word: str,
    env: Mapping[str, str],
    *,
    escape: str = '\\',
    raw: bool = False,
    keep_unset: bool = False,
) -> Expansion:
    """Expand as BuildKit's shell lexer does; raise BadWord where it gives an error.

    `raw` keeps quotes and escapes, `keep_unset` keeps `$name` of unset variables: the
    way in which heredocs are looked for.
    """
    if not any(sign in word for sign in ('$', '"', "'", escape)):
        return Expansion(word, tuple(split(word)), (), ())
    lexer = _Lexer(word, env, escape, raw, keep_unset)
    value, words = lexer.run('', raw)
    return Expansion(value, tuple(words), tuple(lexer.used), tuple(lexer.unset))


def split(text: str) -> list[str]:
    return [word for word in _SPACES.split(text) if word]


_SPACES = re.compile(f'[{SPACE}]+')


class _Lexer:
    def __init__(
        self,
        text: str,
        env: Mapping[str, str],
        escape: str,
        raw_quotes: bool,
        keep_unset: bool,
    ) -> None:
        self.text = text
        self.at = 0
        self.env = env
        self.escape = escape
        self.raw_quotes = raw_quotes
        self.raw_escapes = raw_quotes
        self.keep_unset = keep_unset
        self.used: dict[str, None] = {}
        self.unset: dict[str, None] = {}
        self.depth = 0
        self.length = 0

    def next(self) -> str:
        found = self.text[self.at : self.at + 1]
        self.at += 1
        return found

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def run(self, stop: str, raw_escapes: bool) -> tuple[str, list[str]]:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise BadWord('nested too deeply')
        before, self.raw_escapes = self.raw_escapes, raw_escapes
        try:
            return self._run(stop)
        finally:
            self.raw_escapes = before
            self.depth -= 1

    def _run(self, stop: str) -> tuple[str, list[str]]:
        result: list[str] = []
        words: list[str] = []
        word: list[str] = []

        def plain(text: str) -> None:
            for sign in text:
                if sign not in SPACE:
                    word.append(sign)
                elif word:
                    words.append(''.join(word))
                    word.clear()

        special: dict[str, Callable[[], str]] = {
            '$': self.dollar,
            "'": self.single,
            '"': self.double,
        }
        while sign := self.peek():
            if stop and sign == stop:
                self.at += 1
                break
            if sign in special:
                text = special[sign]()
                result.append(text)
                if sign == '$':
                    plain(text)
                else:
                    word.append(text)
                continue
            self.at += 1
            if sign == self.escape:
                if self.raw_escapes:
                    word.append(sign)
                    result.append(sign)
                sign = self.next()
                if not sign:
                    break
                word.append(sign)
            else:
                plain(sign)
            result.append(sign)
        else:
            if stop:
                raise BadWord(f'{stop} is missing')
        if ''.join(word):
            words.append(''.join(word))
        return ''.join(result), words

    def single(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise BadWord("closing ' is missing")
        start, self.at = self.at, end + 1
        if self.raw_quotes:
            return self.text[start : end + 1]
        return self.text[start + 1 : end]

    def double(self) -> str:
        quote = self.next()
        result = [quote] if self.raw_quotes else []
        while sign := self.peek():
            if sign == '"':
                self.at += 1
                if self.raw_quotes:
                    result.append(sign)
                return ''.join(result)
            if sign == '$':
                result.append(self.dollar())
                continue
            self.at += 1
            if sign == self.escape:
                if self.raw_escapes:
                    result.append(sign)
                if not self.peek():
                    continue
                if self.peek() in ('"', '$', self.escape):
                    sign = self.next()
            result.append(sign)
        raise BadWord('closing " is missing')

    def dollar(self) -> str:
        self.at += 1
        if self.peek() != '{':
            name = self.name()
            if not name:
                return '$'
            value, found = self.get(name)
            return f'${name}' if not found and self.keep_unset else value
        self.at += 1
        if not self.peek():
            raise BadWord('} is missing')
        if self.peek() in '{}:':
            raise BadWord('bad substitution')
        name = self.name()
        sign = self.next()
        if sign == '}':
            value, found = self.get(name)
            return f'${{{name}}}' if not found and self.keep_unset else value
        if sign == '/':
            return self.replace(name)
        form = sign
        if sign == ':':
            sign = self.next()
            form += sign
        if not sign or sign not in '+-?#%':
            raise BadWord(f'unsupported modifier {form} in substitution')
        word, _ = self.run('}', sign in '#%')
        return self.modified(name, form, word)

    def modified(self, name: str, form: str, word: str) -> str:
        # The word was expanded before the variable is looked at, as BuildKit does.
        sign = form[-1]
        value = self.get(name)[0] if name in self.env else None
        if value is None and self.keep_unset:
            return f'${{{name}{form}{word}}}'
        missing = value is None or (form[0] == ':' and value == '')
        if value is None and sign not in '-+':
            self.unset[name] = None
        if sign == '-':
            return word if missing or value is None else value
        if sign == '+':
            return '' if missing else word
        if sign == '?':
            if missing or value is None:
                raise BadWord(f'{name}: {word or "is not set"}')
            return value
        greedy = word.startswith(sign)
        value = value or ''
        pattern = _pattern(word[greedy:], greedy, value)
        if sign == '#':
            found = pattern.match(value)
            return value[found.end() :] if found else value
        return _without_end(value, pattern, greedy)

    def replace(self, name: str) -> str:
        everywhere = self.peek() == '/'
        self.at += everywhere
        text, _ = self.run('/', True)
        replacement, _ = self.run('}', True)
        value, found = self.get(name)
        if not found and self.keep_unset:
            return f'${{{name}/{text}/{replacement}}}'
        pattern = _pattern(text, True, value)
        return pattern.sub(lambda _: replacement, value, 0 if everywhere else 1)

    def name(self) -> str:
        start = self.at
        sign = self.peek()
        if sign and sign in _SPECIAL_NAMES:
            self.at += 1
            return sign
        if sign.isdigit():
            while self.peek().isdigit():
                self.at += 1
            return self.text[start : self.at]
        while (sign := self.peek()) and (sign.isalnum() or sign == '_'):
            self.at += 1
        return self.text[start : self.at]

    def get(self, name: str) -> tuple[str, bool]:
        value = self.env.get(name)
        if value is None:
            self.unset[name] = None
            return '', False
        self.used[name] = None
        self.length += len(value)
        if self.length > _MAX_LENGTH:
            raise BadWord('longer than 64 KiB with its variables replaced')
        return value, True


def _pattern(text: str, greedy: bool, value: str) -> re.Pattern[str]:
    result: list[str] = []
    signs = iter(range(len(text)))
    for at in signs:
        sign = text[at]
        if sign == '*':
            result.append('.*' if greedy else '.*?')
        elif sign == '?':
            result.append('.')
        elif sign == '\\':
            following = text[at + 1 : at + 2]
            if following and following in '}/':
                continue
            if not following or following not in '*?\\':
                raise BadWord(f'invalid escape \\{following} in substitution')
            result.append(re.escape(following))
            next(signs)
        else:
            result.append(re.escape(sign))
    joined = ''.join(result)
    # Many stars in a row backtrack badly and mean the same as one.
    joined = re.sub(r'(\.\*\??){2,}', '.*' if greedy else '.*?', joined)
    # Python's engine goes back over each star, once more for each place to start at.
    if len(value) ** (joined.count('.*') + 1) > _MAX_STEPS:
        raise BadWord('too many * for a value of this length')
    return re.compile(joined)


def _without_end(value: str, pattern: re.Pattern[str], greedy: bool) -> str:
    """Cut the longest or shortest end of `value` that matches."""
    places = range(len(value) + 1) if greedy else range(len(value), -1, -1)
    for at in places:
        if pattern.fullmatch(value, at):
            return value[:at]
    return value
