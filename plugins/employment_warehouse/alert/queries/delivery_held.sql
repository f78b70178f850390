-- Submissions that a build of the date holds and that nothing has replaced, with the unit's last accepted one.
select
    d.unit, d.feed, d.report_date as submission_date,
    string_agg(d.delivery_id::text, '、' order by d.delivery_id) as delivery_numbers, sum(d.rows_read) as rows_read, max(d.arrived_at) as arrived_at,
    coalesce(max(failed.reason_zh), split_part(max(d.reason), ' | ', 1)) as reason_zh,
    coalesce(max(failed.reason_en), nullif(split_part(max(d.reason), ' | ', 2), ''), max(d.reason)) as reason_en,
    ops.last_accepted_on(d.feed, d.unit, %(report_date)s) as carried_from
from ops.current_delivery as d
left join lateral (
    select string_agg(c.message_zh, '；') as reason_zh, string_agg(c.message_en, '; ') as reason_en
    from ops.check_result as c
    where c.build = d.build and c.severity = 'critical' and not c.success and c.waiver is null
        and c.delivery_id = d.delivery_id
) as failed on true
where d.night_on = %(report_date)s and d.status = 'held'
group by d.unit, d.feed, d.report_date
order by d.unit, d.feed, d.report_date
