-- Whom the vault has already, told by the deliveries that named them: one value a batch. Asking every night for the keys
-- of a county cost an index over all people, which was half the work of a first night.
set role wh_owner;

create table vault.known (
    feed text not null,
    unit text not null,
    delivery_id bigint not null references ops.delivery (delivery_id),
    digests bytea not null check (octet_length(digests) % 8 = 0)
);
comment on table vault.known is
'The first eight bytes of the keys of people and accounts whom deliveries of a unit have named and whom the vault has. | 各单位报送中已封存者的键的前八字节。';
alter table vault.known alter column digests set storage external;
create index known_by_unit on vault.known (unit, feed);
grant select, insert on vault.known to wh_loader;
drop index vault.person_by_county;

-- A loader lands, and accepts nothing: what is accepted, held or withdrawn belongs to a build, which no loader names.
revoke insert on ops.delivery from wh_loader;
grant insert (
    feed, unit, report_date, part, revision, kind, sha256, path, file_bytes, arrived_at, rows_read, rows_landed,
    rows_rejected, key_version, extra_columns, understood, status, reason
) on ops.delivery to wh_loader;
alter table ops.delivery add constraint a_build_decides check (status in ('landed', 'refused') or build is not null);

-- A gate writes of the night that is being built, and of no other.
alter table ops.certificate enable row level security;
alter table ops.check_result enable row level security;
create policy read_all on ops.certificate for select using (true);
create policy read_all on ops.check_result for select using (true);
create policy of_tonight on ops.certificate to wh_gate
using (build in (select t.build from ops.tonight as t))
with check (build in (select t.build from ops.tonight as t));
create policy of_tonight on ops.check_result to wh_gate
using (build in (select t.build from ops.tonight as t))
with check (build in (select t.build from ops.tonight as t));

reset role;
