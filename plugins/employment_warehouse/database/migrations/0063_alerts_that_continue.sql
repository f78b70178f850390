-- An alert about the same matter as on the night before is only counted in the digest; one that goes on for days goes
-- to the prefecture.
set role wh_owner;

alter table ops.alert add column subject text not null default '';
alter table ops.alert add column since date;
update ops.alert set since = report_date;
comment on column ops.alert.subject is
'相同事项的标识，空为每次都是新事项。 | What the alert of the next night has in common with this one if it is about the same matter; empty: each is new.';
comment on column ops.alert.since is
'该事项自哪一晚起每晚都有。 | The first of the nights without a break that raised an alert about the matter.';

reset role;
