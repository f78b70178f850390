-- Which files a correction corrects is recorded when it lands. Once its rows were purged it could not be told, and the
-- correction went with whichever part was sent again, removed or withdrawn.
set role wh_owner;

alter table ops.delivery add column corrects bigint [];

comment on column ops.delivery.corrects is
'更正的各行所指的报送；其中的空值：县市自行添加的行，或对此类行的更正。空：不是更正。 | Of a correction the deliveries whose rows its rows name; NULL among them: a row that the county added, or that corrects such a row. NULL: no correction.';

grant insert (corrects), update (corrects) on ops.delivery to wh_loader;

-- Of those whose rows are purged it is not known: they go with any part, as before.
update ops.delivery as c
set corrects = case
    when to_regclass(format('landing.%I', c.feed)) is null then '{null}'
    else array(
        select distinct d.delivery_id
        from landing.corrected_files(c.delivery_id) as file
        left join ops.delivery as d
            on (d.feed, d.unit, d.report_date, d.kind) = (c.feed, c.unit, c.report_date, 'file')
                and vault.is_source_of(file, d.path, d.revision)
    )
end
where c.kind = 'correction' and c.status <> 'refused';

create or replace view ops.part_in_force as
select
    d.feed, d.unit, d.report_date, d.part, d.revision, d.delivery_id, d.kind, d.path, d.sha256, d.status, d.landed_at, d.build,
    d.corrects
from ops.delivery as d
where d.status not in ('refused', 'withdrawn') and not exists (
    select from ops.delivery as later
    where (later.feed, later.unit, later.report_date, later.part) = (d.feed, d.unit, d.report_date, d.part)
        and later.revision > d.revision and later.status not in ('refused', 'withdrawn')
);

create function ops.withdrawn_with(gone bigint []) returns setof bigint
language sql stable set search_path = pg_catalog, pg_temp
as $$
    -- The corrections of their rows.
    select c.delivery_id
    from ops.delivery as w
    inner join ops.part_in_force as c on (c.feed, c.unit, c.report_date) = (w.feed, w.unit, w.report_date)
    where w.delivery_id = any(gone) and w.kind = 'file' and c.kind = 'correction' and c.delivery_id > w.delivery_id
        and (w.delivery_id = any(c.corrects) or array_position(c.corrects, null) is not null)
    union
    -- The withdrawal of the corrections that they replaced (it arrived with them), unless they are replaced themselves.
    select r.delivery_id
    from ops.delivery as w
    inner join ops.part_in_force as r
        on (r.feed, r.unit, r.report_date, r.landed_at) = (w.feed, w.unit, w.report_date, w.landed_at)
    where w.delivery_id = any(gone) and r.kind = 'withdrawn' and not exists (
        select from ops.part_in_force as later
        where (later.feed, later.unit, later.report_date, later.part) = (w.feed, w.unit, w.report_date, w.part)
            and later.revision > w.revision
    )
    union
    -- The removal of the other parts since they came, unless a file that came with them, or since, replaces these too.
    select r.delivery_id
    from ops.delivery as w
    inner join ops.part_in_force as r on (r.feed, r.unit, r.report_date) = (w.feed, w.unit, w.report_date)
    where w.delivery_id = any(gone) and w.kind in ('file', 'nil')
        and r.kind = 'withdrawn' and r.part <> w.part and r.part not like '～%' and r.delivery_id > w.delivery_id
        and not exists (
            select from ops.part_in_force as other
            where (other.feed, other.unit, other.report_date) = (w.feed, w.unit, w.report_date)
                and other.kind in ('file', 'nil') and (other.build is null or other.build >= w.build)
        )
$$;

comment on function ops.withdrawn_with(bigint []) is
'随这些报送一并作废的：对其中各行的更正；因其而作废的更正和移走的分册，其作废不再有效。 | What is withdrawn with these deliveries: the corrections of their rows; and what withdrew the corrections and parts that they replaced, which thereby count again.';
revoke all on function ops.withdrawn_with(bigint []) from public;

drop function landing.corrected_files(bigint);

reset role;
