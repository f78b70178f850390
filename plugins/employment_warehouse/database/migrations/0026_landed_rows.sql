-- That a delivery has as many rows as were landed is a condition of a certificate, and not of a digest.
set role wh_owner;

create function ops.assert_landed(number integer) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    used record;
    counted bigint;
begin
    for used in
        select d.feed, array_agg(d.delivery_id) as numbers, sum(d.rows_landed) as landed from ops.delivery as d
        where d.status = 'accepted' and d.purged_at is null
            and (d.feed, d.unit, d.report_date) in (
                select accepted.feed, accepted.unit, accepted.report_date from ops.delivery as accepted
                where accepted.build = number and accepted.status = 'accepted'
            )
        group by d.feed order by d.feed
    loop
        execute format('select count(*) from landing.%I where delivery_id = any($1)', used.feed)
        into counted using used.numbers;
        if counted <> used.landed then
            raise exception using errcode = 'WH034', message = format(
                '%1$s 的落地行数与登记不符 | %1$s: %2$s rows are in landing, %3$s were landed',
                used.feed, counted, used.landed
            );
        end if;
    end loop;
end $$;
comment on function ops.assert_landed(integer) is
'核对汇总所用报送的落地行数。 | The deliveries that a build reads have as many rows as were landed; an error otherwise.';

create or replace function ops.landing_digest(number integer) returns bytea
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    key bytea := ops.key_of(number);
    digests text := '';
    used record;
    rows text;
begin
    for used in
        -- All parts of what this build accepted: late ones are read with those of before.
        select d.feed, array_agg(d.delivery_id order by d.delivery_id) as numbers,
            string_agg(format('%s %s %s', d.delivery_id, d.kind, d.rows_landed), ',' order by d.delivery_id) as described
        from ops.delivery as d
        where d.status = 'accepted' and d.purged_at is null
            and (d.feed, d.unit, d.report_date) in (
                select accepted.feed, accepted.unit, accepted.report_date from ops.delivery as accepted
                where accepted.build = number and accepted.status = 'accepted'
            )
        group by d.feed order by d.feed
    loop
        rows := ops.rows_digest(format('landing.%I', used.feed), 't.delivery_id = any($1)', used.numbers, key);
        digests := digests || used.feed || ' ' || used.described || ' ' || rows || E'\n';
    end loop;
    return sha256(convert_to(digests, 'UTF8'));
end $$;

create or replace function ops.certify(
    number integer, versions jsonb, out checks_expected integer, out checks_run integer, out critical_failed integer
)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from ops.build as b where b.build = number and b.status = 'building' and b.sealed_at is not null
    ) then
        raise exception using errcode = 'WH003', message = format('build %s is not in progress, or was not sealed', number);
    end if;
    if not exists (select from ops.expected_check as e where e.build = number) then
        raise exception using errcode = 'WH033',
            message = format('第 %1$s 次汇总没有检查清单 | nobody has recorded which checks build %1$s must pass', number);
    end if;
    perform ops.assert_landed(number);
    with
    found as (
        select
            r.suite, r.check_name, bool_and(r.was_run) as was_run,
            bool_or(not r.success and r.waiver is null) as has_failed, bool_or(r.severity = 'critical') as is_critical
        from ops.check_result as r
        where r.build = number and r.gate = 2 and r.recorded_by = pg_current_xact_id()
        group by 1, 2
    ),
    checked as (
        select
            coalesce(f.was_run, false) as was_run, coalesce(f.has_failed, true) as has_failed,
            coalesce(f.is_critical, false) or coalesce(e.severity = 'critical', false) as is_critical
        from found as f
        full join (select * from ops.expected_check where build = number) as e
            on e.suite = f.suite and e.check_name = f.check_name
    )
    select
        count(*), count(*) filter (where c.was_run), count(*) filter (where c.has_failed and c.is_critical)
    into checks_expected, checks_run, critical_failed
    from checked as c;
    delete from ops.certificate as c where c.build = number;
    insert into ops.certificate (
        build, suite_versions, checks_expected, checks_run, critical_failed, row_counts, digest, landing_digest,
        rules_digest
    )
    select
        number, versions, certify.checks_expected, certify.checks_run, certify.critical_failed,
        (select coalesce(jsonb_object_agg(s.model, s.rows_open), '{}') from ops.store_rows() as s),
        ops.build_digest(number), ops.landing_digest(number), ops.rules_digest(number);
end $$;

reset role;
