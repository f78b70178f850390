-- A setting has the kind that its reader takes. Half a day for a setting of whole days was accepted, and whatever read
-- it failed: alerts, uploads, the watch, a night.
set role wh_owner;

create function ops.assert_kind(setting_name text, kind text, value text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
    if kind = 'integer' and btrim(value) !~ '^[0-9]{1,6}$' then
        raise exception using errcode = 'WH036',
            message = format('参数 %1$s 须为 0 至 999999 的整数 | %1$s is a whole number from 0 to 999999', setting_name);
    elsif kind = 'number' and btrim(value) !~ '^-?[0-9]{1,6}([.][0-9]{1,9})?$' then
        raise exception using errcode = 'WH036', message = format(
            '参数 %1$s 须为数，小数点前最多六位 | %1$s is a number with at most six digits before the point', setting_name
        );
    end if;
end $$;
comment on function ops.assert_kind(text, text, text) is
'参数的值须为其读取者所能用（种子表 setting 的 kind）。 | Refuses a value that the reader of a setting cannot take: kind is integer, number or text (seed setting); of no kind, nothing is refused.';
revoke all on function ops.assert_kind(text, text, text) from public;

create or replace function ops.load_seeds(seeds jsonb) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    seed record;
    loaded integer := 0;
begin
    for seed in select key as name, value as rows from jsonb_each(seeds) order by key loop
        execute format('delete from seeds.%I', seed.name);
        execute format('insert into seeds.%1$I select * from jsonb_populate_recordset(null::seeds.%1$I, $1)', seed.name)
        using seed.rows;
        loaded := loaded + 1;
    end loop;
    perform ops.assert_kind(s.name, s.kind, s.value) from seeds.setting as s where s.enabled;
    perform ops.apply_decided_values();
    return loaded;
end $$;

create or replace function ops.decide_setting(wanted text, from_date date, new_value text, why text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    before record;
    -- What was decided before settings had kinds has none.
    kind text := (select max(s.kind) from seeds.setting as s where s.name = wanted);
    chosen text := btrim(coalesce(new_value, ''));
begin
    select * into before from seeds.setting as s
    where s.name = wanted and s.valid_from <= from_date
    order by s.valid_from desc limit 1;
    if not found then
        raise exception using errcode = 'WH002', message = format('没有参数 %1$s | there is no setting %1$s', wanted);
    end if;
    if chosen = '' then
        raise exception using errcode = 'WH036', message = '请填写新的值 | say the new value';
    end if;
    perform ops.assert_kind(wanted, kind, chosen);
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
