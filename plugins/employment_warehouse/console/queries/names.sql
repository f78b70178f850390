select n.code_list, n.code, n.name_zh, n.name_en
from marts.dim_code as n
where n.code_list in ('case_kind', 'close_reason', 'finding')
