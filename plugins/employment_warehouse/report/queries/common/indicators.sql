select code, name_zh, name_en, unit, digits, direction, definition_zh
from marts.indicator
order by code
