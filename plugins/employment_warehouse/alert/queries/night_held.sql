-- The critical checks that hold the night; the database's own reason if none of them failed.
with failed as (
    select distinct c.suite, c.check_name, c.unit, c.message_zh, c.message_en
    from ops.check_result as c
    where c.build = %(build)s and c.gate = 2
        and ops.is_holding(c.gate, c.severity, c.success, c.waiver, c.delivery_id)
)

select %(prefecture)s::text as unit, unit as failed_unit, message_zh, message_en, suite, check_name
from failed
union all
select
    %(prefecture)s::text, %(prefecture)s::text, texts.zh, coalesce(nullif(texts.en, ''), texts.zh), '', ''
from (
    -- What the database says begins with its code.
    select split_part(reason, ' | ', 1) as zh, split_part(reason, ' | ', 2) as en
    from regexp_replace(%(held_reason)s::text, '^WH[0-9]{3} ', '') as reason
) as texts
where not exists (select from failed)
order by suite, check_name, failed_unit
