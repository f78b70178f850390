-- While somebody was to be erased, the loader's login could delete any landed rows of any delivery, after gate 1 had
-- accepted them: which landed rows go is decided by tokens (vault.complete_erasure), in the database. And no rejected
-- rows go, and no purged delivery is counted otherwise, while a night is being built.
set role wh_owner;

create or replace function vault.erase_places(number bigint, sheets text [], lines integer []) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '60s'
as $$
declare
    delivery ops.delivery;
    landed bigint := 0;
    rejected bigint;
begin
    perform ops.lock_chain(null);
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH013', message = '正在汇总，删除须待其完成 | a night is being built: persons are erased after it';
    end if;
    if not exists (select from vault.erasure as e where e.done_at is null) then
        raise exception using errcode = 'WH055', message = '没有待办的删除 | there is nobody to be erased';
    end if;
    select * into strict delivery from ops.delivery as d where d.delivery_id = number for no key update;
    with erased as (
        delete from vault.rejected_row as r using unnest(sheets, lines) as place (sheet, line)
        where r.delivery_id = number and r.sheet = place.sheet and r.line = place.line
        returning r.sheet, r.line
    )
    select count(distinct (e.sheet, e.line)) into rejected from erased as e;
    -- Rows that are in the archive alone: a restore finds so many fewer.
    if delivery.purged_at is not null then
        landed := least(cardinality(lines) - rejected, delivery.rows_landed);
    end if;
    update ops.delivery as d
    set
        rows_landed = d.rows_landed - landed, rows_rejected = d.rows_rejected - rejected,
        rows_erased = d.rows_erased + landed + rejected
    where d.delivery_id = number;
    return landed + rejected;
end $$;

reset role;
