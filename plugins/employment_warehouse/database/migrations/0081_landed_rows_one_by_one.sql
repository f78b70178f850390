-- A statement trigger on what was added made PostgreSQL keep a second copy of all rows of a COPY. A condition costs
-- nothing where its other side is a constant: each row is now compared with the deliveries of its transaction.
set role wh_owner;

do $$
declare
    guarded regclass;
begin
    for guarded in
        select t.tgrelid from pg_trigger as t where t.tgfoid = 'landing.assert_own_delivery()'::regprocedure
    loop
        execute format('drop trigger own_delivery on %s', guarded);
    end loop;
end $$;
drop function landing.assert_own_delivery();

create index delivery_by_transaction on ops.delivery (landed_by);

-- Not immutable beyond its statement: declared so, it is asked once for each statement and not for each row.
create function landing.own_deliveries(of_feed text) returns bigint []
language sql immutable security definer set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(d.delivery_id), '{}') from ops.delivery as d
    where d.landed_by = pg_current_xact_id() and d.feed = of_feed
$$;
comment on function landing.own_deliveries(text) is
'本事务正在入库的报送。 | The deliveries of a feed that this transaction is landing, as its current statement found them.';

create function landing.refuse_row() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using errcode = 'WH008',
        message = format('delivery %s is not being landed by this transaction', new.delivery_id);
end $$;
comment on function landing.refuse_row() is
'拒绝写入他人报送的行。 | Refuses a row of a delivery that its transaction is not landing.';

revoke all on function landing.own_deliveries(text), landing.refuse_row() from public;
grant execute on function landing.own_deliveries(text) to wh_loader;

reset role;
