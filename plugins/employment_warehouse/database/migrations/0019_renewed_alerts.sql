-- An alert whose words have changed is new, whoever writes it.
set role wh_owner;

create function ops.renew_alert() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if (old.level, old.title, old.body) is distinct from (new.level, new.title, new.body) or old.resolved_at is not null
    then
        new.raised_at := clock_timestamp();
        new.sent_at := null;
        new.send_error := null;
    end if;
    new.resolved_at := null;
    return new;
end $$;
comment on function ops.renew_alert() is
'内容有变或问题再现的提醒重新发送；其余不重发。 | An alert that is raised again keeps the time at which it was raised, and is not sent again, unless its words have changed or it had been resolved.';
-- Only what raises an alert sets its words.
create trigger renew_alert before update of level, title, body on ops.alert
for each row execute function ops.renew_alert();

reset role;
