select code, name_zh, name_en, unit, kind, digits, direction, definition_zh, feeds
from marts.indicator
order by code
