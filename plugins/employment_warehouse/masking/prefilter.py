"""What may hold something of a person, as regular expressions of Rust: columns of millions are compared with these, and
the few cells that they find are read one by one.
"""

from __future__ import annotations

from employment_warehouse.masking.digits import DIGITS_IN_WORDS

CODE_WORDS = "(?i:护照|通行证|回乡证|台胞证|居留证|passport)"
CHAT_WORDS = "(?i:微信|weixin|wechat|wxid|wx|vx|加v|qq)"

# Eleven digits, whatever is between them; a passport; an address; a word so long that it may be another in base64.
_DIGIT = rf"\p{{N}}OolI{''.join(DIGITS_IN_WORDS)}"
MAY_BE_PERSONAL = (
    rf"(?:[{_DIGIT}][^{_DIGIT}]*){{11}}|@|[EG][0-9A-Z][0-9]{{7}}|{CODE_WORDS}|{CHAT_WORDS}|[0-9A-Za-z+/]{{15}}"
)

# What a reference number must hold to be refused, if it has nothing but ASCII letters and digits: a birth date in
# its place, a card, or all of a mobile.
_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
MAY_BE_REFUSED = (
    rf"[0-9]{{6}}(?:19|20)[0-9]{{2}}{_DAY}[0-9]{{3}}[0-9Xx]|[0-9]{{6}}[3-9][0-9]{_DAY}[0-9]{{3}}"
    "|62[0-9]{14}|^(?:(?:00)?86)?1[3-9][0-9]{9}$|^(?:3[0-9]){11,}$|[0-9A-Z+/][a-z][0-9A-Za-z+/]{13}"
)
