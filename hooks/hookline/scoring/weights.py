"""What speaks for and against a value being a secret, and how much.

A grade is the sum of what was found; from LOW on a value is reported, from MEDIUM on it
blocks as policy stands. No reason ever holds a part of the value: people paste them
into reports of false positives.

The scale, by kind:
  password    3 for the key; quotes, mixed characters and rarity add, words subtract
  credential  4 for the place: a URL, a DSN, a statement; usual words stay low
  token       0 to 2 for the key; only rare values come near 4
  entropy     no key at all: rarity alone, never more than low unless the line names one
  bytes       like token, for a list of numbers
"""

from __future__ import annotations

from hookline.light import NamedTuple

LOW, MEDIUM, HIGH = 2, 4, 6
VETO = -100


class Weight(NamedTuple):
    points: int
    reason: str


def veto(reason: str) -> list[Weight]:
    """End the matter: the value is no secret."""
    return [Weight(VETO, reason)]


# The name that the value is given to, or the place that it stands in.
PASSWORD_KEY = Weight(3, 'the key is that of a password')
CREDENTIAL_PLACE = Weight(4, 'stands where a password does')
# The name of a key alone says little, apiKey or clientSecret say a lot.
STRONG_KEY = Weight(2, 'the key is that of an API key, a token or a secret')
TOKEN_KEY = Weight(1, 'the key may be that of a token or secret')
BARE_KEY = Weight(0, 'the name is only that of a key')
NAMED_ON_LINE = Weight(2, 'the line names a secret')
NO_KEY = Weight(2, 'long and unlike words, with no telling key')
MOCK_KEY = Weight(-2, 'the key says that it is for a test')

# How it is written.
QUOTED = Weight(1, 'quoted')
SETTING = Weight(1, 'a setting')
IN_PROSE = Weight(-1, 'in prose')
WORD_IN_PROSE = Weight(-3, 'a word in prose')
# In code, what is not quoted is a name, unless it could not be one.
CODE_WORD = Weight(-4, 'an unquoted word in code')
RARE_CODE_WORD = Weight(-1, 'an unquoted word in code, if a rare one')
TOKEN_CODE_WORD = Weight(-3, 'an unquoted word in code')
IN_TEST = Weight(-2, 'in a file for tests')
IN_BINARY = Weight(-2, 'in a file that is no text')
IN_DOCS = Weight(-2, 'in documentation')

# One string of several: names, as a rule, and no value of the one before.
IN_LIST = Weight(-3, 'one of a list of strings')

# What people and generators choose as passwords.
USUAL_WORDS = Weight(-5, 'nothing but usual words')
USUAL_WORDS_IN_PLACE = Weight(2, 'usual words where a password stands')
DISGUISED_WORDS = Weight(-3, 'usual words with digits and signs for letters')
# A word is a password more often in a setting than in code, where it is a name.
MADE_OF_WORDS = Weight(-3, 'made of words')
CHOSEN_WORDS = Weight(-2, 'made of words, as somebody may choose')
WORDS_IN_PLACE = Weight(3, 'words where a password stands')
UNLIKE_WORDS = Weight(2, 'unlike words')
NOT_QUITE_WORDS = Weight(1, 'not quite like words')
SHORT = Weight(-1, 'short')
PATH = Weight(-4, 'a path')

# What services issue as tokens and keys.
WORDS_FOR_TOKEN = Weight(-4, 'made of words')
NAME_OF_KEY = Weight(-4, 'the name of a key')
NUMBER = Weight(-3, 'a number')
COUNTS_UP = Weight(-4, 'counts up')
LONG_HEX = Weight(3, 'a long hexadecimal number')
HEX = Weight(2, 'a hexadecimal number')
ISSUED_HEX = Weight(2, 'a long hexadecimal number behind a short name')
BYTES = Weight(3, 'bytes without an order')
SHORT_HEX = Weight(0, 'a short hexadecimal number')
STRONG_UUID = Weight(2, 'a UUID')
UUID = Weight(1, 'a UUID')
# Chance leaves brackets open, code does not.
OPEN_BRACKETS = Weight(2, 'signs that are neither code nor text')
FOREIGN_SIGNS = Weight(-1, 'characters that tokens do not have')
CODE_OR_TEXT = Weight(-4, 'code or text')
LONG_UNLIKE_WORDS = Weight(3, 'long and unlike words')
LIKE_WORDS = Weight(-2, 'like words')
SHORT_FOR_TOKEN = Weight(-1, 'short for a token')
TOO_SHORT_FOR_KEY = Weight(-5, 'short for a token')


def kinds_of_characters(count: int, points: int) -> Weight:
    return Weight(points, f'{count} kinds of characters')
