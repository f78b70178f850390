-- A delivery that a model cannot be computed with is not released; and a case can be waived.
set role wh_owner;

create or replace function ops.release_delivery(number bigint, why text) returns bigint []
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    named ops.delivery;
    failed text;
    numbers bigint [];
begin
    perform ops.assert_reason(why, '放行', 'a release');
    select * into named from ops.delivery as d where d.delivery_id = number;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('报送编号 %s 不存在 | there is no delivery %s', number, number),
            hint = 'The alert and the status page show the numbers of held deliveries.';
    end if;
    if named.status <> 'held' then
        raise exception using errcode = 'WH013', message = format(
            '报送编号 %s 未被暂扣（%s） | delivery %s is not held (%s)', number, named.status, number, named.status
        );
    end if;
    -- A model would fail with it again, and the night hold it again; until the models are others.
    select c.message_zh || ' | ' || c.message_en into failed
    from ops.delivery as d
    inner join ops.check_result as c
        on d.build = c.build and d.delivery_id = c.delivery_id and c.check_name = 'model_failed' and not c.success
    inner join ops.build as held_in on d.build = held_in.build
    where (d.feed, d.unit, d.report_date) = (named.feed, named.unit, named.report_date) and d.status = 'held'
        and held_in.rules_digest is not distinct from (
            select newest.rules_digest from ops.build as newest order by newest.build desc limit 1
        )
    order by d.delivery_id
    limit 1;
    if found then
        raise exception using errcode = 'WH014',
            message = format('报送编号 %s 不能放行：%s', number, failed),
            hint = 'Released, it would be held again. Let the unit correct the data and send them once more.';
    end if;
    with released as (
        update ops.delivery as d
        set status = 'landed', build = null, reason = null
        where (d.feed, d.unit, d.report_date) = (named.feed, named.unit, named.report_date) and d.status = 'held'
        returning d.delivery_id, d.unit, d.report_date
    ),
    waived as (
        insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)
        select 'delivery:' || r.delivery_id, r.unit, r.report_date, r.report_date, session_user, why
        from released as r
        on conflict do nothing
    )
    select array_agg(r.delivery_id order by r.delivery_id) into numbers from released as r;
    perform ops.record_act(
        'release_delivery',
        format('%s %s %s: %s', named.feed, named.unit, named.report_date, array_to_string(numbers, ', ')),
        why, delivery_id => number
    );
    return numbers;
end $$;
comment on function ops.release_delivery(bigint, text) is
'放行被暂扣的报送及同批各部分；两道检查均不再暂扣。模型无法计算的不能放行。 | Releases a held delivery with the parts held with it, under the name of the session''s login; neither gate holds them again. Refused where a model cannot be computed with it. The numbers of all that was released.';

create function ops.waive_case(kind text, wanted text, key text, until date, why text) returns date
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    shown integer := ops.standing_publication();
    today date;
begin
    select p.report_date into today
    from ops.publication as p
    inner join store.finding_case as c on c.from_build <= shown and (c.to_build is null or c.to_build > shown)
    where p.publication = shown and (c.case_kind, c.finding, c.case_key) = (kind, wanted, key) and c.closed_on is null;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('没有这样的未结个案：%1$s %2$s %3$s | there is no such open case: %1$s %2$s %3$s', kind, wanted, key),
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
        message = format('该个案已自 %1$s 起豁免 | the case is waived from %1$s on already', today);
end $$;
comment on function ops.waive_case(text, text, text, date, text) is
'在限期内豁免一个未结个案：个案仍未结，另行计数。 | Waives an open case until a date, from the standing report date on, under the name of the session''s login: it stays open, and is counted apart. Shown from the next publication on.';
grant execute on function ops.waive_case(text, text, text, date, text) to wh_operator;

reset role;
