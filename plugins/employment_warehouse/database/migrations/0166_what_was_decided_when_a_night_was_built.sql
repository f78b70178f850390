-- The record of a night has the waivers and closed months that its models read, however late it is written; and what
-- the models read does not change while they are built.
set role wh_owner;

-- NULL: granted before this was kept.
alter table ops.waiver add column granted_at timestamptz;
alter table ops.waiver alter column granted_at set default now();
-- NULL: sealed before this was kept, or not sealed.
alter table ops.build add column intake_failures jsonb;
comment on column ops.build.intake_failures is
'发布前检查开始时未能入库的文件和来源。 | What had been found and not ingested when gate 2 began: the rows of ops.intake_failure.';

create function ops.assert_no_night() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.lock_chain(null);
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH035',
            message = '夜间汇总正在进行，结束后再改 | a night is being built: change it when it has ended';
    end if;
end $$;
comment on function ops.assert_no_night() is
'汇总进行中不得更改其依据。 | Refuses a change of what a night in progress reads at several moments.';

create or replace function ops.assert_undecided(from_date date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    used date := (select max(b.report_date) from ops.build as b);
begin
    -- What a night has used stays as it was.
    if from_date is null or not isfinite(from_date) or from_date <= used then
        raise exception using errcode = 'WH034', message = coalesce(
            format('生效日期须晚于 %1$s，该日已经汇总 | it takes effect after %1$s, whose night has run', used::text),
            '请填写生效日期 | say from which date on'
        );
    end if;
    perform ops.assert_no_night();
end $$;

create or replace function ops.waive_case(kind text, wanted text, key text, until date, why text) returns date
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
declare
    shown integer;
    today date;
begin
    perform ops.assert_no_night();
    shown := ops.standing_publication();
    select p.report_date into today
    from ops.publication as p
    inner join store.finding_case as c on c.from_build <= shown and (c.to_build is null or c.to_build > shown)
    where p.publication = shown and (c.case_kind, c.finding, c.case_key) = (kind, wanted, key) and c.closed_on is null;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('没有这样的未结事项：%1$s %2$s %3$s | there is no such open case: %1$s %2$s %3$s', kind, wanted, key),
            hint = 'marts.finding_case shows the kind, finding and key of every case.';
    end if;
    if until is null or until <= today then
        raise exception using errcode = 'WH015',
            message = format('豁免期须晚于 %1$s | a waiver ends after %1$s', today);
    end if;
    perform ops.grant_waiver(format('case:%s:%s', kind, wanted), key, today, until, why);
    return today;
exception when unique_violation then
    raise exception using errcode = 'WH015',
        message = format('该事项已自 %1$s 起豁免 | the case is waived from %1$s on already', today);
end $$;

create or replace function ops.close_month(wanted date) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
declare
    first_day date := date_trunc('month', wanted)::date;
    last_day date := (date_trunc('month', wanted) + interval '1 month - 1 day')::date;
    word text := to_char(wanted, 'YYYY-MM');
    closed ops.month_close;
    shown ops.publication;
    taken_back integer;
begin
    perform ops.assert_no_night();
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

create or replace function ops.seal_build(number integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '60s'
as $$
begin
    perform ops.lock_chain(number);
    update ops.build as b set
        sealed_at = now(), intake_failures = (select coalesce(jsonb_agg(to_jsonb(f)), '[]') from ops.intake_failure as f)
    where b.build = number and b.status = 'building';
    if not found then
        raise exception using errcode = 'WH003', message = format('build %s is not in progress', number);
    end if;
    insert into ops.digest_key as known (build, key)
    values (
        number,
        sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    )
    on conflict (build) do update set key = excluded.key
    where not exists (select from ops.certificate as c where c.build = number);
end $$;
reset role;
