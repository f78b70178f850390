select i.code, i.name_zh, i.name_en, i.definition_zh, i.definition_en, i.formula, i.unit, i."column", i.clause
from marts.indicator as i
where i.mart = %(mart)s
order by i.code
