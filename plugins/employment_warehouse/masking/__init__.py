"""Personal numbers in text: citizen ID numbers, bank accounts and mobiles, however they are written; passports and
permits, addresses of mail and chat.

The one place that knows what they look like. A text is compared as its digits: full-width, circled and Chinese ones,
with or without separators between them, and as what it says in hex or base64. Free text is masked. The number of a case
or a project that may be one is refused, because masked it could be taken for another; such reference numbers have many
forms, so only those are refused that can hardly be anything else. Telephones with an area code are not personal.
"""

from employment_warehouse.masking.prefilter import MAY_BE_PERSONAL, MAY_BE_REFUSED
from employment_warehouse.masking.spans import MASK, mask, may_be_personal, personal_places

__all__ = ["MASK", "MAY_BE_PERSONAL", "MAY_BE_REFUSED", "mask", "may_be_personal", "personal_places"]
