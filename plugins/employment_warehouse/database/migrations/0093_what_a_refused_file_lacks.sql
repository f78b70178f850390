-- A county is told not only that its file was refused, but what was wrong in it (which columns are missing).
set role wh_owner;

drop function ops.county_deliveries();
create function ops.county_deliveries() returns table (
    delivery_id bigint, feed text, unit text, report_date date, part text, revision integer, kind text,
    file_bytes bigint, arrived_at timestamptz, landed_at timestamptz, rows_read integer, rows_landed integer,
    rows_rejected integer, status text, reason text, detail text, build integer
)
language plpgsql stable security definer rows 500
set search_path = pg_catalog, pg_temp
set client_min_messages = 'error'
as $$
begin
    return query
    select
        d.delivery_id, d.feed, d.unit, d.report_date, d.part, d.revision, d.kind, d.file_bytes, d.arrived_at,
        d.landed_at, d.rows_read, d.rows_landed, d.rows_rejected, d.status, d.reason, d.understood ->> 'refusal',
        d.build
    from ops.delivery as d
    where d.unit = any(ops.counties_of(session_user));
end $$;
comment on function ops.county_deliveries() is
'本县市的报送。 | The deliveries of the login''s own county.';

revoke all on function ops.county_deliveries() from public;
grant execute on function ops.county_deliveries() to wh_county;
