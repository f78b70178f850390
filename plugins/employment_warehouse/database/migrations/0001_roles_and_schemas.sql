-- Roles and rooms of the database. Runs as the superuser of set-up, once; nothing else does.
-- Passwords are not in migrations: the set-up gives each login role the one that its Airflow connection carries.
create role wh_owner nologin;
create role wh_reader nologin;          -- may use the marts; every reader role inherits it
create role wh_loader login;
create role wh_transformer login;
create role wh_gate login;
create role wh_publisher login;
create role wh_analyst login in role wh_reader;
create role wh_county nologin in role wh_reader;
create role wh_caseworker nologin in role wh_county;
create role wh_auditor login in role wh_reader;

do $$
declare county text;
begin
    foreach county in array array[
        '532501', '532502', '532503', '532504', '532523', '532524', '532525',
        '532527', '532528', '532529', '532530', '532531', '532532'
    ] loop
        execute format('create role county_%s login in role wh_county', county);
        execute format('create role caseworker_%s login in role wh_caseworker', county);
    end loop;
end $$;

-- Nobody makes temp tables but dbt: a reader's temp table could shadow a name, and fill the disk.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format(
        'grant connect on database %I to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_reader',
        current_database()
    );
    execute format('grant temporary on database %I to wh_transformer', current_database());
    execute format('grant create on database %I to wh_owner', current_database());
end $$;
revoke all on schema public from public;

create schema ops authorization wh_owner;
create schema landing authorization wh_owner;
create schema vault authorization wh_owner;
create schema store authorization wh_owner;
create schema build authorization wh_owner;
create schema marts authorization wh_owner;
-- dbt owns what it may drop and create again: views over landing, and seed tables.
create schema staging authorization wh_transformer;
create schema seeds authorization wh_transformer;

grant usage on schema ops to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_reader;
grant usage on schema landing to wh_loader, wh_transformer, wh_gate;
grant usage on schema vault to wh_loader;
grant usage on schema store to wh_transformer, wh_gate;
grant usage on schema build to wh_transformer, wh_gate;
grant usage on schema seeds to wh_loader, wh_gate, wh_owner, wh_publisher, wh_auditor;
grant usage on schema staging to wh_gate;
grant usage on schema marts to wh_reader;
alter default privileges for role wh_transformer in schema seeds
    grant select on tables to wh_loader, wh_gate, wh_owner, wh_publisher, wh_auditor;
alter default privileges for role wh_transformer in schema staging grant select on tables to wh_gate;
-- Functions are open to everyone by default; ours are granted one by one.
alter default privileges for role wh_owner revoke execute on functions from public;

-- A reader's transaction sees one state and writes nothing, whatever its client does.
alter role wh_analyst set default_transaction_isolation = 'repeatable read';
alter role wh_analyst set default_transaction_read_only = on;
alter role wh_auditor set default_transaction_isolation = 'repeatable read';
alter role wh_auditor set default_transaction_read_only = on;
do $$
declare login text;
begin
    for login in select rolname from pg_roles where rolname ~ '^(county|caseworker)_\d{6}$' loop
        execute format('alter role %I set default_transaction_isolation = ''repeatable read''', login);
        if login like 'county%' then
            execute format('alter role %I set default_transaction_read_only = on', login);
        end if;
    end loop;
end $$;
alter role wh_loader set search_path = landing, ops;
alter role wh_analyst set search_path = marts;
alter role wh_auditor set search_path = marts, ops;
