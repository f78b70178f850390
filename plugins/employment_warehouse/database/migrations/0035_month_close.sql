-- A closed month is final: the publication that stood when it was closed says for ever what its figures were.
set role wh_owner;

create table ops.month_close (
    month date primary key check (extract(day from month) = 1),
    publication integer not null references ops.publication (publication),
    closed_at timestamptz not null default now(),
    closed_by text not null default session_user
);
comment on table ops.month_close is
'已结账的月份及其终版所用的发布。 | Months that are closed, each with the publication that is final for it; later changes of its figures are restatements.';

create function ops.close_month(wanted date) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    first_day date := date_trunc('month', wanted)::date;
    last_day date := (date_trunc('month', wanted) + interval '1 month - 1 day')::date;
    word text := to_char(wanted, 'YYYY-MM');
    closed ops.month_close;
    shown ops.publication;
    taken_back integer;
begin
    perform pg_advisory_xact_lock(hashtext('ops.build'));
    select m.* into closed from ops.month_close as m where m.month = first_day;
    if found then
        raise exception using errcode = 'WH040',
            message = format(
                '%1$s 已由 %2$s 于 %3$s 结账，终版为第 %4$s 号发布 | %1$s was closed by %2$s on %3$s, with publication %4$s',
                word, closed.closed_by, (closed.closed_at at time zone 'Asia/Shanghai')::date, closed.publication
            ),
            hint = 'What has changed since is in marts.restatement.';
    end if;
    if last_day >= (now() at time zone 'Asia/Shanghai')::date then
        raise exception using errcode = 'WH041',
            message = format('%1$s 尚未结束 | %1$s has not ended', word),
            hint = format('It can be closed after the night of %s is published.', last_day);
    end if;
    select p.* into shown from ops.publication as p where p.publication = ops.standing_publication();
    if shown.report_date is null or shown.report_date < last_day then
        select max(p.publication) into taken_back from ops.publication as p
        where p.report_date >= last_day and p.rolled_back_at is not null;
        raise exception using errcode = 'WH041',
            message = case when taken_back is null
                then format('%1$s 最后一日尚未发布 | the last day of %1$s is not published yet', word)
                else format(
                    '%1$s 最后一日所在的第 %2$s 号发布已撤回 | publication %2$s, which had the last day of %1$s, was rolled back',
                    word, taken_back
                )
            end,
            hint = format('Publish the night of %s or a later one first.', last_day);
    end if;
    insert into ops.month_close (month, publication) values (first_day, shown.publication);
    update ops.publication as p set vintage = 'final' where p.publication = shown.publication;
    perform ops.record_act('close_month', word, null, build => shown.publication);
    return shown.publication;
end $$;
comment on function ops.close_month(date) is
'结账：现行发布即为该月终版。 | Closes a month under the name of the session''s login: the standing publication is final for it. Refused if it is closed, has not ended, or its last day is not published. The number of the publication.';

-- What a closed month says stays: neither its publication nor its record goes away.
create function ops.keep_closed_months() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    month date;
begin
    if tg_table_name = 'month_close' then
        raise exception using errcode = 'WH042', message = '已结账的月份不得更改 | a closed month is not changed or reopened';
    end if;
    select min(m.month) into month from ops.month_close as m where m.publication = new.publication;
    if month is not null then
        raise exception using errcode = 'WH042',
            message = format(
                '第 %1$s 号发布是 %2$s 的终版，不能撤回 | publication %1$s is final for %2$s and cannot be rolled back',
                new.publication, to_char(month, 'YYYY-MM')
            ),
            hint = 'Withdraw or correct what is wrong by later deliveries: the change is a restatement.';
    end if;
    return new;
end $$;
create trigger closed_months_stay before update or delete or truncate on ops.month_close
for each statement execute function ops.keep_closed_months();
create trigger final_publications_stay before update of rolled_back_at on ops.publication
for each row when (new.rolled_back_at is not null) execute function ops.keep_closed_months();

create function marts.as_of(wanted date, vintage text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    sunday date := wanted + (7 - extract(isodow from wanted))::integer;
    shown date := (select p.report_date from ops.publication as p where p.publication = ops.standing_publication());
    number integer;
begin
    if vintage = 'flash' then
        return marts.as_of(wanted);
    elsif vintage = 'revised' then
        if shown is null or shown < sunday then
            raise exception using errcode = 'WH007',
                message = format('%1$s 所在的一周到 %2$s 才有修订版 | the week of %1$s is revised once %2$s is published', wanted, sunday);
        end if;
        return marts.as_of(sunday);
    elsif vintage = 'final' then
        select m.publication into number from ops.month_close as m where m.month = date_trunc('month', wanted)::date;
        if number is null then
            raise exception using errcode = 'WH007',
                message = format('%1$s 尚未结账，没有终版 | %1$s is not closed and has no final figures', to_char(wanted, 'YYYY-MM'));
        end if;
        perform marts.pin(number);
        return number;
    end if;
    raise exception using errcode = 'WH007',
        message = format('没有“%1$s”版本 | there is no vintage “%1$s”', vintage),
        hint = 'flash, revised or final';
end $$;
comment on function marts.as_of(date, text) is
'按版本查看某日：快报、修订（该周周日）、终版（该月结账）。 | Shows a date as of a vintage: flash (the last publication up to it), revised (up to the Sunday of its week), final (the publication that its month was closed with); the number of the publication.';

create or replace view marts.publications as
select
    p.publication, p.report_date, p.published_at, p.vintage,
    p.released_by is not null as is_released, p.release_reason, p.rolled_back_at,
    p.publication = (select ops.standing_publication()) as is_current,
    (
        select array_agg(to_char(m.month, 'YYYY-MM') order by m.month)
        from ops.month_close as m where m.publication = p.publication
    ) as final_for
from ops.publication as p;

grant select on ops.month_close to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;
grant execute on function ops.close_month(date) to wh_operator;
grant execute on function marts.as_of(date, text) to wh_reader;
reset role;
