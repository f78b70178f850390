-- Uploads are looked for, not announced: the queue of notifications is everybody's, and any login could fill it.
set role wh_owner;

create or replace function ops.receive_upload(
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

reset role;
