-- Which publications count, and which of them speaks of a date: each said once. What rolls a publication back, or has to
-- do with one that was, asks ops.publication itself.
set role wh_owner;

create view ops.valid_publication as
select p.publication, p.report_date, p.published_at, p.vintage
from ops.publication as p
where p.rolled_back_at is null;
comment on view ops.valid_publication is
'未撤回的发布。 | The publications that were not rolled back.';

create function ops.publication_by(wanted date) returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
    select max(p.publication) from ops.valid_publication as p where p.report_date <= wanted
$$;
comment on function ops.publication_by(date) is
'某日及以前的最近一次发布；没有为空。 | What was shown when a date had been published: the last publication for it or before; NULL: none.';

create function ops.publication_of(wanted date) returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
    select coalesce(
        (select m.publication from ops.month_close as m where m.month = date_trunc('month', wanted)::date),
        (select max(p.publication) from ops.valid_publication as p where p.report_date = wanted)
    )
$$;
comment on function ops.publication_of(date) is
'某日的公布数出自哪次发布：该月已结账的为终版，否则为该报表日期最近一次发布；没有为空。 | In which publication the figures of a date were published: the one that is final for its month, else the last of that report date; NULL: none.';

create or replace function marts.as_of(wanted date) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
declare number integer := ops.publication_by(wanted);
begin
    if number is null then
        raise exception using errcode = 'WH007', message = format('%1$s 及以前没有发布 | nothing was published for %1$s or before', wanted);
    end if;
    perform set_config('warehouse.publication', number::text, false);
    return number;
end $$;

create or replace function marts.pin(wanted integer) returns date
language plpgsql security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
declare shown date;
begin
    select p.report_date into shown from ops.valid_publication as p where p.publication = wanted;
    if not found then
        raise exception using errcode = 'WH007',
            message = format('没有第 %1$s 号发布，或已撤回 | there is no publication %1$s, or it was rolled back', wanted);
    end if;
    perform set_config('warehouse.publication', wanted::text, false);
    return shown;
end $$;

create or replace function ops.visible_publication(out publication integer, out report_date date)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
declare
    pinned text := nullif(current_setting('warehouse.publication', true), '');
begin
    if pinned is null then
        publication := ops.standing_publication();
        select p.report_date into report_date from ops.publication as p
        where p.publication = visible_publication.publication;
        return;
    end if;
    -- A pin of a build that was never published, or of a publication that was rolled back since, shows nothing else
    -- in its place.
    select p.publication, p.report_date into publication, report_date from ops.valid_publication as p
    where p.publication::text = pinned;
    if not found then
        raise exception using errcode = 'WH007',
            message = format('没有第 %1$s 号发布，或已撤回 | there is no publication %1$s, or it was rolled back', pinned),
            hint = 'select marts.unpin() shows the standing publication.';
    end if;
end $$;

grant select on ops.valid_publication to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;
-- Which dates have workbooks to be written is asked of the function.
revoke select (publication, report_date, published_at, rolled_back_at) on ops.publication from wh_returner;
grant execute on function ops.publication_by(date) to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator, wh_returner;
grant execute on function ops.publication_of(date) to wh_transformer, wh_auditor, wh_operator, wh_reader;
reset role;
