-- Rules that stood in several queries: which feeds a list shows, what wages are owed in a county, and how a setting
-- lists several words.
set role wh_owner;

-- Both read the marts as the reader does.
create function ops.listed_feeds() returns table (feed text, county_code text)
language plpgsql stable rows 500 set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select listed.feed, listed.county_code
    from marts.feed_timeliness as listed
    where listed.county_code <> (select ops.prefecture()) or not exists (
        select from marts.feed_timeliness as county
        where county.feed = listed.feed and county.county_code <> listed.county_code
        having bool_or(county.status = listed.status)
            and sum(county.units_due - county.units_reported) >= listed.units_due - listed.units_reported
    );
end $$;
comment on function ops.listed_feeds() is
'报送清单所列的报表与县市：全州一行重复计入各县市，仅在说明各县市行未说明的情况（平台、县市不明的单位、从未报送的来源）时列出。 | The rows of feed_timeliness that a list of feeds shows. The prefecture''s row counts all units once more: it is listed where it says what no county''s row does, of the platform, of a unit whose county is not known, or of a source that has never delivered.';
revoke all on function ops.listed_feeds() from public;
grant execute on function ops.listed_feeds() to wh_reader;

create function ops.wages_owed() returns table (
    county_code text, persons bigint, arrears numeric, relief numeric, posts numeric, since date
)
language plpgsql stable rows 20 set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select
        payment.county_code,
        count(distinct payment.person_key),
        sum(payment.arrears),
        coalesce(sum(payment.arrears) filter (where payment.feed = 'relief_payroll'), 0),
        coalesce(sum(payment.arrears) filter (where payment.feed <> 'relief_payroll'), 0),
        min(payment.pay_due_on)
    from marts.fct_wage_payment as payment
    where payment.arrears > 0
    group by payment.county_code;
end $$;
comment on function ops.wages_owed() is
'各县市欠发的工资和补贴：人数、金额、其中以工代赈与公益性岗位（元）、最早约定发放日。 | Wages and subsidies owed in each county: persons, amount, of which work relief and public posts (CNY), and since which agreed pay date.';
revoke all on function ops.wages_owed() from public;
grant execute on function ops.wages_owed() to wh_reporter;

create function ops.words(listed text) returns text []
language sql immutable strict set search_path = pg_catalog, pg_temp
as $$ select regexp_split_to_array(listed, '[,，、\s]+') $$;
comment on function ops.words(text) is
'参数所列的各项（以逗号、顿号或空白分隔）。 | The words of a setting that lists several, separated by commas or blanks.';
revoke all on function ops.words(text) from public;
grant execute on function ops.words(text) to wh_loader, wh_transformer, wh_operator, wh_auditor;

-- Who decides on the settings reads them in the console.
grant execute on function ops.settings(date) to wh_operator;

create or replace function ops.decide_setting(wanted text, from_date date, new_value text, why text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    before record;
    number text := '^-?[0-9]+([.][0-9]+)?$';
    chosen text := btrim(coalesce(new_value, ''));
begin
    select * into before from seeds.setting as s
    where s.name = wanted and s.valid_from <= from_date
    order by s.valid_from desc limit 1;
    if not found then
        raise exception using errcode = 'WH002', message = format('没有参数 %1$s | there is no setting %1$s', wanted);
    end if;
    -- One county that has not joined is a number, and none is a word.
    if chosen = '' or wanted <> 'counties_not_joined' and before.value ~ number and chosen !~ number then
        raise exception using errcode = 'WH036',
            message = format('参数 %1$s 的值须与 %2$s 同类 | the value of %1$s is of the kind of %2$s', wanted, before.value);
    end if;
    if wanted = 'campaign_frequency' and chosen <> all(array['daily', 'working_days', 'weekly', 'monthly', 'none']) then
        raise exception using errcode = 'WH036', message =
            '报送频率为 daily、working_days、weekly、monthly 或 none | it is daily, working_days, weekly, monthly or none';
    end if;
    if wanted = 'counties_not_joined' and chosen <> '无'
        and ops.words(chosen) <@ ops.county_codes() is not true then
        raise exception using errcode = 'WH036', message =
            '须为本州县市代码，以逗号分隔；全部接入写“无” | codes of this prefecture''s counties, separated by commas; 无 for none';
    end if;
    perform ops.decide_value(
        'setting',
        jsonb_build_object('name', wanted, 'valid_from', from_date),
        to_jsonb(before) || jsonb_build_object('valid_from', from_date, 'value', chosen, 'enabled', true),
        format('%s: %s -> %s (%s)', wanted, before.value, chosen, from_date),
        from_date, why
    );
end $$;

reset role;
