-- A delivery with which a model cannot be computed is not released until the models are others. After a scratch build,
-- which records no rules, it could be released, and the next night held it again.
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
            select newest.rules_digest from ops.build as newest
            where newest.rules_digest is not null
            order by newest.build desc limit 1
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

reset role;
