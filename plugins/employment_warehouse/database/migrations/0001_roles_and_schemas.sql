-- Roles and schemas. Only set-up runs as superuser, and only for this file: everything else belongs to wh_owner.
-- Passwords are not in migrations: set-up gives each login role the one that its connection carries.
-- The logins of counties are made from the seed `division` (database/county_logins.py).
create role wh_owner nologin;
create role wh_reader nologin;          -- may use the marts; every reader role inherits it
create role wh_loader login;
create role wh_transformer login;
create role wh_gate login;
create role wh_publisher login;
create role wh_returner login;          -- writes the return workbooks: reads rejected rows as they were sealed
create role wh_analyst login in role wh_reader;
create role wh_county nologin in role wh_reader;
create role wh_caseworker nologin in role wh_county;
create role wh_auditor login in role wh_reader;

-- Nobody makes temp tables but dbt, whose unit tests need them: a reader's could shadow a name, and fill the disk.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format(
        'grant connect on database %I to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_returner, wh_reader',
        current_database()
    );
    execute format('grant temporary on database %I to wh_transformer', current_database());
    execute format('grant create on database %I to wh_owner', current_database());
end $$;
revoke all on schema public from public;

create schema ops authorization wh_owner;
create schema landing authorization wh_owner;
create schema vault authorization wh_owner;
create schema seeds authorization wh_owner;
create schema tonight authorization wh_owner;
create schema store authorization wh_owner;
create schema build authorization wh_owner;
create schema marts authorization wh_owner;

grant usage on schema ops to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_returner, wh_auditor, wh_reader;
grant usage on schema landing to wh_loader, wh_transformer, wh_gate;
grant usage on schema vault to wh_loader, wh_returner;
grant usage on schema seeds to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor;
grant usage on schema tonight, store, build to wh_transformer, wh_gate;
grant usage on schema marts to wh_reader;
-- Functions are open to everyone by default; ours are granted one by one.
alter default privileges for role wh_owner revoke execute on functions from public;

-- A reader's transaction sees one state and writes nothing, whatever its client does.
alter role wh_analyst set default_transaction_isolation = 'repeatable read';
alter role wh_analyst set default_transaction_read_only = on;
alter role wh_auditor set default_transaction_isolation = 'repeatable read';
alter role wh_auditor set default_transaction_read_only = on;
alter role wh_returner set default_transaction_isolation = 'repeatable read';
alter role wh_returner set default_transaction_read_only = on;
alter role wh_loader set search_path = landing, ops;
alter role wh_analyst set search_path = marts;
alter role wh_auditor set search_path = marts, ops;
-- A killed dbt leaves no statement behind that would hold its locks against the retry.
alter role wh_transformer set client_connection_check_interval = '2s';
