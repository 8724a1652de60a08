"""What is in order: values that count up or down, whole or in part.

Somebody wrote them; no issuer did, and no generator of passwords.
"""

from __future__ import annotations

from itertools import pairwise

from hookline import lazyre as re


def counts(secret: bytes) -> bool:
    """Tell whether a value counts up or down: 1234567, or abcdefg in either case."""
    if len(secret) >= 200:
        return False
    letters = bytes(c for c in secret.lower() if 97 <= c <= 122)
    steps = [after - before for before, after in pairwise(letters)]
    # ABC123DEF456: what stands between the letters takes nothing from their order. Of
    # six letters, as in a hexadecimal number, chance orders too many.
    ordered = len(set(letters)) > 8 and steps.count(1) * 2 > len(steps)
    return ordered or uncounted(secret) != secret


def defaced(secret: bytes) -> bool:
    """Tell whether somebody counted over a small part of a token, to publish it.

    Of one made up from end to end more is in order: that shows what a token looks like.
    """
    if len(secret) > 512:
        return False
    parts = re.split(rb'[^A-Za-z0-9]', secret)
    ends = (parts[-1][:6], parts[-1][-6:]) if len(parts[-1]) > 12 else ()
    # Of an id in digits alone chance has seven in a row; at either end six are enough.
    if not (
        any(not part.isdigit() and uncounted(part) != part for part in parts)
        or any(uncounted(end, 6) == b'0' for end in ends)
    ):
        return False
    rest = uncounted(secret, 6)
    return (
        (len(secret) - len(rest)) * 4 < len(secret)
        and not counted(rest.decode('latin-1'))
        and not repeats(rest)
    )


def repeats(secret: bytes) -> bool:
    """Tell whether one character stands eight times in a row."""
    return bool(re.search(rb'(.)\1{7}', secret[:400]))


def uncounted(secret: bytes, least: int = 7) -> bytes:
    """Return a value with a 0 for each run of so many and more that counts."""
    low = secret.lower()
    kept = bytearray()
    at = 0
    while at < len(low):
        end = at + 1
        step = low[end] - low[at] if end < len(low) else 0
        while step in (1, -1) and end < len(low) and low[end] - low[end - 1] == step:
            end += 1
        if end - at < least:
            # The last of a short run may be the first of a longer one.
            end = max(end - 1, at + 1)
            kept += secret[at:end]
        else:
            kept += b'0'
        at = end
    return bytes(kept)


def counted(text: str) -> bool:
    """Tell whether the letters or the digits of a text count up, as in a1b2c3d4.

    Chance writes six such steps once in some ten thousand values.
    """
    low = text.lower()
    letters = ''.join(char for char in low if 'a' <= char <= 'z')
    digits = ''.join(char for char in low if '0' <= char <= '9')
    for row in (letters, digits):
        steps = [ord(after) - ord(before) for before, after in pairwise(row)]
        if len(steps) >= 5 and steps.count(1) * 2 > len(steps):
            return True
        if run(row) > 6:
            return True
    return False


def run(text: str) -> int:
    """Return the length of the longest run that counts up or down."""
    longest = up = down = 1
    for one, two in pairwise(text):
        step = ord(two) - ord(one)
        up = up + 1 if step == 1 else 1
        down = down + 1 if step == -1 else 1
        longest = max(longest, up, down)
    return longest
