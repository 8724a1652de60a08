"""How far a text is from words, and what it is made of.

The table of letter pairs is counted over public text by benchmarks/rarity.py, which
also says how well it tells words from chance.
"""

from __future__ import annotations

from hookline.light import lru_cache
from hookline.scoring.vocabulary import WEAK

# -log2 of how often a letter follows another in English and in identifiers, one digit
# each, rows and columns a to z and ^ for the edge of a word. Counted over Python's
# libraries and their documentation, every word once per square root of its frequency.
TABLE = (
    '754587595973439593436777684355636794583774794464999593'
    '375637845944782795635899794467526793896774796565888792'
    '574465697995538673348675792476644792994763794554999693'
    '487828654995655794475889892377728983986673795646889692'
    '564555599984523595439597965376637885757673697473767763'
    '477627674895766686466858792377526893984883798555799593'
    '258728994986584398575999693484445385977864798436699893'
    '665476696964425593544658994387637854983883593545989593'
    '677677887984868755571778893386627693966564795446789693'
    '595837854976775588435989692486737943996784794555979582'
    '545646695993437493439998996287718893998785697678989893'
    '387637843986744694468878993474646874986577396638895682'
    '676657786995456396448878771388717974977774797678977643'
    '454444554775455474345657889'
)
# Digits and signs that people write for letters.
LEET_LETTERS = str.maketrans('013457@$', 'oleastas')
# Between the words of a name.
SEPARATORS = '-_./:,|'
SEPARATED = str.maketrans(SEPARATORS, ' ' * len(SEPARATORS))
JOINED = str.maketrans('', '', SEPARATORS)


def bits(text: str) -> float:
    """Return how unlike a word a text is, in bits per character.

    Words and identifiers have about 3 to 4, random letters and digits 5 and more.
    """
    if not text:
        return 0.0
    total = 0
    last, digit, upper = 26, False, False
    for char in text:
        small = char.lower()
        if 'a' <= small <= 'z':
            code = ord(small) - 97
            raised = char != small
            if last < 26 and raised and not upper:
                # camelCase: a word ends here and another begins
                total += int(TABLE[last * 27 + 26]) + int(TABLE[26 * 27 + code]) - 3
            elif last < 26 and upper and not raised:
                total += int(TABLE[last * 27 + code])
            else:
                total += int(TABLE[last * 27 + code])
            if digit:
                total += 2
            last, digit, upper = code, False, raised
        elif '0' <= char <= '9':
            total += 3 if digit else 5
            last, digit, upper = 26, True, False
        elif char in '_-. /':
            total += 2
            last, digit, upper = 26, False, False
        else:
            total += 4
            last, digit, upper = 26, False, False
    return total / len(text)


@lru_cache(maxsize=512)
def words(key: str) -> tuple[str, ...]:
    """Split a key at separators and changes of case, into lower case words."""
    found: list[str] = []
    word = ''
    for at, char in enumerate(key):
        if not (char.isascii() and char.isalnum()):
            if word:
                found.append(word.lower())
            word = ''
            continue
        if word:
            last = word[-1]
            following = key[at + 1 : at + 2]
            if (
                (char.isupper() and last.islower())
                or (char.isdigit() != last.isdigit())
                or (char.isupper() and last.isupper() and following.islower())
            ):
                found.append(word.lower())
                word = ''
        word += char
    if word:
        found.append(word.lower())
    return tuple(found)


def mixture(text: str) -> int:
    """Count the kinds of characters: small, large, digits, signs."""
    return (
        any(char.islower() for char in text)
        + any(char.isupper() for char in text)
        + any(char.isdigit() for char in text)
        + any(not char.isalnum() and char not in '-_' for char in text)
    )


def wordy(text: str) -> bool:
    """Tell whether a text is nothing but words: an identifier, a name, a phrase."""
    for part in text.translate(SEPARATED).split():
        stem = part.rstrip('0123456789')
        if not stem:
            if len(part) > 4:
                return False
            continue
        if len(part) - len(stem) > 2 or not stem.isascii() or not stem.isalpha():
            return False
        if stem.islower() or stem.isupper() or stem.istitle():
            if len(stem) > 3 and bits(stem.lower()) > (5.3 if len(stem) < 9 else 4.7):
                return False
        elif len(stem) / len(words(stem)) < 3.4 or bits(stem) > 4.7:
            return False
    return True


def weak(text: str) -> bool:
    """Tell whether the letters of a text are all words that everybody uses."""
    low = text.lower()
    for at in range(low.count('\\')):
        # What an escape stands for is no part of a word.
        start = low.find('\\', at)
        low = f'{low[:start]} {low[start + 2 :]}' if start >= 0 else low
    if low.strip('0123456789!?.#$*_-') in WEAK:
        return True
    runs = ''.join(char if 'a' <= char <= 'z' else ' ' for char in low).split()
    if any(ord(char) > 127 and char.isalpha() for char in low) or len(low) > 64:
        return False
    return all(_spelled(run) for run in runs)


def disguised(text: str) -> bool:
    """Tell whether usual words have digits and signs for letters, as in s3cr3t."""
    core = text.lower().strip('0123456789!?.#$*_-')
    plain = core.translate(LEET_LETTERS)
    return len(plain) >= 4 and plain != core and plain.isalpha() and _spelled(plain)


def _spelled(run: str) -> bool:
    reached = {0}
    for end in range(1, len(run) + 1):
        if any(run[start:end] in WEAK for start in reached):
            reached.add(end)
    return len(run) in reached


def identifier(text: str) -> bool:
    return text.replace('$', '_').isidentifier()


def uuid(text: str) -> bool:
    bare = text.strip('{}')
    return (
        len(bare) == 36
        and [at for at, char in enumerate(bare) if char == '-'] == [8, 13, 18, 23]
        and hexadecimal(bare.replace('-', ''))
    )


def hexadecimal(text: str) -> bool:
    bare = text.removeprefix('0x')
    digits = '0123456789abcdef' if bare.islower() else '0123456789ABCDEF'
    return bool(bare) and not bare.strip(digits)
