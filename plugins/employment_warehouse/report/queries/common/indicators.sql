select code, name_zh, name_en, unit, kind, digits, direction, definition_zh
from marts.indicator
order by code
