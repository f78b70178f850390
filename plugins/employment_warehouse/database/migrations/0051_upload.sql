-- Files that the clerks of counties upload on the console. The console holds no secret of the warehouse: it writes the
-- bytes into a folder and a row here, under the clerk's own login; the process `uploads` reads the file and answers.
set role wh_owner;

create table ops.upload (
    upload bigint generated always as identity primary key,
    county_code text not null,
    login text not null default session_user,
    received_at timestamptz not null default clock_timestamp(),
    feed text not null,
    report_date date not null check (report_date >= '2020-01-01'),
    -- Too short for the number of a person.
    part text not null check (part ~ '^[0-9A-Za-z-]{0,8}$'),
    extension text not null check (extension in ('.csv', '.csv.gz', '.xlsx', '.xls', '.zip', '.nil')),
    is_check boolean not null,
    file uuid not null unique,
    file_bytes bigint not null check (file_bytes >= 0),
    sha256 bytea not null check (octet_length(sha256) = 32),
    state text not null default 'waiting' check (state in ('waiting', 'landed', 'answered')),
    attempts smallint not null default 0,
    answer jsonb,
    answered_at timestamptz,
    check (state = 'waiting' or answer is not null),
    check (feed <> 'corrections' or extension in ('.xlsx', '.xls'))
);
comment on table ops.upload is
'县市在控制台上传的文件及答复；试读的只保留一天。 | Files that clerks uploaded, and the answer to each; of files that were only checked for a day. Neither the file''s name nor a value of it is here.';
comment on column ops.upload.feed is '报表，或 corrections（退回工作簿）。 | The feed, or `corrections` for a return workbook.';
comment on column ops.upload.is_check is '试读：只检查，不入库。 | Check only: read and checked, and nothing kept.';
comment on column ops.upload.file is '上传文件夹中的文件名，随机生成。 | The name of the file in the folder of uploads, made at random.';
comment on column ops.upload.state is
'waiting 待读取；landed 已入库、退回工作簿待生成；answered 已答复。 | `waiting` to be read; `landed`, its return workbook not written yet; `answered`.';
create index upload_by_county on ops.upload (county_code, received_at);
create index upload_to_read on ops.upload (upload) where state <> 'answered';

create function ops.receive_upload(
    wanted_feed text, wanted_date date, wanted_part text, wanted_extension text, only_check boolean,
    stored uuid, size_of_file bigint, digest bytea
) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    today date := (now() at time zone 'Asia/Shanghai')::date;
    largest numeric := ops.setting('upload_largest_megabytes', today);
    most_files integer := ops.setting('upload_daily_files', today);
    most_megabytes numeric := ops.setting('upload_daily_megabytes', today);
    county text;
    files integer;
    bytes numeric;
    number bigint;
begin
    select r.county_code into county
    from ops.reader_county as r
    inner join ops.user_login as u on u.login = r.login and u.kind in ('county', 'caseworker')
    where r.login = session_user;
    if county is null then
        raise exception using errcode = 'WH051',
            message = '只有县市用户可以上传 | only the login of a county uploads';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'WH051',
            message = '上传须用 read committed 隔离级别 | an upload counts the ones before it: use read committed';
    end if;
    if wanted_feed <> 'corrections' and not exists (
        select from ops.feed as f where f.feed = wanted_feed and f.source = 'county'
    ) then
        raise exception using errcode = 'WH052', message = '没有这张报表 | counties send no such feed';
    end if;
    if wanted_date > today then
        raise exception using errcode = 'WH052',
            message = format('报表日期 %1$s 尚未到 | report date %1$s is in the future', wanted_date);
    end if;
    -- One at a time for each county, or several sessions would each count up to the limit.
    perform pg_advisory_xact_lock(hashtextextended('ops.upload ' || county, 0));
    select count(*), coalesce(sum(u.file_bytes), 0) into files, bytes
    from ops.upload as u
    where u.county_code = county and u.received_at >= today::timestamp at time zone 'Asia/Shanghai';
    if size_of_file > largest * 1048576 then
        raise exception using errcode = 'WH053',
            message = format('文件超过 %1$s MB | the file is larger than %1$s MB', largest),
            hint = 'Keep only the data, or split the file into parts.';
    end if;
    if files >= most_files or bytes + size_of_file > most_megabytes * 1048576 then
        raise exception using errcode = 'WH053',
            message = format(
                '今日上传已达上限（%1$s 个文件，%2$s MB） | the county has reached the limit of a day: %1$s files, %2$s MB',
                most_files, most_megabytes
            );
    end if;
    insert into ops.upload (county_code, feed, report_date, part, extension, is_check, file, file_bytes, sha256)
    values (county, wanted_feed, wanted_date, wanted_part, wanted_extension, only_check, stored, size_of_file, digest)
    returning upload into number;
    return number;
end $$;
comment on function ops.receive_upload(text, date, text, text, boolean, uuid, bigint, bytea) is
'登记本县市上传的文件，经办人取自登录名。 | Records a file of the county of the session''s login, within the limits of a day; the number of the upload.';

create function ops.own_uploads() returns table (
    upload bigint, login text, received_at timestamptz, feed text, report_date date, part text, extension text,
    is_check boolean, file_bytes bigint, state text, answer jsonb, answered_at timestamptz
)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select
        u.upload, u.login, u.received_at, u.feed, u.report_date, u.part, u.extension,
        u.is_check, u.file_bytes, u.state, u.answer, u.answered_at
    from ops.upload as u
    where u.county_code = any(ops.counties_of(session_user))
$$;
comment on function ops.own_uploads() is
'本县市的上传及答复。 | The uploads of the county of the session''s login, and their answers.';

-- Every due delivery with what came of it, and what came late or without being due: the latest revision of each part.
create function ops.own_deliveries(since date) returns table (
    feed text, report_date date, due_at timestamptz, part text, revision integer, kind text, arrived_at timestamptz,
    rows_read integer, rows_landed integer, rows_rejected integer, status text, reason text, detail text,
    publication integer
)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    with own as (
        select unnest(ops.counties_of(session_user)) as county_code
    ),
    due as (
        select d.* from ops.due as d
        where d.unit in (select own.county_code from own) and d.report_date >= since
    ),
    delivery as (
        select distinct on (d.feed, d.unit, d.report_date, d.part) d.*
        from ops.delivery as d
        where d.unit in (select own.county_code from own) and (d.report_date >= since or d.arrived_at >= since)
        order by d.feed, d.unit, d.report_date, d.part, d.revision desc
    )
    select
        coalesce(l.feed, due.feed), coalesce(l.report_date, due.report_date), due.due_at, l.part, l.revision, l.kind,
        l.arrived_at, l.rows_read, l.rows_landed, l.rows_rejected, l.status, l.reason, l.understood ->> 'refusal',
        p.publication
    from due
    full join delivery as l on l.feed = due.feed and l.unit = due.unit and l.report_date = due.report_date
    left join ops.publication as p on p.publication = l.build and p.rolled_back_at is null
$$;
comment on function ops.own_deliveries(date) is
'本县市应报和已报的记录。 | What the county of the session''s login owed and sent since a date, with what became of it.';

-- The rows of a return workbook have the identities as they were sent: whoever takes one is on the record.
create function ops.take_workbook(wanted_date date) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    county text := (ops.counties_of(session_user))[1];
begin
    if county is null then
        raise exception using errcode = 'WH051',
            message = '只有县市用户可以下载退回工作簿 | only the login of a county takes a return workbook';
    end if;
    perform ops.record_act('take_workbook', format('return workbook %s %s', wanted_date, county), null);
    return county;
end $$;
comment on function ops.take_workbook(date) is
'登记下载本县市的退回工作簿。 | Records that the session''s login takes the return workbook of its county and that date; the county.';

grant select on ops.upload to wh_loader, wh_operator, wh_auditor;
grant update (state, attempts, answer, answered_at), delete on ops.upload to wh_loader;
grant execute on function ops.receive_upload(text, date, text, text, boolean, uuid, bigint, bytea) to wh_county;
grant execute on function ops.own_uploads(), ops.own_deliveries(date), ops.take_workbook(date) to wh_county;

reset role;
