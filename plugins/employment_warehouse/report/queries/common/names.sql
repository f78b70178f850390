select code_list, code, name_zh, name_en
from marts.dim_code
order by code_list, code
