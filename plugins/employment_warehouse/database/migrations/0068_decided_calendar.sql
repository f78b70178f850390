-- Holidays and key counties are decided on the record like targets and settings; a setting whose value is one of a list
-- takes no other.
set role wh_owner;

alter table ops.decided_value drop constraint decided_value_seed_check;
alter table ops.decided_value add constraint decided_value_seed_check
check (seed in ('setting', 'target', 'holiday', 'division'));
comment on table ops.decided_value is
'操作员决定的目标、参数、节假日和重点县，代替种子表中的值。 | Targets, settings, holidays and key counties that an operator decided: they take the place of what the seed tables say.';
comment on column ops.decided_value.key is
'哪个目标、参数、日期或县市；目标和参数还有生效日期。 | Which target, setting, day or county; of targets and settings also from when.';
comment on column ops.decided_value.shown is
'种子表中的一行；县市只有重点县级别。 | The row of the seed table; of a county, only its level as a key county.';

create or replace function ops.apply_decided_values() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    name text;
begin
    foreach name in array array['setting', 'target', 'holiday'] loop
        execute format(
            'delete from seeds.%1$I as s using ops.decided_value as d where d.seed = %1$L and to_jsonb(s) @> d.key', name
        );
        execute format(
            'insert into seeds.%1$I select r.* from ops.decided_value as d,'
            ' jsonb_populate_record(null::seeds.%1$I, d.shown) as r where d.seed = %1$L', name
        );
    end loop;
    -- Names of places stay those of the file.
    update seeds.division as s
    set key_county_level = d.shown ->> 'key_county_level', is_verified = true
    from ops.decided_value as d
    where d.seed = 'division' and d.key ->> 'division_code' = s.division_code;
end $$;

-- decided: an array of {"key", "shown"}.
create function ops.decide_values(
    wanted_seed text, decided jsonb, change text, from_date date, why text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    used date := (select max(b.report_date) from ops.build as b);
begin
    perform ops.assert_reason(why, '更改', 'a change');
    -- What a night has used stays as it was; one in progress reads it at several moments.
    if from_date is null or from_date <= used then
        raise exception using errcode = 'WH034',
            message = format('生效日期须晚于 %1$s，该日的一晚已经运行 | it takes effect after %1$s, whose night has run', used);
    end if;
    perform ops.lock_chain(null);
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH035',
            message = '夜间汇总正在进行，结束后再改 | a night is being built: change it when it has ended';
    end if;
    insert into ops.decided_value (seed, key, shown)
    select wanted_seed, d -> 'key', d -> 'shown' from jsonb_array_elements(decided) as d
    on conflict (seed, key) do update
    set shown = excluded.shown, decided_at = now(), decided_by = session_user;
    perform ops.apply_decided_values();
    perform ops.record_act('decide_' || wanted_seed, change, why);
end $$;
comment on function ops.decide_values(text, jsonb, text, date, text) is
'记录并应用一项决定，可含多行。 | Records and applies what was decided: one act, of one row or several.';

create or replace function ops.decide_value(
    wanted_seed text, wanted_key jsonb, row_of_seed jsonb, change text, from_date date, why text
) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    select ops.decide_values(
        wanted_seed, jsonb_build_array(jsonb_build_object('key', wanted_key, 'shown', row_of_seed)), change, from_date, why
    )
$$;

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
        and regexp_split_to_array(chosen, '[,，、\s]+') <@ ops.county_codes() is not true then
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

create function ops.decide_holidays(
    first_day date, last_day date, is_working boolean, name_zh text, name_en text, why text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if first_day is null or last_day is null or is_working is null or not isfinite(first_day)
        or last_day not between first_day and first_day + 30
    then
        raise exception using errcode = 'WH036',
            message = '须为连续的 1 至 31 天 | it is 1 to 31 days in a row';
    end if;
    if btrim(coalesce(name_zh, '')) = '' then
        raise exception using errcode = 'WH036', message = '请写明节日名称 | name the holiday';
    end if;
    perform ops.decide_values(
        'holiday',
        (
            select jsonb_agg(jsonb_build_object(
                'key', jsonb_build_object('on_date', day::date),
                'shown', jsonb_build_object(
                    'on_date', day::date, 'is_working_day', is_working,
                    'holiday_zh', btrim(name_zh), 'holiday_en', coalesce(nullif(btrim(name_en), ''), btrim(name_zh))
                )
            ))
            from generate_series(first_day, last_day, interval '1 day') as day
        ),
        format(
            '%1$s %2$s–%3$s %4$s | %5$s %2$s–%3$s %6$s', btrim(name_zh), first_day, last_day,
            case when is_working then '上班' else '休息' end,
            coalesce(nullif(btrim(name_en), ''), btrim(name_zh)), case when is_working then 'at work' else 'at rest' end
        ),
        first_day, why
    );
end $$;
comment on function ops.decide_holidays(date, date, boolean, text, text, text) is
'登记一段节假日或调休上班日，晚于最近一晚。 | Declares days as a holiday, or as worked, after the last night; on the record.';

create function ops.decide_key_county(county text, new_level text, why text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    before record;
    chosen text := nullif(btrim(coalesce(new_level, '')), '');
begin
    select * into before from seeds.division as s where s.division_code = county and s.level = 'county';
    if not found or county <> all(ops.county_codes()) then
        raise exception using errcode = 'WH002', message = format('没有县市 %1$s | there is no county %1$s', county);
    end if;
    if chosen is not null and chosen not in ('national', 'provincial') then
        raise exception using errcode = 'WH036',
            message = '级别为 national、provincial 或空 | the level is national, provincial or empty';
    end if;
    perform ops.decide_value(
        'division',
        jsonb_build_object('division_code', county),
        jsonb_build_object('key_county_level', chosen),
        format('%s: %s -> %s', county, coalesce(before.key_county_level, '—'), coalesce(chosen, '—')),
        (select coalesce(max(b.report_date), current_date) + 1 from ops.build as b), why
    );
end $$;
comment on function ops.decide_key_county(text, text, text) is
'自下一晚起更改一个县市的重点帮扶级别，并登记。 | Changes the level of a county as a key county from the next night on, on the record.';

grant execute on function ops.decide_holidays(date, date, boolean, text, text, text) to wh_operator;
grant execute on function ops.decide_key_county(text, text, text) to wh_operator;
reset role;
