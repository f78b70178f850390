-- How many rows of a delivery are still to be corrected: the vault knows it, of which nothing else is said here.
set role wh_owner;

create function ops.uncorrected_rows(number bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
    select count(distinct (r.sheet, r.line))
    from vault.rejected_row as r
    left join ops.delivery as correction on r.corrected_by = correction.delivery_id and correction.status = 'accepted'
    where r.delivery_id = number and r.reason <> 'duplicate_key' and correction.delivery_id is null
$$;
comment on function ops.uncorrected_rows(bigint) is
'某份报送退回而没有已采用的更正的行数；重复行不须更正，不计。 | How many rejected rows of a delivery no accepted correction has corrected; a repeated row needs none.';
revoke all on function ops.uncorrected_rows(bigint) from public;
grant execute on function ops.uncorrected_rows(bigint) to wh_publisher;

reset role;
