-- A rejected row whose content was forgotten (vault.forget_rejected) has nothing left to search for a person: it could
-- not be unsealed, so that from the first such row on every erasure failed, and with it the night's purge.
set role wh_owner;

create or replace function vault.rejected_rows(
    out number bigint, out unit text, out report_date date,
    out sheet text, out line integer, out column_name text, out sealed bytea
) returns setof record
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select r.delivery_id, d.unit, d.report_date, r.sheet, r.line, r.column_name, r.sealed
    from vault.rejected_row as r
    inner join ops.delivery as d on d.delivery_id = r.delivery_id
    where r.sealed <> '' and exists (select from vault.erasure as e where e.done_at is null)
$$;

reset role;
