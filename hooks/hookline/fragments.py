"""Parts that the regexes of several rules share; a rule calls one as `(?&name)`.

How people name a password, how a file gives a value to a name and how the value is
quoted is the same question in every rule about names, and is answered here once.
"""

from __future__ import annotations

import re

# What follows a name before what is given to it: the end of the name's own quotes,
# brackets or emphasis, then one of the ways of assigning or comparing.
_ASSIGNED = r"""(?ix:
    (?:\[\w{0,12}\])?[\\"'\])}*_`]{0,4}[ \t]{0,40}
    (?: :[ \t]?[\w.&\[\]<>?|]{1,24}[ \t]{0,4}=
        (?=[ \t]{0,4}(?:\w{1,16}\((?:default=)?)?["'])                 # name: type =
      | (?:as[ \t]{1,4})?[\w.]{1,24}[ \t]{1,4}=(?=[ \t]{0,4}["'])      # name type =
      | (?:\|\||[:=!?+])?={1,3}>? | : | -> | <- | %3d
      | \{(?=["'])                                                     # name{"value"}
      | \.(?:equals|equalsignorecase|contentequals|compareto)\((?=["']) )
    [*_]{0,2}[ \t]{0,40}\(?
    # what makes a value of a literal
    (?:(?:new[ \t])?(?:some|just|of|optional\.of|buffer\.from|field|[\w.]{0,16}
        (?:string|bytes?|secret|md5|sha\d{1,3}|hash)[\w.]{0,8}|\[\]byte)
        \([ \t]{0,4}(?:default[ \t]?=[ \t]?)?(?=[urbfl@$]{0,2}["'`]))? )"""

_VALUE = r"""(?ix:
      [urbfl@$]{{0,2}}\\{{0,3}}"(?:"")?(?P<secret>(?:[^"\\\r\n]|\\[^"\r\n]){{{0},256}})
        \\{{0,3}}"
    | [urbfl@$]{{0,2}}\\{{0,3}}'(?:'')?(?P<secret1>(?:[^'\\\r\n]|\\[^'\r\n]){{{0},256}})
        \\{{0,3}}'
    | `(?P<secret2>[^`\r\n]{{{0},256}})`
    | &quot;(?P<secret3>[^&\s<>]{{{0},256}})&quot;
    # goes on in the next line
    | ["']{{1,3}}(?P<secret5>[^\s"'`\\]{{16,512}})\\?\r?$
    | (?![\w.-]{{1,64}}:[ \t])(?P<secret4>[^\s"'`,;&<>]{{{1},255}}[^\s"'`,;&<>)\]}}.:])
    )"""

FRAGMENTS = {
    # A name that says password, in the languages that people write it in.
    'password': r"""(?ix:
        pass(?:words?|wort|wd|phrase|code)|pas{1,2}wo?r?s?ds?|(?<![a-z])ps{1,2}wo?r?s?ds?
      | pwd(?![a-rt-z])
      | senha|contrase(?:n|\xc3\xb1)a|mot[ _-]?de[ _-]?passe|kennwort|wachtwoord
      | (?<!by|om|es|ur|er)pass(?![a-z])
      | (?<![a-z])(?:(?:db_?|user_?)?pw|(?:wpa_?|wifi_?)?psk)(?![a-z]) )""",
    # The same, or another credential whose name alone is telling.
    'credential': r"""(?ix:
        (?&password)|secret|token|credential|api_?key|access_?key )""",
    'assigned': _ASSIGNED,
    'value': _VALUE.format(4, 3),
    'long-value': _VALUE.format(8, 7),
    # A string literal: 'literal' in the words of rules that take no bare value.
    'literal': r"""(?ix:
        [urbfl@$]{0,2}\\{0,3}"(?P<secret>(?:[^"\\\r\n]|\\[^"\r\n]){4,256})\\{0,3}"
      | [urbfl@$]{0,2}\\{0,3}'(?P<secret1>(?:[^'\\\r\n]|\\[^'\r\n]){4,256})\\{0,3}'
    )""",
}
_CALL = re.compile(r'\(\?&([\w-]+)\)')


def expanded(regex: str) -> str:
    """Put the fragments that a regex calls in their place; KeyError for one unknown."""
    while _CALL.search(regex):
        regex = _CALL.sub(lambda call: FRAGMENTS[call[1]], regex)
    return regex
