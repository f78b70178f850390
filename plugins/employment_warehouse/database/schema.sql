CREATE ROLE wh_analyst;
CREATE ROLE wh_auditor;
CREATE ROLE wh_caseworker;
CREATE ROLE wh_county;
CREATE ROLE wh_gate;
CREATE ROLE wh_loader;
CREATE ROLE wh_operator;
CREATE ROLE wh_owner;
CREATE ROLE wh_publisher;
CREATE ROLE wh_reader;
CREATE ROLE wh_reporter;
CREATE ROLE wh_returner;
CREATE ROLE wh_role_maker;
CREATE ROLE wh_transformer;
CREATE ROLE wh_watcher;
ALTER ROLE wh_analyst WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_auditor WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_caseworker WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_county WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_gate WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_loader SET search_path TO 'landing', 'ops';
ALTER ROLE wh_loader WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_operator WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_owner WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_publisher WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_reader WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_reporter SET default_transaction_isolation TO 'repeatable read';
ALTER ROLE wh_reporter SET default_transaction_read_only TO 'on';
ALTER ROLE wh_reporter SET search_path TO 'marts';
ALTER ROLE wh_reporter WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_returner SET default_transaction_isolation TO 'repeatable read';
ALTER ROLE wh_returner SET default_transaction_read_only TO 'on';
ALTER ROLE wh_returner WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_role_maker WITH NOSUPERUSER INHERIT CREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_transformer SET client_connection_check_interval TO '2s';
ALTER ROLE wh_transformer WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE wh_watcher SET default_transaction_isolation TO 'repeatable read';
ALTER ROLE wh_watcher SET default_transaction_read_only TO 'on';
ALTER ROLE wh_watcher SET search_path TO 'marts', 'ops';
ALTER ROLE wh_watcher WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
GRANT pg_monitor TO wh_role_maker WITH INHERIT TRUE GRANTED BY postgres;
GRANT pg_signal_backend TO wh_role_maker WITH INHERIT TRUE GRANTED BY postgres;
GRANT pg_use_reserved_connections TO wh_gate WITH INHERIT TRUE GRANTED BY postgres;
GRANT pg_use_reserved_connections TO wh_loader WITH INHERIT TRUE GRANTED BY postgres;
GRANT pg_use_reserved_connections TO wh_publisher WITH INHERIT TRUE GRANTED BY postgres;
GRANT pg_use_reserved_connections TO wh_reporter WITH INHERIT TRUE GRANTED BY postgres;
GRANT pg_use_reserved_connections TO wh_returner WITH INHERIT TRUE GRANTED BY postgres;
GRANT pg_use_reserved_connections TO wh_transformer WITH INHERIT TRUE GRANTED BY postgres;
GRANT pg_use_reserved_connections TO wh_watcher WITH INHERIT TRUE GRANTED BY postgres;
GRANT wh_analyst TO wh_reporter WITH INHERIT TRUE GRANTED BY postgres;
GRANT wh_analyst TO wh_role_maker WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY postgres;
GRANT wh_auditor TO wh_role_maker WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY postgres;
GRANT wh_auditor TO wh_watcher WITH INHERIT TRUE GRANTED BY postgres;
GRANT wh_caseworker TO wh_role_maker WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY postgres;
GRANT wh_county TO wh_caseworker WITH INHERIT TRUE GRANTED BY postgres;
GRANT wh_county TO wh_role_maker WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY postgres;
GRANT wh_operator TO wh_role_maker WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY postgres;
GRANT wh_reader TO wh_analyst WITH INHERIT TRUE GRANTED BY postgres;
GRANT wh_reader TO wh_auditor WITH INHERIT TRUE GRANTED BY postgres;
GRANT wh_reader TO wh_county WITH INHERIT TRUE GRANTED BY postgres;

-- Name: build; Type: SCHEMA; Schema: -; Owner: wh_owner

CREATE SCHEMA build;

ALTER SCHEMA build OWNER TO wh_owner;

-- Name: landing; Type: SCHEMA; Schema: -; Owner: wh_owner

CREATE SCHEMA landing;

ALTER SCHEMA landing OWNER TO wh_owner;

-- Name: logins; Type: SCHEMA; Schema: -; Owner: wh_role_maker

CREATE SCHEMA logins;

ALTER SCHEMA logins OWNER TO wh_role_maker;

-- Name: marts; Type: SCHEMA; Schema: -; Owner: wh_owner

CREATE SCHEMA marts;

ALTER SCHEMA marts OWNER TO wh_owner;

-- Name: ops; Type: SCHEMA; Schema: -; Owner: wh_owner

CREATE SCHEMA ops;

ALTER SCHEMA ops OWNER TO wh_owner;

-- Name: own; Type: SCHEMA; Schema: -; Owner: wh_owner

CREATE SCHEMA own;

ALTER SCHEMA own OWNER TO wh_owner;

-- Name: SCHEMA own; Type: COMMENT; Schema: -; Owner: wh_owner

COMMENT ON SCHEMA own IS '各县市登录可见的行（仅由 ops.own_rows 读取）。 | What counties may see of each mart, rows of all counties: read by ops.own_rows alone.';

-- Name: seeds; Type: SCHEMA; Schema: -; Owner: wh_owner

CREATE SCHEMA seeds;

ALTER SCHEMA seeds OWNER TO wh_owner;

-- Name: store; Type: SCHEMA; Schema: -; Owner: wh_owner

CREATE SCHEMA store;

ALTER SCHEMA store OWNER TO wh_owner;

-- Name: tonight; Type: SCHEMA; Schema: -; Owner: wh_owner

CREATE SCHEMA tonight;

ALTER SCHEMA tonight OWNER TO wh_owner;

-- Name: vault; Type: SCHEMA; Schema: -; Owner: wh_owner

CREATE SCHEMA vault;

ALTER SCHEMA vault OWNER TO wh_owner;

-- Name: begin_restore(bigint); Type: FUNCTION; Schema: landing; Owner: wh_owner

CREATE FUNCTION landing.begin_restore(number bigint) RETURNS TABLE(feed text, unit text, report_date date, part text, revision integer, kind text, sha256 bytea, path text, rows_landed integer)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update ops.delivery as d set landed_by = pg_current_xact_id()
    where d.delivery_id = number and d.purged_at is not null
    returning d.feed, d.unit, d.report_date, d.part, d.revision, d.kind, d.sha256, d.path, d.rows_landed
$$;

ALTER FUNCTION landing.begin_restore(number bigint) OWNER TO wh_owner;

-- Name: FUNCTION begin_restore(number bigint); Type: COMMENT; Schema: landing; Owner: wh_owner

COMMENT ON FUNCTION landing.begin_restore(number bigint) IS '开始恢复已清理的报送。 | Lets this transaction land the rows of a purged delivery again; nothing, if it is not purged.';

-- Name: end_restore(bigint); Type: FUNCTION; Schema: landing; Owner: wh_owner

CREATE FUNCTION landing.end_restore(number bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    restored ops.delivery;
    counted bigint;
begin
    select * into restored from ops.delivery as d where d.delivery_id = number and d.landed_by = pg_current_xact_id();
    if not found then
        raise exception using errcode = 'WH008',
            message = format('本事务没有在恢复报送 %1$s | delivery %1$s is not being restored by this transaction', number);
    end if;
    execute format('select count(*) from landing.%I where delivery_id = $1', restored.feed) into counted using number;
    if counted <> restored.rows_landed then
        raise exception using errcode = 'WH034',
            message = format('报送 %1$s：恢复了 %2$s 行，入库时为 %3$s 行 | delivery %1$s: %2$s rows were restored, %3$s were landed', number, counted, restored.rows_landed);
    end if;
    update ops.delivery as d set purged_at = null where d.delivery_id = number;
    return counted;
end $_$;

ALTER FUNCTION landing.end_restore(number bigint) OWNER TO wh_owner;

-- Name: FUNCTION end_restore(number bigint); Type: COMMENT; Schema: landing; Owner: wh_owner

COMMENT ON FUNCTION landing.end_restore(number bigint) IS '恢复完毕，核对行数。 | Ends the restoring of a delivery: it has as many rows as were landed.';

-- Name: own_deliveries(text); Type: FUNCTION; Schema: landing; Owner: wh_owner

CREATE FUNCTION landing.own_deliveries(of_feed text) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(array_agg(d.delivery_id), '{}') from ops.delivery as d
    where d.landed_by = pg_current_xact_id() and d.feed = of_feed
$$;

ALTER FUNCTION landing.own_deliveries(of_feed text) OWNER TO wh_owner;

-- Name: FUNCTION own_deliveries(of_feed text); Type: COMMENT; Schema: landing; Owner: wh_owner

COMMENT ON FUNCTION landing.own_deliveries(of_feed text) IS '本事务正在入库的报送。 | The deliveries of a feed that this transaction is landing, as its current statement found them.';

-- Name: purge(); Type: FUNCTION; Schema: landing; Owner: wh_owner

CREATE FUNCTION landing.purge() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    published integer := ops.chain_head();
    replaced record;
    removed bigint := 0;
    deleted bigint;
begin
    for replaced in
        -- Rows of a unit's report that a later accepted report, or a later revision of the same part, has replaced.
        select d.feed, array_agg(d.delivery_id) as numbers
        from ops.delivery as d
        where d.rows_landed > 0 and d.purged_at is null
            and d.status in ('accepted', 'withdrawn') and d.build <= published
            -- A part that is held, or arrived since, will need its siblings.
            and not exists (
                select from ops.delivery as waiting
                where (waiting.feed, waiting.unit, waiting.report_date) = (d.feed, d.unit, d.report_date)
                    and waiting.status in ('held', 'landed')
            )
            and exists (
                select from ops.delivery as later
                where later.feed = d.feed and later.unit = d.unit
                    and later.status = 'accepted' and later.build <= published
                    and (
                        later.report_date > d.report_date
                        or (later.report_date, later.part) = (d.report_date, d.part) and later.revision > d.revision
                    )
            )
        group by d.feed
    loop
        execute format('delete from landing.%I where delivery_id = any($1)', replaced.feed) using replaced.numbers;
        get diagnostics deleted = row_count;
        removed := removed + deleted;
        update ops.delivery set purged_at = now() where delivery_id = any(replaced.numbers);
    end loop;
    return removed;
end $_$;

ALTER FUNCTION landing.purge() OWNER TO wh_owner;

-- Name: FUNCTION purge(); Type: COMMENT; Schema: landing; Owner: wh_owner

COMMENT ON FUNCTION landing.purge() IS '清理已被现行发布替代的落地行。 | Deletes landed rows that later deliveries of their unit have replaced in the standing publication; the archive keeps the files.';

-- Name: refuse_row(); Type: FUNCTION; Schema: landing; Owner: wh_owner

CREATE FUNCTION landing.refuse_row() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    raise exception using errcode = 'WH008',
        message = format('本事务没有在入库报送 %1$s | delivery %1$s is not being landed by this transaction', new.delivery_id);
end $_$;

ALTER FUNCTION landing.refuse_row() OWNER TO wh_owner;

-- Name: FUNCTION refuse_row(); Type: COMMENT; Schema: landing; Owner: wh_owner

COMMENT ON FUNCTION landing.refuse_row() IS '拒绝写入他人报送的行。 | Refuses a row of a delivery that its transaction is not landing.';

-- Name: remove_repeated(text, bigint, text[], text[], integer[]); Type: FUNCTION; Schema: landing; Owner: wh_owner

CREATE FUNCTION landing.remove_repeated(feed text, number bigint, key text[], sheets text[], suspects integer[]) RETURNS TABLE(sheet text, line integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    key_row text := (select 'row(' || string_agg(format('l.%I', part), ', ') || ')' from unnest(key) as part);
begin
    if not exists (
        select from ops.delivery as d
        where d.delivery_id = number and d.feed = remove_repeated.feed and d.landed_by = pg_current_xact_id()
    ) then
        raise exception using errcode = 'WH008',
            message = format('本事务没有在入库报送 %1$s | delivery %1$s is not being landed by this transaction', number);
    end if;
    -- A hash finds the rows that may be meant; they are compared by their keys. NULL is a value here.
    return query execute format(
        'with suspect_keys as (
            select distinct hash_record_extended(%1$s, 0) as digest
            from landing.%2$I as l
            where l.delivery_id = $1 and l.line = any($3)
        ),

        ranked as (
            select l.ctid as place, row_number() over (
                partition by %1$s order by array_position($2, l.sheet) desc, l.line desc
            ) as age
            from landing.%2$I as l
            where l.delivery_id = $1 and hash_record_extended(%1$s, 0) in (select digest from suspect_keys)
        )

        delete from landing.%2$I as l using ranked
        where l.ctid = ranked.place and ranked.age > 1
        returning l.sheet, l.line', key_row, feed
    ) using number, sheets, suspects;
end $_$;

ALTER FUNCTION landing.remove_repeated(feed text, number bigint, key text[], sheets text[], suspects integer[]) OWNER TO wh_owner;

-- Name: FUNCTION remove_repeated(feed text, number bigint, key text[], sheets text[], suspects integer[]); Type: COMMENT; Schema: landing; Owner: wh_owner

COMMENT ON FUNCTION landing.remove_repeated(feed text, number bigint, key text[], sheets text[], suspects integer[]) IS '同键取最后一行。 | Of rows with one key in the delivery that this transaction lands, keeps the last; the rows that it removed.';

-- Name: alter(text, text); Type: FUNCTION; Schema: logins; Owner: wh_role_maker

CREATE FUNCTION logins.alter(login text, change text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '1s'
    AS $$
begin
    for attempt in 1..9 loop
        begin
            execute format('alter role %I %s', login, change);
            return;
        -- Locked by a session of the login, or changed by one that has committed ("tuple concurrently updated").
        exception when lock_not_available or internal_error then
            perform logins.end_sessions(login, 'infinity');
        end;
    end loop;
    execute format('alter role %I %s', login, change);
end $$;

ALTER FUNCTION logins.alter(login text, change text) OWNER TO wh_role_maker;

-- Name: FUNCTION alter(login text, change text); Type: COMMENT; Schema: logins; Owner: wh_role_maker

COMMENT ON FUNCTION logins.alter(login text, change text) IS '修改登录名；被该登录名的会话锁住时先结束其会话。 | Changes a login. Sessions of the login that hold its row are ended.';

-- Name: close(text); Type: FUNCTION; Schema: logins; Owner: wh_role_maker

CREATE FUNCTION logins.close(login text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin perform logins.alter(login, 'nologin password null'); end $$;

ALTER FUNCTION logins.close(login text) OWNER TO wh_role_maker;

-- Name: end_sessions(text, timestamp with time zone); Type: FUNCTION; Schema: logins; Owner: wh_role_maker

CREATE FUNCTION logins.end_sessions(login text, begun_before timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    ended integer;
begin
    -- A transaction sees the sessions of its first look otherwise.
    perform pg_stat_clear_snapshot();
    with found as materialized (
        select a.pid from pg_stat_activity as a
        where a.usename = login and (begun_before = 'infinity' or a.xact_start < begun_before)
            and a.pid <> pg_backend_pid()
    )
    select count(*) into ended from found as f where pg_terminate_backend(f.pid);
    return ended;
end $$;

ALTER FUNCTION logins.end_sessions(login text, begun_before timestamp with time zone) OWNER TO wh_role_maker;

-- Name: make(text, text, text); Type: FUNCTION; Schema: logins; Owner: wh_role_maker

CREATE FUNCTION logins.make(login text, kind text, verifier text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    setting text;
begin
    execute format('create role %I login connection limit 4 password %L', login, verifier);
    execute format('grant %I to %I with inherit true, set false', 'wh_' || kind, login);
    foreach setting in array array[
        'temp_file_limit = ''256MB''', 'work_mem = ''32MB''', 'transaction_timeout = ''15min''',
        'idle_in_transaction_session_timeout = ''5min'''
    ]
        || case when kind <> 'operator' then array['default_transaction_isolation = ''repeatable read'''] end
        || case when kind not in ('operator', 'caseworker') then array['default_transaction_read_only = on'] end
        || case when kind = 'auditor' then array['search_path = marts, ops'] when kind <> 'operator' then array['search_path = marts'] end
    loop
        execute format('alter role %I set %s', login, setting);
    end loop;
end $$;

ALTER FUNCTION logins.make(login text, kind text, verifier text) OWNER TO wh_role_maker;

-- Name: set_password(text, text); Type: FUNCTION; Schema: logins; Owner: wh_role_maker

CREATE FUNCTION logins.set_password(login text, verifier text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin perform logins.alter(login, format('password %L', verifier)); end $$;

ALTER FUNCTION logins.set_password(login text, verifier text) OWNER TO wh_role_maker;

-- Name: as_of(date); Type: FUNCTION; Schema: marts; Owner: wh_owner

CREATE FUNCTION marts.as_of(wanted date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $_$
declare number integer := ops.publication_by(wanted);
begin
    if number is null then
        raise exception using errcode = 'WH007', message = format('%1$s 及以前没有发布 | nothing was published for %1$s or before', wanted);
    end if;
    perform set_config('warehouse.publication', number::text, false);
    return number;
end $_$;

ALTER FUNCTION marts.as_of(wanted date) OWNER TO wh_owner;

-- Name: as_of(date, text); Type: FUNCTION; Schema: marts; Owner: wh_owner

CREATE FUNCTION marts.as_of(wanted date, vintage text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $_$
declare
    sunday date := wanted + (7 - extract(isodow from wanted))::integer;
    shown date := (select p.report_date from ops.publication as p where p.publication = ops.standing_publication());
    number integer;
begin
    if vintage = 'flash' then
        return marts.as_of(wanted);
    elsif vintage = 'revised' then
        if shown is null or shown < sunday then
            raise exception using errcode = 'WH007',
                message = format('%1$s 所在的一周到 %2$s 才有修订版 | the week of %1$s is revised once %2$s is published', wanted, sunday);
        end if;
        return marts.as_of(sunday);
    elsif vintage = 'final' then
        select m.publication into number from ops.month_close as m where m.month = date_trunc('month', wanted)::date;
        if number is null then
            raise exception using errcode = 'WH007',
                message = format('%1$s 尚未结账，没有终版 | %1$s is not closed and has no final figures', to_char(wanted, 'YYYY-MM'));
        end if;
        perform marts.pin(number);
        return number;
    end if;
    raise exception using errcode = 'WH007',
        message = format('没有“%1$s”版本 | there is no vintage “%1$s”', vintage),
        hint = 'flash, revised or final';
end $_$;

ALTER FUNCTION marts.as_of(wanted date, vintage text) OWNER TO wh_owner;

-- Name: FUNCTION as_of(wanted date, vintage text); Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON FUNCTION marts.as_of(wanted date, vintage text) IS '按版本查看某日：快报、修订（该周周日）、终版（该月结账）。 | Shows a date as of a vintage: flash (the last publication up to it), revised (up to the Sunday of its week), final (the publication that its month was closed with); the number of the publication.';

-- Name: pin(integer); Type: FUNCTION; Schema: marts; Owner: wh_owner

CREATE FUNCTION marts.pin(wanted integer) RETURNS date
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $_$
declare shown date;
begin
    select p.report_date into shown from ops.valid_publication as p where p.publication = wanted;
    if not found then
        raise exception using errcode = 'WH007',
            message = format('没有第 %1$s 号发布，或已撤回 | there is no publication %1$s, or it was rolled back', wanted);
    end if;
    perform set_config('warehouse.publication', wanted::text, false);
    return shown;
end $_$;

ALTER FUNCTION marts.pin(wanted integer) OWNER TO wh_owner;

-- Name: unpin(); Type: FUNCTION; Schema: marts; Owner: wh_owner

CREATE FUNCTION marts.unpin() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$ select set_config('warehouse.publication', '', false) $$;

ALTER FUNCTION marts.unpin() OWNER TO wh_owner;

-- Name: acknowledge_alert(bigint, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.acknowledge_alert(number bigint, note text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    named ops.alert;
begin
    select * into named from ops.alert as a where a.alert_id = number for update;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('没有第 %1$s 号提醒 | there is no alert %1$s', number);
    end if;
    if named.acknowledged_at is not null then
        raise exception using errcode = 'WH033',
            message = format('%1$s 已确认 | %1$s has acknowledged it already', named.acknowledged_by);
    end if;
    update ops.alert as a set acknowledged_at = now(), acknowledged_by = session_user where a.alert_id = number;
    perform ops.record_act('acknowledge_alert', format('alert %s: %s', number, named.title), nullif(btrim(note), ''));
end $_$;

ALTER FUNCTION ops.acknowledge_alert(number bigint, note text) OWNER TO wh_owner;

-- Name: FUNCTION acknowledge_alert(number bigint, note text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.acknowledge_alert(number bigint, note text) IS '确认一条提醒，并登记。 | Somebody takes notice of an alert, on the record.';

-- Name: add_user(text, text, text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.add_user(wanted text, kind text, county text, verifier text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    if wanted is null or wanted !~ '^[a-z][a-z0-9_]{1,30}$' or wanted ~ '^(wh|pg|current|session)_'
        or wanted in ('postgres', 'airflow', 'public', 'none')
    then
        raise exception using errcode = 'WH027',
            message = '用户名须为 2 至 31 个小写字母、数字或下划线，以字母开头 | a name has 2 to 31 small letters,'
            ' digits and underscores, and begins with a letter; wh_ and pg_ are kept for programs';
    end if;
    if kind is null or kind not in ('operator', 'analyst', 'county', 'caseworker', 'auditor') then
        raise exception using errcode = 'WH027',
            message = '没有这种角色 | there is no such role',
            hint = 'operator, analyst, county, caseworker or auditor';
    end if;
    if (county is not null) <> (kind in ('county', 'caseworker')) or not coalesce(county = any(ops.county_codes()), true) then
        raise exception using errcode = 'WH027',
            message = '县市用户和经办人须有一个县市代码，其他用户没有'
            ' | a county''s user and a case worker have the code of one county of the seed `division`, the others have none';
    end if;
    if to_regrole(quote_ident(wanted)) is not null then
        raise exception using errcode = 'WH027',
            message = format('用户名 %1$s 已有人用过 | the name %1$s is taken, or was', wanted),
            hint = 'A name stays one person''s; choose another one.';
    end if;
    perform ops.assert_verifier(verifier);
    perform logins.make(wanted, kind, verifier);
    insert into ops.reader_county (login, county_code) select wanted, county where county is not null;
    perform ops.record_act('add_user', concat_ws(' ', wanted, kind, county), null, about_login => wanted);
end $_$;

ALTER FUNCTION ops.add_user(wanted text, kind text, county text, verifier text) OWNER TO wh_owner;

-- Name: FUNCTION add_user(wanted text, kind text, county text, verifier text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.add_user(wanted text, kind text, county text, verifier text) IS '新增用户。 | Makes a login for one person: its name, what it may do, whose county, and the SCRAM verifier of its password.';

-- Name: all_rows(anyelement, name); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.all_rows(shown anyelement, login name) RETURNS SETOF anyelement
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100000 PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $_$
declare
    relation pg_catalog.pg_class;
begin
    select c.* into strict relation
    from pg_type as t
    inner join pg_class as c on c.oid = t.typrelid
    where t.oid = pg_typeof(shown) and c.relnamespace = 'own'::regnamespace and c.relname like '%\_of\_all';
    -- Who runs the view, not who owns it; nobody names a login that is not their own.
    if pg_has_role(session_user, login, 'member') and ops.counties_of(login) is null
        and has_table_privilege(login, format('marts.%I', regexp_replace(relation.relname, '_of_all$', '')), 'select')
    then
        return query execute format('select * from own.%I', relation.relname);
    end if;
end $_$;

ALTER FUNCTION ops.all_rows(shown anyelement, login name) OWNER TO wh_owner;

-- Name: FUNCTION all_rows(shown anyelement, login name); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.all_rows(shown anyelement, login name) IS '多机部署时全州读者所见的行。 | On Citus, the rows of a distributed model that a login of all counties sees; none for others.';

-- Name: apply_decided_values(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.apply_decided_values() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    name text;
begin
    foreach name in array array['setting', 'target', 'holiday'] loop
        execute format(
            'delete from seeds.%1$I as s using ops.decided_value as d where d.seed = %1$L and to_jsonb(s) @> d.key', name
        );
        execute format(
            'insert into seeds.%1$I select r.* from ops.decided_value as d,'
            ' jsonb_populate_record(null::seeds.%1$I, d.shown) as r where d.seed = %1$L', name
        );
    end loop;
    perform ops.apply_key_counties();
end $_$;

ALTER FUNCTION ops.apply_decided_values() OWNER TO wh_owner;

-- Name: FUNCTION apply_decided_values(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.apply_decided_values() IS '把决定写入种子表。 | Writes what was decided into the seed tables.';

-- Name: apply_key_counties(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.apply_key_counties() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    update seeds.division as s
    set key_county_level = d.level, is_verified = d.is_verified
    from (
        select distinct on (d.key ->> 'division_code')
            d.key ->> 'division_code' as county,
            d.shown ->> 'key_county_level' as level,
            coalesce((d.shown ->> 'is_verified')::boolean, true) as is_verified
        from ops.decided_value as d
        where d.seed = 'division' and (d.key ->> 'valid_from')::date <= coalesce(
            (select b.report_date from ops.build as b order by b.build desc limit 1), '-infinity'
        )
        order by d.key ->> 'division_code', (d.key ->> 'valid_from')::date desc
    ) as d
    where s.division_code = d.county
        and (s.key_county_level, s.is_verified) is distinct from (d.level, d.is_verified);
end $$;

ALTER FUNCTION ops.apply_key_counties() OWNER TO wh_owner;

-- Name: FUNCTION apply_key_counties(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.apply_key_counties() IS '把最近一次汇总报表日期有效的重点县级别写入种子表。 | Writes the levels of key counties on the newest build''s report date into the seed.';

-- Name: apply_key_counties_of_build(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.apply_key_counties_of_build() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform ops.apply_key_counties();
    return null;
end $$;

ALTER FUNCTION ops.apply_key_counties_of_build() OWNER TO wh_owner;

-- Name: FUNCTION apply_key_counties_of_build(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.apply_key_counties_of_build() IS '汇总开始时应用重点县决定。 | As a build begins, the key counties are those of its report date.';

-- Name: arrears(numeric, numeric, date, date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (pay_due_on < on_date) THEN GREATEST((amount_due - amount_paid), (0)::numeric) ELSE (0)::numeric END;

ALTER FUNCTION ops.arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date) OWNER TO wh_owner;

-- Name: FUNCTION arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date) IS '某日的欠发金额：约定发薪日已过，应发减实发。 | Wages owed on a date: due less paid, once the agreed pay date has passed; 0 before it, and where no pay date is known.';

-- Name: arrival_of_parts(timestamp with time zone[], boolean[]); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT CASE WHEN bool_and(part.is_correction) THEN min(part.arrived_at) ELSE max(part.arrived_at) FILTER (WHERE (NOT part.is_correction)) END AS max FROM UNNEST(arrival_of_parts.arrivals, arrival_of_parts.are_corrections) part(arrived_at, is_correction));

ALTER FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) OWNER TO wh_owner;

-- Name: FUNCTION arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) IS '报送的到达时间：最后到达的分册；更正不算，除非只有更正。 | When a submission has arrived: with the last of its parts. Corrections were never due: they do not count, unless there is nothing else.';

-- Name: assert_few_acts(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_few_acts() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $_$
declare
    today date := (now() at time zone 'Asia/Shanghai')::date;
    most integer := ops.setting('act_daily_limit', today);
begin
    if most <= (
        select count(*) from ops.act as a
        where a.login = session_user and a.acted_at >= today::timestamp at time zone 'Asia/Shanghai'
    ) then
        raise exception using errcode = 'WH057',
            message = format('今日操作已达上限（%1$s 项） | you have reached the limit of a day: %1$s acts', most);
    end if;
end $_$;

ALTER FUNCTION ops.assert_few_acts() OWNER TO wh_owner;

-- Name: FUNCTION assert_few_acts(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.assert_few_acts() IS '用户当日登记的操作未达上限。 | Refuses a login that has recorded as many acts today as the setting act_daily_limit allows.';

-- Name: versioned; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.versioned (
    model text NOT NULL,
    key text[],
    scope text[] DEFAULT '{}'::text[] NOT NULL,
    scope_by text,
    feed text,
    may_be_empty boolean DEFAULT false NOT NULL
);

ALTER TABLE ops.versioned OWNER TO wh_owner;

-- Name: TABLE versioned; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.versioned IS '各模型的主键与写入范围。 | Key and scope of each model, from its YAML. A model without a key lives in `tonight` alone. Without a scope, tonight''s rows are all rows; with one, they speak of the things that the rows of tonight.<scope_by> name (its own rows, where scope_by is NULL).';

-- Name: COLUMN versioned.feed; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.versioned.feed IS '模型为某报表的上报区间时，该报表。 | The feed whose history the model is; NULL: of none.';

-- Name: COLUMN versioned.may_be_empty; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.versioned.may_be_empty IS '上次发布时有数据的，今晚是否可以为空（如已全部更正或付清的清单）。 | Whether it may have no rows tonight though it had some at the last publication: a list of what may all have been put right, or paid.';

-- Name: assert_keys(ops.versioned); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_keys(declared ops.versioned) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    -- A row that names a thing of the scope which has no row any more carries only the scope's columns.
    whole text [] := case when declared.scope_by is null and declared.scope <> '{}' then declared.scope else declared.key end;
    incomplete bigint;
    repeated bigint;
begin
    execute format(
        'select count(*) from tonight.%I where num_nulls(%s) > 0', declared.model, ops.names(whole, '')
    ) into incomplete;
    if incomplete > 0 then
        raise exception using errcode = 'WH023', message = format(
            '%1$s：%2$s 行的主键（%3$s）不完整 | %1$s: %2$s rows have no value in a column of (%3$s)', declared.model, incomplete, array_to_string(whole, ', ')
        );
    end if;
    execute format(
        'select count(*) from (select 1 from tonight.%1$I where num_nulls(%2$s) = 0 group by %2$s having count(*) > 1) as k',
        declared.model, ops.names(declared.key, '')
    ) into repeated;
    if repeated > 0 then
        raise exception using errcode = 'WH023', message = format(
            '%1$s：%2$s 个主键（%3$s）重复 | %1$s: %2$s keys (%3$s) occur more than once', declared.model, repeated, array_to_string(declared.key, ', ')
        );
    end if;
end $_$;

ALTER FUNCTION ops.assert_keys(declared ops.versioned) OWNER TO wh_owner;

-- Name: FUNCTION assert_keys(declared ops.versioned); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.assert_keys(declared ops.versioned) IS '主键须完整且唯一。 | Every key is complete and unique; the message names model and key, never a value.';

-- Name: assert_kind(text, text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_kind(setting_name text, kind text, value text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    if kind = 'integer' and btrim(value) !~ '^[0-9]{1,6}$' then
        raise exception using errcode = 'WH036',
            message = format('参数 %1$s 须为 0 至 999999 的整数 | %1$s is a whole number from 0 to 999999', setting_name);
    elsif kind = 'number' and btrim(value) !~ '^-?[0-9]{1,6}([.][0-9]{1,9})?$' then
        raise exception using errcode = 'WH036', message = format(
            '参数 %1$s 须为数，小数点前最多六位 | %1$s is a number with at most six digits before the point', setting_name
        );
    end if;
end $_$;

ALTER FUNCTION ops.assert_kind(setting_name text, kind text, value text) OWNER TO wh_owner;

-- Name: FUNCTION assert_kind(setting_name text, kind text, value text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.assert_kind(setting_name text, kind text, value text) IS '参数的值须为其读取者所能用（种子表 setting 的 kind）。 | Refuses a value that the reader of a setting cannot take: kind is integer, number or text (seed setting); of no kind, nothing is refused.';

-- Name: assert_landed(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_landed(number integer) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
end $_$;

ALTER FUNCTION ops.assert_landed(number integer) OWNER TO wh_owner;

-- Name: FUNCTION assert_landed(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.assert_landed(number integer) IS '核对汇总所用报送的落地行数。 | The deliveries that a build reads have as many rows as were landed; an error otherwise.';

-- Name: assert_no_night(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_no_night() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform ops.lock_chain(null);
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH035',
            message = '夜间汇总正在进行，结束后再改 | a night is being built: change it when it has ended';
    end if;
end $$;

ALTER FUNCTION ops.assert_no_night() OWNER TO wh_owner;

-- Name: FUNCTION assert_no_night(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.assert_no_night() IS '汇总进行中不得更改其依据。 | Refuses a change of what a night in progress reads at several moments.';

-- Name: assert_own_county(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_own_county(code text) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if code = any(ops.counties_of(session_user)) is not true then
        raise exception using errcode = 'WH032',
            message = '不属于您的县市 | it is not of your county';
    end if;
end $$;

ALTER FUNCTION ops.assert_own_county(code text) OWNER TO wh_owner;

-- Name: FUNCTION assert_own_county(code text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.assert_own_county(code text) IS '拒绝其他县市的登录名。 | Refuses every login but those of the county.';

-- Name: assert_reason(text, text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_reason(why text, act_zh text, act_en text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if length(btrim(coalesce(why, ''))) < 3 then
        raise exception using errcode = 'WH005',
            message = format('%s须填写理由 | %s needs a reason', act_zh, act_en);
    end if;
end $$;

ALTER FUNCTION ops.assert_reason(why text, act_zh text, act_en text) OWNER TO wh_owner;

-- Name: assert_undecided(date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_undecided(from_date date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    used date := (select max(b.report_date) from ops.build as b);
begin
    -- What a night has used stays as it was.
    if from_date is null or not isfinite(from_date) or from_date <= used then
        raise exception using errcode = 'WH034', message = coalesce(
            format('生效日期须晚于 %1$s，该日已经汇总 | it takes effect after %1$s, whose night has run', used::text),
            '请填写生效日期 | say from which date on'
        );
    end if;
    perform ops.assert_no_night();
end $_$;

ALTER FUNCTION ops.assert_undecided(from_date date) OWNER TO wh_owner;

-- Name: FUNCTION assert_undecided(from_date date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.assert_undecided(from_date date) IS '生效日期须晚于最近一次汇总的报表日期，且没有汇总正在进行。 | Refuses a decision from a date on that a night has used, or while one is built.';

-- Name: assert_user(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_user(wanted text) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    if not exists (select from ops.user_login as u where u.login = wanted) then
        raise exception using errcode = 'WH002',
            message = format('没有用户 %1$s | there is no user %1$s', wanted),
            hint = '`warehouse user list` shows them.';
    end if;
end $_$;

ALTER FUNCTION ops.assert_user(wanted text) OWNER TO wh_owner;

-- Name: assert_verifier(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_verifier(verifier text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    if verifier is null or verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' then
        raise exception using errcode = 'WH027',
            message = '口令须以 SCRAM 校验值给出 | a password is given as its SCRAM verifier, never as text',
            hint = 'Use `warehouse user password`.';
    end if;
end $_$;

ALTER FUNCTION ops.assert_verifier(verifier text) OWNER TO wh_owner;

-- Name: assert_waivable(text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.assert_waivable(wanted_check text, wanted_unit text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    shown integer := ops.standing_publication();
begin
    if wanted_check like 'delivery:%' then
        raise exception using errcode = 'WH013',
            message = '报送的豁免由放行产生 | the waiver of a delivery comes with its release',
            hint = 'Use ops.release_delivery.';
    end if;
    if wanted_check like 'case:%' then
        if not exists (
            select from store.finding_case as c
            where c.from_build <= shown and (c.to_build is null or c.to_build > shown) and c.closed_on is null
                and (format('case:%s:%s', c.case_kind, c.finding), c.case_key) = (wanted_check, wanted_unit)
        ) then
            raise exception using errcode = 'WH002',
                message = '没有这样的未结事项 | there is no such open case', hint = 'Use ops.waive_case.';
        end if;
        return;
    end if;
    if not exists (
        select from (
            select e.suite, e.check_name from ops.expected_check as e
            union all
            select c.suite, c.check_name from ops.check_result as c
        ) as known
        where wanted_check in (known.suite || '.' || known.check_name, known.check_name)
    ) then
        raise exception using errcode = 'WH002',
            message = format('没有检查 %1$s | there is no check %1$s', coalesce(wanted_check, '—')),
            hint = 'The page Gates of the console names them: suite.check_name.';
    end if;
    if wanted_check in ('intake.intake_failed', 'intake_failed', 'models.model_failed', 'model_failed')
        or wanted_check like any(array['rows.unaccounted', '%.rows.unaccounted'])
        or not (
            select r.was_run from ops.check_result as r
            where r.gate = 2 and r.unit = wanted_unit
                and wanted_check in (r.suite || '.' || r.check_name, r.check_name)
            order by r.build desc, r.was_run desc
            limit 1
        )
    then
        raise exception using errcode = 'WH013',
            message = format(
                '%1$s 不能豁免：豁免后仍未入库、未计算或未检查'
                ' | %1$s cannot be waived: what was not ingested, computed or checked stays so', wanted_check
            ),
            hint = 'Correct the cause, and run the night again.';
    end if;
    if wanted_unit is distinct from ops.prefecture() and wanted_unit = any(ops.county_codes()) is not true
        and not exists (select from ops.check_result as c where c.unit = wanted_unit)
    then
        raise exception using errcode = 'WH002',
            message = format('没有单位 %1$s | there is no unit %1$s', coalesce(wanted_unit, '—')),
            hint = 'The code of a county or of the prefecture, or a unit that was checked.';
    end if;
end $_$;

ALTER FUNCTION ops.assert_waivable(wanted_check text, wanted_unit text) OWNER TO wh_owner;

-- Name: FUNCTION assert_waivable(wanted_check text, wanted_unit text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.assert_waivable(wanted_check text, wanted_unit text) IS '没有的检查、单位或事项，以及没有结果的检查，不能豁免。 | Refuses the waiver of a check that no night has run or that found nothing, of an unknown unit, or of a case that is not open.';

-- Name: begin_core(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.begin_core(number integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    delete from ops.tonight_core where exists (select from ops.tonight as t where t.build = number);
    insert into ops.tonight_core (build, is_built) select t.build, false from ops.tonight as t where t.build = number;
$$;

ALTER FUNCTION ops.begin_core(number integer) OWNER TO wh_owner;

-- Name: FUNCTION begin_core(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.begin_core(number integer) IS '开始计算核心层。 | The core layer of the build in progress is begun: none of it counts as built. Of another build: nothing.';

-- Name: begin_nights(date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.begin_nights(wanted_date date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if wanted_date is null then
        raise exception using errcode = 'WH005', message = '须填写日期 | a begin needs a date';
    end if;
    insert into ops.schedule_begin (first_date, operator) values (wanted_date, session_user);
    perform ops.record_act('begin_nights', wanted_date::text, null);
end $$;

ALTER FUNCTION ops.begin_nights(wanted_date date) OWNER TO wh_owner;

-- Name: FUNCTION begin_nights(wanted_date date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.begin_nights(wanted_date date) IS '自该报表日期起自动运行夜间流程。 | From this report date on scheduled nights run; the session''s login decides it.';

-- Name: build_digest(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.build_digest(number integer) RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    key bytea := ops.key_of(number);
    digests text := '';
    relation text;
begin
    for relation in
        select format('store.%I', c.relname) from pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        digests := digests || relation || ' '
            || ops.rows_digest(relation, 't.from_build = $1 or t.to_build = $1', number, key) || E'\n';
    end loop;
    return sha256(convert_to(digests, 'UTF8'));
end $_$;

ALTER FUNCTION ops.build_digest(number integer) OWNER TO wh_owner;

-- Name: FUNCTION build_digest(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.build_digest(number integer) IS '汇总写入的所有行的校验和（256位，带密钥）。 | Digest of the rows that a build opened or closed: 256 bits, with the build''s own key, so that no other rows can be made to have it.';

-- Name: case_explanations(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.case_explanations() RETURNS TABLE(subject text, login text, acted_at timestamp with time zone, explanation text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
begin
    return query
    select a.subject, a.login, a.acted_at, a.reason
    from ops.act as a
    where a.kind = 'explain_case'
        and (ops.counties_of(session_user) is null or exists (
            select from ops.reader_county as r
            where r.login = a.login and r.county_code = any(ops.counties_of(session_user))
        ));
end $$;

ALTER FUNCTION ops.case_explanations() OWNER TO wh_owner;

-- Name: FUNCTION case_explanations(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.case_explanations() IS '对事项的说明：县市只见本县市的。 | What case workers said about cases; counties see those of their own.';

-- Name: certify(integer, jsonb); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.certify(number integer, versions jsonb, OUT checks_expected integer, OUT checks_run integer, OUT critical_failed integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    if not exists (
        select from ops.build as b where b.build = number and b.status = 'building' and b.sealed_at is not null
    ) then
        raise exception using errcode = 'WH003', message = format('第 %1$s 次汇总没有在进行，或尚未封存 | build %1$s is not in progress, or was not sealed', number);
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
end $_$;

ALTER FUNCTION ops.certify(number integer, versions jsonb, OUT checks_expected integer, OUT checks_run integer, OUT critical_failed integer) OWNER TO wh_owner;

-- Name: FUNCTION certify(number integer, versions jsonb, OUT checks_expected integer, OUT checks_run integer, OUT critical_failed integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.certify(number integer, versions jsonb, OUT checks_expected integer, OUT checks_run integer, OUT critical_failed integer) IS '按检查结果开具结论。 | Writes the certificate of the sealed build in progress from the results that gate 2 has recorded in this transaction and the list of checks that it had to run.';

-- Name: chain_head(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.chain_head() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select coalesce(ops.standing_publication(), 0) $$;

ALTER FUNCTION ops.chain_head() OWNER TO wh_owner;

-- Name: FUNCTION chain_head(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.chain_head() IS '链首编号：现行发布号，尚无发布为 0；编号更大的汇总未发布，下次汇总撤销其各行。 | The same number where builds are compared, 0 before the first: rows of later builds are tonight''s, or of builds that were never published or were rolled back, and the next build undoes them.';

-- Name: close_month(date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.close_month(wanted date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '15s'
    AS $_$
declare
    first_day date := date_trunc('month', wanted)::date;
    last_day date := (date_trunc('month', wanted) + interval '1 month - 1 day')::date;
    word text := to_char(wanted, 'YYYY-MM');
    closed ops.month_close;
    shown ops.publication;
    rolled_back integer;
begin
    perform ops.assert_no_night();
    select m.* into closed from ops.month_close as m where m.month = first_day;
    if found then
        raise exception using errcode = 'WH040',
            message = format(
                '%1$s 已由 %2$s 于 %3$s 结账，终版为第 %4$s 号发布 | %1$s was closed by %2$s on %3$s, with publication %4$s',
                word, closed.closed_by, (closed.closed_at at time zone 'Asia/Shanghai')::date, closed.publication
            ),
            hint = 'What has changed since is in marts.restatement.';
    end if;
    if last_day >= (now() at time zone 'Asia/Shanghai')::date then
        raise exception using errcode = 'WH041',
            message = format('%1$s 尚未结束 | %1$s has not ended', word),
            hint = format('It can be closed after the night of %s is published.', last_day);
    end if;
    select p.* into shown from ops.publication as p where p.publication = ops.standing_publication();
    if shown.report_date is null or shown.report_date < last_day then
        select max(p.publication) into rolled_back from ops.publication as p
        where p.report_date >= last_day and p.rolled_back_at is not null;
        raise exception using errcode = 'WH041',
            message = case when rolled_back is null
                then format('%1$s 最后一日尚未发布 | the last day of %1$s is not published yet', word)
                else format(
                    '%1$s 最后一日所在的第 %2$s 号发布已撤回 | publication %2$s, which had the last day of %1$s, was rolled back',
                    word, rolled_back
                )
            end,
            hint = format('Publish the night of %s or a later one first.', last_day);
    end if;
    insert into ops.month_close (month, publication) values (first_day, shown.publication);
    update ops.publication as p set vintage = 'final' where p.publication = shown.publication;
    perform ops.record_act('close_month', word, null, build => shown.publication);
    return shown.publication;
end $_$;

ALTER FUNCTION ops.close_month(wanted date) OWNER TO wh_owner;

-- Name: FUNCTION close_month(wanted date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.close_month(wanted date) IS '结账：现行发布即为该月终版。 | Closes a month under the name of the session''s login: the standing publication is final for it. Refused if it is closed, has not ended, or its last day is not published. The number of the publication.';

-- Name: columns_of(text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.columns_of(model text, prefix text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select string_agg(format('%s%I', prefix, a.attname), ', ' order by a.attnum)
    from pg_attribute as a
    where a.attrelid = to_regclass(format('tonight.%I', model)) and a.attnum > 0 and not a.attisdropped
$$;

ALTER FUNCTION ops.columns_of(model text, prefix text) OWNER TO wh_owner;

-- Name: confirm_core(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.confirm_core(number integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update ops.tonight_core as c set is_built = true where c.build = number;
$$;

ALTER FUNCTION ops.confirm_core(number integer) OWNER TO wh_owner;

-- Name: FUNCTION confirm_core(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.confirm_core(number integer) IS '核心层计算完毕；其间服务器崩溃过则无效。 | The core layer is built. Nothing, if the server has crashed since it was begun.';

-- Name: core_is_built(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.core_is_built(number integer) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select exists (select from ops.tonight_core as c where c.build = number and c.is_built);
$$;

ALTER FUNCTION ops.core_is_built(number integer) OWNER TO wh_owner;

-- Name: FUNCTION core_is_built(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.core_is_built(number integer) IS '核心层的当晚表是否仍在。 | Whether `tonight` still has all that the core layer of a build left there.';

-- Name: counties_of(name); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.counties_of(login name) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
    select case
        when pg_has_role(login, 'wh_analyst', 'member') or pg_has_role(login, 'wh_auditor', 'member')
            or login in ('wh_owner', 'postgres') then null
        else coalesce(
            (select array_agg(r.county_code) from ops.reader_county as r where r.login = counties_of.login),
            '{}'
        )
    end
$$;

ALTER FUNCTION ops.counties_of(login name) OWNER TO wh_owner;

-- Name: county_codes(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.county_codes() RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
begin
    return (
        select coalesce(array_agg(d.division_code order by d.division_code), '{}')
        from seeds.division as d where d.level = 'county' and d.parent_code = ops.prefecture()
    );
end $$;

ALTER FUNCTION ops.county_codes() OWNER TO wh_owner;

-- Name: FUNCTION county_codes(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.county_codes() IS '本州（市）各县市代码。 | The counties of the prefecture.';

-- Name: county_deliveries(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.county_deliveries() RETURNS TABLE(delivery_id bigint, feed text, unit text, report_date date, part text, revision integer, kind text, file_bytes bigint, arrived_at timestamp with time zone, landed_at timestamp with time zone, rows_read integer, rows_landed integer, rows_rejected integer, status text, reason text, detail text, build integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 500
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
begin
    return query
    select
        d.delivery_id, d.feed, d.unit, d.report_date, d.part, d.revision, d.kind, d.file_bytes, d.arrived_at,
        d.landed_at, d.rows_read, d.rows_landed, d.rows_rejected, d.status, d.reason, d.understood ->> 'refusal',
        d.build
    from ops.delivery as d
    where d.unit = any(ops.counties_of(session_user));
end $$;

ALTER FUNCTION ops.county_deliveries() OWNER TO wh_owner;

-- Name: FUNCTION county_deliveries(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.county_deliveries() IS '本县市的报送。 | The deliveries of the login''s own county.';

-- Name: decide_holidays(date, date, boolean, text, text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.decide_holidays(first_day date, last_day date, is_working boolean, name_zh text, name_en text, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    if first_day is null or last_day is null or is_working is null or not isfinite(first_day)
        or last_day not between first_day and first_day + 30
    then
        raise exception using errcode = 'WH036',
            message = '须为连续的 1 至 31 天 | it is 1 to 31 days in a row';
    end if;
    if btrim(coalesce(name_zh, '')) = '' then
        raise exception using errcode = 'WH036', message = '请写明节日名称 | name the holiday';
    end if;
    perform ops.decide_values(
        'holiday',
        (
            select jsonb_agg(jsonb_build_object(
                'key', jsonb_build_object('on_date', day::date),
                'shown', jsonb_build_object(
                    'on_date', day::date, 'is_working_day', is_working,
                    'holiday_zh', btrim(name_zh), 'holiday_en', coalesce(nullif(btrim(name_en), ''), btrim(name_zh))
                )
            ))
            from generate_series(first_day, last_day, interval '1 day') as day
        ),
        format(
            '%1$s %2$s–%3$s %4$s | %5$s %2$s–%3$s %6$s', btrim(name_zh), first_day, last_day,
            case when is_working then '上班' else '休息' end,
            coalesce(nullif(btrim(name_en), ''), btrim(name_zh)), case when is_working then 'at work' else 'at rest' end
        ),
        first_day, why
    );
end $_$;

ALTER FUNCTION ops.decide_holidays(first_day date, last_day date, is_working boolean, name_zh text, name_en text, why text) OWNER TO wh_owner;

-- Name: FUNCTION decide_holidays(first_day date, last_day date, is_working boolean, name_zh text, name_en text, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.decide_holidays(first_day date, last_day date, is_working boolean, name_zh text, name_en text, why text) IS '登记一段节假日或调休上班日，晚于最近一次汇总的报表日期。 | Declares days as a holiday, or as worked, after the last night; on the record.';

-- Name: decide_key_county(text, date, text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.decide_key_county(county text, from_date date, new_level text, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    of_file record;
    chosen text := nullif(btrim(coalesce(new_level, '')), '');
begin
    select * into of_file from seeds.division as s where s.division_code = county and s.level = 'county';
    if not found or county <> all(ops.county_codes()) then
        raise exception using errcode = 'WH002', message = format('没有县市 %1$s | there is no county %1$s', county);
    end if;
    if chosen is not null and chosen not in ('national', 'provincial') then
        raise exception using errcode = 'WH036',
            message = '级别为 national、provincial 或空 | the level is national, provincial or empty';
    end if;
    insert into ops.decided_value (seed, key, shown)
    values (
        'division',
        jsonb_build_object('division_code', county, 'valid_from', '-infinity'),
        jsonb_build_object(
            'key_county_level', of_file.key_county_level, 'is_verified', coalesce(of_file.is_verified, false)
        )
    )
    on conflict (seed, key) do nothing;
    perform ops.decide_value(
        'division',
        jsonb_build_object('division_code', county, 'valid_from', from_date),
        jsonb_build_object('key_county_level', chosen),
        format('%s: %s (%s)', county, coalesce(chosen, '—'), from_date),
        from_date, why
    );
end $_$;

ALTER FUNCTION ops.decide_key_county(county text, from_date date, new_level text, why text) OWNER TO wh_owner;

-- Name: FUNCTION decide_key_county(county text, from_date date, new_level text, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.decide_key_county(county text, from_date date, new_level text, why text) IS '自某报表日期起更改一个县市的重点帮扶级别，并登记。 | Changes the level of a county as a key county from a report date on that no night has used; on the record.';

-- Name: decide_rule(text, date, boolean, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.decide_rule(wanted text, from_date date, is_enabled boolean, basis text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    if not exists (select from seeds.finding_rule as r where r.finding = wanted) then
        raise exception using errcode = 'WH002', message = format('没有规则 %1$s | there is no rule %1$s', wanted);
    end if;
    perform ops.assert_undecided(from_date);
    insert into ops.rule_decision as known (finding, valid_from, enabled, decided_by, legal_basis)
    values (wanted, from_date, is_enabled, session_user, basis)
    on conflict (finding, valid_from) do update
    set enabled = excluded.enabled, decided_by = excluded.decided_by, legal_basis = excluded.legal_basis,
        decided_at = now();
    perform ops.record_act(
        'decide_rule',
        format(
            '%1$s 自 %2$s 起%3$s | %1$s is %4$s from %2$s on', wanted, from_date,
            case when is_enabled then '开启' else '关闭' end, case when is_enabled then 'on' else 'off' end
        ),
        basis
    );
end $_$;

ALTER FUNCTION ops.decide_rule(wanted text, from_date date, is_enabled boolean, basis text) OWNER TO wh_owner;

-- Name: FUNCTION decide_rule(wanted text, from_date date, is_enabled boolean, basis text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.decide_rule(wanted text, from_date date, is_enabled boolean, basis text) IS '启用或停用一条核查线索规则。 | Switches a rule of the findings on or off from a report date, under the name of the session''s login; refused without a legal basis.';

-- Name: decide_setting(text, date, text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.decide_setting(wanted text, from_date date, new_value text, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    before record;
    -- What was decided before settings had kinds has none.
    kind text := (select max(s.kind) from seeds.setting as s where s.name = wanted);
    chosen text := btrim(coalesce(new_value, ''));
begin
    select * into before from seeds.setting as s
    where s.name = wanted and s.valid_from <= from_date
    order by s.valid_from desc limit 1;
    if not found then
        raise exception using errcode = 'WH002', message = format('没有参数 %1$s | there is no setting %1$s', wanted);
    end if;
    if chosen = '' then
        raise exception using errcode = 'WH036', message = '请填写新的值 | say the new value';
    end if;
    perform ops.assert_kind(wanted, kind, chosen);
    if wanted = 'campaign_frequency' and chosen <> all(array['daily', 'working_days', 'weekly', 'monthly', 'none']) then
        raise exception using errcode = 'WH036', message =
            '报送频率为 daily、working_days、weekly、monthly 或 none | it is daily, working_days, weekly, monthly or none';
    end if;
    if wanted = 'counties_not_joined' and chosen <> '无'
        and ops.words(chosen) <@ ops.county_codes() is not true then
        raise exception using errcode = 'WH036', message =
            '须为本州县市代码，以逗号分隔；全部接入写“无” | codes of this prefecture''s counties, separated by commas; 无 for none';
    end if;
    perform ops.decide_value(
        'setting',
        jsonb_build_object('name', wanted, 'valid_from', from_date),
        to_jsonb(before) || jsonb_build_object('valid_from', from_date, 'value', chosen, 'enabled', true),
        format('%s: %s -> %s (%s)', wanted, before.value, chosen, from_date),
        from_date, why
    );
end $_$;

ALTER FUNCTION ops.decide_setting(wanted text, from_date date, new_value text, why text) OWNER TO wh_owner;

-- Name: FUNCTION decide_setting(wanted text, from_date date, new_value text, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.decide_setting(wanted text, from_date date, new_value text, why text) IS '自某日起更改一个参数，并登记。 | Changes a setting from a date on, on the record.';

-- Name: decide_target(text, text, date, integer, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.decide_target(wanted text, of_county text, from_date date, new_value integer, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    before record;
begin
    select * into before from seeds.target as t
    where t.target_code = wanted and t.county_code = of_county and t.valid_from <= from_date
    order by t.valid_from desc limit 1;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('%1$s 没有目标 %2$s | %1$s has no target %2$s', of_county, wanted);
    end if;
    if new_value is null or new_value < 0 then
        raise exception using errcode = 'WH036', message = '目标须为不小于 0 的整数 | a target is a whole number, 0 or more';
    end if;
    if new_value > 0 and new_value < before.target_value / 100 then
        raise exception using errcode = 'WH036', message = format(
            '目标以人（户）为单位，不以万为单位：%1$s 不到 %2$s 的百分之一'
            ' | a target counts persons (households), not ten thousands: %1$s is less than a hundredth of %2$s',
            new_value, before.target_value
        );
    end if;
    perform ops.decide_value(
        'target',
        jsonb_build_object('county_code', of_county, 'target_code', wanted, 'valid_from', from_date),
        to_jsonb(before) || jsonb_build_object('valid_from', from_date, 'target_value', new_value, 'is_demonstration', false),
        format('%s %s: %s -> %s (%s)', of_county, wanted, before.target_value, new_value, from_date),
        from_date, why
    );
end $_$;

ALTER FUNCTION ops.decide_target(wanted text, of_county text, from_date date, new_value integer, why text) OWNER TO wh_owner;

-- Name: FUNCTION decide_target(wanted text, of_county text, from_date date, new_value integer, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.decide_target(wanted text, of_county text, from_date date, new_value integer, why text) IS '自某日起更改一个目标，并登记。 | Changes a target from a date on, on the record.';

-- Name: decide_value(text, jsonb, jsonb, text, date, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.decide_value(wanted_seed text, wanted_key jsonb, row_of_seed jsonb, change text, from_date date, why text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select ops.decide_values(
        wanted_seed, jsonb_build_array(jsonb_build_object('key', wanted_key, 'shown', row_of_seed)), change, from_date, why
    )
$$;

ALTER FUNCTION ops.decide_value(wanted_seed text, wanted_key jsonb, row_of_seed jsonb, change text, from_date date, why text) OWNER TO wh_owner;

-- Name: FUNCTION decide_value(wanted_seed text, wanted_key jsonb, row_of_seed jsonb, change text, from_date date, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.decide_value(wanted_seed text, wanted_key jsonb, row_of_seed jsonb, change text, from_date date, why text) IS '记录并应用一个决定。 | Records a decided value and applies it.';

-- Name: decide_values(text, jsonb, text, date, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.decide_values(wanted_seed text, decided jsonb, change text, from_date date, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform ops.assert_reason(why, '更改', 'a change');
    perform ops.assert_undecided(from_date);
    insert into ops.decided_value (seed, key, shown)
    select wanted_seed, d -> 'key', d -> 'shown' from jsonb_array_elements(decided) as d
    on conflict (seed, key) do update
    set shown = excluded.shown, decided_at = now(), decided_by = session_user;
    perform ops.apply_decided_values();
    perform ops.record_act('decide_' || wanted_seed, change, why);
end $$;

ALTER FUNCTION ops.decide_values(wanted_seed text, decided jsonb, change text, from_date date, why text) OWNER TO wh_owner;

-- Name: FUNCTION decide_values(wanted_seed text, decided jsonb, change text, from_date date, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.decide_values(wanted_seed text, decided jsonb, change text, from_date date, why text) IS '记录并应用一项决定，可含多行。 | Records and applies what was decided: one act, of one row or several.';

-- Name: disable_user(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.disable_user(wanted text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform ops.assert_user(wanted);
    perform logins.end_sessions(wanted, 'infinity');
    perform logins.close(wanted);
    perform logins.end_sessions(wanted, 'infinity');
    perform ops.record_act('disable_user', wanted, null, about_login => wanted);
end $$;

ALTER FUNCTION ops.disable_user(wanted text) OWNER TO wh_owner;

-- Name: FUNCTION disable_user(wanted text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.disable_user(wanted text) IS '停用用户并结束其会话。 | Closes a login for good and ends its sessions.';

-- Name: dispatched_cases(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.dispatched_cases() RETURNS TABLE(case_kind text, finding text, case_key text, opened_on date)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10000
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
begin
    return query select c.case_kind, c.finding, c.case_key, c.opened_on from own.finding_case as c;
end $$;

ALTER FUNCTION ops.dispatched_cases() OWNER TO wh_owner;

-- Name: FUNCTION dispatched_cases(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.dispatched_cases() IS '列入县市调度单的事项（本县市登录可见的）。 | Keys of the cases in the dispatches of the counties: those that a login of the county may see.';

-- Name: end_overlong_sessions(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.end_overlong_sessions() RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(sum(logins.end_sessions(u.login, case
        when u.is_disabled then 'infinity'
        else now() - interval '1 minute'
            * ops.setting('reader_transaction_minutes', (now() at time zone 'Asia/Shanghai')::date)::numeric
    end)), 0)::integer
    from ops.user_login as u
$$;

ALTER FUNCTION ops.end_overlong_sessions() OWNER TO wh_owner;

-- Name: FUNCTION end_overlong_sessions(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.end_overlong_sessions() IS '结束超时的和已停用的用户会话。 | Ends the sessions of users whose transaction is older than the setting reader_transaction_minutes, and those of disabled users; how many.';

-- Name: erased_reason(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.erased_reason() RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select '已删除 | erased' $$;

ALTER FUNCTION ops.erased_reason() OWNER TO wh_owner;

-- Name: FUNCTION erased_reason(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.erased_reason() IS '删除个人信息后，理由一栏的文字。 | What stands instead of the reason of an act or waiver about an erased person.';

-- Name: expect_checks(integer, jsonb); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.expect_checks(number integer, checks jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    expected integer;
begin
    if not exists (
        select from ops.build as b where b.build = number and b.status = 'building' and b.sealed_at is null
    ) then
        raise exception using errcode = 'WH003', message = format('第 %1$s 次汇总没有在进行，或正在检查 | build %1$s is not in progress, or is being checked', number);
    end if;
    delete from ops.expected_check as e where e.build = number;
    insert into ops.expected_check (build, suite, check_name, severity)
    select number, c.suite, c.check_name, c.severity
    from jsonb_to_recordset(checks) as c (suite text, check_name text, severity text);
    get diagnostics expected = row_count;
    return expected;
end $_$;

ALTER FUNCTION ops.expect_checks(number integer, checks jsonb) OWNER TO wh_owner;

-- Name: FUNCTION expect_checks(number integer, checks jsonb); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.expect_checks(number integer, checks jsonb) IS '登记发布前必须运行的检查。 | Records which checks gate 2 has to run on a build ([{suite, check_name, severity}, …]); how many.';

-- Name: explain_case(text, text, text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.explain_case(case_kind text, finding text, key text, explanation text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET client_min_messages TO 'error'
    AS $$
declare
    pinned text := current_setting('warehouse.publication', true);
begin
    perform ops.assert_reason(explanation, '说明', 'an explanation');
    perform set_config('warehouse.publication', '', true);
    perform 1 from (
        select c.case_kind, c.finding, c.case_key, c.closed_on from own.finding_case as c
        where c.county_code = any(coalesce(ops.counties_of(session_user), '{}'))
        offset 0
    ) as seen
    where seen.closed_on is null
        and (seen.case_kind, seen.finding, seen.case_key)
        = (explain_case.case_kind, explain_case.finding, explain_case.key);
    if not found then
        raise exception using errcode = 'WH002',
            message = '本县市没有这样的未结事项 | your county has no such open case',
            hint = 'marts.finding_case shows the kind, finding and key of every case.';
    end if;
    perform set_config('warehouse.publication', coalesce(pinned, ''), true);
    perform ops.record_act(
        'explain_case', format('%s:%s:%s', explain_case.case_kind, explain_case.finding, explain_case.key), explanation
    );
end $$;

ALTER FUNCTION ops.explain_case(case_kind text, finding text, key text, explanation text) OWNER TO wh_owner;

-- Name: FUNCTION explain_case(case_kind text, finding text, key text, explanation text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.explain_case(case_kind text, finding text, key text, explanation text) IS '经办人对本县市一个未结事项的说明，登记在案；事项由数据办结。 | A case worker''s word about an open case of the county, on the record; data close the case.';

-- Name: first_report_date(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.first_report_date() RETURNS date
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select date '2020-01-01' $$;

ALTER FUNCTION ops.first_report_date() OWNER TO wh_owner;

-- Name: FUNCTION first_report_date(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.first_report_date() IS '最早的报表日期，也是参数和监测日历的第一天。 | The earliest report date; settings and the calendar of the marts begin with it.';

-- Name: first_scheduled_date(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.first_scheduled_date() RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select b.first_date from ops.schedule_begin as b order by b.decision desc limit 1 $$;

ALTER FUNCTION ops.first_scheduled_date() OWNER TO wh_owner;

-- Name: FUNCTION first_scheduled_date(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.first_scheduled_date() IS '自动夜间流程的首个报表日期；尚未开始为 NULL。 | The first report date of scheduled nights; NULL before an operator has begun them.';

-- Name: grant_waiver(text, text, date, date, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.grant_waiver(wanted_check text, wanted_unit text, from_date date, to_date date, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    perform ops.assert_reason(why, '豁免', 'a waiver');
    perform ops.assert_waivable(wanted_check, wanted_unit);
    if from_date is null or to_date is null or to_date < from_date then
        raise exception using errcode = 'WH015',
            message = '最后一天不能早于第一天 | the last day of a waiver is not before its first';
    end if;
    -- A case has its own words for it.
    if wanted_check not like 'case:%' and exists (
        select from ops.waiver as w where (w.check_name, w.unit, w.valid_from) = (wanted_check, wanted_unit, from_date)
    ) then
        raise exception using errcode = 'WH015',
            message = format('该项检查已自 %1$s 起豁免 | the check is waived from %1$s on already', from_date);
    end if;
    insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)
    values (wanted_check, wanted_unit, from_date, to_date, session_user, why);
    perform ops.record_act('grant_waiver', format('%s %s %s–%s', wanted_check, wanted_unit, from_date, to_date), why);
end $_$;

ALTER FUNCTION ops.grant_waiver(wanted_check text, wanted_unit text, from_date date, to_date date, why text) OWNER TO wh_owner;

-- Name: FUNCTION grant_waiver(wanted_check text, wanted_unit text, from_date date, to_date date, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.grant_waiver(wanted_check text, wanted_unit text, from_date date, to_date date, why text) IS '在若干日内豁免某单位的某项检查。 | Lets a check of a unit fail without holding anything, on the dates given, under the name of the session''s login.';

-- Name: hidden_cells(jsonb, integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.hidden_cells(cells jsonb, fewest integer, OUT indicator text, OUT county_code text) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    whole_place text := ops.prefecture();
    hidden text [];
    known integer;
    more text [];
begin
    -- Under ten; of a prefecture under ten, every county that counts at all.
    select coalesce(array_agg(c.indicator || ' ' || c.county_code), '{}') into hidden
    from jsonb_to_recordset(cells) as c (indicator text, county_code text, value numeric)
    where c.value between 1 and fewest - 1
        or c.value >= 1 and exists (
            select from jsonb_to_recordset(cells) as p (indicator text, county_code text, value numeric)
            where p.indicator = c.indicator and p.county_code = whole_place and p.value between 1 and fewest - 1
        );
    loop
        known := cardinality(hidden);
        -- One hidden county, or hidden counties that are under ten together, follow from the prefecture's number: the
        -- smallest other county is hidden too, and where none is left, the prefecture.
        loop
            with
            cell as (
                select c.*, c.county_code = whole_place as is_whole, (c.indicator || ' ' || c.county_code) = any(hidden) as is_hidden
                from jsonb_to_recordset(cells) as c (indicator text, county_code text, value numeric)
            ),
            exposed as (
                select cell.indicator from cell
                where cell.is_hidden and not cell.is_whole
                group by cell.indicator
                having count(*) = 1 or sum(cell.value) < fewest
            ),
            chosen as (
                select distinct on (cell.indicator) cell.indicator || ' ' || cell.county_code as name
                from cell
                inner join exposed on exposed.indicator = cell.indicator
                where not cell.is_hidden and (cell.is_whole or cell.value >= 1)
                order by cell.indicator, cell.is_whole, cell.value, cell.county_code
            )
            select array_agg(chosen.name) into more from chosen;
            exit when more is null;
            hidden := hidden || more;
        end loop;
        -- A part goes with its whole, and where the rest of the whole is under ten; two parts that make up a whole go together.
        with
        cell as (
            select c.*, (c.indicator || ' ' || c.county_code) = any(hidden) as is_hidden
            from jsonb_to_recordset(cells)
                as c (indicator text, county_code text, value numeric, part_of text, complement text)
        )
        select array_agg(part.indicator || ' ' || part.county_code) into more
        from cell as part
        left join cell as whole on whole.indicator = part.part_of and whole.county_code = part.county_code
        left join cell as other on other.indicator = part.complement and other.county_code = part.county_code
        where not part.is_hidden
            and (whole.is_hidden or other.is_hidden or whole.value - part.value between 1 and fewest - 1);
        hidden := hidden || coalesce(more, '{}');
        exit when cardinality(hidden) = known;
    end loop;
    return query select split_part(h, ' ', 1), split_part(h, ' ', 2) from unnest(hidden) as h;
end $$;

ALTER FUNCTION ops.hidden_cells(cells jsonb, fewest integer, OUT indicator text, OUT county_code text) OWNER TO wh_owner;

-- Name: FUNCTION hidden_cells(cells jsonb, fewest integer, OUT indicator text, OUT county_code text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.hidden_cells(cells jsonb, fewest integer, OUT indicator text, OUT county_code text) IS '公开表中不予显示的单元格：小于 fewest 的（0 除外），以及能据以推出它们的。 | The cells of a public table that stay hidden: counts of 1 to fewest − 1, and what would give them away through a sum or through a whole and its parts. cells: [{indicator, county_code, value, part_of, complement}, …].';

-- Name: hold_night(integer, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.hold_night(number integer, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    night ops.build;
begin
    update ops.build as b set status = 'held', held_reason = why
    where b.build = number and b.status in ('building', 'held') and (b.status, b.held_reason) is distinct from ('held', why)
    returning b.* into night;
    if found then
        perform ops.record_act('hold_night', format('build %s of %s', number, night.report_date), why, build => number);
    end if;
end $$;

ALTER FUNCTION ops.hold_night(number integer, why text) OWNER TO wh_owner;

-- Name: index_store(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.index_store(wanted text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    declared ops.store_index;
    surplus text;
    existing regclass;
    made integer := 0;
    has_grown boolean;
begin
    for surplus in
        select c.relname from pg_index as x
        inner join pg_class as c on c.oid = x.indexrelid
        where x.indrelid = format('store.%I', wanted)::regclass
            and c.relname not in (select i.index_name from ops.store_index as i where i.store_name = wanted)
    loop
        execute format('drop index store.%I', surplus);
    end loop;
    for declared in select i.* from ops.store_index as i where i.store_name = wanted order by i.index_name loop
        existing := to_regclass(format('store.%I', declared.index_name));
        -- The comment holds the definition by which an index was made; one that was declared otherwise is made again.
        if obj_description(existing, 'pg_class') is not distinct from declared.statement then
            continue;
        end if;
        if existing is not null then
            execute format('drop index store.%I', declared.index_name);
        end if;
        execute declared.statement;
        execute format('comment on index store.%I is %L', declared.index_name, declared.statement);
        made := made + 1;
    end loop;
    -- A table that grew by half or more in a night is analysed at once: the models that read it later that night are
    -- planned by what it holds, not by what it held (300,000 lines of payroll without: minutes against seconds).
    select pg_relation_size(c.oid) / current_setting('block_size')::integer > 1.5 * c.relpages into has_grown
    from pg_class as c where c.oid = format('store.%I', wanted)::regclass;
    if made > 0 or has_grown then
        execute format('analyze store.%I', wanted);
    end if;
    return made;
end $$;

ALTER FUNCTION ops.index_store(wanted text) OWNER TO wh_owner;

-- Name: FUNCTION index_store(wanted text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.index_store(wanted text) IS '按声明建立索引。 | Brings the indexes of a store table in line with their declarations (after its first load: 1.44 M rows take 1 s, against 7 s before it), and analyses the table then and when it has grown by half; how many were built.';

-- Name: is_arrival(text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.is_arrival(kind text, status text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ((status <> 'held'::text) AND (kind <> 'withdrawn'::text));

ALTER FUNCTION ops.is_arrival(kind text, status text) OWNER TO wh_owner;

-- Name: FUNCTION is_arrival(kind text, status text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.is_arrival(kind text, status text) IS '该修订是否算到达：暂扣的和作废分册的不算。 | Whether a part has arrived with a revision: not with one that is held, nor with what withdraws it.';

-- Name: is_holding(integer, text, boolean, text, bigint); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.is_holding(gate integer, severity text, success boolean, waiver text, delivery_id bigint) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ((NOT success) AND (severity = 'critical'::text) AND (waiver IS NULL) AND ((gate = 1) OR (delivery_id IS NULL)));

ALTER FUNCTION ops.is_holding(gate integer, severity text, success boolean, waiver text, delivery_id bigint) OWNER TO wh_owner;

-- Name: FUNCTION is_holding(gate integer, severity text, success boolean, waiver text, delivery_id bigint); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.is_holding(gate integer, severity text, success boolean, waiver text, delivery_id bigint) IS '某项检查的结果是否使汇总（入库前检查：某份报送）暂扣。 | Whether what a check found holds the night, or at gate 1 a delivery: not where it is waived, nor where gate 2 held a delivery for it, without which the night was built again.';

-- Name: is_owed(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.is_owed(finding text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN (finding = ANY (ARRAY['unpaid'::text, 'underpaid'::text]));

ALTER FUNCTION ops.is_owed(finding text) OWNER TO wh_owner;

-- Name: FUNCTION is_owed(finding text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.is_owed(finding text) IS '该项线索的金额是否为欠发。 | Whether the amount of a finding is what is owed: findings overlap, and only these amounts are added up.';

-- Name: is_scratch(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.is_scratch(run_id text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN (run_id = 'scratch'::text);

ALTER FUNCTION ops.is_scratch(run_id text) OWNER TO wh_owner;

-- Name: FUNCTION is_scratch(run_id text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.is_scratch(run_id text) IS '是否试算，而不是某晚的汇总。 | Whether a build, by its run_id, is an engineer''s scratch build, and none of a night.';

-- Name: keep_closed_months(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.keep_closed_months() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    month date;
begin
    if tg_table_name = 'month_close' then
        raise exception using errcode = 'WH042', message = '已结账的月份不得更改 | a closed month is not changed or reopened';
    end if;
    select min(m.month) into month from ops.month_close as m where m.publication = new.publication;
    if month is not null then
        raise exception using errcode = 'WH042',
            message = format(
                '第 %1$s 号发布是 %2$s 的终版，不能撤回 | publication %1$s is final for %2$s and cannot be rolled back',
                new.publication, to_char(month, 'YYYY-MM')
            ),
            hint = 'Withdraw or correct what is wrong by later deliveries: the change is a restatement.';
    end if;
    return new;
end $_$;

ALTER FUNCTION ops.keep_closed_months() OWNER TO wh_owner;

-- Name: key_of(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.key_of(number integer) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce((select k.key from ops.digest_key as k where k.build = number), decode(repeat('00', 32), 'hex'))
$$;

ALTER FUNCTION ops.key_of(number integer) OWNER TO wh_owner;

-- Name: FUNCTION key_of(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.key_of(number integer) IS '汇总校验和的密钥；未封存为零。 | The key of a build''s digests; zeros before it is sealed.';

-- Name: landing_digest(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.landing_digest(number integer) RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
end $_$;

ALTER FUNCTION ops.landing_digest(number integer) OWNER TO wh_owner;

-- Name: FUNCTION landing_digest(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.landing_digest(number integer) IS '汇总所用报送及其落地行的校验和。 | Digest of the deliveries that a build reads, and of their landed rows.';

-- Name: this_transaction(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.this_transaction() RETURNS xid8
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select pg_current_xact_id() $$;

ALTER FUNCTION ops.this_transaction() OWNER TO wh_owner;

-- Name: FUNCTION this_transaction(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.this_transaction() IS '本事务的编号。 | Number of this transaction.';

-- Name: delivery; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.delivery (
    delivery_id bigint NOT NULL,
    feed text NOT NULL,
    unit text NOT NULL,
    report_date date NOT NULL,
    part text DEFAULT ''::text NOT NULL,
    revision integer NOT NULL,
    kind text NOT NULL,
    sha256 bytea NOT NULL,
    path text,
    file_bytes bigint DEFAULT 0 NOT NULL,
    arrived_at timestamp with time zone NOT NULL,
    landed_at timestamp with time zone DEFAULT now() NOT NULL,
    rows_read integer DEFAULT 0 NOT NULL,
    rows_landed integer DEFAULT 0 NOT NULL,
    rows_rejected integer DEFAULT 0 NOT NULL,
    key_version smallint DEFAULT 1 NOT NULL,
    extra_columns text[] DEFAULT '{}'::text[] NOT NULL,
    understood jsonb DEFAULT '{}'::jsonb NOT NULL,
    status text DEFAULT 'landed'::text NOT NULL,
    reason text,
    build integer,
    purged_at timestamp with time zone,
    landed_by xid8 DEFAULT ops.this_transaction() NOT NULL,
    rows_erased integer DEFAULT 0 NOT NULL,
    months date[],
    corrects bigint[],
    held_by text,
    CONSTRAINT a_build_decides CHECK (((status = ANY (ARRAY['landed'::text, 'refused'::text])) OR (build IS NOT NULL))),
    CONSTRAINT delivery_kind_check CHECK ((kind = ANY (ARRAY['file'::text, 'nil'::text, 'pages'::text, 'correction'::text, 'withdrawn'::text]))),
    CONSTRAINT delivery_revision_check CHECK ((revision >= 1)),
    CONSTRAINT delivery_sha256_check CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT delivery_status_check CHECK ((status = ANY (ARRAY['landed'::text, 'accepted'::text, 'held'::text, 'refused'::text, 'withdrawn'::text]))),
    CONSTRAINT every_row_is_accounted_for CHECK ((rows_read = ((rows_landed + rows_rejected) + rows_erased))),
    CONSTRAINT held_by_someone CHECK (((held_by IS NULL) OR ((held_by = ANY (ARRAY['gate_1'::text, 'gate_2'::text, 'model'::text])) AND (status = 'held'::text)) OR ((held_by = 'trial'::text) AND (status = 'landed'::text))))
);

ALTER TABLE ops.delivery OWNER TO wh_owner;

-- Name: TABLE delivery; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.delivery IS '每次报送的每个版本。 | One row a revision of a delivery (feed, unit, report date, part): what was read, landed and rejected, and the decision of the gates. What a unit has removed is a revision of kind `withdrawn` without rows.';

-- Name: COLUMN delivery.purged_at; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.delivery.purged_at IS '落地行清理时间。 | When its rows left landing; they are restored from the archive when a late part, a correction or a rollback needs them.';

-- Name: COLUMN delivery.landed_by; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.delivery.landed_by IS '落地（或恢复）它的事务：只有该事务可以写入其行。 | The transaction that landed (or restored) it: only that one can add rows to it.';

-- Name: COLUMN delivery.rows_erased; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.delivery.rows_erased IS '已依法删除的行数。 | Rows of persons who were erased since; read = landed + rejected + erased.';

-- Name: COLUMN delivery.months; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.delivery.months IS '按期报表的行所属的各月；撤下的部分不涉及任何月份；空：没有行，或不是按期报表。 | Of a period feed the months of its rows; none of what withdraws a part; NULL: it has no rows, or is not of a period feed.';

-- Name: COLUMN delivery.corrects; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.delivery.corrects IS '更正的各行所指的报送；其中的空值：县市自行添加的行，或对此类行的更正。空：不是更正。 | Of a correction the deliveries whose rows its rows name; NULL among them: a row that the county added, or that corrects such a row. NULL: no correction.';

-- Name: COLUMN delivery.held_by; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.delivery.held_by IS '由谁暂扣：入库前检查、发布前检查、无法用它计算的模型；逐一排查时暂不用的为 trial。 | Who holds it: gate_1, gate_2, model (a model could not be computed with it); trial: not held, but left out of a trial of the models for now. NULL: nobody, or recorded before this was kept.';

-- Name: last_accepted_on(text, text, date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.last_accepted_on(of_feed text, of_unit text, until date) RETURNS date
    LANGUAGE sql STABLE
    RETURN (SELECT max(d.report_date) AS max FROM ops.delivery d WHERE ((d.feed = last_accepted_on.of_feed) AND (d.unit = last_accepted_on.of_unit) AND (d.status = 'accepted'::text) AND (d.report_date <= last_accepted_on.until)));

ALTER FUNCTION ops.last_accepted_on(of_feed text, of_unit text, until date) OWNER TO wh_owner;

-- Name: FUNCTION last_accepted_on(of_feed text, of_unit text, until date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.last_accepted_on(of_feed text, of_unit text, until date) IS '某单位某报表至某日最近一次被采用的报送的报表日期。 | Report date of the last accepted submission of a unit up to a date: its data are carried forward.';

-- Name: listed_feeds(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.listed_feeds() RETURNS TABLE(feed text, county_code text)
    LANGUAGE plpgsql STABLE ROWS 500
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return query
    select listed.feed, listed.county_code
    from marts.feed_timeliness as listed
    where listed.county_code <> (select ops.prefecture()) or not exists (
        select from marts.feed_timeliness as county
        where county.feed = listed.feed and county.county_code <> listed.county_code
        having bool_or(county.status = listed.status)
            and sum(county.units_due - county.units_reported) >= listed.units_due - listed.units_reported
    );
end $$;

ALTER FUNCTION ops.listed_feeds() OWNER TO wh_owner;

-- Name: FUNCTION listed_feeds(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.listed_feeds() IS '报送清单所列的报表与县市：全州一行重复计入各县市，仅在说明各县市行未说明的情况（平台、县市不明的单位、从未报送的来源）时列出。 | The rows of feed_timeliness that a list of feeds shows. The prefecture''s row counts all units once more: it is listed where it says what no county''s row does, of the platform, of a unit whose county is not known, or of a source that has never delivered.';

-- Name: load_seeds(jsonb); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.load_seeds(seeds jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    seed record;
    loaded integer := 0;
begin
    for seed in select key as name, value as rows from jsonb_each(seeds) order by key loop
        execute format('delete from seeds.%I', seed.name);
        execute format('insert into seeds.%1$I select * from jsonb_populate_recordset(null::seeds.%1$I, $1)', seed.name)
        using seed.rows;
        loaded := loaded + 1;
    end loop;
    perform ops.assert_kind(s.name, s.kind, s.value) from seeds.setting as s where s.enabled;
    perform ops.apply_decided_values();
    return loaded;
end $_$;

ALTER FUNCTION ops.load_seeds(seeds jsonb) OWNER TO wh_owner;

-- Name: FUNCTION load_seeds(seeds jsonb); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.load_seeds(seeds jsonb) IS '一次性整体替换种子表。 | Replaces whole seed tables ({name: [row, …]}) in one transaction: a night reads the old rows or the new ones. How many tables.';

-- Name: lock_chain(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.lock_chain(number integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    holders text;
begin
    perform from ops.pointer for update;
    perform from ops.build as b where b.build = number for update;
exception when lock_not_available then
    select string_agg(format('%s (pid %s)', holder.usename, holder.pid), ', ' order by holder.pid) into holders
    from (
        select distinct a.usename, a.pid from pg_locks as l
        inner join pg_stat_activity as a on a.pid = l.pid
        where l.relation in ('ops.build'::regclass, 'ops.pointer'::regclass) and l.granted
            and l.mode <> 'AccessShareLock' and l.pid <> pg_backend_pid()
    ) as holder;
    raise exception using errcode = 'WH035',
        message = format(
            '数据库会话 %1$s 尚未结束，占用着汇总 | %1$s has not ended its transaction and holds the build', coalesce(holders, '?')
        ),
        hint = 'Try again once it has ended, or end it (pg_terminate_backend).';
end $_$;

ALTER FUNCTION ops.lock_chain(number integer) OWNER TO wh_owner;

-- Name: mark_publication(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.mark_publication(number integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if current_setting('wal_level') <> 'minimal'
        and exists (select from ops.publication as p where p.publication = number)
    then
        perform pg_create_restore_point('publication ' || number);
    end if;
end $$;

ALTER FUNCTION ops.mark_publication(number integer) OWNER TO wh_owner;

-- Name: FUNCTION mark_publication(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.mark_publication(number integer) IS '在日志中标记一次发布，供恢复到此处。 | Marks a publication in the write-ahead log, once it is committed: a backup can be restored to it.';

-- Name: move_pointer(integer, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.move_pointer(number integer, release_reason text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '15s'
    AS $_$
declare
    night ops.build;
    paper ops.certificate;
    missing text;
begin
    perform ops.lock_chain(number);
    select * into night from ops.build as b where b.build = number;
    if not found then
        raise exception using errcode = 'WH002', message = format('没有第 %1$s 次汇总 | there is no build %1$s', number);
    end if;
    if night.status = 'published' then
        return number;
    end if;
    if night.run_id = 'scratch' then
        raise exception using errcode = 'WH003', message = format('第 %1$s 次汇总是试算，不能发布 | build %1$s is a scratch build, which is never published', number);
    end if;
    if night.status not in ('building', 'held') or night.base <> ops.chain_head()
        or number < (select max(b.build) from ops.build as b)
    then
        raise exception using errcode = 'WH003', message = format(
            '第 %1$s 次汇总（%2$s）之后另有汇总、发布或撤回 | build %1$s (%2$s) is not the newest on publication %3$s;'
            ' a later one was begun, published or rolled back',
            number, night.status, ops.chain_head()
        );
    end if;
    select * into paper from ops.certificate as c where c.build = number;
    if not found or paper.checks_run <> paper.checks_expected then
        raise exception using errcode = 'WH004',
            message = format('第 %1$s 次汇总没有完整的检查结论 | build %1$s has no complete certificate of gate 2', number);
    end if;
    if paper.issued_at < night.started_at then
        raise exception using errcode = 'WH004', message = format('第 %1$s 次汇总的检查结论已过期 | the certificate of build %1$s is stale', number);
    end if;
    if paper.critical_failed > 0 and release_reason is null then
        raise exception using errcode = 'WH005',
            message = format(
                '第 %1$s 次汇总有 %2$s 项发布前检查未通过，暂扣 | gate 2 holds build %1$s: %2$s critical checks failed',
                number, paper.critical_failed
            ),
            hint = 'An operator may release it on the record, under his or her own login and for a reason.';
    end if;
    select string_agg(m.model, ', ') into missing from (
        select v.model from ops.versioned as v
        where not exists (select from ops.model_version as m where m.build = number and m.model = v.model)
        order by 1 limit 5
    ) as m;
    if missing is not null then
        raise exception using errcode = 'WH032',
            message = format('第 %1$s 次汇总没有写出这些模型：%2$s | build %1$s has not written %2$s', number, missing),
            hint = 'A step of the build was left out, or marked as a success by hand: run the night again.';
    end if;
    if night.sealed_at is null or paper.digest is distinct from ops.build_digest(number) then
        raise exception using errcode = 'WH006',
            message = format('第 %1$s 次汇总在检查后被改动 | build %1$s changed after its certificate was written', number);
    end if;
    if paper.landing_digest is distinct from ops.landing_digest(number) then
        raise exception using errcode = 'WH006',
            message = format('第 %1$s 次汇总所用的报送在检查后被改动 | deliveries of build %1$s changed after its certificate was written', number);
    end if;
    if paper.rules_digest is distinct from ops.rules_digest(number) then
        raise exception using errcode = 'WH006',
            message = format('参数、种子表或规则决定在检查后被改动 | settings, seeds or rule decisions changed after the certificate of build %s was written', number),
            hint = 'Run the night again.';
    end if;
    insert into ops.publication (publication, report_date, digest, released_by, release_reason)
    values (
        number, night.report_date, paper.digest,
        case when paper.critical_failed > 0 then session_user end,
        case when paper.critical_failed > 0 then release_reason end
    );
    if paper.critical_failed > 0 then
        perform ops.record_act('release_night', format('build %s of %s', number, night.report_date), release_reason, build => number);
    end if;
    update ops.build set status = 'published' where build = number;
    update ops.pointer set publication = number;
    return number;
end $_$;

ALTER FUNCTION ops.move_pointer(number integer, release_reason text) OWNER TO wh_owner;

-- Name: names(text[], text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.names(columns text[], prefix text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select string_agg(format('%s%I', prefix, c), ', ' order by place) from unnest(columns) with ordinality as u (c, place)
$$;

ALTER FUNCTION ops.names(columns text[], prefix text) OWNER TO wh_owner;

-- Name: outcome_of(text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.outcome_of(kind text, status text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((kind = 'withdrawn'::text) AND (status <> 'held'::text)) THEN 'withdrawn'::text ELSE status END;

ALTER FUNCTION ops.outcome_of(kind text, status text) OWNER TO wh_owner;

-- Name: FUNCTION outcome_of(kind text, status text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.outcome_of(kind text, status text) IS '报送的结果：使分册作废的那一份，除暂扣外均为作废；其余同状态。 | What became of a delivery: withdrawn, if it withdraws a part and is not held; otherwise its status.';

-- Name: own_alerts(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.own_alerts() RETURNS TABLE(alert_id bigint, raised_at timestamp with time zone, report_date date, level text, kind text, unit text, step text, title text, body text, link text, resolved_at timestamp with time zone, acknowledged_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
begin
    return query
    select
        a.alert_id, a.raised_at, a.report_date, a.level, a.kind, a.unit, a.step, a.title, a.body, a.link, a.resolved_at,
        a.acknowledged_at
    from ops.alert as a
    where a.unit = any(ops.counties_of(session_user));
end $$;

ALTER FUNCTION ops.own_alerts() OWNER TO wh_owner;

-- Name: FUNCTION own_alerts(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.own_alerts() IS '本县市的提醒。 | The alerts of the login''s own county.';

-- Name: own_deliveries(date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.own_deliveries(since date) RETURNS TABLE(feed text, report_date date, due_at timestamp with time zone, state text, part text, revision integer, kind text, arrived_at timestamp with time zone, rows_read integer, rows_landed integer, rows_rejected integer, status text, reason text, detail text, publication integer, is_current boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
    with own as (
        select unnest(ops.counties_of(session_user)) as county_code
    ),
    due as (
        select r.*, named.report_date as answered_on, named.part as answered_by
        from ops.due_submission as r
        left join ops.delivery as named on r.delivery_id = named.delivery_id
        where r.unit in (select own.county_code from own) and r.report_date >= since
    ),
    delivery as (
        select distinct on (d.feed, d.unit, d.report_date, d.part) d.*
        from ops.delivery as d
        where d.unit in (select own.county_code from own)
            and (
                d.report_date >= since or d.arrived_at >= since
                or (d.feed, d.unit, d.report_date) in (
                    select due.feed, due.unit, due.answered_on from due where due.answered_on is not null
                )
            )
            and (d.kind, d.status) <> ('withdrawn', 'withdrawn')  -- a part that a rollback gave back
        order by d.feed, d.unit, d.report_date, d.part, d.revision desc
    ),
    answers as (
        select l.delivery_id, due.feed, due.unit, due.report_date, due.due_at, due.status
        from due
        inner join delivery as l
            on l.feed = due.feed and l.unit = due.unit and l.report_date between due.first_date and due.last_date
                and ops.speaks_of(l.months, l.report_date, due.month)
        where l.kind not in ('correction', 'withdrawn')
            or l.kind = 'correction' and (l.report_date, l.part) = (due.answered_on, due.answered_by)
    )
    select
        l.feed, l.report_date, answered.due_at, answered.status, l.part,
        l.revision, l.kind, l.arrived_at, l.rows_read, l.rows_landed, l.rows_rejected, l.status, l.reason,
        l.understood ->> 'refusal', p.publication,
        exists (select from ops.current_delivery as c where c.delivery_id = l.delivery_id)
    from delivery as l
    left join lateral (
        -- A file of several months answers several times: the last of them is shown.
        select answer.due_at, answer.status from answers as answer
        where answer.delivery_id = l.delivery_id
        order by answer.report_date desc
        limit 1
    ) as answered on true
    left join ops.valid_publication as p on p.publication = l.build
    union all
    select
        due.feed, due.report_date, due.due_at, due.status, null, null, null, null, null, null, null, null, null, null,
        null, null
    from due
    where not exists (
        select from answers as answer
        where (answer.feed, answer.unit, answer.report_date) = (due.feed, due.unit, due.report_date)
    )
$$;

ALTER FUNCTION ops.own_deliveries(since date) OWNER TO wh_owner;

-- Name: FUNCTION own_deliveries(since date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.own_deliveries(since date) IS '本县市应报和已报的记录，状态与监测表相同。 | What the county of the session''s login owed and sent since a date, with what became of it; the state is that of ops.due_submission.';

-- Name: own_rows(anyelement, name); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.own_rows(shown anyelement, login name) RETURNS SETOF anyelement
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10000 PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_indexscan TO 'on'
    SET enable_bitmapscan TO 'on'
    SET client_min_messages TO 'error'
    AS $_$
declare
    relation pg_catalog.pg_class;
    counties text [];
begin
    select c.* into strict relation
    from pg_type as t
    inner join pg_class as c on c.oid = t.typrelid
    where t.oid = pg_typeof(shown) and c.relnamespace = 'own'::regnamespace;
    -- Who runs the view, not who owns it; nobody names a login that is not their own.
    if pg_has_role(session_user, login, 'member') then
        counties := ops.counties_of(login);
    end if;
    return query execute format(
        'select * from own.%I where %s', relation.relname,
        case
            when exists (
                select from pg_attribute as a where a.attrelid = relation.oid and a.attname = 'seen_by'
            ) then '$1 is not null and (seen_by is null or seen_by && $1)'
            else 'county_code = any($1)'
        end
    ) using counties;
end $_$;

ALTER FUNCTION ops.own_rows(shown anyelement, login name) OWNER TO wh_owner;

-- Name: FUNCTION own_rows(shown anyelement, login name); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.own_rows(shown anyelement, login name) IS '某登录所辖县市的行。 | The rows of a view of the schema `own` that are of a login''s counties: by the column seen_by (counties; NULL: all) where there is one, else by county_code.';

-- Name: own_uploads(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.own_uploads() RETURNS TABLE(upload bigint, login text, received_at timestamp with time zone, feed text, report_date date, part text, extension text, is_check boolean, file_bytes bigint, state text, answer jsonb, answered_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
    select
        u.upload, u.login, u.received_at, u.feed, u.report_date, u.part, u.extension,
        u.is_check, u.file_bytes, u.state, u.answer, u.answered_at
    from ops.upload as u
    where u.county_code = any(ops.counties_of(session_user))
$$;

ALTER FUNCTION ops.own_uploads() OWNER TO wh_owner;

-- Name: FUNCTION own_uploads(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.own_uploads() IS '本县市的上传及答复。 | The uploads of the county of the session''s login, and their answers.';

-- Name: plain_text(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.plain_text(written text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(NORMALIZE(written, NFKC), '[[:space:]]'::text, ''::text, 'g'::text);

ALTER FUNCTION ops.plain_text(written text) OWNER TO wh_owner;

-- Name: FUNCTION plain_text(written text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.plain_text(written text) IS '与词表比较时的文字：不分全角半角，不计空白。 | A text as it is compared with a list of ours: without differences of width, and without blanks.';

-- Name: prefecture(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.prefecture() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
begin
    return (select d.division_code from seeds.division as d where d.level = 'prefecture');
end $$;

ALTER FUNCTION ops.prefecture() OWNER TO wh_owner;

-- Name: FUNCTION prefecture(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.prefecture() IS '本州（市）代码，取自种子表 division。 | Code of the prefecture: the seed `division` has one.';

-- Name: publication_by(date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.publication_by(wanted date) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
    select max(p.publication) from ops.valid_publication as p where p.report_date <= wanted
$$;

ALTER FUNCTION ops.publication_by(wanted date) OWNER TO wh_owner;

-- Name: FUNCTION publication_by(wanted date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.publication_by(wanted date) IS '某日及以前的最近一次发布；没有为空。 | What was shown when a date had been published: the last publication for it or before; NULL: none.';

-- Name: publication_digest(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.publication_digest(number integer) RETURNS numeric
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    total numeric := 0;
    part numeric;
    listed record;
begin
    for listed in
        select
            c.relname,
            string_agg(
                case a.attname
                    when 'to_build' then 'case when to_build <= $1 then to_build end'
                    else quote_ident(a.attname)
                end, ', ' order by a.attnum
            ) as columns
        from pg_class as c
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p')
        group by c.relname order by c.relname
    loop
        execute format(
            'select coalesce(sum(hash_record_extended(r, 0)::numeric), 0) from ('
            'select %2$s from store.%1$I where from_build = $1 or to_build = $1) as r',
            listed.relname, listed.columns
        ) into part using number;
        total := total + part;
    end loop;
    return total;
end $_$;

ALTER FUNCTION ops.publication_digest(number integer) OWNER TO wh_owner;

-- Name: FUNCTION publication_digest(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.publication_digest(number integer) IS '某次发布所作改动的校验和，此后任何时候相同。 | Digest of the rows that a publication opened and closed; the same at any later time and in any copy.';

-- Name: publication_of(date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.publication_of(wanted date) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
    select coalesce(
        (select m.publication from ops.month_close as m where m.month = date_trunc('month', wanted)::date),
        (select max(p.publication) from ops.valid_publication as p where p.report_date = wanted)
    )
$$;

ALTER FUNCTION ops.publication_of(wanted date) OWNER TO wh_owner;

-- Name: FUNCTION publication_of(wanted date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.publication_of(wanted date) IS '某日的公布数出自哪次发布：该月已结账的为终版，否则为该报表日期最近一次发布；没有为空。 | In which publication the figures of a date were published: the one that is final for its month, else the last of that report date; NULL: none.';

-- Name: publish(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.publish(number integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select ops.move_pointer(number, null) $$;

ALTER FUNCTION ops.publish(number integer) OWNER TO wh_owner;

-- Name: FUNCTION publish(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.publish(number integer) IS '发布检查通过的一次汇总。 | Publishes a build whose certificate is complete, clean and of these very rows; the number of the publication.';

-- Name: readable_products(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.readable_products() RETURNS TABLE(product text, report_date date, publication integer, vintage text, made_at timestamp with time zone, rolled_back_at timestamp with time zone, stem text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $_$
declare
    own_counties text [] := ops.counties_of(session_user);
    keeps_record boolean := pg_has_role(session_user, 'wh_operator', 'member') or pg_has_role(session_user, 'wh_auditor', 'member');
    reads_whole boolean := own_counties is null or keeps_record;
begin
    if pg_has_role(session_user, 'wh_analyst', 'member') then
        own_counties := ops.county_codes();
    end if;
    return query
    select p.product, p.report_date, p.publication, p.vintage, p.made_at, shown.rolled_back_at, file.stem
    from ops.product as p
    inner join ops.publication as shown on p.publication = shown.publication
    cross join lateral (select regexp_replace(p.path, '[.][a-z]+$', '') as whole) as named
    cross join lateral (
        select named.whole as stem where reads_whole
        union all
        select named.whole || '-' || c from unnest(own_counties) as c where p.product = 'weekly'
    ) as file
    where shown.rolled_back_at is null or keeps_record
    order by p.made_at desc, file.stem;
end $_$;

ALTER FUNCTION ops.readable_products() OWNER TO wh_owner;

-- Name: FUNCTION readable_products(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.readable_products() IS '本登录名可读的报告文件；县市只有本县市的调度单，审计员和操作员没有县市调度单；已撤回的发布的报告只有审计员和操作员可读。 | The files of reports that the login may read, without their endings; of a county, its own dispatches; of auditors and operators, no county''s dispatch, and what was rolled back, which nobody else reads.';

-- Name: reads_all_counties(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.reads_all_counties() RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ begin return ops.counties_of(current_user) is null; end $$;

ALTER FUNCTION ops.reads_all_counties() OWNER TO wh_owner;

-- Name: FUNCTION reads_all_counties(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.reads_all_counties() IS '本次登录是否可读全部县市。 | Whether the login reads every county. Declared immutable, so that the planner leaves the other branch of a readers'' view out: not even its estimates are made from rows that the login may not see. The branch asks ops.counties_of again when it runs.';

-- Name: receive_upload(text, date, text, text, boolean, uuid, bigint, bytea); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.receive_upload(wanted_feed text, wanted_date date, wanted_part text, wanted_extension text, only_check boolean, stored uuid, size_of_file bigint, digest bytea) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $_$
declare
    today date := (now() at time zone 'Asia/Shanghai')::date;
    largest numeric := ops.setting('upload_largest_megabytes', today);
    most_files integer := ops.setting('upload_daily_files', today);
    most_megabytes numeric := ops.setting('upload_daily_megabytes', today);
    county text;
    files integer;
    bytes numeric;
    number bigint;
begin
    select r.county_code into county
    from ops.reader_county as r
    inner join ops.user_login as u on u.login = r.login and u.kind in ('county', 'caseworker')
    where r.login = session_user;
    if county is null then
        raise exception using errcode = 'WH051',
            message = '只有县市用户可以上传 | only the login of a county uploads';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'WH051',
            message = '上传须用 read committed 隔离级别 | an upload counts the ones before it: use read committed';
    end if;
    if wanted_feed <> 'corrections' and not exists (
        select from ops.feed as f where f.feed = wanted_feed and f.source = 'county'
    ) then
        raise exception using errcode = 'WH052', message = '没有这张报表 | counties send no such feed';
    end if;
    if wanted_date > today then
        raise exception using errcode = 'WH052',
            message = format('报表日期 %1$s 尚未到 | report date %1$s is in the future', wanted_date);
    end if;
    -- One at a time for each county, or several sessions would each count up to the limit.
    perform pg_advisory_xact_lock(hashtextextended('ops.upload ' || county, 0));
    select count(*), coalesce(sum(u.file_bytes), 0) into files, bytes
    from ops.upload as u
    where u.county_code = county and u.received_at >= today::timestamp at time zone 'Asia/Shanghai';
    if size_of_file > largest * 1048576 then
        raise exception using errcode = 'WH053',
            message = format('文件超过 %1$s MB | the file is larger than %1$s MB', largest),
            hint = 'Keep only the data, or split the file into parts.';
    end if;
    if files >= most_files or bytes + size_of_file > most_megabytes * 1048576 then
        raise exception using errcode = 'WH053',
            message = format(
                '今日上传已达上限（%1$s 个文件，%2$s MB） | the county has reached the limit of a day: %1$s files, %2$s MB',
                most_files, most_megabytes
            );
    end if;
    insert into ops.upload (county_code, feed, report_date, part, extension, is_check, file, file_bytes, sha256)
    values (county, wanted_feed, wanted_date, wanted_part, wanted_extension, only_check, stored, size_of_file, digest)
    returning upload into number;
    return number;
end $_$;

ALTER FUNCTION ops.receive_upload(wanted_feed text, wanted_date date, wanted_part text, wanted_extension text, only_check boolean, stored uuid, size_of_file bigint, digest bytea) OWNER TO wh_owner;

-- Name: FUNCTION receive_upload(wanted_feed text, wanted_date date, wanted_part text, wanted_extension text, only_check boolean, stored uuid, size_of_file bigint, digest bytea); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.receive_upload(wanted_feed text, wanted_date date, wanted_part text, wanted_extension text, only_check boolean, stored uuid, size_of_file bigint, digest bytea) IS '登记本县市上传的文件，上传人取自登录名。 | Records a file of the county of the session''s login, within the limits of a day; the number of the upload.';

-- Name: record_act(text, text, text, integer, bigint, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.record_act(kind text, subject text, reason text, build integer DEFAULT NULL::integer, delivery_id bigint DEFAULT NULL::bigint, about_login text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    number bigint;
begin
    -- Eleven digits, or groups of three and more: no date, no number of a delivery.
    if normalize(reason, nfkc) ~ '[0-9]{11}|([0-9]{3,}[ -]){2}[0-9]{3}' then
        raise exception using errcode = 'WH031',
            message = '理由中不得有证件、账户或手机号码 | a reason must not quote the number of a person, an account or a phone',
            hint = 'Name the delivery, the unit or the document instead.';
    end if;
    -- An operator decides as often as it takes.
    if exists (select from ops.user_login as u where u.login = session_user and u.kind <> 'operator') then
        perform ops.assert_few_acts();
    end if;
    insert into ops.act (kind, subject, reason, build, delivery_id, about_login)
    values (
        record_act.kind, record_act.subject, nullif(btrim(record_act.reason), ''), record_act.build,
        record_act.delivery_id, record_act.about_login
    )
    returning act into number;
    return number;
end $$;

ALTER FUNCTION ops.record_act(kind text, subject text, reason text, build integer, delivery_id bigint, about_login text) OWNER TO wh_owner;

-- Name: FUNCTION record_act(kind text, subject text, reason text, build integer, delivery_id bigint, about_login text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.record_act(kind text, subject text, reason text, build integer, delivery_id bigint, about_login text) IS '登记一项操作，操作人取自登录名。 | Records an act of the session''s login; refused where its words quote a number of a person. The number of the act.';

-- Name: record_key_rotation(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.record_key_rotation(key_version integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select ops.record_act('rotate_keys', format('wrapping key, version %s', key_version), null) $$;

ALTER FUNCTION ops.record_key_rotation(key_version integer) OWNER TO wh_owner;

-- Name: FUNCTION record_key_rotation(key_version integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.record_key_rotation(key_version integer) IS '登记封存密钥的更换。 | Records that the wrapping key was replaced.';

-- Name: record_rules(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.record_rules(models text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    night ops.build;
    digest text := models;
    seed regclass;
    is_dated boolean;
    content text;
begin
    select b.* into night from ops.build as b inner join ops.tonight as t on b.build = t.build;
    for seed, is_dated in
        select
            c.oid::regclass,
            exists (
                select from pg_attribute as a
                where a.attrelid = c.oid and a.attname = 'valid_from' and not a.attisdropped
            )
        from pg_class as c
        where c.relnamespace = 'seeds'::regnamespace and c.relkind = 'r'
        order by c.relname
    loop
        execute format(
            'select coalesce(sum(hash_record_extended(t, 0)::numeric), 0)::text from %s as t where %s',
            seed, case when is_dated then 't.valid_from <= $1' else 'true' end
        ) into content using night.report_date;
        digest := digest || ' ' || content;
    end loop;
    select digest || ' ' || coalesce(sum(hash_record_extended((d.finding, d.valid_from, d.enabled), 0)::numeric), 0)
    into digest
    from ops.rule_decision as d
    where d.valid_from <= night.report_date;
    digest := encode(sha256(digest::bytea), 'hex');
    -- Rules that change while a night is built: it is reckoned by no one set of them, and the next night begins anew.
    if night.rules_digest <> digest then
        digest := encode(sha256((night.rules_digest || digest)::bytea), 'hex');
    end if;
    update ops.build as b set rules_digest = digest where b.build = night.build;
    return exists (
        select from ops.build as b where b.build = ops.chain_head() and b.rules_digest is distinct from digest
    ) or exists (
        select from vault.erasure as e
        inner join ops.build as b on b.build = ops.chain_head() and b.started_at < e.done_at
    );
end $_$;

ALTER FUNCTION ops.record_rules(models text) OWNER TO wh_owner;

-- Name: FUNCTION record_rules(models text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.record_rules(models text) IS '记下当次汇总所用规则的校验和；规则与上次发布不同、或其后删除过人员则为真。 | Records by which rules the build in progress is reckoned (a digest of the models'' SQL, which is given, and of the seeds and decisions in force); whether they are others than those of the last publication, or a person has been erased since.';

-- Name: refuse_change_of_acts(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.refuse_change_of_acts() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    -- That a person was shown stays on record when the person is erased, without the person.
    if tg_op = 'UPDATE' and tg_level = 'ROW' then
        if to_jsonb(new) - '{subject,reason}'::text [] = to_jsonb(old) - '{subject,reason}'::text []
            and new.reason is not distinct from (case when old.reason is not null then ops.erased_reason() end)
            and exists (
                select from vault.erasure as e
                where e.done_at is null and strpos(old.subject, e.person_key::text) > 0
                    and new.subject = replace(old.subject, e.person_key::text, format('of erasure %s', e.erasure))
            )
        then
            return new;
        end if;
    end if;
    raise exception using errcode = 'WH030',
        message = '操作记录只增不改 | acts are only ever added: no row of ops.act is changed or deleted';
end $$;

ALTER FUNCTION ops.refuse_change_of_acts() OWNER TO wh_owner;

-- Name: rejected_lines(bigint); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.rejected_lines(number bigint) RETURNS TABLE(sheet text, line integer, column_name text, reason text, corrected_by bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
declare
    of_unit text := (select d.unit from ops.delivery as d where d.delivery_id = number);
begin
    if not (
        pg_has_role(session_user, 'wh_operator', 'member') or pg_has_role(session_user, 'wh_auditor', 'member')
    ) then
        perform ops.assert_own_county(of_unit);
    end if;
    return query
    select r.sheet, r.line, r.column_name, r.reason, r.corrected_by
    from vault.rejected_row as r
    where r.delivery_id = number
    order by r.sheet, r.line, r.column_name;
end $$;

ALTER FUNCTION ops.rejected_lines(number bigint) OWNER TO wh_owner;

-- Name: FUNCTION rejected_lines(number bigint); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.rejected_lines(number bigint) IS '某份报送退回的行：行号、列和原因，不含内容。 | The rejected cells of a delivery: where and why, never what.';

-- Name: release_delivery(bigint, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.release_delivery(number bigint, why text) RETURNS bigint[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
    select format(
        '报送编号 %1$s 不能放行：%2$s | delivery %1$s cannot be released: %3$s', number, c.message_zh, c.message_en
    ) into failed
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
            message = failed,
            hint = 'Released, it would be held again. Let the unit correct the data and send them once more.';
    end if;
    with released as (
        update ops.delivery as d
        set status = 'landed', build = null, reason = null, held_by = null
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
end $_$;

ALTER FUNCTION ops.release_delivery(number bigint, why text) OWNER TO wh_owner;

-- Name: FUNCTION release_delivery(number bigint, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.release_delivery(number bigint, why text) IS '放行被暂扣的报送及同批各部分；两道检查均不再暂扣。模型无法计算的不能放行。 | Releases a held delivery with the parts held with it, under the name of the session''s login; neither gate holds them again. Refused where a model cannot be computed with it. The numbers of all that was released.';

-- Name: release_night(integer, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.release_night(number integer, why text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '15s'
    AS $_$
begin
    perform ops.assert_reason(why, '放行', 'a release');
    perform ops.lock_chain(number);
    if exists (select from ops.build as b where b.build = number and b.status = 'building') then
        raise exception using errcode = 'WH003',
            message = format('第 %1$s 次汇总尚未结束 | build %1$s has not ended', number),
            hint = 'A night can be released once gate 2 holds it.';
    end if;
    if exists (
        select from ops.certificate as c
        inner join vault.erasure as e on c.issued_at < e.done_at
        inner join ops.build as b on c.build = b.build
        where c.build = number and b.status = 'held'
    ) then
        raise exception using errcode = 'WH006',
            message = format(
                '第 %1$s 次汇总检查之后删除过人员，须重新运行当晚流程 | a person was erased after build %1$s was checked:'
                ' run the night again', number
            );
    end if;
    return ops.move_pointer(number, why);
end $_$;

ALTER FUNCTION ops.release_night(number integer, why text) OWNER TO wh_owner;

-- Name: FUNCTION release_night(number integer, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.release_night(number integer, why text) IS '登记后发布被暂扣的汇总。 | Publishes a night that gate 2 holds, under the name of the session''s login and for a reason.';

-- Name: renew_alert(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.renew_alert() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if (old.level, old.title, old.body) is distinct from (new.level, new.title, new.body) or old.resolved_at is not null
    then
        new.raised_at := clock_timestamp();
        new.sent_at := null;
        new.send_error := null;
        new.acknowledged_at := null;
        new.acknowledged_by := null;
    end if;
    new.resolved_at := null;
    return new;
end $$;

ALTER FUNCTION ops.renew_alert() OWNER TO wh_owner;

-- Name: FUNCTION renew_alert(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.renew_alert() IS '内容有变或问题再现的提醒重新发送；其余不重发。 | An alert that is raised again keeps the time at which it was raised, and is not sent again, unless its words have changed or it had been resolved.';

-- Name: roll_back(integer, bigint[], text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.roll_back(number integer, withdrawn bigint[], why text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '15s'
    AS $_$
declare
    wrong bigint;
    leaving bigint [] := withdrawn;
    all_withdrawn bigint [] := '{}';
    listed text;
begin
    perform ops.lock_chain(null);
    perform ops.assert_reason(why, '撤回', 'a rollback');
    if not exists (
        select from ops.publication as p where p.publication = number and p.rolled_back_at is null
    ) then
        raise exception using errcode = 'WH002',
            message = format('没有第 %1$s 号发布，或已撤回 | publication %1$s does not exist, or is rolled back already', number);
    end if;
    select w into wrong
    from unnest(withdrawn) as w
    left join ops.delivery as d on d.delivery_id = w and d.status = 'accepted' and d.build >= number
    where d.delivery_id is null
    order by w limit 1;
    if found then
        raise exception using errcode = 'WH011',
            message = format(
                '报送 %1$s 不是由第 %2$s 号及其后的发布采用的'
                ' | delivery %1$s was not accepted by publication %2$s or a later one', wrong, number
            ),
            hint = 'Roll back to before the publication that accepted it.';
    end if;

    update ops.build set status = 'abandoned' where status = 'building';
    update ops.publication as p
    set rolled_back_at = now(), rolled_back_by = session_user, rollback_reason = why
    where p.publication >= number and p.rolled_back_at is null;
    update ops.build as b set status = 'rolled_back' where b.build >= number and b.status = 'published';
    update ops.pointer set publication = (
        select max(p.publication) from ops.publication as p where p.rolled_back_at is null
    );
    -- What is withdrawn is never used again; the rest is offered to the next night, as if it had just arrived. What was held
    -- too: it may have been compared with what is withdrawn.
    while cardinality(leaving) > 0 loop
        all_withdrawn := all_withdrawn || leaving;
        update ops.delivery as d
        set status = 'withdrawn', reason = why, build = coalesce(d.build, number), held_by = null
        where d.delivery_id = any(leaving);
        leaving := array(select ops.withdrawn_with(all_withdrawn));
    end loop;
    update vault.rejected_row as r set corrected_by = null
    from ops.delivery as d where r.corrected_by = d.delivery_id and d.status = 'withdrawn';
    update ops.delivery as d set status = 'landed', build = null, reason = null, held_by = null
    where d.status in ('accepted', 'held') and d.build >= number;
    -- Items of a withdrawn reading are sent again only when the platform is read from the beginning.
    delete from ops.platform_cursor
    where exists (select from ops.delivery as d where d.delivery_id = any(withdrawn) and d.kind = 'pages');
    select string_agg(d.delivery_id::text, ', ' order by d.delivery_id) into listed
    from ops.delivery as d
    where d.delivery_id = any(all_withdrawn) and (d.kind <> 'withdrawn' or d.delivery_id = any(withdrawn));
    perform ops.record_act(
        'roll_back',
        format('publication %s and later; withdrawn deliveries: %s', number, coalesce(listed, '-')),
        why, build => number
    );
    return ops.standing_publication();
end $_$;

ALTER FUNCTION ops.roll_back(number integer, withdrawn bigint[], why text) OWNER TO wh_owner;

-- Name: FUNCTION roll_back(number integer, withdrawn bigint[], why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.roll_back(number integer, withdrawn bigint[], why text) IS '撤回某次及其后的发布，并作废所列报送。 | Rolls back a publication and every later one, and withdraws the deliveries that caused it, under the name of the session''s login; the publication shown from now on (NULL: none).';

-- Name: rows_digest(text, text, anyelement, bytea); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.rows_digest(relation text, condition text, given anyelement, key bytea) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    digest text;
begin
    execute format(
        'select concat_ws('' '', count(*), sum(hashbyteaextended(r, $2)), sum(hashbyteaextended(r, $3)),'
        ' sum(hashbyteaextended(r, $4)), sum(hashbyteaextended(r, $5)))'
        ' from (select record_send(t) as r from %s as t where %s offset 0) as sent', relation, condition
    ) into digest
    using
        given, substring(key, 1, 8)::bigint, substring(key, 9, 8)::bigint, substring(key, 17, 8)::bigint,
        substring(key, 25, 8)::bigint;
    return digest;
end $_$;

ALTER FUNCTION ops.rows_digest(relation text, condition text, given anyelement, key bytea) OWNER TO wh_owner;

-- Name: rules(date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.rules(on_date date) RETURNS TABLE(finding text, enabled boolean, threshold numeric, valid_from date, decided_by text, legal_basis text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return query
    with stated as (
        select r.finding, r.valid_from, r.enabled, null::text as decided_by, r.legal_basis from seeds.finding_rule as r
        union all
        select d.finding, d.valid_from, d.enabled, d.decided_by, d.legal_basis from ops.rule_decision as d
    ),

    -- Of one date the operator's word counts.
    in_force as (
        select distinct on (s.finding) s.* from stated as s
        where s.valid_from <= on_date
        order by s.finding, s.valid_from desc, s.decided_by is null
    )

    select
        f.finding, f.enabled,
        (
            select r.threshold from seeds.finding_rule as r
            where r.finding = f.finding and r.valid_from <= on_date
            order by r.valid_from desc
            limit 1
        ),
        f.valid_from, f.decided_by, f.legal_basis
    from in_force as f;
end $$;

ALTER FUNCTION ops.rules(on_date date) OWNER TO wh_owner;

-- Name: FUNCTION rules(on_date date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.rules(on_date date) IS '某日有效的核查线索规则：种子表与操作员决定中生效日期最近者为准，同日以决定为准；阈值只来自种子表。 | The rules of the findings in force on a date: of the seed''s rows and the operators'' decisions the latest by date counts, of one date the decision; thresholds are the seed''s alone.';

-- Name: rules_digest(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.rules_digest(number integer) RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    key bytea := ops.key_of(number);
    digests text := '';
    relation text;
begin
    for relation in
        select format('%I.%I', n.nspname, c.relname) from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        where c.relkind = 'r' and (n.nspname = 'seeds' or (n.nspname, c.relname) = ('ops', 'rule_decision'))
        order by 1
    loop
        digests := digests || relation || ' ' || ops.rows_digest(relation, '$1 is not null', number, key) || E'\n';
    end loop;
    return sha256(convert_to(digests, 'UTF8'));
end $_$;

ALTER FUNCTION ops.rules_digest(number integer) OWNER TO wh_owner;

-- Name: FUNCTION rules_digest(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.rules_digest(number integer) IS '参数、种子表和规则决定的校验和。 | Digest of settings and other seeds, and of decisions on rules.';

-- Name: seal_build(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.seal_build(number integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '60s'
    AS $_$
begin
    perform ops.lock_chain(number);
    update ops.build as b set
        sealed_at = now(), intake_failures = (select coalesce(jsonb_agg(to_jsonb(f)), '[]') from ops.intake_failure as f)
    where b.build = number and b.status = 'building';
    if not found then
        raise exception using errcode = 'WH003', message = format('第 %1$s 次汇总没有在进行 | build %1$s is not in progress', number);
    end if;
    insert into ops.digest_key as known (build, key)
    values (
        number,
        sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    )
    on conflict (build) do update set key = excluded.key
    where not exists (select from ops.certificate as c where c.build = number);
end $_$;

ALTER FUNCTION ops.seal_build(number integer) OWNER TO wh_owner;

-- Name: FUNCTION seal_build(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.seal_build(number integer) IS '发布前检查开始：等待写入结束，此后不得再写入。 | Gate 2 begins: waits for writers to end, and from then on nothing of the build is written; draws the key of its digests.';

-- Name: set_password(text, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.set_password(wanted text, verifier text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $_$
declare
    for_another boolean := session_user <> wanted;
begin
    perform ops.assert_user(wanted);
    -- The role that asks, not what it is allowed to become.
    if for_another and not pg_has_role(session_user, 'wh_operator', 'member') then
        raise exception using errcode = 'WH027',
            message = '只能修改自己的口令 | only an operator changes another user''s password';
    end if;
    if exists (select from ops.user_login as u where u.login = wanted and u.is_disabled) then
        raise exception using errcode = 'WH027',
            message = format('用户 %1$s 已停用 | the user %1$s is disabled', wanted);
    end if;
    perform ops.assert_verifier(verifier);
    if for_another then
        perform logins.end_sessions(wanted, 'infinity');
    end if;
    perform logins.set_password(wanted, verifier);
    if for_another then
        perform logins.end_sessions(wanted, 'infinity');
    end if;
    perform ops.record_act('set_password', wanted, null, about_login => wanted);
end $_$;

ALTER FUNCTION ops.set_password(wanted text, verifier text) OWNER TO wh_owner;

-- Name: FUNCTION set_password(wanted text, verifier text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.set_password(wanted text, verifier text) IS '修改口令：本人，或操作员为他人（其会话随即结束）。 | Changes a password: one''s own, or as an operator another user''s, whose sessions end.';

-- Name: setting(text, date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.setting(setting_name text, on_date date) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
declare
    found_value text;
begin
    select s.value into found_value from ops.settings(on_date, coalesce(setting_name, '')) as s;
    if not found then
        raise exception using errcode = 'WH012',
            message = format('参数 %s 在 %s 尚未设置 | setting %s has no value on %s', setting_name, on_date, setting_name, on_date),
            hint = 'Add a row to dbt_project/seeds/setting.csv; enabled = false switches a check off on the record.';
    end if;
    return found_value;
end $$;

ALTER FUNCTION ops.setting(setting_name text, on_date date) OWNER TO wh_owner;

-- Name: FUNCTION setting(setting_name text, on_date date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.setting(setting_name text, on_date date) IS '某参数在某日的值；停用为 NULL。 | The value of a setting in force on a date; NULL where it is switched off; an error where it was never declared.';

-- Name: settings(date, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.settings(on_date date, wanted text DEFAULT NULL::text) RETURNS TABLE(name text, value text, valid_from date)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
begin
    return query
    select distinct on (s.name) s.name, case when s.enabled then s.value end, s.valid_from
    from seeds.setting as s
    where s.valid_from <= on_date and (wanted is null or s.name = wanted)
    order by s.name, s.valid_from desc;
end $$;

ALTER FUNCTION ops.settings(on_date date, wanted text) OWNER TO wh_owner;

-- Name: FUNCTION settings(on_date date, wanted text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.settings(on_date date, wanted text) IS '某日有效的全部（或一项）参数；停用为 NULL。 | Every setting (or one) in force on a date; NULL where it is switched off.';

-- Name: speaks_of(date[], date, date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ((wanted_month IS NULL) OR (wanted_month = ANY (COALESCE(months, ARRAY[((date_trunc('month'::text, (report_date)::timestamp without time zone) - '1 mon'::interval))::date]))));

ALTER FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) OWNER TO wh_owner;

-- Name: FUNCTION speaks_of(months date[], report_date date, wanted_month date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) IS '报送是否涉及某月（空：不问月份）。 | Whether a delivery speaks of a month; always of NULL.';

-- Name: standing_publication(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.standing_publication() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$ select p.publication from ops.pointer as p $$;

ALTER FUNCTION ops.standing_publication() OWNER TO wh_owner;

-- Name: FUNCTION standing_publication(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.standing_publication() IS '现行发布号；尚无发布为 NULL。 | The publication that is shown, reported and purged against; NULL before the first.';

-- Name: start_build(date, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.start_build(wanted_date date, wanted_run text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '60s'
    AS $_$
declare
    number integer;
    shown date;
begin
    perform ops.lock_chain(null);
    select b.build into number from ops.build as b
    where b.run_id = wanted_run and b.status = 'building' and b.base = ops.chain_head();
    if number is null then
        select p.report_date into shown from ops.publication as p
        where p.publication = ops.standing_publication();
        if wanted_date < shown then
            raise exception using errcode = 'WH001',
                message = format(
                    '报表日期 %1$s 早于已发布的 %2$s | report date %1$s is before %2$s, which is published', wanted_date, shown
                ),
                hint = 'Late files are ingested under their own date by a night of today.';
        end if;
        if wanted_date > (now() at time zone 'Asia/Shanghai')::date then
            raise exception using errcode = 'WH010',
                message = format('报表日期 %1$s 尚未到 | report date %1$s is in the future', wanted_date),
                hint = 'Published, it would close every earlier date.';
        end if;
        update ops.build set status = 'abandoned' where status = 'building';
        insert into ops.build (report_date, run_id, base) values (wanted_date, wanted_run, ops.chain_head())
        returning build into number;
        perform ops.undo_unpublished();
    end if;
    -- A run that goes on writes again, and is checked again.
    delete from ops.certificate as c where c.build = number;
    delete from ops.model_version as m where m.build = number;
    update ops.build as b set sealed_at = null where b.build = number;
    -- What a build accepted or held that was not published is offered again, whatever its date.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null, held_by = null
    where d.status in ('landed', 'accepted', 'held')
        and not exists (select from ops.valid_publication as p where p.publication = d.build);
    -- What is held of a submission is judged again with what has arrived of it since: its parts together are what the unit
    -- reports. Alone, the part that arrived would be taken for all of it.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null, held_by = null
    where d.status = 'held' and d.report_date <= wanted_date
        and exists (
            select from ops.delivery as arrived
            where (arrived.feed, arrived.unit, arrived.report_date) = (d.feed, d.unit, d.report_date)
                and arrived.status = 'landed' and arrived.delivery_id > d.delivery_id
        )
        and not exists (
            select from ops.delivery as later
            where (later.feed, later.unit, later.report_date, later.part) = (d.feed, d.unit, d.report_date, d.part)
                and later.revision > d.revision and later.status in ('landed', 'accepted', 'held')
        );
    update ops.delivery as d set build = number
    where d.status = 'landed' and d.report_date <= wanted_date;
    return number;
end $_$;

ALTER FUNCTION ops.start_build(wanted_date date, wanted_run text) OWNER TO wh_owner;

-- Name: start_scratch(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.start_scratch() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '60s'
    AS $$
declare
    newest ops.build;
    number integer;
begin
    perform ops.lock_chain(null);
    select b.* into newest from ops.build as b order by b.build desc limit 1;
    if newest.status in ('building', 'held') and newest.run_id <> 'scratch' then
        raise exception using errcode = 'WH013',
            message = format(
                '%s 的夜间流程正在汇总或暂扣，不能试算 | build %s of the night of %s is %s: no scratch build can begin',
                newest.report_date, newest.build, newest.report_date, newest.status
            ),
            hint = 'Wait until it is published or, if it is held or was interrupted, run the night again.';
    end if;
    if newest.status = 'building' and newest.base = ops.chain_head() then
        return newest.build;
    end if;
    update ops.build set status = 'abandoned' where status = 'building';
    insert into ops.build (report_date, run_id, base)
    values (
        coalesce(
            (select p.report_date from ops.publication as p where p.publication = ops.standing_publication()),
            (now() at time zone 'Asia/Shanghai')::date
        ),
        'scratch', ops.chain_head()
    )
    returning build into number;
    perform ops.undo_unpublished();
    return number;
end $$;

ALTER FUNCTION ops.start_scratch() OWNER TO wh_owner;

-- Name: FUNCTION start_scratch(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.start_scratch() IS '开始（或继续）试算：不采用报送，不能发布，由下一次汇总取代。 | Begins or continues a scratch build on the standing publication: no delivery is offered to it, it is never published, and the next build replaces it.';

-- Name: state_of_due(timestamp with time zone, timestamp with time zone, text, boolean, boolean); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((arrived_at > due_at) AND (unit <> 'hr_platform'::text)) THEN 'late'::text WHEN (arrived_at IS NOT NULL) THEN 'on_time'::text WHEN is_held THEN 'held'::text WHEN is_intake_failure THEN 'intake_failed'::text ELSE 'missing'::text END;

ALTER FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) OWNER TO wh_owner;

-- Name: FUNCTION state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) IS '应报的状态：迟报、按时、暂扣、入库失败或未报。 | What has become of what was due: late, on_time, held, intake_failed or missing.';

-- Name: store_rows(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.store_rows(OUT model text, OUT rows_open bigint, OUT rows_published bigint) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    head integer := ops.chain_head();
begin
    for model in
        select c.relname from pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        execute format(
            'select known.counted, known.counted - opened.counted + closed.counted'
            ' from (select count(*) as counted from store.%1$I where to_build is null) as known'
            ' cross join'
            ' (select count(*) as counted from store.%1$I where from_build > $1 and to_build is null) as opened'
            ' cross join'
            ' (select count(*) as counted from store.%1$I where to_build > $1 and from_build <= $1) as closed', model
        ) into rows_open, rows_published using head;
        return next;
    end loop;
end $_$;

ALTER FUNCTION ops.store_rows(OUT model text, OUT rows_open bigint, OUT rows_published bigint) OWNER TO wh_owner;

-- Name: FUNCTION store_rows(OUT model text, OUT rows_open bigint, OUT rows_published bigint); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.store_rows(OUT model text, OUT rows_open bigint, OUT rows_published bigint) IS '各表今晚与上次发布的行数。 | Rows of each model: open tonight, and as last published.';

-- Name: take_workbook(date); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.take_workbook(wanted_date date) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
declare
    county text := (ops.counties_of(session_user))[1];
begin
    if county is null then
        raise exception using errcode = 'WH051',
            message = '只有县市用户可以下载退回工作簿 | only the login of a county takes a return workbook';
    end if;
    perform ops.record_act('take_workbook', format('return workbook %s %s', wanted_date, county), null);
    return county;
end $$;

ALTER FUNCTION ops.take_workbook(wanted_date date) OWNER TO wh_owner;

-- Name: FUNCTION take_workbook(wanted_date date); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.take_workbook(wanted_date date) IS '登记下载本县市的退回工作簿。 | Records that the session''s login takes the return workbook of its county and that date; the county.';

-- Name: uncorrected_rows(bigint); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.uncorrected_rows(number bigint) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $$
    select count(distinct (r.sheet, r.line))
    from vault.rejected_row as r
    left join ops.delivery as correction on r.corrected_by = correction.delivery_id and correction.status = 'accepted'
    where r.delivery_id = number and r.reason <> 'duplicate_key' and correction.delivery_id is null
$$;

ALTER FUNCTION ops.uncorrected_rows(number bigint) OWNER TO wh_owner;

-- Name: FUNCTION uncorrected_rows(number bigint); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.uncorrected_rows(number bigint) IS '某份报送退回而没有已采用的更正的行数；重复行不须更正，不计。 | How many rejected rows of a delivery no accepted correction has corrected; a repeated row needs none.';

-- Name: undo_unpublished(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.undo_unpublished() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    head integer := ops.chain_head();
    relation text;
begin
    for relation in
        select format('store.%I', c.relname) from pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        execute format('delete from %s where from_build > $1', relation) using head;
        execute format('update %s set to_build = null where to_build > $1', relation) using head;
    end loop;
end $_$;

ALTER FUNCTION ops.undo_unpublished() OWNER TO wh_owner;

-- Name: FUNCTION undo_unpublished(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.undo_unpublished() IS '撤销链首之后写入的所有行。 | Removes what builds after the chain head wrote of any model: a build that was not published leaves no rows.';

-- Name: undo_version(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.undo_version(model text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    number integer := ops.writable_build();
    head integer := ops.chain_head();
    declared ops.versioned;
begin
    select * into declared from ops.versioned as v where v.model = undo_version.model;
    if not found then
        raise exception using errcode = 'WH022', message = format('没有声明模型 %1$s | %1$s is not a declared model', model),
            hint = 'Run `warehouse migrate` first.';
    end if;
    execute format('truncate tonight.%I', model);
    if declared.key is not null then
        execute format('delete from store.%I where from_build > $1', model) using head;
        execute format('update store.%I set to_build = null where to_build > $1', model) using head;
    end if;
    delete from ops.model_version as m where m.build = number and m.model = undo_version.model;
    return number;
end $_$;

ALTER FUNCTION ops.undo_version(model text) OWNER TO wh_owner;

-- Name: FUNCTION undo_version(model text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.undo_version(model text) IS '撤销链首之后写入的行，清空当晚表。 | Removes what builds after the chain head wrote of a model, and empties its table in `tonight`; the build in progress.';

-- Name: vault_ledger(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.vault_ledger() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select jsonb_build_object(
        'token_key', (select encode(t.check_value, 'hex') from vault.token_key as t),
        'erasures', (select coalesce(jsonb_agg(to_jsonb(e) order by e.erasure), '[]') from vault.erasure as e)
    )
$$;

ALTER FUNCTION ops.vault_ledger() OWNER TO wh_owner;

-- Name: FUNCTION vault_ledger(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.vault_ledger() IS '密存区的登记：代号密钥的校验值和删除记录。 | The vault''s own ledger, for the archive: the check value of the token key, and the erasures with their marks. No identity in clear.';

-- Name: visible_publication(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.visible_publication(OUT publication integer, OUT report_date date) RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'error'
    AS $_$
declare
    pinned text := nullif(current_setting('warehouse.publication', true), '');
begin
    if pinned is null then
        publication := ops.standing_publication();
        select p.report_date into report_date from ops.publication as p
        where p.publication = visible_publication.publication;
        return;
    end if;
    -- A pin of a build that was never published, or of a publication that was rolled back since, shows nothing else
    -- in its place.
    select p.publication, p.report_date into publication, report_date from ops.valid_publication as p
    where p.publication::text = pinned;
    if not found then
        raise exception using errcode = 'WH007',
            message = format('没有第 %1$s 号发布，或已撤回 | there is no publication %1$s, or it was rolled back', pinned),
            hint = 'select marts.unpin() shows the standing publication.';
    end if;
end $_$;

ALTER FUNCTION ops.visible_publication(OUT publication integer, OUT report_date date) OWNER TO wh_owner;

-- Name: void_certificate(integer); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.void_certificate(number integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '60s'
    AS $$
begin
    perform ops.lock_chain(number);
    if exists (select from ops.tonight as t where t.build = number) then
        delete from ops.certificate as c where c.build = number;
        update ops.build as b set sealed_at = null where b.build = number;
    end if;
end $$;

ALTER FUNCTION ops.void_certificate(number integer) OWNER TO wh_owner;

-- Name: FUNCTION void_certificate(number integer); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.void_certificate(number integer) IS '撤销检查结论，以便重新加工。 | Withdraws the certificate of the build in progress, so that it can be written again.';

-- Name: wages_owed(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.wages_owed() RETURNS TABLE(county_code text, persons bigint, arrears numeric, relief numeric, posts numeric, since date)
    LANGUAGE plpgsql STABLE ROWS 20
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return query
    select
        payment.county_code,
        count(distinct payment.person_key),
        sum(payment.arrears),
        coalesce(sum(payment.arrears) filter (where payment.feed = 'relief_payroll'), 0),
        coalesce(sum(payment.arrears) filter (where payment.feed <> 'relief_payroll'), 0),
        min(payment.pay_due_on)
    from marts.fct_wage_payment as payment
    where payment.arrears > 0
    group by payment.county_code;
end $$;

ALTER FUNCTION ops.wages_owed() OWNER TO wh_owner;

-- Name: FUNCTION wages_owed(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.wages_owed() IS '各县市欠发的工资和补贴：人数、金额、其中以工代赈与公益性岗位（元）、最早约定发放日。 | Wages and subsidies owed in each county: persons, amount, of which work relief and public posts (CNY), and since which agreed pay date.';

-- Name: waive_case(text, text, text, date, text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.waive_case(kind text, wanted text, key text, until date, why text) RETURNS date
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '15s'
    AS $_$
declare
    shown integer;
    today date;
begin
    perform ops.assert_no_night();
    shown := ops.standing_publication();
    select p.report_date into today
    from ops.publication as p
    inner join store.finding_case as c on c.from_build <= shown and (c.to_build is null or c.to_build > shown)
    where p.publication = shown and (c.case_kind, c.finding, c.case_key) = (kind, wanted, key) and c.closed_on is null;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('没有这样的未结事项：%1$s %2$s %3$s | there is no such open case: %1$s %2$s %3$s', kind, wanted, key),
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
        message = format('该事项已自 %1$s 起豁免 | the case is waived from %1$s on already', today);
end $_$;

ALTER FUNCTION ops.waive_case(kind text, wanted text, key text, until date, why text) OWNER TO wh_owner;

-- Name: FUNCTION waive_case(kind text, wanted text, key text, until date, why text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.waive_case(kind text, wanted text, key text, until date, why text) IS '在限期内豁免一个未结事项：事项仍未结，另行计数。 | Waives an open case until a date, from the standing report date on, under the name of the session''s login: it stays open, and is counted apart. Shown from the next publication on.';

-- Name: withdrawn_with(bigint[]); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.withdrawn_with(deliveries bigint[]) RETURNS SETOF bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- The corrections of their rows.
    select c.delivery_id
    from ops.delivery as w
    inner join ops.part_in_force as c on (c.feed, c.unit, c.report_date) = (w.feed, w.unit, w.report_date)
    where w.delivery_id = any(deliveries) and w.kind = 'file' and c.kind = 'correction' and c.delivery_id > w.delivery_id
        and (w.delivery_id = any(c.corrects) or array_position(c.corrects, null) is not null)
    union
    -- The withdrawal of the corrections that they replaced (it arrived with them), unless they are replaced themselves.
    select r.delivery_id
    from ops.delivery as w
    inner join ops.part_in_force as r
        on (r.feed, r.unit, r.report_date, r.landed_at) = (w.feed, w.unit, w.report_date, w.landed_at)
    where w.delivery_id = any(deliveries) and r.kind = 'withdrawn' and not exists (
        select from ops.part_in_force as later
        where (later.feed, later.unit, later.report_date, later.part) = (w.feed, w.unit, w.report_date, w.part)
            and later.revision > w.revision
    )
    union
    -- The removal of the other parts since they came, unless a file that came with them, or since, replaces these too.
    select r.delivery_id
    from ops.delivery as w
    inner join ops.part_in_force as r on (r.feed, r.unit, r.report_date) = (w.feed, w.unit, w.report_date)
    where w.delivery_id = any(deliveries) and w.kind in ('file', 'nil')
        and r.kind = 'withdrawn' and r.part <> w.part and r.part not like '～%' and r.delivery_id > w.delivery_id
        and not exists (
            select from ops.part_in_force as other
            where (other.feed, other.unit, other.report_date) = (w.feed, w.unit, w.report_date)
                and other.kind in ('file', 'nil') and (other.build is null or other.build >= w.build)
        )
$$;

ALTER FUNCTION ops.withdrawn_with(deliveries bigint[]) OWNER TO wh_owner;

-- Name: FUNCTION withdrawn_with(deliveries bigint[]); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.withdrawn_with(deliveries bigint[]) IS '随这些报送一并作废的：对其中各行的更正；因其而作废的更正和移走的分册，其作废不再有效。 | What is withdrawn with these deliveries: the corrections of their rows; and what withdrew the corrections and parts that they replaced, which thereby count again.';

-- Name: words(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.words(listed text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ select regexp_split_to_array(listed, '[,，、\s]+') $$;

ALTER FUNCTION ops.words(listed text) OWNER TO wh_owner;

-- Name: FUNCTION words(listed text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.words(listed text) IS '参数所列的各项（以逗号、顿号或空白分隔）。 | The words of a setting that lists several, separated by commas or blanks.';

-- Name: writable_build(); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.writable_build() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    night ops.build;
    -- The build that the session was started for (transform): a run that another build has overtaken writes nothing.
    claimed text := nullif(current_setting('warehouse.build', true), '');
begin
    -- Held until the writer commits: gate 2 and the next build wait for it.
    select b.* into night from ops.build as b where b.status = 'building' for share;
    if night.build is distinct from claimed::integer and claimed is not null then
        raise exception using errcode = 'WH024', message = format('第 %1$s 次汇总没有在进行 | build %1$s is not in progress', claimed),
            hint = 'Another run has begun a build since.';
    end if;
    if night.build is null then
        raise exception using errcode = 'WH020', message = '没有正在进行的汇总 | No night is being built',
            hint = 'A build is begun by ops.start_build.';
    end if;
    if night.sealed_at is not null or exists (select from ops.certificate as c where c.build = night.build) then
        raise exception using errcode = 'WH021',
            message = format('第 %1$s 次汇总已开始检查，其数据不能再改 | gate 2 has begun to check build %1$s: its rows can no longer change', night.build),
            hint = 'Gate 2 has begun to look at it.';
    end if;
    return night.build;
end $_$;

ALTER FUNCTION ops.writable_build() OWNER TO wh_owner;

-- Name: FUNCTION writable_build(); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.writable_build() IS '可写入的汇总编号。 | The build in progress, while gate 2 has not certified it; an error otherwise.';

-- Name: write_version(text); Type: FUNCTION; Schema: ops; Owner: wh_owner

CREATE FUNCTION ops.write_version(model text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET work_mem TO '128MB'
    SET jit TO 'off'
    SET enable_nestloop TO 'off'
    AS $_$
declare
    number integer := ops.writable_build();
    declared ops.versioned;
    is_first boolean;
    opened bigint := 0;
    closed bigint := 0;
begin
    select * into strict declared from ops.versioned as v where v.model = write_version.model;
    execute format('analyze tonight.%I', model);
    if declared.key is null then
        execute format('select count(*) from tonight.%I', model) into opened;
    else
        perform ops.assert_keys(declared);
        execute format('select not exists (select 1 from store.%I where to_build is null)', model) into is_first;
        if not is_first then
            execute format(
                'update store.%1$I as known set to_build = %2$s where known.to_build is null %3$s'
                ' and not exists ('
                '   select from tonight.%1$I as tonight where (%4$s) = (%5$s) and (%6$s) is not distinct from (%7$s)'
                ' )',
                model, number,
                case when declared.scope <> '{}' then format(
                    'and (%s) in (select %s from tonight.%I as scope)',
                    ops.names(declared.scope, 'known.'), ops.names(declared.scope, 'scope.'),
                    coalesce(declared.scope_by, model)
                ) else '' end,
                ops.names(declared.key, 'tonight.'), ops.names(declared.key, 'known.'),
                ops.columns_of(model, 'tonight.'), ops.columns_of(model, 'known.')
            );
            get diagnostics closed = row_count;
        end if;
        -- An empty table has no statistics: without the branch the planner would look into it once a row.
        execute format(
            'insert into store.%1$I (%2$s, from_build) select %3$s, %4$s from tonight.%1$I as tonight'
            ' where num_nulls(%5$s) = 0 %6$s',
            model, ops.columns_of(model, ''), ops.columns_of(model, 'tonight.'), number,
            ops.names(declared.key, 'tonight.'),
            case when is_first then '' else format(
                'and not exists (select 1 from store.%I as known where known.to_build is null and (%s) = (%s))',
                model, ops.names(declared.key, 'tonight.'), ops.names(declared.key, 'known.')
            ) end
        );
        get diagnostics opened = row_count;
        perform ops.index_store(model);
        if not exists (select 1 from ops.versioned as v where v.scope_by = write_version.model) then
            execute format('truncate tonight.%I', model);
        end if;
    end if;
    insert into ops.model_version (build, model, rows_opened, rows_closed) values (number, model, opened, closed)
    on conflict on constraint model_version_pkey do update
    set rows_opened = excluded.rows_opened, rows_closed = excluded.rows_closed, written_at = now();
    return opened + closed;
end $_$;

ALTER FUNCTION ops.write_version(model text) OWNER TO wh_owner;

-- Name: FUNCTION write_version(model text); Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON FUNCTION ops.write_version(model text) IS '将当晚表写入版本表。 | Closes the open rows of a model that tonight.<model> has no equal of, opens what is new, and records that the build wrote the model; how many rows it opened and closed.';

-- Name: accounts_of(uuid); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.accounts_of(person uuid) RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    paid record;
    found uuid [] := '{}';
    more uuid [];
begin
    for paid in select t.place from vault.tables_of_persons() as t where t.has_person and t.has_account loop
        execute format('select array_agg(distinct account_key) from %s where person_key = $1 and account_key is not null', paid.place)
        into more using person;
        found := found || coalesce(more, '{}');
    end loop;
    return array(select distinct f from unnest(found) as f where not vault.is_of_others(f, person) order by f);
end $_$;

ALTER FUNCTION vault.accounts_of(person uuid) OWNER TO wh_owner;

-- Name: ask_erasure(uuid, bytea, bytea, integer, text); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.ask_erasure(person uuid, mark bytea, sealed_number bytea, version integer, why text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    number bigint;
begin
    perform ops.assert_reason(why, '删除', 'an erasure');
    if sealed_number is null
        and not exists (select from vault.person as p where p.person_key = person)
        and not exists (select from vault.erasure as e where e.person_key = person and e.sealed is not null)
    then
        raise exception using errcode = 'WH056',
            message = '密存区没有此人，须用身份证号登记 | the vault does not have this person: ask by ID number';
    end if;
    insert into vault.erasure as known (marks, person_key, key_version, sealed)
    values (array[mark], person, version, sealed_number)
    on conflict (person_key) do update set
        key_version = case when excluded.sealed is null then known.key_version else excluded.key_version end,
        sealed = coalesce(excluded.sealed, known.sealed)
    returning erasure into number;
    perform ops.record_act('ask_erasure', format('erasure %s', number), why);
    return number;
end $$;

ALTER FUNCTION vault.ask_erasure(person uuid, mark bytea, sealed_number bytea, version integer, why text) OWNER TO wh_owner;

-- Name: FUNCTION ask_erasure(person uuid, mark bytea, sealed_number bytea, version integer, why text); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.ask_erasure(person uuid, mark bytea, sealed_number bytea, version integer, why text) IS '登记删除某人的请求。 | Records that a person is to be erased, under the name of the session''s login and for a reason; its number.';

-- Name: complete_erasure(bigint, uuid[], bytea[]); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.complete_erasure(number bigint, own_accounts uuid[], account_marks bytea[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '60s'
    AS $_$
declare
    asked vault.erasure;
    holder record;
    token uuid;
    erased bigint := 0;
    n bigint;
    touched integer [] := '{}';
    builds integer [];
begin
    perform ops.lock_chain(null);
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH013', message = '正在汇总，删除须待其完成 | a night is being built: persons are erased after it';
    end if;
    select * into strict asked from vault.erasure as e where e.erasure = number and e.done_at is null for update;
    if vault.has_accounts_of_others(asked.person_key, own_accounts) or cardinality(account_marks) <> cardinality(own_accounts) then
        raise exception using errcode = 'WH054',
            message = '所列账户不都是此人的 | not all of these accounts are the person''s alone';
    end if;
    foreach token in array asked.person_key || own_accounts loop
        for holder in select * from vault.tables_of_persons() loop
            if holder.place::text like 'store.%' then
                execute format(
                    'select array_agg(distinct b) from %s as t cross join lateral unnest(array[t.from_build, t.to_build]) as b'
                    ' where strpos(t::text, $1::text) > 0', holder.place
                ) into builds using token;
                touched := touched || array_remove(coalesce(builds, '{}'), null);
            end if;
            -- Somebody else's row that only mentions the person (who approved a post) stays, without the person.
            if holder.has_person then
                perform vault.forget_in_others(holder.place, token);
            end if;
            if holder.place::text like 'landing.%' then
                execute format(
                    'with erased as (delete from %s as t where strpos(t::text, $1::text) > 0 returning t.delivery_id),'
                    ' counted as (select e.delivery_id, count(*)::integer as n from erased as e group by e.delivery_id)'
                    ' update ops.delivery as d set rows_landed = d.rows_landed - c.n, rows_erased = d.rows_erased + c.n'
                    ' from counted as c where d.delivery_id = c.delivery_id', holder.place
                ) using token;
            else
                execute format('delete from %s as t where strpos(t::text, $1::text) > 0', holder.place) using token;
            end if;
            get diagnostics n = row_count;
            erased := erased + n;
        end loop;
        update vault.known as k
        set digests = coalesce(
            (
                select string_agg(substr(k.digests, at * 8 + 1, 8), ''::bytea order by at)
                from generate_series(0, length(k.digests) / 8 - 1) as at
                where substr(k.digests, at * 8 + 1, 8) <> substr(decode(replace(token::text, '-', ''), 'hex'), 1, 8)
            ), ''
        )
        where position(substr(decode(replace(token::text, '-', ''), 'hex'), 1, 8) in k.digests) > 0;
    end loop;
    delete from vault.person as p where p.person_key = asked.person_key;
    delete from vault.bank_account as b where b.account_key = any(own_accounts);
    -- Who was shown the person stays on record, without the person and without a reason, which may have the name: the
    -- one change that the table's trigger lets pass. The key of a case may have the token.
    update ops.act as a
    set
        subject = replace(a.subject, asked.person_key::text, format('of erasure %s', number)),
        reason = case when a.reason is not null then ops.erased_reason() end
    where strpos(a.subject, asked.person_key::text) > 0;
    update ops.waiver as w
    set
        unit = replace(w.unit, asked.person_key::text, format('of erasure %s', number)),
        reason = ops.erased_reason()
    where strpos(w.unit, asked.person_key::text) > 0;
    insert into ops.erasure_digest (erasure, publication, digest_before, digest_after)
    select number, p.publication, p.digest::text, ops.build_digest(p.publication)::text
    from ops.publication as p where p.publication = any(touched)
    order by p.publication;
    update vault.erasure as e
    set person_key = null, sealed = null, done_at = now(), rows_erased = erased, marks = e.marks || account_marks
    where e.erasure = number;
    perform ops.record_act(
        'erase_person',
        format('erasure %s: %s rows, publications %s', number, erased, (
            select coalesce(string_agg(d.publication::text, ', ' order by d.publication), '-')
            from ops.erasure_digest as d where d.erasure = number
        )), null
    );
    return erased;
end $_$;

ALTER FUNCTION vault.complete_erasure(number bigint, own_accounts uuid[], account_marks bytea[]) OWNER TO wh_owner;

-- Name: FUNCTION complete_erasure(number bigint, own_accounts uuid[], account_marks bytea[]); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.complete_erasure(number bigint, own_accounts uuid[], account_marks bytea[]) IS '删除某人在密存区、落地表和各次发布中的全部行，登记校验和的变化。 | Deletes the person from the vault, landing and the rows of all publications, and records how the digests change; how many rows. The published counts stay.';

-- Name: erase_places(bigint, text[], integer[]); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.erase_places(number bigint, sheets text[], lines integer[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '60s'
    AS $$
declare
    delivery ops.delivery;
    landed bigint := 0;
    rejected bigint;
begin
    perform ops.lock_chain(null);
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH013', message = '正在汇总，删除须待其完成 | a night is being built: persons are erased after it';
    end if;
    if not exists (select from vault.erasure as e where e.done_at is null) then
        raise exception using errcode = 'WH055', message = '没有待办的删除 | there is nobody to be erased';
    end if;
    select * into strict delivery from ops.delivery as d where d.delivery_id = number for no key update;
    with erased as (
        delete from vault.rejected_row as r using unnest(sheets, lines) as place (sheet, line)
        where r.delivery_id = number and r.sheet = place.sheet and r.line = place.line
        returning r.sheet, r.line
    )
    select count(distinct (e.sheet, e.line)) into rejected from erased as e;
    -- Rows that are in the archive alone: a restore finds so many fewer.
    if delivery.purged_at is not null then
        landed := least(cardinality(lines) - rejected, delivery.rows_landed);
    end if;
    update ops.delivery as d
    set
        rows_landed = d.rows_landed - landed, rows_rejected = d.rows_rejected - rejected,
        rows_erased = d.rows_erased + landed + rejected
    where d.delivery_id = number;
    return landed + rejected;
end $$;

ALTER FUNCTION vault.erase_places(number bigint, sheets text[], lines integer[]) OWNER TO wh_owner;

-- Name: forget_details(); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.forget_details() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    update vault.known as k set details = null
    where k.details is not null and k.unit in (select g.county_code from gone as g);
    return null;
end $$;

ALTER FUNCTION vault.forget_details() OWNER TO wh_owner;

-- Name: forget_in_others(regclass, uuid); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.forget_in_others(place regclass, token uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    named name;
begin
    for named in
        select a.attname from pg_attribute as a
        where a.attrelid = place and a.attnum > 0 and not a.attisdropped and not a.attnotnull
            and a.atttypid = 'uuid'::regtype and a.attname <> 'person_key'
    loop
        execute format('update %s set %2$I = null where %2$I = $1 and person_key <> $1', place, named) using token;
    end loop;
end $_$;

ALTER FUNCTION vault.forget_in_others(place regclass, token uuid) OWNER TO wh_owner;

-- Name: forget_persons(date); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.forget_persons(on_date date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    since date := on_date - ops.setting('retention_vault_days', on_date)::integer;
    persons bigint;
    accounts bigint;
begin
    if since is null then
        return 0;
    end if;
    execute 'delete from vault.person as p where true'
        || (
            select string_agg(format(' and not exists (select from (%s) as n (key) where n.key = p.person_key)', r), '')
            from vault.naming_rows('person_key', since) as r
        );
    get diagnostics persons = row_count;
    execute 'delete from vault.bank_account as b where true'
        || (
            select string_agg(format(' and not exists (select from (%s) as n (key) where n.key = b.account_key)', r), '')
            from vault.naming_rows('account_key', since) as r
        );
    get diagnostics accounts = row_count;
    if persons + accounts > 0 then
        -- A person who comes back is sealed again.
        delete from vault.known;
    end if;
    return persons + accounts;
end $$;

ALTER FUNCTION vault.forget_persons(on_date date) OWNER TO wh_owner;

-- Name: FUNCTION forget_persons(on_date date); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.forget_persons(on_date date) IS '从密存区删除保存期限内任何报送都不再涉及的人员和账户；各表仍留代号。 | Deletes from the vault the persons and accounts that nothing reported within the setting names any more; how many. Their tokens remain in facts.';

-- Name: forget_rejected(date); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.forget_rejected(on_date date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    forgotten bigint;
begin
    -- Where a row stood, and why it was rejected, is kept: the ledger counts it, and a restore leaves out repeated rows.
    update vault.rejected_row as r set sealed = ''
    from ops.delivery as d
    where d.delivery_id = r.delivery_id and r.sealed <> ''
        and d.report_date < on_date - ops.setting('retention_rejected_days', on_date)::integer;
    get diagnostics forgotten = row_count;
    return forgotten;
end $$;

ALTER FUNCTION vault.forget_rejected(on_date date) OWNER TO wh_owner;

-- Name: FUNCTION forget_rejected(on_date date); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.forget_rejected(on_date date) IS '清除超过保存期限的退回行内容。 | Forgets the content of rejected rows that are older than the setting; how many.';

-- Name: has_accounts_of_others(uuid, uuid[]); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.has_accounts_of_others(person uuid, accounts uuid[]) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select exists (
        select from unnest(accounts) as a
        where a <> all(vault.accounts_of(person)) and (
            not exists (select from vault.bank_account as b where b.account_key = a) or vault.is_of_others(a, person)
        )
    )
$$;

ALTER FUNCTION vault.has_accounts_of_others(person uuid, accounts uuid[]) OWNER TO wh_owner;

-- Name: FUNCTION has_accounts_of_others(person uuid, accounts uuid[]); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.has_accounts_of_others(person uuid, accounts uuid[]) IS '所列账户中是否有他人的，或不是账户。 | Whether one of these is the account of somebody else, or is not an account. Rows that name the person in a file are erased before this is asked.';

-- Name: is_of_others(uuid, uuid); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.is_of_others(account uuid, person uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    paid record;
    is_found boolean := false;
begin
    for paid in select t.place from vault.tables_of_persons() as t where t.has_person and t.has_account loop
        execute format('select $3 or exists (select from %s where account_key = $1 and person_key <> $2)', paid.place)
        into is_found using account, person, is_found;
    end loop;
    return is_found;
end $_$;

ALTER FUNCTION vault.is_of_others(account uuid, person uuid) OWNER TO wh_owner;

-- Name: FUNCTION is_of_others(account uuid, person uuid); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.is_of_others(account uuid, person uuid) IS '账户是否也付给他人。 | Whether an account is that of somebody other than this person, too.';

-- Name: is_source_of(text, text, integer); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.is_source_of(source text, path text, revision integer) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select starts_with(source, vault.source_of(path, '', 1))
        and coalesce(substring(source from '（第([0-9]+)版）$'), '1') = revision::text
$_$;

ALTER FUNCTION vault.is_source_of(source text, path text, revision integer) OWNER TO wh_owner;

-- Name: FUNCTION is_source_of(source text, path text, revision integer); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.is_source_of(source text, path text, revision integer) IS '退回行所在的文件是否为这一版（不论哪张表）。 | Whether vault.source_of named some sheet of this revision of this file so.';

-- Name: naming_rows(name, date); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.naming_rows(named name, since date) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format(
        'select t.%I from landing.%I as t inner join ops.delivery as d on d.delivery_id = t.delivery_id'
        ' where d.report_date >= %L', named, c.relname, since
    )
    from pg_class as c
    inner join pg_attribute as a on a.attrelid = c.oid and a.attname = named and not a.attisdropped
    where c.relnamespace = 'landing'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    union all
    select format(
        'select t.%I from store.%I as t where t.to_build is null and %s >= %L', named, v.model,
        case when f.kind = 'snapshot' then 'coalesce(t.seen_to, ''infinity'')' else 't.seen_from' end, since
    )
    from ops.versioned as v
    inner join ops.feed as f on f.feed = v.feed
    inner join pg_class as c on c.relnamespace = 'store'::regnamespace and c.relname = v.model
    inner join pg_attribute as a on a.attrelid = c.oid and a.attname = named and not a.attisdropped
$$;

ALTER FUNCTION vault.naming_rows(named name, since date) OWNER TO wh_owner;

-- Name: rejected_rows(); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.rejected_rows(OUT number bigint, OUT unit text, OUT report_date date, OUT sheet text, OUT line integer, OUT column_name text, OUT sealed bytea) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select r.delivery_id, d.unit, d.report_date, r.sheet, r.line, r.column_name, r.sealed
    from vault.rejected_row as r
    inner join ops.delivery as d on d.delivery_id = r.delivery_id
    where r.sealed <> '' and exists (select from vault.erasure as e where e.done_at is null)
$$;

ALTER FUNCTION vault.rejected_rows(OUT number bigint, OUT unit text, OUT report_date date, OUT sheet text, OUT line integer, OUT column_name text, OUT sealed bytea) OWNER TO wh_owner;

-- Name: FUNCTION rejected_rows(OUT number bigint, OUT unit text, OUT report_date date, OUT sheet text, OUT line integer, OUT column_name text, OUT sealed bytea); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.rejected_rows(OUT number bigint, OUT unit text, OUT report_date date, OUT sheet text, OUT line integer, OUT column_name text, OUT sealed bytea) IS '有待删除人员时的全部退回行。 | Every rejected row, sealed, while there is a person to be erased.';

-- Name: reveal(uuid, text); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.reveal(wanted uuid, purpose text) RETURNS TABLE(outcome text, sealed bytea)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET client_min_messages TO 'error'
    AS $$
declare
    counties text [] := ops.counties_of(session_user);
    shown integer := ops.standing_publication();
    today date := (now() at time zone 'Asia/Shanghai')::date;
    most integer := ops.setting('reveal_daily_limit', today);
    asked integer;
    listed_in text;
    identity bytea;
begin
    if not exists (select from ops.user_login as u where u.login = session_user and u.kind = 'caseworker') then
        raise exception using errcode = 'WH029',
            message = '只有经办人可以查看身份 | only a case worker is shown an identity';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'WH029',
            message = '查看身份须用 read committed 隔离级别 | a reveal counts the ones before it: use read committed';
    end if;
    perform ops.assert_reason(purpose, '查看身份', 'a reveal');
    purpose := btrim(purpose);
    -- One at a time for each login, or several sessions would each count up to the limit.
    perform pg_advisory_xact_lock(hashtextextended('vault.reveal ' || session_user, 0));
    -- Looked for among the county's own rows: looked for by the key, a person of another county costs a page more than
    -- one whom nobody knows.
    select own.county_code into listed_in
    from (
        select d.person_key, d.county_code from store.dim_person as d
        where d.county_code = any(counties) and d.valid_to is null
            and d.from_build <= shown and (d.to_build is null or shown < d.to_build)
        union all
        select r.person_key, r.county_code from store.double_registration as r
        where r.county_code = any(counties) and r.from_build <= shown and (r.to_build is null or shown < r.to_build)
        offset 0
    ) as own
    where own.person_key = wanted
    limit 1;
    -- As the county itself reports the person, and as no other does.
    if listed_in is not null then
        select v.sealed into identity from vault.person as v where v.person_key = wanted and v.county_code = listed_in;
    end if;
    -- A record that is older than this transaction was committed: no rollback takes it back.
    if identity is not null and exists (
        select from ops.act as a
        where a.login = session_user and a.kind = 'reveal' and a.subject = format('person %s', wanted)
            and a.reason = purpose and a.acted_at < now() and a.acted_at > now() - interval '5 minutes'
    ) then
        return query select 'revealed', identity;
        return;
    end if;
    select count(*) into asked from ops.act as a
    where a.login = session_user and a.kind in ('reveal', 'refuse_reveal')
        and a.acted_at >= today::timestamp at time zone 'Asia/Shanghai';
    if asked > most then
        return query select 'daily_limit', null::bytea;
    elsif asked = most then
        perform ops.record_act('refuse_reveal', format('person %s: above the daily limit', wanted), purpose);
        insert into ops.alert as known (report_date, level, kind, title, body)
        values (
            today, 'warning', 'reveal_limit',
            '经办人查看身份超过每日上限 | a case worker asked for more identities than the daily limit',
            format('%s：%s', session_user, most)
        )
        on conflict (report_date, kind, unit) do update
        set body = known.body || E'\n' || excluded.body, raised_at = now();
        return query select 'daily_limit', null::bytea;
    elsif identity is not null then
        perform ops.record_act('reveal', format('person %s', wanted), purpose);
        return query select 'recorded', null::bytea;
    else
        perform ops.record_act('refuse_reveal', format('person %s: not of the county', wanted), purpose);
        return query select 'not_of_your_county', null::bytea;
    end if;
end $$;

ALTER FUNCTION vault.reveal(wanted uuid, purpose text) OWNER TO wh_owner;

-- Name: FUNCTION reveal(wanted uuid, purpose text); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.reveal(wanted uuid, purpose text) IS '经办人查看本县市一人的身份，以本县市所报为准：先登记，再次调用方给出密文。 | One person whom the county lists in the standing publication, as the county reports the person, for a case worker. The first call records it in ops.act (`recorded`); the next one with the same purpose, in a transaction of its own within five minutes, gives the sealed identity (`revealed`).';

-- Name: source_of(text, text, integer); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.source_of(path text, sheet text, revision integer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select regexp_replace(coalesce(path, ''), '^(corrections/)?.*/', '\1')
        || case when sheet <> '' then format('（%s）', sheet) else '' end
        || case when revision > 1 then format('（第%s版）', revision) else '' end
$$;

ALTER FUNCTION vault.source_of(path text, sheet text, revision integer) OWNER TO wh_owner;

-- Name: FUNCTION source_of(path text, sheet text, revision integer); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.source_of(path text, sheet text, revision integer) IS '退回行所在的文件。 | The file of a rejected row, as a return workbook names it and a correction repeats it.';

-- Name: tables_of_persons(); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.tables_of_persons(OUT place regclass, OUT has_person boolean, OUT has_account boolean) RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select
        c.oid::regclass,
        exists (select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'person_key' and not a.attisdropped),
        exists (select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'account_key' and not a.attisdropped)
    from pg_class as c
    where c.relnamespace in ('landing'::regnamespace, 'store'::regnamespace, 'tonight'::regnamespace)
        and c.relkind in ('r', 'p') and not c.relispartition
    order by c.oid::regclass::text
$$;

ALTER FUNCTION vault.tables_of_persons(OUT place regclass, OUT has_person boolean, OUT has_account boolean) OWNER TO wh_owner;

-- Name: to_erase(); Type: FUNCTION; Schema: vault; Owner: wh_owner

CREATE FUNCTION vault.to_erase(OUT erasure bigint, OUT person_key uuid, OUT sealed bytea, OUT sealed_persons bytea[], OUT accounts uuid[], OUT sealed_accounts bytea[]) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select
        e.erasure, e.person_key, e.sealed,
        array(select p.sealed from vault.person as p where p.person_key = e.person_key order by p.county_code),
        own.accounts,
        array(
            select b.sealed from unnest(own.accounts) as a
            left join vault.bank_account as b on b.account_key = a
        )
    from vault.erasure as e
    cross join lateral (select vault.accounts_of(e.person_key) as accounts) as own
    where e.done_at is null
    order by e.erasure
$$;

ALTER FUNCTION vault.to_erase(OUT erasure bigint, OUT person_key uuid, OUT sealed bytea, OUT sealed_persons bytea[], OUT accounts uuid[], OUT sealed_accounts bytea[]) OWNER TO wh_owner;

-- Name: FUNCTION to_erase(OUT erasure bigint, OUT person_key uuid, OUT sealed bytea, OUT sealed_persons bytea[], OUT accounts uuid[], OUT sealed_accounts bytea[]); Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON FUNCTION vault.to_erase(OUT erasure bigint, OUT person_key uuid, OUT sealed bytea, OUT sealed_persons bytea[], OUT accounts uuid[], OUT sealed_accounts bytea[]) IS '待删除人员及其账户（密文）。 | The persons to be erased, with what the vault has of them, sealed.';

-- Name: dim_workshop; Type: TABLE; Schema: store; Owner: wh_owner

CREATE TABLE store.dim_workshop (
    county_code text NOT NULL,
    workshop_no text NOT NULL,
    workshop_name text,
    township_code text,
    recognised_on date,
    status text,
    adjustment_type text,
    tier text,
    workers integer,
    poverty_alleviated_workers integer,
    subsidy_amount numeric(14,2),
    subsidy_on date,
    exited_on date,
    left_out_on date,
    from_build integer NOT NULL,
    to_build integer,
    CONSTRAINT dim_workshop_check CHECK ((from_build < to_build))
);

ALTER TABLE store.dim_workshop OWNER TO wh_owner;

-- Name: dim_workshop; Type: VIEW; Schema: build; Owner: wh_owner

CREATE VIEW build.dim_workshop AS
 SELECT county_code,
    workshop_no,
    workshop_name,
    township_code,
    recognised_on,
    status,
    adjustment_type,
    tier,
    workers,
    poverty_alleviated_workers,
    subsidy_amount,
    subsidy_on,
    exited_on,
    left_out_on
   FROM store.dim_workshop
  WHERE (to_build IS NULL);

ALTER VIEW build.dim_workshop OWNER TO wh_owner;

-- Name: reported_workshop; Type: TABLE; Schema: store; Owner: wh_owner

CREATE TABLE store.reported_workshop (
    unit text NOT NULL,
    county_code text,
    workshop_no text NOT NULL,
    workshop_name text,
    township_code text,
    recognised_on date,
    status text,
    adjustment_type text,
    tier text,
    workers integer,
    poverty_alleviated_workers integer,
    subsidy_amount numeric,
    subsidy_on date,
    exited_on date,
    seen_from date NOT NULL,
    seen_to date,
    from_build integer NOT NULL,
    to_build integer,
    CONSTRAINT reported_workshop_check CHECK ((from_build < to_build))
);

ALTER TABLE store.reported_workshop OWNER TO wh_owner;

-- Name: reported_workshop; Type: VIEW; Schema: build; Owner: wh_owner

CREATE VIEW build.reported_workshop AS
 SELECT unit,
    county_code,
    workshop_no,
    workshop_name,
    township_code,
    recognised_on,
    status,
    adjustment_type,
    tier,
    workers,
    poverty_alleviated_workers,
    subsidy_amount,
    subsidy_on,
    exited_on,
    seen_from,
    seen_to
   FROM store.reported_workshop
  WHERE (to_build IS NULL);

ALTER VIEW build.reported_workshop OWNER TO wh_owner;

-- Name: workshop; Type: TABLE; Schema: landing; Owner: wh_owner

CREATE TABLE landing.workshop (
    delivery_id bigint NOT NULL,
    line integer NOT NULL,
    sheet text DEFAULT ''::text NOT NULL,
    county_code text,
    workshop_no text,
    workshop_name text,
    township_code text,
    recognised_on date,
    status text,
    adjustment_type text,
    tier text,
    workers integer,
    poverty_alleviated_workers integer,
    subsidy_amount numeric,
    subsidy_on date,
    exited_on date,
    extra jsonb
);

ALTER TABLE landing.workshop OWNER TO wh_owner;

-- Name: TABLE workshop; Type: COMMENT; Schema: landing; Owner: wh_owner

COMMENT ON TABLE landing.workshop IS '就业帮扶车间台账 | Register of assistance workshops';

-- Name: check_result; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.check_result (
    build integer NOT NULL,
    gate smallint NOT NULL,
    suite text NOT NULL,
    check_name text NOT NULL,
    feed text,
    unit text DEFAULT ops.prefecture() NOT NULL,
    delivery_id bigint,
    severity text NOT NULL,
    success boolean NOT NULL,
    observed text,
    expected text,
    unexpected_rows bigint,
    message_zh text,
    message_en text,
    waiver text,
    recorded_by xid8 DEFAULT ops.this_transaction(),
    was_run boolean DEFAULT true NOT NULL,
    CONSTRAINT check_result_gate_check CHECK ((gate = ANY (ARRAY[1, 2]))),
    CONSTRAINT check_result_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'warning'::text, 'info'::text])))
);

ALTER TABLE ops.check_result OWNER TO wh_owner;

-- Name: COLUMN check_result.unexpected_rows; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.check_result.unexpected_rows IS '不符合的行数；检查的不是行数的，为空。 | Rows that broke the check; empty where its value is no number of rows.';

-- Name: COLUMN check_result.waiver; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.check_result.waiver IS '豁免人、豁免至哪天与理由。 | Who waived this failure, until when, and why; it counts as a failure, and holds nothing.';

-- Name: COLUMN check_result.recorded_by; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.check_result.recorded_by IS '写入它的事务。 | The transaction that recorded it: a certificate counts the results of its own.';

-- Name: COLUMN check_result.was_run; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.check_result.was_run IS '是否确实运行；未能运行视为未通过。 | Whether it could be run; one that could not counts as a failure, and its certificate as incomplete.';

-- Name: data_quality; Type: VIEW; Schema: own; Owner: wh_owner

CREATE VIEW own.data_quality AS
 SELECT shown.report_date,
    checked.county_code,
    checked.suite,
    checked.check_name AS "check",
    checked.gate,
    checked.feed,
    checked.unit,
    checked.severity,
    checked.success,
    checked.observed,
    checked.expected,
    checked.unexpected_rows,
    checked.message_zh,
    checked.message_en,
    checked.waiver,
    checked.build AS publication,
    checked.delivery_id
   FROM (ops.visible_publication() shown(publication, report_date)
     JOIN ( SELECT r.build,
            r.gate,
            r.suite,
            r.check_name,
            r.feed,
            r.unit,
            r.delivery_id,
            r.severity,
            r.success,
            r.observed,
            r.expected,
            r.unexpected_rows,
            r.message_zh,
            r.message_en,
            r.waiver,
            r.recorded_by,
            r.was_run,
            r.unit AS county_code
           FROM ops.check_result r
          WHERE (r.unit = ANY (( SELECT ops.county_codes() AS county_codes)::text[]))
        UNION ALL
         SELECT r.build,
            r.gate,
            r.suite,
            r.check_name,
            r.feed,
            r.unit,
            r.delivery_id,
            r.severity,
            r.success,
            r.observed,
            r.expected,
            r.unexpected_rows,
            r.message_zh,
            r.message_en,
            r.waiver,
            r.recorded_by,
            r.was_run,
            ( SELECT ops.prefecture() AS prefecture) AS county_code
           FROM ops.check_result r
          WHERE (r.unit <> ALL (( SELECT ops.county_codes() AS county_codes)::text[]))) checked ON ((checked.build = shown.publication)));

ALTER VIEW own.data_quality OWNER TO wh_owner;

-- Name: data_quality; Type: VIEW; Schema: marts; Owner: wh_owner

CREATE VIEW marts.data_quality WITH (security_barrier='true') AS
 SELECT data_quality.report_date,
    data_quality.county_code,
    data_quality.suite,
    data_quality."check",
    data_quality.gate,
    data_quality.feed,
    data_quality.unit,
    data_quality.severity,
    data_quality.success,
    data_quality.observed,
    data_quality.expected,
    data_quality.unexpected_rows,
    data_quality.message_zh,
    data_quality.message_en,
    data_quality.waiver,
    data_quality.publication,
    data_quality.delivery_id
   FROM own.data_quality
  WHERE (ops.reads_all_counties() AND (( SELECT ops.counties_of(CURRENT_USER) AS counties_of) IS NULL))
UNION ALL
 SELECT own_rows.report_date,
    own_rows.county_code,
    own_rows.suite,
    own_rows."check",
    own_rows.gate,
    own_rows.feed,
    own_rows.unit,
    own_rows.severity,
    own_rows.success,
    own_rows.observed,
    own_rows.expected,
    own_rows.unexpected_rows,
    own_rows.message_zh,
    own_rows.message_en,
    own_rows.waiver,
    own_rows.publication,
    own_rows.delivery_id
   FROM ops.own_rows(NULL::own.data_quality, CURRENT_USER) own_rows(report_date, county_code, suite, "check", gate, feed, unit, severity, success, observed, expected, unexpected_rows, message_zh, message_en, waiver, publication, delivery_id)
  WHERE (NOT ops.reads_all_counties());

ALTER VIEW marts.data_quality OWNER TO wh_owner;

-- Name: VIEW data_quality; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON VIEW marts.data_quality IS '入库前、发布前检查对所示发布的检查结果：每项检查、每个报送单位一行；因此暂扣多份报送的，每份一行。（通知七、保障措施） | What gates 1 and 2 checked for the publication that is shown, and what they found; one row for each check and unit, and for each delivery held for it.';

-- Name: COLUMN data_quality.report_date; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.report_date IS '所示发布对应的报表日期。 | The night that the publication shown stands for.';

-- Name: COLUMN data_quality.county_code; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.county_code IS '县（市）代码；项目、批次及平台为全州代码。 | County that the check speaks of; the prefecture for projects, batches and the platform.';

-- Name: COLUMN data_quality.suite; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.suite IS '检查组。 | Suite of expectations.';

-- Name: COLUMN data_quality."check"; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality."check" IS '检查项。 | What was checked.';

-- Name: COLUMN data_quality.gate; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.gate IS '1 为入库前检查，2 为发布前检查。 | 1 before, 2 after the warehouse was built.';

-- Name: COLUMN data_quality.feed; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.feed IS '报表。 | Feed that was checked.';

-- Name: COLUMN data_quality.unit; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.unit IS '报送单位。 | Unit whose delivery was checked.';

-- Name: COLUMN data_quality.severity; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.severity IS '严重程度：critical 未通过即暂扣。 | critical holds what fails, warning and info do not.';

-- Name: COLUMN data_quality.success; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.success IS '是否通过。 | Whether the check passed.';

-- Name: COLUMN data_quality.observed; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.observed IS '实际值。 | What was found.';

-- Name: COLUMN data_quality.expected; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.expected IS '期望值。 | What was expected.';

-- Name: COLUMN data_quality.unexpected_rows; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.unexpected_rows IS '不符合的行数；检查的不是行数的，为空。 | Rows that broke the check; empty where its value is no number of rows.';

-- Name: COLUMN data_quality.message_zh; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.message_zh IS '检查说明（中文）。 | What the check says, in Chinese.';

-- Name: COLUMN data_quality.message_en; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.message_en IS '检查说明（英文）。 | What the check says, in English.';

-- Name: COLUMN data_quality.waiver; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.waiver IS '豁免人与理由。 | Who let this failure pass, and why.';

-- Name: COLUMN data_quality.publication; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.publication IS '发布号。 | Publication that the check belongs to.';

-- Name: COLUMN data_quality.delivery_id; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.data_quality.delivery_id IS '报送编号（多个分册取最新），放行时使用。 | Number of the delivery that was checked or held (of several parts the newest), for a release.';

-- Name: dim_workshop; Type: VIEW; Schema: own; Owner: wh_owner

CREATE VIEW own.dim_workshop AS
 SELECT report_date,
    county_code,
    workshop_no,
    workshop_name,
    township_code,
    recognised_on,
    status,
    adjustment_type,
    tier,
    workers,
    poverty_alleviated_workers,
    subsidy_amount,
    subsidy_on,
    exited_on,
    left_out_on
   FROM ( SELECT stored.county_code,
            stored.workshop_no,
            stored.workshop_name,
            stored.township_code,
            stored.recognised_on,
            stored.status,
            stored.adjustment_type,
            stored.tier,
            stored.workers,
            stored.poverty_alleviated_workers,
            stored.subsidy_amount,
            stored.subsidy_on,
            stored.exited_on,
            stored.left_out_on,
            stored.from_build,
            stored.to_build,
            ( SELECT shown.report_date
                   FROM ops.visible_publication() shown(publication, report_date)) AS report_date,
            ( SELECT shown.publication
                   FROM ops.visible_publication() shown(publication, report_date)) AS publication
           FROM store.dim_workshop stored) known
  WHERE (((from_build + 0) <= publication) AND ((to_build IS NULL) OR (publication < to_build)) AND true);

ALTER VIEW own.dim_workshop OWNER TO wh_owner;

-- Name: dim_workshop; Type: VIEW; Schema: marts; Owner: wh_owner

CREATE VIEW marts.dim_workshop WITH (security_barrier='true') AS
 SELECT known.report_date,
    known.county_code,
    known.workshop_no,
    known.workshop_name,
    known.township_code,
    known.recognised_on,
    known.status,
    known.adjustment_type,
    known.tier,
    known.workers,
    known.poverty_alleviated_workers,
    known.subsidy_amount,
    known.subsidy_on,
    known.exited_on,
    known.left_out_on
   FROM ( SELECT stored.county_code,
            stored.workshop_no,
            stored.workshop_name,
            stored.township_code,
            stored.recognised_on,
            stored.status,
            stored.adjustment_type,
            stored.tier,
            stored.workers,
            stored.poverty_alleviated_workers,
            stored.subsidy_amount,
            stored.subsidy_on,
            stored.exited_on,
            stored.left_out_on,
            stored.from_build,
            stored.to_build,
            ( SELECT shown.report_date
                   FROM ops.visible_publication() shown(publication, report_date)) AS report_date,
            ( SELECT shown.publication
                   FROM ops.visible_publication() shown(publication, report_date)) AS publication
           FROM store.dim_workshop stored) known
  WHERE (((known.from_build + 0) <= known.publication) AND ((known.to_build IS NULL) OR (known.publication < known.to_build)) AND ops.reads_all_counties() AND (( SELECT ops.counties_of(CURRENT_USER) AS counties_of) IS NULL))
UNION ALL
 SELECT own_rows.report_date,
    own_rows.county_code,
    own_rows.workshop_no,
    own_rows.workshop_name,
    own_rows.township_code,
    own_rows.recognised_on,
    own_rows.status,
    own_rows.adjustment_type,
    own_rows.tier,
    own_rows.workers,
    own_rows.poverty_alleviated_workers,
    own_rows.subsidy_amount,
    own_rows.subsidy_on,
    own_rows.exited_on,
    own_rows.left_out_on
   FROM ops.own_rows(NULL::own.dim_workshop, CURRENT_USER) own_rows(report_date, county_code, workshop_no, workshop_name, township_code, recognised_on, status, adjustment_type, tier, workers, poverty_alleviated_workers, subsidy_amount, subsidy_on, exited_on, left_out_on)
  WHERE (NOT ops.reads_all_counties());

ALTER VIEW marts.dim_workshop OWNER TO wh_owner;

-- Name: VIEW dim_workshop; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON VIEW marts.dim_workshop IS '就业帮扶车间（通知（三）） | Workshops as the latest snapshot that names each describes it; one row per workshop.';

-- Name: COLUMN dim_workshop.report_date; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.report_date IS '所示发布对应的报表日期。 | Report date of the publication that is shown.';

-- Name: COLUMN dim_workshop.county_code; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.county_code IS '县市代码 | County.';

-- Name: COLUMN dim_workshop.workshop_no; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.workshop_no IS '车间编号 | Number of the workshop.';

-- Name: COLUMN dim_workshop.workshop_name; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.workshop_name IS '车间名称 | Name.';

-- Name: COLUMN dim_workshop.township_code; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.township_code IS '乡镇代码 | Township.';

-- Name: COLUMN dim_workshop.recognised_on; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.recognised_on IS '认定日期 | Recognised on.';

-- Name: COLUMN dim_workshop.status; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.status IS '状态 | operating, suspended, exited.';

-- Name: COLUMN dim_workshop.adjustment_type; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.adjustment_type IS '调整类别 | upgrade, support, new, adjust.';

-- Name: COLUMN dim_workshop.tier; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.tier IS '等级 | Tier of the award.';

-- Name: COLUMN dim_workshop.workers; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.workers IS '吸纳就业人数（人） | Workers as reported, persons.';

-- Name: COLUMN dim_workshop.poverty_alleviated_workers; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.poverty_alleviated_workers IS '吸纳脱贫人口数（人） | Poverty-alleviated workers as reported, persons.';

-- Name: COLUMN dim_workshop.subsidy_amount; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.subsidy_amount IS '奖补金额（元） | Award, CNY.';

-- Name: COLUMN dim_workshop.subsidy_on; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.subsidy_on IS '奖补日期 | Day of the award.';

-- Name: COLUMN dim_workshop.exited_on; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.exited_on IS '退出日期 | Exited on.';

-- Name: COLUMN dim_workshop.left_out_on; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.dim_workshop.left_out_on IS '不再在册的首个快照日期 | First snapshot that no longer has it; NULL if the latest has it.';

-- Name: household_today; Type: VIEW; Schema: marts; Owner: wh_owner

CREATE VIEW marts.household_today WITH (security_barrier='true') AS
 SELECT report_date,
    county_code,
    household_no,
    township_code,
    is_relocated,
    population_category,
    members,
    members_in_labour_force,
    members_employed,
    is_zero_employment,
    best_channel,
    valid_from,
    valid_to
   FROM marts.fct_household_state
  WHERE ((valid_from <= report_date) AND ((valid_to IS NULL) OR (report_date < valid_to)));

ALTER VIEW marts.household_today OWNER TO wh_owner;

-- Name: VIEW household_today; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON VIEW marts.household_today IS 'fct_household_state: 报表日期当日有效的记录。 | What holds on the report date.';

-- Name: COLUMN household_today.report_date; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.report_date IS '所示发布对应的报表日期。 | Report date of the publication that is shown.';

-- Name: COLUMN household_today.county_code; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.county_code IS '县市代码 | County.';

-- Name: COLUMN household_today.household_no; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.household_no IS '户编号 | Household within the county.';

-- Name: COLUMN household_today.township_code; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.township_code IS '乡镇代码 | Township (the lowest if there are several).';

-- Name: COLUMN household_today.is_relocated; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.is_relocated IS '是否易地搬迁户 | A member on the register is relocated.';

-- Name: COLUMN household_today.population_category; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.population_category IS '人口类别（取成员中最困难者） | The worst of its members''.';

-- Name: COLUMN household_today.members; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.members IS '在册成员数（人） | Members on the register, persons.';

-- Name: COLUMN household_today.members_in_labour_force; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.members_in_labour_force IS '劳动力数（人） | Members in the labour force, persons.';

-- Name: COLUMN household_today.members_employed; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.members_employed IS '就业人数（人） | Members employed, persons.';

-- Name: COLUMN household_today.is_zero_employment; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.is_zero_employment IS '是否零就业家庭 | A member in the labour force and none employed.';

-- Name: COLUMN household_today.best_channel; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.best_channel IS '成员主业中顺位最先的渠道 | Channel of the first-ranking main job among its members.';

-- Name: COLUMN household_today.valid_from; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.valid_from IS '生效首日 | First day on which the row holds.';

-- Name: COLUMN household_today.valid_to; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.household_today.valid_to IS '失效日（不含），为空表示持续有效 | First day on which it no longer holds; NULL while nothing ends it.';

-- Name: person_today; Type: VIEW; Schema: marts; Owner: wh_owner

CREATE VIEW marts.person_today WITH (security_barrier='true') AS
 SELECT report_date,
    person_key,
    county_code,
    township_code,
    household_no,
    population_category,
    is_poverty_alleviated,
    is_relocated,
    is_in_labour_force,
    is_employed,
    channel,
    job_rank,
    destination,
    source,
    source_key,
    employer_name,
    work_division_code,
    job_start_on,
    monthly_wage,
    wage_band,
    workshop_no,
    valid_from,
    valid_to
   FROM marts.fct_person_state
  WHERE ((valid_from <= report_date) AND ((valid_to IS NULL) OR (report_date < valid_to)));

ALTER VIEW marts.person_today OWNER TO wh_owner;

-- Name: VIEW person_today; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON VIEW marts.person_today IS 'fct_person_state: 报表日期当日有效的记录。 | What holds on the report date.';

-- Name: COLUMN person_today.report_date; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.report_date IS '所示发布对应的报表日期。 | Report date of the publication that is shown.';

-- Name: COLUMN person_today.person_key; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.person_key IS '人员代号 | Token of the person.';

-- Name: COLUMN person_today.county_code; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.county_code IS '登记县市 | County of registration.';

-- Name: COLUMN person_today.township_code; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.township_code IS '登记乡镇 | Township of registration.';

-- Name: COLUMN person_today.household_no; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.household_no IS '户编号 | Household within the county.';

-- Name: COLUMN person_today.population_category; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.population_category IS '人口类别 | general, lifted_out, unstable, marginal, sudden_hardship.';

-- Name: COLUMN person_today.is_poverty_alleviated; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.is_poverty_alleviated IS '是否脱贫人口（含监测对象） | Poverty-alleviated population, monitored persons included.';

-- Name: COLUMN person_today.is_relocated; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.is_relocated IS '是否易地搬迁 | Relocated for poverty alleviation.';

-- Name: COLUMN person_today.is_in_labour_force; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.is_in_labour_force IS '是否劳动力 | Of working age, able to work, not in school, alive.';

-- Name: COLUMN person_today.is_employed; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.is_employed IS '是否就业 | In the labour force, and a piece of evidence covers the day.';

-- Name: COLUMN person_today.channel; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.channel IS '主业渠道 | Channel of the main job; none if not employed.';

-- Name: COLUMN person_today.job_rank; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.job_rank IS '主业顺位 | Rank of the main job.';

-- Name: COLUMN person_today.destination; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.destination IS '就业去向 | abroad, other_province, other_prefecture, other_county, own_county; none if not employed.';

-- Name: COLUMN person_today.source; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.source IS '主业凭据来源 | Source of the evidence of the main job.';

-- Name: COLUMN person_today.source_key; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.source_key IS '凭据标识 | Its key there.';

-- Name: COLUMN person_today.employer_name; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.employer_name IS '主业单位 | Employer, post, project or market of the main job.';

-- Name: COLUMN person_today.work_division_code; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.work_division_code IS '主业务工地 | Place of work of the main job.';

-- Name: COLUMN person_today.job_start_on; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.job_start_on IS '主业开始日期 | Start of the main job.';

-- Name: COLUMN person_today.monthly_wage; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.monthly_wage IS '主业月收入（元） | Monthly wage of the main job, CNY.';

-- Name: COLUMN person_today.wage_band; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.wage_band IS '月收入档（千元，10 为一万元及以上） | Whole thousands of CNY of that wage, 10 = ten and more.';

-- Name: COLUMN person_today.workshop_no; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.workshop_no IS '主业帮扶车间 | Workshop of the main job.';

-- Name: COLUMN person_today.valid_from; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.valid_from IS '生效首日 | First day on which the row holds.';

-- Name: COLUMN person_today.valid_to; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.person_today.valid_to IS '失效日（不含），为空表示持续有效 | First day on which it no longer holds; NULL while nothing ends it.';

-- Name: month_close; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.month_close (
    month date NOT NULL,
    publication integer NOT NULL,
    closed_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_by text DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT month_close_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

ALTER TABLE ops.month_close OWNER TO wh_owner;

-- Name: TABLE month_close; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.month_close IS '已结账的月份及其终版所用的发布。 | Months that are closed, each with the publication that is final for it; later changes of its figures are restatements.';

-- Name: publication; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.publication (
    publication integer NOT NULL,
    report_date date NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL,
    vintage text DEFAULT 'flash'::text NOT NULL,
    digest bytea NOT NULL,
    released_by text,
    release_reason text,
    rolled_back_at timestamp with time zone,
    rolled_back_by text,
    rollback_reason text,
    CONSTRAINT publication_check CHECK (((released_by IS NULL) = (release_reason IS NULL))),
    CONSTRAINT publication_check1 CHECK ((((rolled_back_at IS NULL) = (rolled_back_by IS NULL)) AND ((rolled_back_at IS NULL) = (rollback_reason IS NULL)))),
    CONSTRAINT publication_release_reason_check CHECK ((length(btrim(release_reason)) >= 3)),
    CONSTRAINT publication_rollback_reason_check CHECK ((length(btrim(rollback_reason)) >= 3)),
    CONSTRAINT publication_vintage_check CHECK ((vintage = ANY (ARRAY['flash'::text, 'revised'::text, 'final'::text])))
);

ALTER TABLE ops.publication OWNER TO wh_owner;

-- Name: publications; Type: VIEW; Schema: marts; Owner: wh_owner

CREATE VIEW marts.publications AS
 SELECT publication,
    report_date,
    published_at,
    vintage,
    (released_by IS NOT NULL) AS is_released,
    release_reason,
    rolled_back_at,
    (publication = ( SELECT ops.standing_publication() AS standing_publication)) AS is_current,
    ( SELECT array_agg(to_char((m.month)::timestamp with time zone, 'YYYY-MM'::text) ORDER BY m.month) AS array_agg
           FROM ops.month_close m
          WHERE (m.publication = p.publication)) AS final_for
   FROM ops.publication p;

ALTER VIEW marts.publications OWNER TO wh_owner;

-- Name: VIEW publications; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON VIEW marts.publications IS '历次发布。 | Every publication: its number, its report date, when it was published, whether it was rolled back, and whether it is the one shown.';

-- Name: COLUMN publications.publication; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.publications.publication IS '发布号，即该次汇总的编号；marts.pin 用它。 | Number of the publication, which is that of its build; for marts.pin.';

-- Name: COLUMN publications.report_date; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.publications.report_date IS '报表日期：数据反映的那一天。 | Report date: the day whose state the data describe.';

-- Name: COLUMN publications.published_at; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.publications.published_at IS '发布时刻。 | When it was published.';

-- Name: COLUMN publications.vintage; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.publications.vintage IS '版本：flash 快报；revised 修订（每周）；final 终版（结账的月份）。 | Vintage: flash (of a day), revised (of a week), final (of a closed month).';

-- Name: COLUMN publications.is_released; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.publications.is_released IS '是否未通过检查、由操作员放行。 | Whether a gate held it and an operator released it.';

-- Name: COLUMN publications.release_reason; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.publications.release_reason IS '放行的理由；未经放行为空。 | Why it was released; empty where it was not.';

-- Name: COLUMN publications.rolled_back_at; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.publications.rolled_back_at IS '撤回时刻；未撤回为空。 | When it was rolled back; empty where it was not.';

-- Name: COLUMN publications.is_current; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.publications.is_current IS '是否为读者现在看到的发布。 | Whether it is the one that readers see now.';

-- Name: COLUMN publications.final_for; Type: COMMENT; Schema: marts; Owner: wh_owner

COMMENT ON COLUMN marts.publications.final_for IS '以此次发布为终版的月份（YYYY-MM）；没有为空。 | The months for which it is final (YYYY-MM); empty where there are none.';

-- Name: act; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.act (
    act bigint NOT NULL,
    acted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    login text DEFAULT SESSION_USER NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    reason text,
    build integer,
    delivery_id bigint,
    about_login text,
    CONSTRAINT act_kind_check CHECK ((kind ~ '^[a-z]+(_[a-z]+)*$'::text)),
    CONSTRAINT act_reason_check CHECK ((length(btrim(reason)) >= 3)),
    CONSTRAINT act_subject_check CHECK ((length(btrim(subject)) >= 1))
);

ALTER TABLE ops.act OWNER TO wh_owner;

-- Name: TABLE act; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.act IS '操作记录：何人何时作出何种决定及理由；只增不改，不含身份信息。 | What people and programs decided: who (the login of the session), when, what about, and why. Rows are only ever added, and name no person that the warehouse counts.';

-- Name: COLUMN act.login; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.act.login IS '作出决定的登录名。 | The login that decided.';

-- Name: COLUMN act.subject; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.act.subject IS '所涉事项。 | What the act is about, in words or as a name.';

-- Name: COLUMN act.build; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.act.build IS '所涉汇总或发布的编号。 | Number of the build, which is also that of its publication.';

-- Name: COLUMN act.about_login; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.act.about_login IS '所涉登录名。 | The login that the act is about, where it is about one.';

-- Name: act_act_seq; Type: SEQUENCE; Schema: ops; Owner: wh_owner

ALTER TABLE ops.act ALTER COLUMN act ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ops.act_act_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: alert; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.alert (
    alert_id bigint NOT NULL,
    raised_at timestamp with time zone DEFAULT now() NOT NULL,
    build integer,
    report_date date,
    level text NOT NULL,
    kind text NOT NULL,
    unit text DEFAULT ops.prefecture() NOT NULL,
    step text,
    title text NOT NULL,
    body text NOT NULL,
    link text,
    sent_at timestamp with time zone,
    send_error text,
    resolved_at timestamp with time zone,
    acknowledged_at timestamp with time zone,
    acknowledged_by text,
    subject text DEFAULT ''::text NOT NULL,
    since date,
    CONSTRAINT alert_level_check CHECK ((level = ANY (ARRAY['critical'::text, 'warning'::text, 'info'::text])))
);

ALTER TABLE ops.alert OWNER TO wh_owner;

-- Name: TABLE alert; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.alert IS '提醒。 | What was reported, to whom, about which night; also where no channel is configured.';

-- Name: COLUMN alert.resolved_at; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.alert.resolved_at IS '问题已不存在的时间。 | When a build of the date, or of a later one, no longer found the cause; it is then not sent any more.';

-- Name: COLUMN alert.acknowledged_at; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.alert.acknowledged_at IS '有人表示已知的时间；内容改变后为空。 | When somebody took notice; empty again when the alert changes.';

-- Name: COLUMN alert.acknowledged_by; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.alert.acknowledged_by IS '何人表示已知。 | Who took notice.';

-- Name: COLUMN alert.subject; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.alert.subject IS '相同事项的标识，空为每次都是新事项。 | What the alert of the next night has in common with this one if it is about the same matter; empty: each is new.';

-- Name: COLUMN alert.since; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.alert.since IS '该事项自哪次汇总（报表日期）起每次都有。 | The first of the nights without a break that raised an alert about the matter.';

-- Name: alert_alert_id_seq; Type: SEQUENCE; Schema: ops; Owner: wh_owner

ALTER TABLE ops.alert ALTER COLUMN alert_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ops.alert_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: alert_delivery; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.alert_delivery (
    alert_id bigint NOT NULL,
    channel text NOT NULL,
    tried_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone
);

ALTER TABLE ops.alert_delivery OWNER TO wh_owner;

-- Name: TABLE alert_delivery; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.alert_delivery IS '各通道的发送记录。 | What was sent to which channel (its kind and a hash of its address), and when; sent_at is NULL where the channel did not accept it.';

-- Name: arrival; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.arrival (
    path text NOT NULL,
    file_bytes bigint NOT NULL,
    modified_at timestamp with time zone NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    claimed_at timestamp with time zone,
    ingested_at timestamp with time zone,
    delivery_id bigint
);

ALTER TABLE ops.arrival OWNER TO wh_owner;

-- Name: TABLE arrival; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.arrival IS '落地区文件。 | Files of the landing zone by path, size and time. The epoch fences loaders: one that was replaced cannot commit.';

-- Name: build; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.build (
    build integer NOT NULL,
    report_date date NOT NULL,
    run_id text NOT NULL,
    base integer NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    status text DEFAULT 'building'::text NOT NULL,
    held_reason text,
    rules_digest text,
    sealed_at timestamp with time zone,
    intake_failures jsonb,
    CONSTRAINT build_status_check CHECK ((status = ANY (ARRAY['building'::text, 'held'::text, 'published'::text, 'abandoned'::text, 'rolled_back'::text])))
);

ALTER TABLE ops.build OWNER TO wh_owner;

-- Name: TABLE build; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.build IS '每晚一次汇总，编号即数据仓库的时钟。 | One row a night that was begun. The number is the clock of the warehouse: from_build and to_build count in it.';

-- Name: COLUMN build.base; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.build.base IS '开始汇总时的链首编号；发布时须未变。 | The chain head when the build began; it is published only while that has not moved.';

-- Name: COLUMN build.rules_digest; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.build.rules_digest IS '所用规则的校验和：参数与种子表、规则决定、模型 SQL。 | Digest of the rules of the build: settings and other seeds, decisions, SQL of the models.';

-- Name: COLUMN build.sealed_at; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.build.sealed_at IS '发布前检查开始的时间，此后不得再写入。 | When gate 2 began to look: from then on nothing of the build is written.';

-- Name: COLUMN build.intake_failures; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.build.intake_failures IS '发布前检查开始时未能入库的文件和来源。 | What had been found and not ingested when gate 2 began: the rows of ops.intake_failure.';

-- Name: build_build_seq; Type: SEQUENCE; Schema: ops; Owner: wh_owner

ALTER TABLE ops.build ALTER COLUMN build ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ops.build_build_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: certificate; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.certificate (
    build integer NOT NULL,
    issued_at timestamp with time zone DEFAULT now() NOT NULL,
    suite_versions jsonb NOT NULL,
    checks_expected integer NOT NULL,
    checks_run integer NOT NULL,
    critical_failed integer NOT NULL,
    row_counts jsonb NOT NULL,
    digest bytea NOT NULL,
    landing_digest bytea,
    rules_digest bytea,
    CONSTRAINT certificate_checks_expected_check CHECK ((checks_expected > 0))
);

ALTER TABLE ops.certificate OWNER TO wh_owner;

-- Name: feed; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.feed (
    feed text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    owner text NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    unit text NOT NULL,
    unit_column text,
    key_columns text[] NOT NULL,
    person_column text,
    money_columns text[] NOT NULL,
    date_columns text[] NOT NULL,
    amount_due_column text,
    amount_paid_column text,
    freshness_column text,
    due_frequency text,
    due_time time without time zone,
    due_weekday smallint,
    due_day smallint,
    due_working_days smallint,
    platform_path text,
    platform_id_field text,
    platform_updated_field text,
    platform_page_items integer,
    codes jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ops.feed OWNER TO wh_owner;

-- Name: TABLE feed; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.feed IS '各报表的属性，由数据契约生成。 | Properties of each feed, generated from its contract.';

-- Name: COLUMN feed.codes; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.feed.codes IS '各列的代码及其中文名称：{列: {代码: 名称}}。 | Codes of its columns with their Chinese labels: {column: {code: label}}.';

-- Name: current_delivery; Type: VIEW; Schema: ops; Owner: wh_owner

CREATE VIEW ops.current_delivery AS
 SELECT d.delivery_id,
    d.feed,
    d.unit,
    d.report_date,
    d.part,
    d.revision,
    d.kind,
    d.arrived_at,
    d.landed_at,
    d.rows_read,
    d.rows_landed,
    d.rows_rejected,
    d.status,
    d.reason,
    d.understood,
    d.build,
    night.report_date AS night_on
   FROM ((ops.delivery d
     JOIN ops.feed feed ON ((d.feed = feed.feed)))
     LEFT JOIN ops.build night ON ((d.build = night.build)))
  WHERE ((d.status <> 'withdrawn'::text) AND (NOT (EXISTS ( SELECT
           FROM ops.delivery later
          WHERE (((later.feed = d.feed) AND (later.unit = d.unit) AND (later.report_date = d.report_date) AND (later.part = d.part)) AND (later.revision > d.revision) AND (later.status <> 'withdrawn'::text) AND ((later.status <> 'refused'::text) OR (d.status = 'refused'::text)))))) AND (NOT ((feed.kind = 'snapshot'::text) AND (EXISTS ( SELECT
           FROM ops.delivery later
          WHERE ((later.feed = d.feed) AND (later.unit = d.unit) AND (later.report_date > d.report_date) AND (later.status = 'accepted'::text)))))));

ALTER VIEW ops.current_delivery OWNER TO wh_owner;

-- Name: VIEW current_delivery; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON VIEW ops.current_delivery IS '未被后来报送取代的报送：没有更新的修订，全量快照也没有日期更晚且已采用的。 | Deliveries that nothing later has replaced: neither a revision of the part nor, of a snapshot, an accepted submission of a later date.';

-- Name: COLUMN current_delivery.night_on; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.current_delivery.night_on IS '作出决定的汇总的报表日期；无法读取的没有。 | The report date of the night that accepted or held it; of a refused file none.';

-- Name: decided_value; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.decided_value (
    seed text NOT NULL,
    key jsonb NOT NULL,
    shown jsonb NOT NULL,
    decided_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_by text DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT decided_value_seed_check CHECK ((seed = ANY (ARRAY['setting'::text, 'target'::text, 'holiday'::text, 'division'::text])))
);

ALTER TABLE ops.decided_value OWNER TO wh_owner;

-- Name: TABLE decided_value; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.decided_value IS '操作员决定的目标、参数、节假日和重点县，代替种子表中的值。 | Targets, settings, holidays and key counties that an operator decided: they take the place of what the seed tables say.';

-- Name: COLUMN decided_value.key; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.decided_value.key IS '哪个目标、参数、日期或县市；目标、参数和县市还有生效日期。 | Which target, setting, day or county; of all but days also from when.';

-- Name: COLUMN decided_value.shown; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.decided_value.shown IS '种子表中的一行；县市只有重点县级别。 | The row of the seed table; of a county, only its level as a key county.';

-- Name: delivery_delivery_id_seq; Type: SEQUENCE; Schema: ops; Owner: wh_owner

ALTER TABLE ops.delivery ALTER COLUMN delivery_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ops.delivery_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: delivery_profile; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.delivery_profile (
    delivery_id bigint NOT NULL,
    feed text NOT NULL,
    unit text NOT NULL,
    report_date date NOT NULL,
    measures jsonb NOT NULL
);

ALTER TABLE ops.delivery_profile OWNER TO wh_owner;

-- Name: TABLE delivery_profile; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.delivery_profile IS '入库前检查对每次报送的度量（行数、占比、均值、结构），供日后比对。 | What gate 1 measured of a unit''s deliveries of a date (all parts; the delivery named is the newest): row counts, shares, means and mixes, never a row. Later ones are compared with it.';

-- Name: digest_key; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.digest_key (
    build integer NOT NULL,
    key bytea NOT NULL,
    CONSTRAINT digest_key_key_check CHECK ((octet_length(key) = 32))
);

ALTER TABLE ops.digest_key OWNER TO wh_owner;

-- Name: due; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.due (
    feed text NOT NULL,
    unit text NOT NULL,
    report_date date NOT NULL,
    due_at timestamp with time zone NOT NULL,
    causes bigint[],
    recorded_at timestamp with time zone DEFAULT now(),
    caused_at timestamp with time zone[]
);

ALTER TABLE ops.due OWNER TO wh_owner;

-- Name: TABLE due; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.due IS '应报清单，先于到报。 | Deliveries that are expected, before anything arrives.';

-- Name: COLUMN due.causes; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due.causes IS '使之应报的报送记录（列有该代发批次的发放表、列有该在建项目的项目表）；空：按日历应报。 | The deliveries that name it: payrolls with the payment batch, lists with the open project; NULL: due by the calendar.';

-- Name: COLUMN due.recorded_at; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due.recorded_at IS '列入时间；空：此列增设以前。 | When it was listed; NULL: before this was recorded.';

-- Name: COLUMN due.caused_at; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due.caused_at IS '各报送记录列为原因的时间，与 causes 顺序相同。 | When each of the causes was added, in their order.';

-- Name: due_window; Type: VIEW; Schema: ops; Owner: wh_owner

CREATE VIEW ops.due_window AS
 WITH standing AS NOT MATERIALIZED (
         SELECT due_1.feed,
            due_1.unit,
            due_1.report_date,
            due_1.due_at,
            feed.kind
           FROM (ops.due due_1
             JOIN ops.feed feed ON ((due_1.feed = feed.feed)))
          WHERE ((due_1.causes IS NULL) OR (EXISTS ( SELECT
                   FROM ops.delivery cause
                  WHERE ((cause.delivery_id = ANY (due_1.causes)) AND (cause.status = 'accepted'::text) AND (NOT ((feed.kind = 'batch'::text) AND (EXISTS ( SELECT
                           FROM ops.delivery later
                          WHERE (((later.feed = cause.feed) AND (later.unit = cause.unit) AND (later.report_date = cause.report_date) AND (later.part = cause.part)) AND (later.revision > cause.revision) AND (later.status = 'accepted'::text) AND (later.build < ( SELECT max(newest.build) AS max
                                   FROM ops.build newest)))))))))))
        )
 SELECT feed,
    unit,
    report_date,
    due_at,
    kind,
    ((due_at AT TIME ZONE 'Asia/Shanghai'::text))::date AS due_on,
        CASE
            WHEN (kind = ANY (ARRAY['batch'::text, 'period'::text])) THEN '-infinity'::date
            ELSE COALESCE(( SELECT (earlier.report_date + 1)
               FROM standing earlier
              WHERE ((earlier.feed = due.feed) AND (earlier.unit = due.unit) AND (earlier.report_date < due.report_date))
              ORDER BY earlier.report_date DESC
             LIMIT 1), report_date)
        END AS first_date,
        CASE
            WHEN (kind = ANY (ARRAY['batch'::text, 'period'::text])) THEN 'infinity'::date
            ELSE report_date
        END AS last_date,
        CASE
            WHEN (kind = 'period'::text) THEN ((date_trunc('month'::text, (report_date)::timestamp without time zone) - '1 mon'::interval))::date
            ELSE NULL::date
        END AS month
   FROM standing due;

ALTER VIEW ops.due_window OWNER TO wh_owner;

-- Name: VIEW due_window; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON VIEW ops.due_window IS '每项应报，及可抵此次应报的报表日期。 | What is due, and the report dates that answer it.';

-- Name: COLUMN due_window.due_on; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_window.due_on IS '应报当晚的报表日期。 | The report date of the night on which it is due.';

-- Name: COLUMN due_window.first_date; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_window.first_date IS '可抵此次应报的最早报表日期：上一次应报的次日；按期报表和代发回盘不限日期。 | The earliest report date that answers what is due: the day after the one due before, or else the date itself; of a period feed or a batch any date.';

-- Name: COLUMN due_window.last_date; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_window.last_date IS '可抵此次应报的最晚报表日期。 | The latest report date that answers what is due.';

-- Name: COLUMN due_window.month; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_window.month IS '按期报表应报的月份：报表日期的上月；空：不是按期报表。 | Of a period feed the month that is due, the one before its report date; NULL: no period feed.';

-- Name: intake_failure; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.intake_failure (
    night_on date NOT NULL,
    feed text NOT NULL,
    unit text DEFAULT '*'::text NOT NULL,
    path text DEFAULT ''::text NOT NULL,
    reason text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ops.intake_failure OWNER TO wh_owner;

-- Name: TABLE intake_failure; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.intake_failure IS '当晚已发现但未能入库的文件或来源（系统原因，不是未报）。 | Files and sources that a night has found and not ingested: a row is written before the attempt, deleted by its success, and counts as a failure of the warehouse when the night is built. Unit * stands for every unit of the feed.';

-- Name: due_of_night; Type: VIEW; Schema: ops; Owner: wh_owner

CREATE VIEW ops.due_of_night AS
 SELECT night.build,
    due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    due.due_on,
    due.first_date,
    due.last_date,
        CASE
            WHEN found.is_in_use THEN 'arrived'::text
            WHEN found.is_intake_failure THEN 'intake_failed'::text
            WHEN found.has_arrived THEN 'arrived'::text
            ELSE 'missing'::text
        END AS status,
    due.month
   FROM ((ops.build night
     JOIN ops.due_window due ON (((due.due_on = night.report_date) OR ((due.kind = 'batch'::text) AND (due.due_on < night.report_date) AND (NOT (EXISTS ( SELECT
           FROM ops.delivery earlier
          WHERE ((earlier.feed = due.feed) AND (earlier.unit = due.unit) AND (earlier.status = 'accepted'::text) AND (earlier.build < night.build)))))))))
     CROSS JOIN LATERAL ( SELECT COALESCE(bool_or((delivery.status = ANY (ARRAY['accepted'::text, 'held'::text]))), false) AS is_in_use,
            (count(*) > 0) AS has_arrived,
            (EXISTS ( SELECT
                   FROM ops.intake_failure failure
                  WHERE ((failure.feed = due.feed) AND (failure.unit = ANY (ARRAY[due.unit, '*'::text])) AND (failure.night_on = night.report_date)))) AS is_intake_failure
           FROM ops.delivery delivery
          WHERE ((delivery.feed = due.feed) AND (delivery.unit = due.unit) AND (delivery.status <> 'withdrawn'::text) AND ((delivery.report_date >= due.first_date) AND (delivery.report_date <= due.last_date)) AND ops.speaks_of(delivery.months, delivery.report_date, due.month) AND (NOT (EXISTS ( SELECT
                   FROM ops.delivery later
                  WHERE (((later.feed = delivery.feed) AND (later.unit = delivery.unit) AND (later.report_date = delivery.report_date) AND (later.part = delivery.part)) AND (later.revision > delivery.revision) AND (later.status = 'accepted'::text))))))) found);

ALTER VIEW ops.due_of_night OWNER TO wh_owner;

-- Name: VIEW due_of_night; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON VIEW ops.due_of_night IS '每次汇总当晚的应报，及是否未报。 | What is due on the night of each build, and whether it is missing: one row a build, feed, unit and report date. A bank''s return stays due until it is accepted.';

-- Name: COLUMN due_of_night.first_date; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_of_night.first_date IS '可抵此次应报的最早报表日期：上一次应报的次日；按期报表和代发回盘不限日期。 | The earliest report date that answers what is due: the day after the one due before, or else the date itself; of a period feed or a batch any date.';

-- Name: COLUMN due_of_night.last_date; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_of_night.last_date IS '可抵此次应报的最晚报表日期。 | The latest report date that answers what is due.';

-- Name: COLUMN due_of_night.status; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_of_night.status IS '已到、未报，或系统入库失败（不算未报）。 | arrived: something came, even if it was refused; intake_failed: the warehouse found a file and failed to ingest it, and nothing else is in use; missing: nothing came.';

-- Name: COLUMN due_of_night.month; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_of_night.month IS '按期报表应报的月份：报表日期的上月；空：不是按期报表。 | Of a period feed the month that is due, the one before its report date; NULL: no period feed.';

-- Name: due_submission; Type: VIEW; Schema: ops; Owner: wh_owner

CREATE VIEW ops.due_submission AS
 SELECT due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    due.due_on,
    due.first_date,
    due.last_date,
    submission.arrived_at,
    COALESCE(submission.delivery_id, refused.delivery_id) AS delivery_id,
    ops.state_of_due(submission.arrived_at, due.due_at, due.unit, submission.is_held, (EXISTS ( SELECT
           FROM (ops.intake_failure failure
             JOIN ops.build night ON (((failure.night_on = night.report_date) AND (failure.recorded_at <= night.started_at))))
          WHERE ((failure.feed = due.feed) AND (failure.unit = ANY (ARRAY[due.unit, '*'::text])) AND (failure.night_on =
                CASE due.kind
                    WHEN 'batch'::text THEN ( SELECT max(newest.report_date) AS max
                       FROM ops.build newest)
                    ELSE due.due_on
                END))))) AS status,
    due.month
   FROM ((ops.due_window due
     LEFT JOIN LATERAL ( SELECT ops.arrival_of_parts(array_agg(part.arrived_at), array_agg(part.is_correction)) AS arrived_at,
            bool_or((part.status = 'held'::text)) AS is_held,
            (array_agg(part.delivery_id ORDER BY (part.status = 'held'::text), part.is_correction,
                CASE
                    WHEN part.is_correction THEN part.arrived_at
                    ELSE NULL::timestamp with time zone
                END, part.delivery_id DESC))[1] AS delivery_id
           FROM ( SELECT DISTINCT ON (d.report_date, d.part) d.report_date,
                    d.status,
                    d.delivery_id,
                    d.months,
                    bool_or((d.kind = 'correction'::text)) OVER part AS is_correction,
                    min(d.arrived_at) FILTER (WHERE ops.is_arrival(d.kind, d.status)) OVER part AS arrived_at
                   FROM ops.delivery d
                  WHERE ((d.feed = due.feed) AND (d.unit = due.unit) AND ((d.report_date >= due.first_date) AND (d.report_date <= due.last_date)) AND (d.status = ANY (ARRAY['landed'::text, 'accepted'::text, 'held'::text])))
                  WINDOW part AS (PARTITION BY d.report_date, d.part)
                  ORDER BY d.report_date, d.part, (d.status = 'held'::text), d.revision DESC) part
          WHERE ops.speaks_of(part.months, part.report_date, due.month)
          GROUP BY part.report_date
          ORDER BY (ops.arrival_of_parts(array_agg(part.arrived_at), array_agg(part.is_correction))), part.report_date
         LIMIT 1) submission ON (true))
     LEFT JOIN LATERAL ( SELECT max(d.delivery_id) AS delivery_id
           FROM ops.delivery d
          WHERE ((d.feed = due.feed) AND (d.unit = due.unit) AND ((d.report_date >= due.first_date) AND (d.report_date <= due.last_date)) AND (d.status = 'refused'::text) AND ops.speaks_of(d.months, d.report_date, due.month))) refused ON (true));

ALTER VIEW ops.due_submission OWNER TO wh_owner;

-- Name: VIEW due_submission; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON VIEW ops.due_submission IS '每项应报现在的状态，判定与监测表相同。 | What has become of each delivery that was due, as the marts judge it: one row a feed, unit and report date.';

-- Name: COLUMN due_submission.arrived_at; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_submission.arrived_at IS '到达时间；更正不改变到达时间，除非该月只有更正涉及。 | When the last of its parts first came; a later revision or a correction does not change it, unless only corrections speak of the month.';

-- Name: COLUMN due_submission.delivery_id; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_submission.delivery_id IS '所指报送的编号（只有更正涉及时为更正）；未报而有编号的，是无法读取的那一份。 | The delivery to look at, a correction where nothing else answers; where it is missing, the file that could not be read.';

-- Name: COLUMN due_submission.status; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_submission.status IS '按时、迟报、暂扣、入库失败（系统原因）或未报；文件无法读取的也是未报。 | on_time, late, held, intake_failed (the warehouse found a file and failed to ingest it) or missing, also where a file could not be read.';

-- Name: COLUMN due_submission.month; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.due_submission.month IS '按期报表应报的月份：报表日期的上月；空：不是按期报表。 | Of a period feed the month that is due, the one before its report date; NULL: no period feed.';

-- Name: erasure_digest; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.erasure_digest (
    erasure bigint NOT NULL,
    publication integer NOT NULL,
    digest_before text NOT NULL,
    digest_after text NOT NULL
);

ALTER TABLE ops.erasure_digest OWNER TO wh_owner;

-- Name: TABLE erasure_digest; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.erasure_digest IS '删除前后各次发布的校验和。 | Digests of the publications from whose rows an erasure removed some, before and after.';

-- Name: expected_check; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.expected_check (
    build integer NOT NULL,
    suite text NOT NULL,
    check_name text NOT NULL,
    severity text NOT NULL,
    CONSTRAINT expected_check_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'warning'::text, 'info'::text])))
);

ALTER TABLE ops.expected_check OWNER TO wh_owner;

-- Name: TABLE expected_check; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.expected_check IS '发布前必须运行的检查，汇总开始时登记。 | Every check that gate 2 has to run on a build, recorded when the build begins and by another role than the gate''s.';

-- Name: generated_object; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.generated_object (
    name text NOT NULL,
    statement_digest bytea NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ops.generated_object OWNER TO wh_owner;

-- Name: migration; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.migration (
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ops.migration OWNER TO wh_owner;

-- Name: model_version; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.model_version (
    build integer NOT NULL,
    model text NOT NULL,
    rows_opened bigint NOT NULL,
    rows_closed bigint NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ops.model_version OWNER TO wh_owner;

-- Name: TABLE model_version; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.model_version IS '各次汇总写入的模型。 | Which models each build has written, and how many rows it opened and closed.';

-- Name: part_in_force; Type: VIEW; Schema: ops; Owner: wh_owner

CREATE VIEW ops.part_in_force AS
 SELECT feed,
    unit,
    report_date,
    part,
    revision,
    delivery_id,
    kind,
    path,
    sha256,
    status,
    landed_at,
    build,
    corrects
   FROM ops.delivery d
  WHERE ((status <> ALL (ARRAY['refused'::text, 'withdrawn'::text])) AND (NOT (EXISTS ( SELECT
           FROM ops.delivery later
          WHERE (((later.feed = d.feed) AND (later.unit = d.unit) AND (later.report_date = d.report_date) AND (later.part = d.part)) AND (later.revision > d.revision) AND (later.status <> ALL (ARRAY['refused'::text, 'withdrawn'::text])))))));

ALTER VIEW ops.part_in_force OWNER TO wh_owner;

-- Name: VIEW part_in_force; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON VIEW ops.part_in_force IS '每个分册现行的修订：未能读取的、已撤销的不算；类别为作废的表示该分册不再计入。 | Of each part the latest revision that could be read and that no rollback has withdrawn; of kind withdrawn: the part no longer counts.';

-- Name: platform_cursor; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.platform_cursor (
    resource text NOT NULL,
    watermark timestamp with time zone NOT NULL,
    read_at timestamp with time zone NOT NULL
);

ALTER TABLE ops.platform_cursor OWNER TO wh_owner;

-- Name: pointer; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.pointer (
    only_row boolean DEFAULT true NOT NULL,
    publication integer,
    CONSTRAINT pointer_only_row_check CHECK (only_row)
);

ALTER TABLE ops.pointer OWNER TO wh_owner;

-- Name: product; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.product (
    product text NOT NULL,
    report_date date NOT NULL,
    publication integer NOT NULL,
    vintage text NOT NULL,
    path text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ops.product OWNER TO wh_owner;

-- Name: product_delivery; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.product_delivery (
    product text NOT NULL,
    report_date date NOT NULL,
    publication integer NOT NULL,
    vintage text NOT NULL,
    channel text NOT NULL,
    wanted text NOT NULL,
    tried_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone
);

ALTER TABLE ops.product_delivery OWNER TO wh_owner;

-- Name: TABLE product_delivery; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.product_delivery IS '报告的发送记录。 | Which report was sent to which channel (its kind and a hash of its address), and when; sent_at is NULL where the channel did not accept it.';

-- Name: COLUMN product_delivery.wanted; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.product_delivery.wanted IS '接收的内容：日报、周调度、月通报，或某县市。 | What the channel reads: a product, or the files of one county (its code).';

-- Name: reader_county; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.reader_county (
    login text NOT NULL,
    county_code text NOT NULL
);

ALTER TABLE ops.reader_county OWNER TO wh_owner;

-- Name: refused_part; Type: VIEW; Schema: ops; Owner: wh_owner

CREATE VIEW ops.refused_part AS
 SELECT feed,
    unit,
    report_date,
    part,
    path
   FROM ops.delivery d
  WHERE ((status = 'refused'::text) AND (kind = ANY (ARRAY['file'::text, 'nil'::text])) AND (NOT (EXISTS ( SELECT
           FROM ops.delivery later
          WHERE (((later.feed = d.feed) AND (later.unit = d.unit) AND (later.report_date = d.report_date) AND (later.part = d.part)) AND (later.revision > d.revision))))) AND (NOT (EXISTS ( SELECT
           FROM ops.part_in_force p
          WHERE (((p.feed = d.feed) AND (p.unit = d.unit) AND (p.report_date = d.report_date) AND (p.part = d.part)) AND (p.kind <> 'withdrawn'::text))))));

ALTER VIEW ops.refused_part OWNER TO wh_owner;

-- Name: VIEW refused_part; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON VIEW ops.refused_part IS '无法读取、也没有可用的较早修订的分册：其内容在报送中缺失；更正工作簿不是分册。 | Parts whose newest revision was refused and of which none before is in force, so that the submission lacks what is in them; no return workbooks.';

-- Name: rule_decision; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.rule_decision (
    finding text NOT NULL,
    valid_from date NOT NULL,
    enabled boolean NOT NULL,
    decided_by text NOT NULL,
    legal_basis text NOT NULL,
    decided_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT rule_decision_decided_by_check CHECK ((length(btrim(decided_by)) >= 2)),
    CONSTRAINT rule_decision_legal_basis_check CHECK ((length(btrim(legal_basis)) >= 3))
);

ALTER TABLE ops.rule_decision OWNER TO wh_owner;

-- Name: TABLE rule_decision; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.rule_decision IS '核查线索规则的启用决定（决定人、依据、生效日期）。 | Who switched a rule of the findings on or off, from which report date, on which legal basis. It counts until a later row of the seed finding_rule (ops.rules).';

-- Name: schedule_begin; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.schedule_begin (
    decision bigint NOT NULL,
    first_date date NOT NULL,
    operator text NOT NULL,
    decided_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT schedule_begin_operator_check CHECK ((length(btrim(operator)) >= 2))
);

ALTER TABLE ops.schedule_begin OWNER TO wh_owner;

-- Name: TABLE schedule_begin; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.schedule_begin IS '自动夜间流程从哪个报表日期开始；最新一行有效。 | The report date from which scheduled nights run; the newest row is in force.';

-- Name: schedule_begin_decision_seq; Type: SEQUENCE; Schema: ops; Owner: wh_owner

ALTER TABLE ops.schedule_begin ALTER COLUMN decision ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ops.schedule_begin_decision_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: store_index; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.store_index (
    store_name text NOT NULL,
    index_name text NOT NULL,
    statement text NOT NULL
);

ALTER TABLE ops.store_index OWNER TO wh_owner;

-- Name: TABLE store_index; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.store_index IS '各存储表应有的索引。 | Indexes that each store table is to have.';

-- Name: tonight; Type: VIEW; Schema: ops; Owner: wh_owner

CREATE VIEW ops.tonight AS
 SELECT build,
    report_date,
    run_id,
    started_at
   FROM ops.build
  WHERE (status = 'building'::text);

ALTER VIEW ops.tonight OWNER TO wh_owner;

-- Name: VIEW tonight; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON VIEW ops.tonight IS '正在进行的汇总。 | The night that is being built: one row, or none.';

-- Name: tonight_core; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE UNLOGGED TABLE ops.tonight_core (
    build integer NOT NULL,
    is_built boolean NOT NULL
);

ALTER TABLE ops.tonight_core OWNER TO wh_owner;

-- Name: TABLE tonight_core; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.tonight_core IS '当晚表的归属；服务器崩溃后与当晚表一同清空。 | Whose rows the tables of `tonight` have, and whether the core layer is built: empty after a crash of the server, as they are.';

-- Name: upload; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.upload (
    upload bigint NOT NULL,
    county_code text NOT NULL,
    login text DEFAULT SESSION_USER NOT NULL,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    feed text NOT NULL,
    report_date date NOT NULL,
    part text NOT NULL,
    extension text NOT NULL,
    is_check boolean NOT NULL,
    file uuid NOT NULL,
    file_bytes bigint NOT NULL,
    sha256 bytea NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    answer jsonb,
    answered_at timestamp with time zone,
    CONSTRAINT upload_check CHECK (((state = 'waiting'::text) OR (answer IS NOT NULL))),
    CONSTRAINT upload_check1 CHECK (((feed <> 'corrections'::text) OR (extension = ANY (ARRAY['.xlsx'::text, '.xls'::text])))),
    CONSTRAINT upload_extension_check CHECK ((extension = ANY (ARRAY['.csv'::text, '.csv.gz'::text, '.xlsx'::text, '.xls'::text, '.zip'::text, '.nil'::text]))),
    CONSTRAINT upload_file_bytes_check CHECK ((file_bytes >= 0)),
    CONSTRAINT upload_part_check CHECK ((part ~ '^[0-9A-Za-z-]{0,12}$'::text)),
    CONSTRAINT upload_report_date_check CHECK ((report_date >= ops.first_report_date())),
    CONSTRAINT upload_sha256_check CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT upload_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'landed'::text, 'answered'::text])))
);

ALTER TABLE ops.upload OWNER TO wh_owner;

-- Name: TABLE upload; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON TABLE ops.upload IS '县市在控制台上传的文件及答复；试读的只保留参数 retention_checks_days 所定的天数。 | Files that clerks uploaded, and the answer to each; of files that were only checked for the days of the setting retention_checks_days. Neither the file''s name nor a value of it is here.';

-- Name: COLUMN upload.feed; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.upload.feed IS '报表，或 corrections（退回工作簿）。 | The feed, or `corrections` for a return workbook.';

-- Name: COLUMN upload.is_check; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.upload.is_check IS '试读：只检查，不入库。 | Check only: read and checked, and nothing kept.';

-- Name: COLUMN upload.file; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.upload.file IS '上传文件夹中的文件名，随机生成。 | The name of the file in the folder of uploads, made at random.';

-- Name: COLUMN upload.state; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON COLUMN ops.upload.state IS 'waiting 待读取；landed 已入库、退回工作簿待生成；answered 已答复。 | `waiting` to be read; `landed`, its return workbook not written yet; `answered`.';

-- Name: upload_upload_seq; Type: SEQUENCE; Schema: ops; Owner: wh_owner

ALTER TABLE ops.upload ALTER COLUMN upload ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ops.upload_upload_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: user_login; Type: VIEW; Schema: ops; Owner: wh_owner

CREATE VIEW ops.user_login AS
 SELECT (r.rolname)::text AS login,
    substr((g.rolname)::text, 4) AS kind,
    ( SELECT c.county_code
           FROM ops.reader_county c
          WHERE (c.login = r.rolname)) AS county_code,
    (NOT r.rolcanlogin) AS is_disabled
   FROM ((pg_roles r
     JOIN pg_auth_members m ON (((m.member = r.oid) AND (NOT m.admin_option))))
     JOIN pg_roles g ON (((g.oid = m.roleid) AND (g.rolname = ANY (ARRAY['wh_operator'::name, 'wh_analyst'::name, 'wh_county'::name, 'wh_caseworker'::name, 'wh_auditor'::name])))))
  WHERE (r.rolname !~ '^wh_'::text);

ALTER VIEW ops.user_login OWNER TO wh_owner;

-- Name: VIEW user_login; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON VIEW ops.user_login IS '用户登录名：角色、县市、是否停用。 | The logins of people: what each may do, whose county, and whether it is disabled.';

-- Name: valid_publication; Type: VIEW; Schema: ops; Owner: wh_owner

CREATE VIEW ops.valid_publication AS
 SELECT publication,
    report_date,
    published_at,
    vintage
   FROM ops.publication p
  WHERE (rolled_back_at IS NULL);

ALTER VIEW ops.valid_publication OWNER TO wh_owner;

-- Name: VIEW valid_publication; Type: COMMENT; Schema: ops; Owner: wh_owner

COMMENT ON VIEW ops.valid_publication IS '未撤回的发布。 | The publications that were not rolled back.';

-- Name: waiver; Type: TABLE; Schema: ops; Owner: wh_owner

CREATE TABLE ops.waiver (
    check_name text NOT NULL,
    unit text NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    granted_by text NOT NULL,
    reason text NOT NULL,
    granted_at timestamp with time zone DEFAULT now(),
    CONSTRAINT waiver_reason_check CHECK ((length(btrim(reason)) >= 3))
);

ALTER TABLE ops.waiver OWNER TO wh_owner;

-- Name: setting; Type: TABLE; Schema: seeds; Owner: wh_owner

CREATE TABLE seeds.setting (
    name text,
    valid_from date,
    value text,
    kind text,
    enabled boolean,
    legal_basis text,
    note_zh text,
    note_en text
);

ALTER TABLE seeds.setting OWNER TO wh_owner;

-- Name: dim_workshop; Type: TABLE; Schema: tonight; Owner: wh_owner

CREATE UNLOGGED TABLE tonight.dim_workshop (
    county_code text,
    workshop_no text,
    workshop_name text,
    township_code text,
    recognised_on date,
    status text,
    adjustment_type text,
    tier text,
    workers integer,
    poverty_alleviated_workers integer,
    subsidy_amount numeric(14,2),
    subsidy_on date,
    exited_on date,
    left_out_on date
);

ALTER TABLE tonight.dim_workshop OWNER TO wh_owner;

-- Name: reported_workshop; Type: TABLE; Schema: tonight; Owner: wh_owner

CREATE UNLOGGED TABLE tonight.reported_workshop (
    unit text,
    county_code text,
    workshop_no text,
    workshop_name text,
    township_code text,
    recognised_on date,
    status text,
    adjustment_type text,
    tier text,
    workers integer,
    poverty_alleviated_workers integer,
    subsidy_amount numeric,
    subsidy_on date,
    exited_on date,
    seen_from date,
    seen_to date
);

ALTER TABLE tonight.reported_workshop OWNER TO wh_owner;

-- Name: bank_account; Type: TABLE; Schema: vault; Owner: wh_owner

CREATE TABLE vault.bank_account (
    account_key uuid NOT NULL,
    key_version smallint NOT NULL,
    sealed bytea NOT NULL
);

ALTER TABLE vault.bank_account OWNER TO wh_owner;

-- Name: data_key; Type: TABLE; Schema: vault; Owner: wh_owner

CREATE TABLE vault.data_key (
    only_one boolean DEFAULT true NOT NULL,
    sealed bytea NOT NULL,
    first_used_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT data_key_only_one_check CHECK (only_one)
);

ALTER TABLE vault.data_key OWNER TO wh_owner;

-- Name: TABLE data_key; Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON TABLE vault.data_key IS '只有本库的数据密钥才能解开的密文。 | What only the data key of this warehouse opens.';

-- Name: erasure; Type: TABLE; Schema: vault; Owner: wh_owner

CREATE TABLE vault.erasure (
    erasure bigint NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    asked_by text DEFAULT SESSION_USER NOT NULL,
    marks bytea[] NOT NULL,
    person_key uuid,
    key_version smallint,
    sealed bytea,
    done_at timestamp with time zone,
    rows_erased bigint,
    CONSTRAINT erasure_check CHECK (((person_key IS NULL) = (done_at IS NOT NULL)))
);

ALTER TABLE vault.erasure OWNER TO wh_owner;

-- Name: TABLE erasure; Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON TABLE vault.erasure IS '删除请求：完成后只留标记，不能据此还原证件号或代号。 | Persons who were erased. What remains of each are marks (CMACs of the tokens of the person and of the accounts), by which a row that names the person again is recognised.';

-- Name: erasure_erasure_seq; Type: SEQUENCE; Schema: vault; Owner: wh_owner

ALTER TABLE vault.erasure ALTER COLUMN erasure ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME vault.erasure_erasure_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: known; Type: TABLE; Schema: vault; Owner: wh_owner

CREATE TABLE vault.known (
    feed text NOT NULL,
    unit text NOT NULL,
    delivery_id bigint NOT NULL,
    digests bytea NOT NULL,
    details bytea,
    CONSTRAINT known_details_check CHECK (((octet_length(details) % 8) = 0)),
    CONSTRAINT known_digests_check CHECK (((octet_length(digests) % 8) = 0))
);
ALTER TABLE ONLY vault.known ALTER COLUMN digests SET STORAGE EXTERNAL;
ALTER TABLE ONLY vault.known ALTER COLUMN details SET STORAGE EXTERNAL;

ALTER TABLE vault.known OWNER TO wh_owner;

-- Name: TABLE known; Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON TABLE vault.known IS '各单位报送中已封存者的键的前八字节。 | The first eight bytes of the keys of people and accounts whom deliveries of a unit have named and whom the vault has.';

-- Name: COLUMN known.details; Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON COLUMN vault.known.details IS '登记台账：键的前五字节，连同姓名、手机号代号的三字节。 | Of a register, for each person: five bytes of the key and three that change with name and mobile number.';

-- Name: person; Type: TABLE; Schema: vault; Owner: wh_owner

CREATE TABLE vault.person (
    person_key uuid NOT NULL,
    key_version smallint NOT NULL,
    county_code text DEFAULT ''::text NOT NULL,
    sealed bytea NOT NULL
);

ALTER TABLE vault.person OWNER TO wh_owner;

-- Name: TABLE person; Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON TABLE vault.person IS '各县市所报人员的身份（密文），每人每县市一行；县市代码为空的，是县市以外的来源所报。 | Who persons are, sealed, as each county reports them; without a county: as another source does.';

-- Name: rejected_row; Type: TABLE; Schema: vault; Owner: wh_owner

CREATE TABLE vault.rejected_row (
    delivery_id bigint NOT NULL,
    sheet text DEFAULT ''::text NOT NULL,
    line integer NOT NULL,
    column_name text NOT NULL,
    reason text NOT NULL,
    key_version smallint DEFAULT 1 NOT NULL,
    sealed bytea NOT NULL,
    corrected_by bigint
);

ALTER TABLE vault.rejected_row OWNER TO wh_owner;

-- Name: TABLE rejected_row; Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON TABLE vault.rejected_row IS '退回行。 | Rows that broke the contract: where and why in clear, the row as it was sent sealed. One row a broken cell; the first is the reason counted.';

-- Name: token_key; Type: TABLE; Schema: vault; Owner: wh_owner

CREATE TABLE vault.token_key (
    only_one boolean DEFAULT true NOT NULL,
    check_value bytea NOT NULL,
    first_used_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT token_key_check_value_check CHECK ((octet_length(check_value) = 16)),
    CONSTRAINT token_key_only_one_check CHECK (only_one)
);

ALTER TABLE vault.token_key OWNER TO wh_owner;

-- Name: TABLE token_key; Type: COMMENT; Schema: vault; Owner: wh_owner

COMMENT ON TABLE vault.token_key IS '代号密钥的校验值（不含密钥本身）。 | What identifies the token key of this warehouse, and nothing of the key itself.';

-- Name: act act_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.act
    ADD CONSTRAINT act_pkey PRIMARY KEY (act);

-- Name: alert_delivery alert_delivery_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.alert_delivery
    ADD CONSTRAINT alert_delivery_pkey PRIMARY KEY (alert_id, channel);

-- Name: alert alert_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (alert_id);

-- Name: arrival arrival_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.arrival
    ADD CONSTRAINT arrival_pkey PRIMARY KEY (path);

-- Name: build build_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.build
    ADD CONSTRAINT build_pkey PRIMARY KEY (build);

-- Name: certificate certificate_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.certificate
    ADD CONSTRAINT certificate_pkey PRIMARY KEY (build);

-- Name: decided_value decided_value_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.decided_value
    ADD CONSTRAINT decided_value_pkey PRIMARY KEY (seed, key);

-- Name: delivery delivery_feed_unit_report_date_part_revision_key; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.delivery
    ADD CONSTRAINT delivery_feed_unit_report_date_part_revision_key UNIQUE (feed, unit, report_date, part, revision);

-- Name: delivery delivery_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (delivery_id);

-- Name: delivery_profile delivery_profile_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.delivery_profile
    ADD CONSTRAINT delivery_profile_pkey PRIMARY KEY (delivery_id);

-- Name: digest_key digest_key_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.digest_key
    ADD CONSTRAINT digest_key_pkey PRIMARY KEY (build);

-- Name: due due_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.due
    ADD CONSTRAINT due_pkey PRIMARY KEY (feed, unit, report_date);

-- Name: erasure_digest erasure_digest_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.erasure_digest
    ADD CONSTRAINT erasure_digest_pkey PRIMARY KEY (erasure, publication);

-- Name: expected_check expected_check_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.expected_check
    ADD CONSTRAINT expected_check_pkey PRIMARY KEY (build, suite, check_name);

-- Name: feed feed_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.feed
    ADD CONSTRAINT feed_pkey PRIMARY KEY (feed);

-- Name: generated_object generated_object_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.generated_object
    ADD CONSTRAINT generated_object_pkey PRIMARY KEY (name);

-- Name: intake_failure intake_failure_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.intake_failure
    ADD CONSTRAINT intake_failure_pkey PRIMARY KEY (night_on, feed, unit, path);

-- Name: migration migration_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

-- Name: model_version model_version_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.model_version
    ADD CONSTRAINT model_version_pkey PRIMARY KEY (build, model);

-- Name: month_close month_close_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.month_close
    ADD CONSTRAINT month_close_pkey PRIMARY KEY (month);

-- Name: alert one_alert; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.alert
    ADD CONSTRAINT one_alert UNIQUE NULLS NOT DISTINCT (report_date, kind, unit);

-- Name: platform_cursor platform_cursor_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.platform_cursor
    ADD CONSTRAINT platform_cursor_pkey PRIMARY KEY (resource);

-- Name: pointer pointer_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.pointer
    ADD CONSTRAINT pointer_pkey PRIMARY KEY (only_row);

-- Name: product_delivery product_delivery_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.product_delivery
    ADD CONSTRAINT product_delivery_pkey PRIMARY KEY (product, report_date, publication, vintage, channel, wanted);

-- Name: product product_path_check; Type: CHECK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ops.product
    ADD CONSTRAINT product_path_check CHECK ((path ~ '^reports/[0-9]{4}-[0-9]{2}-[0-9]{2}/[a-z]+-[0-9]+(-final)?[.][a-z]+$'::text)) NOT VALID;

-- Name: product product_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (product, report_date, publication, vintage);

-- Name: publication publication_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.publication
    ADD CONSTRAINT publication_pkey PRIMARY KEY (publication);

-- Name: reader_county reader_county_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.reader_county
    ADD CONSTRAINT reader_county_pkey PRIMARY KEY (login, county_code);

-- Name: rule_decision rule_decision_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.rule_decision
    ADD CONSTRAINT rule_decision_pkey PRIMARY KEY (finding, valid_from);

-- Name: schedule_begin schedule_begin_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.schedule_begin
    ADD CONSTRAINT schedule_begin_pkey PRIMARY KEY (decision);

-- Name: store_index store_index_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.store_index
    ADD CONSTRAINT store_index_pkey PRIMARY KEY (index_name);

-- Name: tonight_core tonight_core_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.tonight_core
    ADD CONSTRAINT tonight_core_pkey PRIMARY KEY (build);

-- Name: upload upload_file_key; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.upload
    ADD CONSTRAINT upload_file_key UNIQUE (file);

-- Name: upload upload_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (upload);

-- Name: versioned versioned_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.versioned
    ADD CONSTRAINT versioned_pkey PRIMARY KEY (model);

-- Name: waiver waiver_pkey; Type: CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.waiver
    ADD CONSTRAINT waiver_pkey PRIMARY KEY (check_name, unit, valid_from);

-- Name: bank_account bank_account_pkey; Type: CONSTRAINT; Schema: vault; Owner: wh_owner

ALTER TABLE ONLY vault.bank_account
    ADD CONSTRAINT bank_account_pkey PRIMARY KEY (account_key);

-- Name: data_key data_key_pkey; Type: CONSTRAINT; Schema: vault; Owner: wh_owner

ALTER TABLE ONLY vault.data_key
    ADD CONSTRAINT data_key_pkey PRIMARY KEY (only_one);

-- Name: erasure erasure_person_key_key; Type: CONSTRAINT; Schema: vault; Owner: wh_owner

ALTER TABLE ONLY vault.erasure
    ADD CONSTRAINT erasure_person_key_key UNIQUE (person_key);

-- Name: erasure erasure_pkey; Type: CONSTRAINT; Schema: vault; Owner: wh_owner

ALTER TABLE ONLY vault.erasure
    ADD CONSTRAINT erasure_pkey PRIMARY KEY (erasure);

-- Name: person person_pkey; Type: CONSTRAINT; Schema: vault; Owner: wh_owner

ALTER TABLE ONLY vault.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (person_key, county_code);

-- Name: token_key token_key_pkey; Type: CONSTRAINT; Schema: vault; Owner: wh_owner

ALTER TABLE ONLY vault.token_key
    ADD CONSTRAINT token_key_pkey PRIMARY KEY (only_one);

-- Name: workshop_by_delivery; Type: INDEX; Schema: landing; Owner: wh_owner

CREATE INDEX workshop_by_delivery ON landing.workshop USING brin (delivery_id) WITH (autosummarize='on');

-- Name: act_by_kind; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX act_by_kind ON ops.act USING btree (kind, acted_at);

-- Name: act_by_login; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX act_by_login ON ops.act USING btree (login, acted_at);

-- Name: check_result_by_build; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX check_result_by_build ON ops.check_result USING btree (build);

-- Name: check_result_by_unit; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX check_result_by_unit ON ops.check_result USING btree (unit, build);

-- Name: delivery_by_build; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX delivery_by_build ON ops.delivery USING btree (build);

-- Name: delivery_by_date; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX delivery_by_date ON ops.delivery USING btree (feed, unit, report_date);

-- Name: delivery_by_transaction; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX delivery_by_transaction ON ops.delivery USING btree (landed_by);

-- Name: delivery_profile_by_unit; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX delivery_profile_by_unit ON ops.delivery_profile USING btree (feed, unit, report_date);

-- Name: one_night_at_a_time; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE UNIQUE INDEX one_night_at_a_time ON ops.build USING btree ((true)) WHERE (status = 'building'::text);

-- Name: upload_by_county; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX upload_by_county ON ops.upload USING btree (county_code, received_at);

-- Name: upload_to_read; Type: INDEX; Schema: ops; Owner: wh_owner

CREATE INDEX upload_to_read ON ops.upload USING btree (upload) WHERE (state <> 'answered'::text);

-- Name: known_by_unit; Type: INDEX; Schema: vault; Owner: wh_owner

CREATE INDEX known_by_unit ON vault.known USING btree (unit, feed);

-- Name: rejected_row_by_delivery; Type: INDEX; Schema: vault; Owner: wh_owner

CREATE INDEX rejected_row_by_delivery ON vault.rejected_row USING btree (delivery_id);

-- Name: workshop own_delivery; Type: TRIGGER; Schema: landing; Owner: wh_owner

CREATE TRIGGER own_delivery AFTER INSERT ON landing.workshop FOR EACH ROW WHEN (((new.delivery_id <> ALL (landing.own_deliveries('workshop'::text))) AND (NOT pg_has_role(SESSION_USER, 'wh_owner'::name, 'member'::text)))) EXECUTE FUNCTION landing.refuse_row();

-- Name: act acts_are_not_truncated; Type: TRIGGER; Schema: ops; Owner: wh_owner

CREATE TRIGGER acts_are_not_truncated BEFORE TRUNCATE ON ops.act FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change_of_acts();

ALTER TABLE ops.act ENABLE ALWAYS TRIGGER acts_are_not_truncated;

-- Name: act acts_are_only_added; Type: TRIGGER; Schema: ops; Owner: wh_owner

CREATE TRIGGER acts_are_only_added BEFORE DELETE OR UPDATE ON ops.act FOR EACH ROW EXECUTE FUNCTION ops.refuse_change_of_acts();

ALTER TABLE ops.act ENABLE ALWAYS TRIGGER acts_are_only_added;

-- Name: month_close closed_months_stay; Type: TRIGGER; Schema: ops; Owner: wh_owner

CREATE TRIGGER closed_months_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON ops.month_close FOR EACH STATEMENT EXECUTE FUNCTION ops.keep_closed_months();

-- Name: publication final_publications_stay; Type: TRIGGER; Schema: ops; Owner: wh_owner

CREATE TRIGGER final_publications_stay BEFORE UPDATE OF rolled_back_at ON ops.publication FOR EACH ROW WHEN ((new.rolled_back_at IS NOT NULL)) EXECUTE FUNCTION ops.keep_closed_months();

-- Name: build key_counties_of_the_date; Type: TRIGGER; Schema: ops; Owner: wh_owner

CREATE TRIGGER key_counties_of_the_date AFTER INSERT ON ops.build FOR EACH STATEMENT EXECUTE FUNCTION ops.apply_key_counties_of_build();

-- Name: alert renew_alert; Type: TRIGGER; Schema: ops; Owner: wh_owner

CREATE TRIGGER renew_alert BEFORE UPDATE OF level, title, body ON ops.alert FOR EACH ROW EXECUTE FUNCTION ops.renew_alert();

-- Name: person forget_details; Type: TRIGGER; Schema: vault; Owner: wh_owner

CREATE TRIGGER forget_details AFTER DELETE ON vault.person REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION vault.forget_details();

-- Name: alert_delivery alert_delivery_alert_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.alert_delivery
    ADD CONSTRAINT alert_delivery_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES ops.alert(alert_id);

-- Name: certificate certificate_build_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.certificate
    ADD CONSTRAINT certificate_build_fkey FOREIGN KEY (build) REFERENCES ops.build(build);

-- Name: check_result check_result_build_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.check_result
    ADD CONSTRAINT check_result_build_fkey FOREIGN KEY (build) REFERENCES ops.build(build);

-- Name: check_result check_result_delivery_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.check_result
    ADD CONSTRAINT check_result_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES ops.delivery(delivery_id);

-- Name: delivery delivery_build_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.delivery
    ADD CONSTRAINT delivery_build_fkey FOREIGN KEY (build) REFERENCES ops.build(build);

-- Name: delivery_profile delivery_profile_delivery_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.delivery_profile
    ADD CONSTRAINT delivery_profile_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES ops.delivery(delivery_id);

-- Name: digest_key digest_key_build_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.digest_key
    ADD CONSTRAINT digest_key_build_fkey FOREIGN KEY (build) REFERENCES ops.build(build);

-- Name: erasure_digest erasure_digest_erasure_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.erasure_digest
    ADD CONSTRAINT erasure_digest_erasure_fkey FOREIGN KEY (erasure) REFERENCES vault.erasure(erasure);

-- Name: erasure_digest erasure_digest_publication_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.erasure_digest
    ADD CONSTRAINT erasure_digest_publication_fkey FOREIGN KEY (publication) REFERENCES ops.publication(publication);

-- Name: expected_check expected_check_build_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.expected_check
    ADD CONSTRAINT expected_check_build_fkey FOREIGN KEY (build) REFERENCES ops.build(build);

-- Name: model_version model_version_build_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.model_version
    ADD CONSTRAINT model_version_build_fkey FOREIGN KEY (build) REFERENCES ops.build(build);

-- Name: month_close month_close_publication_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.month_close
    ADD CONSTRAINT month_close_publication_fkey FOREIGN KEY (publication) REFERENCES ops.publication(publication);

-- Name: pointer pointer_publication_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.pointer
    ADD CONSTRAINT pointer_publication_fkey FOREIGN KEY (publication) REFERENCES ops.publication(publication);

-- Name: product_delivery product_delivery_product_report_date_publication_vintage_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.product_delivery
    ADD CONSTRAINT product_delivery_product_report_date_publication_vintage_fkey FOREIGN KEY (product, report_date, publication, vintage) REFERENCES ops.product(product, report_date, publication, vintage);

-- Name: product product_publication_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.product
    ADD CONSTRAINT product_publication_fkey FOREIGN KEY (publication) REFERENCES ops.publication(publication);

-- Name: publication publication_publication_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: wh_owner

ALTER TABLE ONLY ops.publication
    ADD CONSTRAINT publication_publication_fkey FOREIGN KEY (publication) REFERENCES ops.build(build);

-- Name: known known_delivery_id_fkey; Type: FK CONSTRAINT; Schema: vault; Owner: wh_owner

ALTER TABLE ONLY vault.known
    ADD CONSTRAINT known_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES ops.delivery(delivery_id);

-- Name: rejected_row rejected_row_corrected_by_fkey; Type: FK CONSTRAINT; Schema: vault; Owner: wh_owner

ALTER TABLE ONLY vault.rejected_row
    ADD CONSTRAINT rejected_row_corrected_by_fkey FOREIGN KEY (corrected_by) REFERENCES ops.delivery(delivery_id);

-- Name: rejected_row rejected_row_delivery_id_fkey; Type: FK CONSTRAINT; Schema: vault; Owner: wh_owner

ALTER TABLE ONLY vault.rejected_row
    ADD CONSTRAINT rejected_row_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES ops.delivery(delivery_id);

-- Name: certificate; Type: ROW SECURITY; Schema: ops; Owner: wh_owner

ALTER TABLE ops.certificate ENABLE ROW LEVEL SECURITY;

-- Name: check_result; Type: ROW SECURITY; Schema: ops; Owner: wh_owner

ALTER TABLE ops.check_result ENABLE ROW LEVEL SECURITY;

-- Name: delivery counts_what_it_lands; Type: POLICY; Schema: ops; Owner: wh_owner

CREATE POLICY counts_what_it_lands ON ops.delivery FOR UPDATE TO wh_loader USING ((landed_by = ( SELECT ops.this_transaction() AS this_transaction))) WITH CHECK ((landed_by = ( SELECT ops.this_transaction() AS this_transaction)));

-- Name: delivery; Type: ROW SECURITY; Schema: ops; Owner: wh_owner

ALTER TABLE ops.delivery ENABLE ROW LEVEL SECURITY;

-- Name: delivery_profile; Type: ROW SECURITY; Schema: ops; Owner: wh_owner

ALTER TABLE ops.delivery_profile ENABLE ROW LEVEL SECURITY;

-- Name: delivery lands; Type: POLICY; Schema: ops; Owner: wh_owner

CREATE POLICY lands ON ops.delivery FOR INSERT TO wh_loader WITH CHECK (true);

-- Name: check_result of_tonight; Type: POLICY; Schema: ops; Owner: wh_owner

CREATE POLICY of_tonight ON ops.check_result TO wh_gate USING ((build IN ( SELECT t.build
   FROM ops.tonight t))) WITH CHECK ((build IN ( SELECT t.build
   FROM ops.tonight t)));

-- Name: delivery of_tonight; Type: POLICY; Schema: ops; Owner: wh_owner

CREATE POLICY of_tonight ON ops.delivery FOR UPDATE TO wh_gate USING ((build IN ( SELECT t.build
   FROM ops.tonight t))) WITH CHECK (((status = ANY (ARRAY['landed'::text, 'held'::text])) OR ((status = 'accepted'::text) AND (EXISTS ( SELECT
   FROM ops.build b
  WHERE ((b.build = delivery.build) AND (b.status = 'building'::text) AND (b.sealed_at IS NULL)))))));

-- Name: delivery_profile of_tonight; Type: POLICY; Schema: ops; Owner: wh_owner

CREATE POLICY of_tonight ON ops.delivery_profile TO wh_gate USING ((EXISTS ( SELECT
   FROM (ops.delivery d
     JOIN ops.tonight t ON ((t.build = d.build)))
  WHERE (d.delivery_id = delivery_profile.delivery_id))));

-- Name: certificate read_all; Type: POLICY; Schema: ops; Owner: wh_owner

CREATE POLICY read_all ON ops.certificate FOR SELECT USING (true);

-- Name: check_result read_all; Type: POLICY; Schema: ops; Owner: wh_owner

CREATE POLICY read_all ON ops.check_result FOR SELECT USING (true);

-- Name: delivery read_all; Type: POLICY; Schema: ops; Owner: wh_owner

CREATE POLICY read_all ON ops.delivery FOR SELECT USING (true);

-- Name: delivery_profile read_all; Type: POLICY; Schema: ops; Owner: wh_owner

CREATE POLICY read_all ON ops.delivery_profile FOR SELECT USING (true);

-- Name: SCHEMA build; Type: ACL; Schema: -; Owner: wh_owner

GRANT USAGE ON SCHEMA build TO wh_transformer;
GRANT USAGE ON SCHEMA build TO wh_gate;

-- Name: SCHEMA landing; Type: ACL; Schema: -; Owner: wh_owner

GRANT USAGE ON SCHEMA landing TO wh_loader;
GRANT USAGE ON SCHEMA landing TO wh_transformer;
GRANT USAGE ON SCHEMA landing TO wh_gate;

-- Name: SCHEMA logins; Type: ACL; Schema: -; Owner: wh_role_maker

GRANT USAGE ON SCHEMA logins TO wh_owner;

-- Name: SCHEMA marts; Type: ACL; Schema: -; Owner: wh_owner

GRANT USAGE ON SCHEMA marts TO wh_reader;

-- Name: SCHEMA ops; Type: ACL; Schema: -; Owner: wh_owner

GRANT USAGE ON SCHEMA ops TO wh_loader;
GRANT USAGE ON SCHEMA ops TO wh_transformer;
GRANT USAGE ON SCHEMA ops TO wh_gate;
GRANT USAGE ON SCHEMA ops TO wh_publisher;
GRANT USAGE ON SCHEMA ops TO wh_returner;
GRANT USAGE ON SCHEMA ops TO wh_auditor;
GRANT USAGE ON SCHEMA ops TO wh_reader;
GRANT USAGE ON SCHEMA ops TO wh_operator;

-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: pg_database_owner

REVOKE USAGE ON SCHEMA public FROM PUBLIC;

-- Name: SCHEMA seeds; Type: ACL; Schema: -; Owner: wh_owner

GRANT USAGE ON SCHEMA seeds TO wh_loader;
GRANT USAGE ON SCHEMA seeds TO wh_transformer;
GRANT USAGE ON SCHEMA seeds TO wh_gate;
GRANT USAGE ON SCHEMA seeds TO wh_publisher;
GRANT USAGE ON SCHEMA seeds TO wh_auditor;
GRANT USAGE ON SCHEMA seeds TO wh_operator;

-- Name: SCHEMA store; Type: ACL; Schema: -; Owner: wh_owner

GRANT USAGE ON SCHEMA store TO wh_transformer;
GRANT USAGE ON SCHEMA store TO wh_gate;

-- Name: SCHEMA tonight; Type: ACL; Schema: -; Owner: wh_owner

GRANT USAGE ON SCHEMA tonight TO wh_transformer;
GRANT USAGE ON SCHEMA tonight TO wh_gate;

-- Name: SCHEMA vault; Type: ACL; Schema: -; Owner: wh_owner

GRANT USAGE ON SCHEMA vault TO wh_loader;
GRANT USAGE ON SCHEMA vault TO wh_returner;
GRANT USAGE ON SCHEMA vault TO wh_caseworker;
GRANT USAGE ON SCHEMA vault TO wh_operator;

-- Name: FUNCTION begin_restore(number bigint); Type: ACL; Schema: landing; Owner: wh_owner

REVOKE ALL ON FUNCTION landing.begin_restore(number bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION landing.begin_restore(number bigint) TO wh_loader;

-- Name: FUNCTION end_restore(number bigint); Type: ACL; Schema: landing; Owner: wh_owner

REVOKE ALL ON FUNCTION landing.end_restore(number bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION landing.end_restore(number bigint) TO wh_loader;

-- Name: FUNCTION own_deliveries(of_feed text); Type: ACL; Schema: landing; Owner: wh_owner

REVOKE ALL ON FUNCTION landing.own_deliveries(of_feed text) FROM PUBLIC;
GRANT ALL ON FUNCTION landing.own_deliveries(of_feed text) TO wh_loader;

-- Name: FUNCTION purge(); Type: ACL; Schema: landing; Owner: wh_owner

REVOKE ALL ON FUNCTION landing.purge() FROM PUBLIC;
GRANT ALL ON FUNCTION landing.purge() TO wh_loader;

-- Name: FUNCTION refuse_row(); Type: ACL; Schema: landing; Owner: wh_owner

REVOKE ALL ON FUNCTION landing.refuse_row() FROM PUBLIC;

-- Name: FUNCTION remove_repeated(feed text, number bigint, key text[], sheets text[], suspects integer[]); Type: ACL; Schema: landing; Owner: wh_owner

REVOKE ALL ON FUNCTION landing.remove_repeated(feed text, number bigint, key text[], sheets text[], suspects integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION landing.remove_repeated(feed text, number bigint, key text[], sheets text[], suspects integer[]) TO wh_loader;

-- Name: FUNCTION alter(login text, change text); Type: ACL; Schema: logins; Owner: wh_role_maker

REVOKE ALL ON FUNCTION logins.alter(login text, change text) FROM PUBLIC;

-- Name: FUNCTION close(login text); Type: ACL; Schema: logins; Owner: wh_role_maker

REVOKE ALL ON FUNCTION logins.close(login text) FROM PUBLIC;
GRANT ALL ON FUNCTION logins.close(login text) TO wh_owner;

-- Name: FUNCTION end_sessions(login text, begun_before timestamp with time zone); Type: ACL; Schema: logins; Owner: wh_role_maker

REVOKE ALL ON FUNCTION logins.end_sessions(login text, begun_before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION logins.end_sessions(login text, begun_before timestamp with time zone) TO wh_owner;

-- Name: FUNCTION make(login text, kind text, verifier text); Type: ACL; Schema: logins; Owner: wh_role_maker

REVOKE ALL ON FUNCTION logins.make(login text, kind text, verifier text) FROM PUBLIC;
GRANT ALL ON FUNCTION logins.make(login text, kind text, verifier text) TO wh_owner;

-- Name: FUNCTION set_password(login text, verifier text); Type: ACL; Schema: logins; Owner: wh_role_maker

REVOKE ALL ON FUNCTION logins.set_password(login text, verifier text) FROM PUBLIC;
GRANT ALL ON FUNCTION logins.set_password(login text, verifier text) TO wh_owner;

-- Name: FUNCTION as_of(wanted date); Type: ACL; Schema: marts; Owner: wh_owner

REVOKE ALL ON FUNCTION marts.as_of(wanted date) FROM PUBLIC;
GRANT ALL ON FUNCTION marts.as_of(wanted date) TO wh_reader;

-- Name: FUNCTION as_of(wanted date, vintage text); Type: ACL; Schema: marts; Owner: wh_owner

REVOKE ALL ON FUNCTION marts.as_of(wanted date, vintage text) FROM PUBLIC;
GRANT ALL ON FUNCTION marts.as_of(wanted date, vintage text) TO wh_reader;

-- Name: FUNCTION pin(wanted integer); Type: ACL; Schema: marts; Owner: wh_owner

REVOKE ALL ON FUNCTION marts.pin(wanted integer) FROM PUBLIC;
GRANT ALL ON FUNCTION marts.pin(wanted integer) TO wh_reader;

-- Name: FUNCTION unpin(); Type: ACL; Schema: marts; Owner: wh_owner

REVOKE ALL ON FUNCTION marts.unpin() FROM PUBLIC;
GRANT ALL ON FUNCTION marts.unpin() TO wh_reader;

-- Name: FUNCTION acknowledge_alert(number bigint, note text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.acknowledge_alert(number bigint, note text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.acknowledge_alert(number bigint, note text) TO wh_operator;

-- Name: FUNCTION add_user(wanted text, kind text, county text, verifier text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.add_user(wanted text, kind text, county text, verifier text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.add_user(wanted text, kind text, county text, verifier text) TO wh_operator;

-- Name: FUNCTION all_rows(shown anyelement, login name); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.all_rows(shown anyelement, login name) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.all_rows(shown anyelement, login name) TO wh_reader;

-- Name: FUNCTION apply_decided_values(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.apply_decided_values() FROM PUBLIC;

-- Name: FUNCTION apply_key_counties(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.apply_key_counties() FROM PUBLIC;

-- Name: FUNCTION apply_key_counties_of_build(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.apply_key_counties_of_build() FROM PUBLIC;

-- Name: FUNCTION arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date) TO wh_transformer;
GRANT ALL ON FUNCTION ops.arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date) TO wh_gate;
GRANT ALL ON FUNCTION ops.arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date) TO wh_reader;

-- Name: FUNCTION arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) TO wh_loader;
GRANT ALL ON FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) TO wh_transformer;
GRANT ALL ON FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) TO wh_gate;
GRANT ALL ON FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) TO wh_publisher;
GRANT ALL ON FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) TO wh_auditor;
GRANT ALL ON FUNCTION ops.arrival_of_parts(arrivals timestamp with time zone[], are_corrections boolean[]) TO wh_operator;

-- Name: FUNCTION assert_few_acts(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_few_acts() FROM PUBLIC;

-- Name: TABLE versioned; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.versioned TO wh_loader;
GRANT SELECT ON TABLE ops.versioned TO wh_transformer;
GRANT SELECT ON TABLE ops.versioned TO wh_gate;
GRANT SELECT ON TABLE ops.versioned TO wh_publisher;
GRANT SELECT ON TABLE ops.versioned TO wh_auditor;
GRANT SELECT ON TABLE ops.versioned TO wh_operator;

-- Name: FUNCTION assert_keys(declared ops.versioned); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_keys(declared ops.versioned) FROM PUBLIC;

-- Name: FUNCTION assert_kind(setting_name text, kind text, value text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_kind(setting_name text, kind text, value text) FROM PUBLIC;

-- Name: FUNCTION assert_landed(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_landed(number integer) FROM PUBLIC;

-- Name: FUNCTION assert_no_night(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_no_night() FROM PUBLIC;

-- Name: FUNCTION assert_own_county(code text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_own_county(code text) FROM PUBLIC;

-- Name: FUNCTION assert_reason(why text, act_zh text, act_en text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_reason(why text, act_zh text, act_en text) FROM PUBLIC;

-- Name: FUNCTION assert_undecided(from_date date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_undecided(from_date date) FROM PUBLIC;

-- Name: FUNCTION assert_user(wanted text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_user(wanted text) FROM PUBLIC;

-- Name: FUNCTION assert_verifier(verifier text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_verifier(verifier text) FROM PUBLIC;

-- Name: FUNCTION assert_waivable(wanted_check text, wanted_unit text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.assert_waivable(wanted_check text, wanted_unit text) FROM PUBLIC;

-- Name: FUNCTION begin_core(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.begin_core(number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.begin_core(number integer) TO wh_transformer;

-- Name: FUNCTION begin_nights(wanted_date date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.begin_nights(wanted_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.begin_nights(wanted_date date) TO wh_operator;

-- Name: FUNCTION build_digest(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.build_digest(number integer) FROM PUBLIC;

-- Name: FUNCTION case_explanations(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.case_explanations() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.case_explanations() TO wh_reader;

-- Name: FUNCTION certify(number integer, versions jsonb, OUT checks_expected integer, OUT checks_run integer, OUT critical_failed integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.certify(number integer, versions jsonb, OUT checks_expected integer, OUT checks_run integer, OUT critical_failed integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.certify(number integer, versions jsonb, OUT checks_expected integer, OUT checks_run integer, OUT critical_failed integer) TO wh_gate;

-- Name: FUNCTION chain_head(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.chain_head() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.chain_head() TO wh_transformer;
GRANT ALL ON FUNCTION ops.chain_head() TO wh_gate;
GRANT ALL ON FUNCTION ops.chain_head() TO wh_publisher;
GRANT ALL ON FUNCTION ops.chain_head() TO wh_loader;
GRANT ALL ON FUNCTION ops.chain_head() TO wh_auditor;
GRANT ALL ON FUNCTION ops.chain_head() TO wh_operator;

-- Name: FUNCTION close_month(wanted date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.close_month(wanted date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.close_month(wanted date) TO wh_operator;

-- Name: FUNCTION columns_of(model text, prefix text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.columns_of(model text, prefix text) FROM PUBLIC;

-- Name: FUNCTION confirm_core(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.confirm_core(number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.confirm_core(number integer) TO wh_transformer;

-- Name: FUNCTION core_is_built(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.core_is_built(number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.core_is_built(number integer) TO wh_transformer;

-- Name: FUNCTION counties_of(login name); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.counties_of(login name) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.counties_of(login name) TO wh_reader;

-- Name: FUNCTION county_codes(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.county_codes() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.county_codes() TO wh_loader;
GRANT ALL ON FUNCTION ops.county_codes() TO wh_transformer;
GRANT ALL ON FUNCTION ops.county_codes() TO wh_gate;
GRANT ALL ON FUNCTION ops.county_codes() TO wh_publisher;
GRANT ALL ON FUNCTION ops.county_codes() TO wh_returner;
GRANT ALL ON FUNCTION ops.county_codes() TO wh_auditor;
GRANT ALL ON FUNCTION ops.county_codes() TO wh_reader;

-- Name: FUNCTION county_deliveries(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.county_deliveries() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.county_deliveries() TO wh_county;

-- Name: FUNCTION decide_holidays(first_day date, last_day date, is_working boolean, name_zh text, name_en text, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.decide_holidays(first_day date, last_day date, is_working boolean, name_zh text, name_en text, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.decide_holidays(first_day date, last_day date, is_working boolean, name_zh text, name_en text, why text) TO wh_operator;

-- Name: FUNCTION decide_key_county(county text, from_date date, new_level text, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.decide_key_county(county text, from_date date, new_level text, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.decide_key_county(county text, from_date date, new_level text, why text) TO wh_operator;

-- Name: FUNCTION decide_rule(wanted text, from_date date, is_enabled boolean, basis text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.decide_rule(wanted text, from_date date, is_enabled boolean, basis text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.decide_rule(wanted text, from_date date, is_enabled boolean, basis text) TO wh_operator;

-- Name: FUNCTION decide_setting(wanted text, from_date date, new_value text, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.decide_setting(wanted text, from_date date, new_value text, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.decide_setting(wanted text, from_date date, new_value text, why text) TO wh_operator;

-- Name: FUNCTION decide_target(wanted text, of_county text, from_date date, new_value integer, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.decide_target(wanted text, of_county text, from_date date, new_value integer, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.decide_target(wanted text, of_county text, from_date date, new_value integer, why text) TO wh_operator;

-- Name: FUNCTION decide_value(wanted_seed text, wanted_key jsonb, row_of_seed jsonb, change text, from_date date, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.decide_value(wanted_seed text, wanted_key jsonb, row_of_seed jsonb, change text, from_date date, why text) FROM PUBLIC;

-- Name: FUNCTION decide_values(wanted_seed text, decided jsonb, change text, from_date date, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.decide_values(wanted_seed text, decided jsonb, change text, from_date date, why text) FROM PUBLIC;

-- Name: FUNCTION disable_user(wanted text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.disable_user(wanted text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.disable_user(wanted text) TO wh_operator;

-- Name: FUNCTION dispatched_cases(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.dispatched_cases() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.dispatched_cases() TO wh_reporter;

-- Name: FUNCTION end_overlong_sessions(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.end_overlong_sessions() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.end_overlong_sessions() TO wh_publisher;
GRANT ALL ON FUNCTION ops.end_overlong_sessions() TO wh_watcher;
GRANT ALL ON FUNCTION ops.end_overlong_sessions() TO wh_operator;

-- Name: FUNCTION erased_reason(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.erased_reason() FROM PUBLIC;

-- Name: FUNCTION expect_checks(number integer, checks jsonb); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.expect_checks(number integer, checks jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.expect_checks(number integer, checks jsonb) TO wh_publisher;

-- Name: FUNCTION explain_case(case_kind text, finding text, key text, explanation text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.explain_case(case_kind text, finding text, key text, explanation text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.explain_case(case_kind text, finding text, key text, explanation text) TO wh_caseworker;

-- Name: FUNCTION first_report_date(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.first_report_date() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.first_report_date() TO wh_loader;
GRANT ALL ON FUNCTION ops.first_report_date() TO wh_transformer;
GRANT ALL ON FUNCTION ops.first_report_date() TO wh_reader;

-- Name: FUNCTION first_scheduled_date(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.first_scheduled_date() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.first_scheduled_date() TO wh_publisher;
GRANT ALL ON FUNCTION ops.first_scheduled_date() TO wh_auditor;
GRANT ALL ON FUNCTION ops.first_scheduled_date() TO wh_operator;

-- Name: FUNCTION grant_waiver(wanted_check text, wanted_unit text, from_date date, to_date date, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.grant_waiver(wanted_check text, wanted_unit text, from_date date, to_date date, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.grant_waiver(wanted_check text, wanted_unit text, from_date date, to_date date, why text) TO wh_operator;

-- Name: FUNCTION hidden_cells(cells jsonb, fewest integer, OUT indicator text, OUT county_code text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.hidden_cells(cells jsonb, fewest integer, OUT indicator text, OUT county_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.hidden_cells(cells jsonb, fewest integer, OUT indicator text, OUT county_code text) TO wh_transformer;

-- Name: FUNCTION hold_night(number integer, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.hold_night(number integer, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.hold_night(number integer, why text) TO wh_publisher;

-- Name: FUNCTION index_store(wanted text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.index_store(wanted text) FROM PUBLIC;

-- Name: FUNCTION is_arrival(kind text, status text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.is_arrival(kind text, status text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.is_arrival(kind text, status text) TO wh_loader;
GRANT ALL ON FUNCTION ops.is_arrival(kind text, status text) TO wh_transformer;
GRANT ALL ON FUNCTION ops.is_arrival(kind text, status text) TO wh_gate;
GRANT ALL ON FUNCTION ops.is_arrival(kind text, status text) TO wh_publisher;
GRANT ALL ON FUNCTION ops.is_arrival(kind text, status text) TO wh_auditor;
GRANT ALL ON FUNCTION ops.is_arrival(kind text, status text) TO wh_operator;

-- Name: FUNCTION is_holding(gate integer, severity text, success boolean, waiver text, delivery_id bigint); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.is_holding(gate integer, severity text, success boolean, waiver text, delivery_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.is_holding(gate integer, severity text, success boolean, waiver text, delivery_id bigint) TO wh_publisher;
GRANT ALL ON FUNCTION ops.is_holding(gate integer, severity text, success boolean, waiver text, delivery_id bigint) TO wh_operator;
GRANT ALL ON FUNCTION ops.is_holding(gate integer, severity text, success boolean, waiver text, delivery_id bigint) TO wh_reader;

-- Name: FUNCTION is_owed(finding text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.is_owed(finding text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.is_owed(finding text) TO wh_transformer;
GRANT ALL ON FUNCTION ops.is_owed(finding text) TO wh_reader;

-- Name: FUNCTION is_scratch(run_id text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.is_scratch(run_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.is_scratch(run_id text) TO wh_publisher;
GRANT ALL ON FUNCTION ops.is_scratch(run_id text) TO wh_auditor;
GRANT ALL ON FUNCTION ops.is_scratch(run_id text) TO wh_operator;

-- Name: FUNCTION keep_closed_months(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.keep_closed_months() FROM PUBLIC;

-- Name: FUNCTION key_of(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.key_of(number integer) FROM PUBLIC;

-- Name: FUNCTION landing_digest(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.landing_digest(number integer) FROM PUBLIC;

-- Name: FUNCTION this_transaction(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.this_transaction() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.this_transaction() TO wh_loader;
GRANT ALL ON FUNCTION ops.this_transaction() TO wh_gate;

-- Name: TABLE delivery; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.delivery TO wh_loader;
GRANT SELECT ON TABLE ops.delivery TO wh_transformer;
GRANT SELECT ON TABLE ops.delivery TO wh_gate;
GRANT SELECT ON TABLE ops.delivery TO wh_publisher;
GRANT SELECT ON TABLE ops.delivery TO wh_auditor;
GRANT SELECT ON TABLE ops.delivery TO wh_returner;
GRANT SELECT ON TABLE ops.delivery TO wh_operator;

-- Name: COLUMN delivery.feed; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(feed) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.unit; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(unit) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.report_date; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(report_date) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.part; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(part) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.revision; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(revision) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.kind; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(kind) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.sha256; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(sha256) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.path; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(path) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.file_bytes; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(file_bytes) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.arrived_at; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(arrived_at) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.rows_read; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(rows_read),UPDATE(rows_read) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.rows_landed; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(rows_landed),UPDATE(rows_landed) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.rows_rejected; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(rows_rejected),UPDATE(rows_rejected) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.key_version; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(key_version) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.extra_columns; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(extra_columns),UPDATE(extra_columns) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.understood; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(understood),UPDATE(understood) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.status; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(status) ON TABLE ops.delivery TO wh_loader;
GRANT UPDATE(status) ON TABLE ops.delivery TO wh_gate;

-- Name: COLUMN delivery.reason; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(reason) ON TABLE ops.delivery TO wh_loader;
GRANT UPDATE(reason) ON TABLE ops.delivery TO wh_gate;

-- Name: COLUMN delivery.months; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(months),UPDATE(months) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.corrects; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(corrects),UPDATE(corrects) ON TABLE ops.delivery TO wh_loader;

-- Name: COLUMN delivery.held_by; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(held_by) ON TABLE ops.delivery TO wh_gate;

-- Name: FUNCTION last_accepted_on(of_feed text, of_unit text, until date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.last_accepted_on(of_feed text, of_unit text, until date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.last_accepted_on(of_feed text, of_unit text, until date) TO wh_publisher;
GRANT ALL ON FUNCTION ops.last_accepted_on(of_feed text, of_unit text, until date) TO wh_auditor;

-- Name: FUNCTION listed_feeds(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.listed_feeds() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.listed_feeds() TO wh_reader;

-- Name: FUNCTION load_seeds(seeds jsonb); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.load_seeds(seeds jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.load_seeds(seeds jsonb) TO wh_publisher;

-- Name: FUNCTION lock_chain(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.lock_chain(number integer) FROM PUBLIC;

-- Name: FUNCTION mark_publication(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.mark_publication(number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.mark_publication(number integer) TO wh_publisher;
GRANT ALL ON FUNCTION ops.mark_publication(number integer) TO wh_operator;

-- Name: FUNCTION move_pointer(number integer, release_reason text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.move_pointer(number integer, release_reason text) FROM PUBLIC;

-- Name: FUNCTION names(columns text[], prefix text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.names(columns text[], prefix text) FROM PUBLIC;

-- Name: FUNCTION outcome_of(kind text, status text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.outcome_of(kind text, status text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.outcome_of(kind text, status text) TO wh_county;
GRANT ALL ON FUNCTION ops.outcome_of(kind text, status text) TO wh_auditor;
GRANT ALL ON FUNCTION ops.outcome_of(kind text, status text) TO wh_operator;

-- Name: FUNCTION own_alerts(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.own_alerts() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.own_alerts() TO wh_county;

-- Name: FUNCTION own_deliveries(since date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.own_deliveries(since date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.own_deliveries(since date) TO wh_county;

-- Name: FUNCTION own_rows(shown anyelement, login name); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.own_rows(shown anyelement, login name) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.own_rows(shown anyelement, login name) TO wh_reader;

-- Name: FUNCTION own_uploads(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.own_uploads() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.own_uploads() TO wh_county;

-- Name: FUNCTION plain_text(written text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.plain_text(written text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.plain_text(written text) TO wh_transformer;
GRANT ALL ON FUNCTION ops.plain_text(written text) TO wh_gate;

-- Name: FUNCTION prefecture(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.prefecture() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.prefecture() TO wh_loader;
GRANT ALL ON FUNCTION ops.prefecture() TO wh_transformer;
GRANT ALL ON FUNCTION ops.prefecture() TO wh_gate;
GRANT ALL ON FUNCTION ops.prefecture() TO wh_publisher;
GRANT ALL ON FUNCTION ops.prefecture() TO wh_returner;
GRANT ALL ON FUNCTION ops.prefecture() TO wh_auditor;
GRANT ALL ON FUNCTION ops.prefecture() TO wh_reader;

-- Name: FUNCTION publication_by(wanted date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.publication_by(wanted date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.publication_by(wanted date) TO wh_loader;
GRANT ALL ON FUNCTION ops.publication_by(wanted date) TO wh_transformer;
GRANT ALL ON FUNCTION ops.publication_by(wanted date) TO wh_gate;
GRANT ALL ON FUNCTION ops.publication_by(wanted date) TO wh_publisher;
GRANT ALL ON FUNCTION ops.publication_by(wanted date) TO wh_auditor;
GRANT ALL ON FUNCTION ops.publication_by(wanted date) TO wh_operator;
GRANT ALL ON FUNCTION ops.publication_by(wanted date) TO wh_returner;

-- Name: FUNCTION publication_digest(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.publication_digest(number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.publication_digest(number integer) TO wh_publisher;

-- Name: FUNCTION publication_of(wanted date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.publication_of(wanted date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.publication_of(wanted date) TO wh_transformer;
GRANT ALL ON FUNCTION ops.publication_of(wanted date) TO wh_auditor;
GRANT ALL ON FUNCTION ops.publication_of(wanted date) TO wh_operator;
GRANT ALL ON FUNCTION ops.publication_of(wanted date) TO wh_reader;

-- Name: FUNCTION publish(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.publish(number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.publish(number integer) TO wh_publisher;

-- Name: FUNCTION readable_products(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.readable_products() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.readable_products() TO wh_reader;
GRANT ALL ON FUNCTION ops.readable_products() TO wh_operator;

-- Name: FUNCTION reads_all_counties(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.reads_all_counties() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.reads_all_counties() TO wh_reader;

-- Name: FUNCTION receive_upload(wanted_feed text, wanted_date date, wanted_part text, wanted_extension text, only_check boolean, stored uuid, size_of_file bigint, digest bytea); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.receive_upload(wanted_feed text, wanted_date date, wanted_part text, wanted_extension text, only_check boolean, stored uuid, size_of_file bigint, digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.receive_upload(wanted_feed text, wanted_date date, wanted_part text, wanted_extension text, only_check boolean, stored uuid, size_of_file bigint, digest bytea) TO wh_county;

-- Name: FUNCTION record_act(kind text, subject text, reason text, build integer, delivery_id bigint, about_login text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.record_act(kind text, subject text, reason text, build integer, delivery_id bigint, about_login text) FROM PUBLIC;

-- Name: FUNCTION record_key_rotation(key_version integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.record_key_rotation(key_version integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.record_key_rotation(key_version integer) TO wh_operator;

-- Name: FUNCTION record_rules(models text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.record_rules(models text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.record_rules(models text) TO wh_transformer;

-- Name: FUNCTION refuse_change_of_acts(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.refuse_change_of_acts() FROM PUBLIC;

-- Name: FUNCTION rejected_lines(number bigint); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.rejected_lines(number bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.rejected_lines(number bigint) TO wh_county;
GRANT ALL ON FUNCTION ops.rejected_lines(number bigint) TO wh_operator;
GRANT ALL ON FUNCTION ops.rejected_lines(number bigint) TO wh_auditor;

-- Name: FUNCTION release_delivery(number bigint, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.release_delivery(number bigint, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.release_delivery(number bigint, why text) TO wh_operator;

-- Name: FUNCTION release_night(number integer, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.release_night(number integer, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.release_night(number integer, why text) TO wh_operator;

-- Name: FUNCTION renew_alert(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.renew_alert() FROM PUBLIC;

-- Name: FUNCTION roll_back(number integer, withdrawn bigint[], why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.roll_back(number integer, withdrawn bigint[], why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.roll_back(number integer, withdrawn bigint[], why text) TO wh_operator;

-- Name: FUNCTION rows_digest(relation text, condition text, given anyelement, key bytea); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.rows_digest(relation text, condition text, given anyelement, key bytea) FROM PUBLIC;

-- Name: FUNCTION rules(on_date date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.rules(on_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.rules(on_date date) TO wh_loader;
GRANT ALL ON FUNCTION ops.rules(on_date date) TO wh_transformer;
GRANT ALL ON FUNCTION ops.rules(on_date date) TO wh_gate;
GRANT ALL ON FUNCTION ops.rules(on_date date) TO wh_publisher;
GRANT ALL ON FUNCTION ops.rules(on_date date) TO wh_auditor;
GRANT ALL ON FUNCTION ops.rules(on_date date) TO wh_operator;

-- Name: FUNCTION rules_digest(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.rules_digest(number integer) FROM PUBLIC;

-- Name: FUNCTION seal_build(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.seal_build(number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.seal_build(number integer) TO wh_gate;

-- Name: FUNCTION set_password(wanted text, verifier text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.set_password(wanted text, verifier text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.set_password(wanted text, verifier text) TO wh_operator;
GRANT ALL ON FUNCTION ops.set_password(wanted text, verifier text) TO wh_reader;

-- Name: FUNCTION setting(setting_name text, on_date date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.setting(setting_name text, on_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.setting(setting_name text, on_date date) TO wh_loader;
GRANT ALL ON FUNCTION ops.setting(setting_name text, on_date date) TO wh_transformer;
GRANT ALL ON FUNCTION ops.setting(setting_name text, on_date date) TO wh_gate;
GRANT ALL ON FUNCTION ops.setting(setting_name text, on_date date) TO wh_publisher;
GRANT ALL ON FUNCTION ops.setting(setting_name text, on_date date) TO wh_returner;
GRANT ALL ON FUNCTION ops.setting(setting_name text, on_date date) TO wh_auditor;
GRANT ALL ON FUNCTION ops.setting(setting_name text, on_date date) TO wh_reader;

-- Name: FUNCTION settings(on_date date, wanted text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.settings(on_date date, wanted text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.settings(on_date date, wanted text) TO wh_loader;
GRANT ALL ON FUNCTION ops.settings(on_date date, wanted text) TO wh_transformer;
GRANT ALL ON FUNCTION ops.settings(on_date date, wanted text) TO wh_gate;
GRANT ALL ON FUNCTION ops.settings(on_date date, wanted text) TO wh_publisher;
GRANT ALL ON FUNCTION ops.settings(on_date date, wanted text) TO wh_returner;
GRANT ALL ON FUNCTION ops.settings(on_date date, wanted text) TO wh_auditor;
GRANT ALL ON FUNCTION ops.settings(on_date date, wanted text) TO wh_reader;
GRANT ALL ON FUNCTION ops.settings(on_date date, wanted text) TO wh_operator;

-- Name: FUNCTION speaks_of(months date[], report_date date, wanted_month date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) TO wh_loader;
GRANT ALL ON FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) TO wh_transformer;
GRANT ALL ON FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) TO wh_gate;
GRANT ALL ON FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) TO wh_publisher;
GRANT ALL ON FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) TO wh_auditor;
GRANT ALL ON FUNCTION ops.speaks_of(months date[], report_date date, wanted_month date) TO wh_operator;

-- Name: FUNCTION standing_publication(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.standing_publication() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.standing_publication() TO wh_transformer;
GRANT ALL ON FUNCTION ops.standing_publication() TO wh_gate;
GRANT ALL ON FUNCTION ops.standing_publication() TO wh_publisher;
GRANT ALL ON FUNCTION ops.standing_publication() TO wh_loader;
GRANT ALL ON FUNCTION ops.standing_publication() TO wh_auditor;
GRANT ALL ON FUNCTION ops.standing_publication() TO wh_reader;
GRANT ALL ON FUNCTION ops.standing_publication() TO wh_operator;

-- Name: FUNCTION start_build(wanted_date date, wanted_run text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.start_build(wanted_date date, wanted_run text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.start_build(wanted_date date, wanted_run text) TO wh_publisher;

-- Name: FUNCTION start_scratch(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.start_scratch() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.start_scratch() TO wh_publisher;

-- Name: FUNCTION state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) TO wh_loader;
GRANT ALL ON FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) TO wh_transformer;
GRANT ALL ON FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) TO wh_gate;
GRANT ALL ON FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) TO wh_publisher;
GRANT ALL ON FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) TO wh_auditor;
GRANT ALL ON FUNCTION ops.state_of_due(arrived_at timestamp with time zone, due_at timestamp with time zone, unit text, is_held boolean, is_intake_failure boolean) TO wh_operator;

-- Name: FUNCTION store_rows(OUT model text, OUT rows_open bigint, OUT rows_published bigint); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.store_rows(OUT model text, OUT rows_open bigint, OUT rows_published bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.store_rows(OUT model text, OUT rows_open bigint, OUT rows_published bigint) TO wh_gate;

-- Name: FUNCTION take_workbook(wanted_date date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.take_workbook(wanted_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.take_workbook(wanted_date date) TO wh_county;

-- Name: FUNCTION uncorrected_rows(number bigint); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.uncorrected_rows(number bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.uncorrected_rows(number bigint) TO wh_publisher;

-- Name: FUNCTION undo_unpublished(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.undo_unpublished() FROM PUBLIC;

-- Name: FUNCTION undo_version(model text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.undo_version(model text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.undo_version(model text) TO wh_transformer;

-- Name: FUNCTION vault_ledger(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.vault_ledger() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.vault_ledger() TO wh_publisher;

-- Name: FUNCTION visible_publication(OUT publication integer, OUT report_date date); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.visible_publication(OUT publication integer, OUT report_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.visible_publication(OUT publication integer, OUT report_date date) TO wh_reader;

-- Name: FUNCTION void_certificate(number integer); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.void_certificate(number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.void_certificate(number integer) TO wh_gate;

-- Name: FUNCTION wages_owed(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.wages_owed() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.wages_owed() TO wh_reporter;

-- Name: FUNCTION waive_case(kind text, wanted text, key text, until date, why text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.waive_case(kind text, wanted text, key text, until date, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.waive_case(kind text, wanted text, key text, until date, why text) TO wh_operator;

-- Name: FUNCTION withdrawn_with(deliveries bigint[]); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.withdrawn_with(deliveries bigint[]) FROM PUBLIC;

-- Name: FUNCTION words(listed text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.words(listed text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.words(listed text) TO wh_loader;
GRANT ALL ON FUNCTION ops.words(listed text) TO wh_transformer;
GRANT ALL ON FUNCTION ops.words(listed text) TO wh_operator;
GRANT ALL ON FUNCTION ops.words(listed text) TO wh_auditor;

-- Name: FUNCTION writable_build(); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.writable_build() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.writable_build() TO wh_transformer;

-- Name: FUNCTION write_version(model text); Type: ACL; Schema: ops; Owner: wh_owner

REVOKE ALL ON FUNCTION ops.write_version(model text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.write_version(model text) TO wh_transformer;

-- Name: FUNCTION accounts_of(person uuid); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.accounts_of(person uuid) FROM PUBLIC;

-- Name: FUNCTION ask_erasure(person uuid, mark bytea, sealed_number bytea, version integer, why text); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.ask_erasure(person uuid, mark bytea, sealed_number bytea, version integer, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.ask_erasure(person uuid, mark bytea, sealed_number bytea, version integer, why text) TO wh_operator;

-- Name: FUNCTION complete_erasure(number bigint, own_accounts uuid[], account_marks bytea[]); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.complete_erasure(number bigint, own_accounts uuid[], account_marks bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.complete_erasure(number bigint, own_accounts uuid[], account_marks bytea[]) TO wh_loader;

-- Name: FUNCTION erase_places(number bigint, sheets text[], lines integer[]); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.erase_places(number bigint, sheets text[], lines integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.erase_places(number bigint, sheets text[], lines integer[]) TO wh_loader;

-- Name: FUNCTION forget_details(); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.forget_details() FROM PUBLIC;

-- Name: FUNCTION forget_in_others(place regclass, token uuid); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.forget_in_others(place regclass, token uuid) FROM PUBLIC;

-- Name: FUNCTION forget_persons(on_date date); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.forget_persons(on_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.forget_persons(on_date date) TO wh_loader;

-- Name: FUNCTION forget_rejected(on_date date); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.forget_rejected(on_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.forget_rejected(on_date date) TO wh_loader;

-- Name: FUNCTION has_accounts_of_others(person uuid, accounts uuid[]); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.has_accounts_of_others(person uuid, accounts uuid[]) FROM PUBLIC;

-- Name: FUNCTION is_of_others(account uuid, person uuid); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.is_of_others(account uuid, person uuid) FROM PUBLIC;

-- Name: FUNCTION is_source_of(source text, path text, revision integer); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.is_source_of(source text, path text, revision integer) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.is_source_of(source text, path text, revision integer) TO wh_loader;

-- Name: FUNCTION naming_rows(named name, since date); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.naming_rows(named name, since date) FROM PUBLIC;

-- Name: FUNCTION rejected_rows(OUT number bigint, OUT unit text, OUT report_date date, OUT sheet text, OUT line integer, OUT column_name text, OUT sealed bytea); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.rejected_rows(OUT number bigint, OUT unit text, OUT report_date date, OUT sheet text, OUT line integer, OUT column_name text, OUT sealed bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.rejected_rows(OUT number bigint, OUT unit text, OUT report_date date, OUT sheet text, OUT line integer, OUT column_name text, OUT sealed bytea) TO wh_loader;

-- Name: FUNCTION reveal(wanted uuid, purpose text); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.reveal(wanted uuid, purpose text) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.reveal(wanted uuid, purpose text) TO wh_caseworker;

-- Name: FUNCTION source_of(path text, sheet text, revision integer); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.source_of(path text, sheet text, revision integer) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.source_of(path text, sheet text, revision integer) TO wh_loader;
GRANT ALL ON FUNCTION vault.source_of(path text, sheet text, revision integer) TO wh_returner;

-- Name: FUNCTION tables_of_persons(OUT place regclass, OUT has_person boolean, OUT has_account boolean); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.tables_of_persons(OUT place regclass, OUT has_person boolean, OUT has_account boolean) FROM PUBLIC;

-- Name: FUNCTION to_erase(OUT erasure bigint, OUT person_key uuid, OUT sealed bytea, OUT sealed_persons bytea[], OUT accounts uuid[], OUT sealed_accounts bytea[]); Type: ACL; Schema: vault; Owner: wh_owner

REVOKE ALL ON FUNCTION vault.to_erase(OUT erasure bigint, OUT person_key uuid, OUT sealed bytea, OUT sealed_persons bytea[], OUT accounts uuid[], OUT sealed_accounts bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION vault.to_erase(OUT erasure bigint, OUT person_key uuid, OUT sealed bytea, OUT sealed_persons bytea[], OUT accounts uuid[], OUT sealed_accounts bytea[]) TO wh_loader;

-- Name: TABLE dim_workshop; Type: ACL; Schema: store; Owner: wh_owner

GRANT SELECT ON TABLE store.dim_workshop TO wh_transformer;
GRANT SELECT ON TABLE store.dim_workshop TO wh_gate;

-- Name: TABLE dim_workshop; Type: ACL; Schema: build; Owner: wh_owner

GRANT SELECT ON TABLE build.dim_workshop TO wh_transformer;
GRANT SELECT ON TABLE build.dim_workshop TO wh_gate;

-- Name: TABLE reported_workshop; Type: ACL; Schema: store; Owner: wh_owner

GRANT SELECT ON TABLE store.reported_workshop TO wh_transformer;
GRANT SELECT ON TABLE store.reported_workshop TO wh_gate;

-- Name: TABLE reported_workshop; Type: ACL; Schema: build; Owner: wh_owner

GRANT SELECT ON TABLE build.reported_workshop TO wh_transformer;
GRANT SELECT ON TABLE build.reported_workshop TO wh_gate;

-- Name: TABLE workshop; Type: ACL; Schema: landing; Owner: wh_owner

GRANT SELECT,INSERT ON TABLE landing.workshop TO wh_loader;
GRANT SELECT ON TABLE landing.workshop TO wh_transformer;
GRANT SELECT ON TABLE landing.workshop TO wh_gate;

-- Name: TABLE check_result; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.check_result TO wh_loader;
GRANT SELECT ON TABLE ops.check_result TO wh_transformer;
GRANT SELECT,INSERT,DELETE ON TABLE ops.check_result TO wh_gate;
GRANT SELECT ON TABLE ops.check_result TO wh_publisher;
GRANT SELECT ON TABLE ops.check_result TO wh_auditor;
GRANT SELECT ON TABLE ops.check_result TO wh_operator;

-- Name: TABLE data_quality; Type: ACL; Schema: marts; Owner: wh_owner

GRANT SELECT ON TABLE marts.data_quality TO wh_reader;

-- Name: TABLE dim_workshop; Type: ACL; Schema: marts; Owner: wh_owner

GRANT SELECT ON TABLE marts.dim_workshop TO wh_reader;

-- Name: TABLE household_today; Type: ACL; Schema: marts; Owner: wh_owner

GRANT SELECT ON TABLE marts.household_today TO wh_analyst;
GRANT SELECT ON TABLE marts.household_today TO wh_county;

-- Name: TABLE person_today; Type: ACL; Schema: marts; Owner: wh_owner

GRANT SELECT ON TABLE marts.person_today TO wh_analyst;
GRANT SELECT ON TABLE marts.person_today TO wh_county;

-- Name: TABLE month_close; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.month_close TO wh_loader;
GRANT SELECT ON TABLE ops.month_close TO wh_transformer;
GRANT SELECT ON TABLE ops.month_close TO wh_gate;
GRANT SELECT ON TABLE ops.month_close TO wh_publisher;
GRANT SELECT ON TABLE ops.month_close TO wh_auditor;
GRANT SELECT ON TABLE ops.month_close TO wh_operator;

-- Name: TABLE publication; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.publication TO wh_loader;
GRANT SELECT ON TABLE ops.publication TO wh_transformer;
GRANT SELECT ON TABLE ops.publication TO wh_gate;
GRANT SELECT ON TABLE ops.publication TO wh_publisher;
GRANT SELECT ON TABLE ops.publication TO wh_auditor;
GRANT SELECT ON TABLE ops.publication TO wh_operator;

-- Name: TABLE publications; Type: ACL; Schema: marts; Owner: wh_owner

GRANT SELECT ON TABLE marts.publications TO wh_reader;

-- Name: TABLE act; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.act TO wh_operator;
GRANT SELECT ON TABLE ops.act TO wh_loader;
GRANT SELECT ON TABLE ops.act TO wh_transformer;
GRANT SELECT ON TABLE ops.act TO wh_gate;
GRANT SELECT ON TABLE ops.act TO wh_publisher;
GRANT SELECT ON TABLE ops.act TO wh_auditor;

-- Name: TABLE alert; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.alert TO wh_loader;
GRANT SELECT ON TABLE ops.alert TO wh_transformer;
GRANT SELECT ON TABLE ops.alert TO wh_gate;
GRANT SELECT ON TABLE ops.alert TO wh_publisher;
GRANT SELECT ON TABLE ops.alert TO wh_auditor;
GRANT SELECT ON TABLE ops.alert TO wh_operator;

-- Name: COLUMN alert.build; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(build),UPDATE(build) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.report_date; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(report_date) ON TABLE ops.alert TO wh_loader;
GRANT INSERT(report_date) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.level; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(level) ON TABLE ops.alert TO wh_loader;
GRANT INSERT(level),UPDATE(level) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.kind; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(kind) ON TABLE ops.alert TO wh_loader;
GRANT INSERT(kind) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.unit; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(unit) ON TABLE ops.alert TO wh_loader;
GRANT INSERT(unit) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.step; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(step),UPDATE(step) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.title; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(title),UPDATE(title) ON TABLE ops.alert TO wh_loader;
GRANT INSERT(title),UPDATE(title) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.body; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(body),UPDATE(body) ON TABLE ops.alert TO wh_loader;
GRANT INSERT(body),UPDATE(body) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.link; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(link),UPDATE(link) ON TABLE ops.alert TO wh_loader;
GRANT INSERT(link),UPDATE(link) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.sent_at; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(sent_at) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.send_error; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(send_error) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.resolved_at; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(resolved_at) ON TABLE ops.alert TO wh_loader;
GRANT UPDATE(resolved_at) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.subject; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(subject),UPDATE(subject) ON TABLE ops.alert TO wh_publisher;

-- Name: COLUMN alert.since; Type: ACL; Schema: ops; Owner: wh_owner

GRANT INSERT(since),UPDATE(since) ON TABLE ops.alert TO wh_publisher;

-- Name: TABLE alert_delivery; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.alert_delivery TO wh_loader;
GRANT SELECT ON TABLE ops.alert_delivery TO wh_transformer;
GRANT SELECT ON TABLE ops.alert_delivery TO wh_gate;
GRANT SELECT,INSERT,UPDATE ON TABLE ops.alert_delivery TO wh_publisher;
GRANT SELECT ON TABLE ops.alert_delivery TO wh_auditor;
GRANT SELECT ON TABLE ops.alert_delivery TO wh_operator;

-- Name: TABLE arrival; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT,INSERT,UPDATE ON TABLE ops.arrival TO wh_loader;
GRANT SELECT ON TABLE ops.arrival TO wh_transformer;
GRANT SELECT ON TABLE ops.arrival TO wh_gate;
GRANT SELECT ON TABLE ops.arrival TO wh_publisher;
GRANT SELECT ON TABLE ops.arrival TO wh_auditor;
GRANT SELECT ON TABLE ops.arrival TO wh_operator;

-- Name: TABLE build; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.build TO wh_loader;
GRANT SELECT ON TABLE ops.build TO wh_transformer;
GRANT SELECT ON TABLE ops.build TO wh_gate;
GRANT SELECT ON TABLE ops.build TO wh_publisher;
GRANT SELECT ON TABLE ops.build TO wh_auditor;
GRANT SELECT ON TABLE ops.build TO wh_operator;

-- Name: COLUMN build.build; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT(build) ON TABLE ops.build TO wh_returner;

-- Name: COLUMN build.started_at; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT(started_at) ON TABLE ops.build TO wh_returner;

-- Name: TABLE certificate; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.certificate TO wh_loader;
GRANT SELECT ON TABLE ops.certificate TO wh_transformer;
GRANT SELECT ON TABLE ops.certificate TO wh_gate;
GRANT SELECT ON TABLE ops.certificate TO wh_publisher;
GRANT SELECT ON TABLE ops.certificate TO wh_auditor;
GRANT SELECT ON TABLE ops.certificate TO wh_operator;

-- Name: TABLE feed; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.feed TO wh_loader;
GRANT SELECT ON TABLE ops.feed TO wh_transformer;
GRANT SELECT ON TABLE ops.feed TO wh_gate;
GRANT SELECT ON TABLE ops.feed TO wh_publisher;
GRANT SELECT ON TABLE ops.feed TO wh_auditor;
GRANT SELECT ON TABLE ops.feed TO wh_operator;

-- Name: TABLE current_delivery; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.current_delivery TO wh_loader;
GRANT SELECT ON TABLE ops.current_delivery TO wh_transformer;
GRANT SELECT ON TABLE ops.current_delivery TO wh_gate;
GRANT SELECT ON TABLE ops.current_delivery TO wh_publisher;
GRANT SELECT ON TABLE ops.current_delivery TO wh_auditor;
GRANT SELECT ON TABLE ops.current_delivery TO wh_operator;

-- Name: COLUMN current_delivery.delivery_id; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT(delivery_id) ON TABLE ops.current_delivery TO wh_reporter;

-- Name: COLUMN current_delivery.feed; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT(feed) ON TABLE ops.current_delivery TO wh_reporter;

-- Name: COLUMN current_delivery.unit; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT(unit) ON TABLE ops.current_delivery TO wh_reporter;

-- Name: COLUMN current_delivery.status; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT(status) ON TABLE ops.current_delivery TO wh_reporter;

-- Name: COLUMN current_delivery.night_on; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT(night_on) ON TABLE ops.current_delivery TO wh_reporter;

-- Name: TABLE decided_value; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.decided_value TO wh_loader;
GRANT SELECT ON TABLE ops.decided_value TO wh_transformer;
GRANT SELECT ON TABLE ops.decided_value TO wh_gate;
GRANT SELECT ON TABLE ops.decided_value TO wh_publisher;
GRANT SELECT ON TABLE ops.decided_value TO wh_auditor;
GRANT SELECT ON TABLE ops.decided_value TO wh_operator;

-- Name: TABLE delivery_profile; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.delivery_profile TO wh_loader;
GRANT SELECT ON TABLE ops.delivery_profile TO wh_transformer;
GRANT SELECT,INSERT,DELETE ON TABLE ops.delivery_profile TO wh_gate;
GRANT SELECT ON TABLE ops.delivery_profile TO wh_publisher;
GRANT SELECT ON TABLE ops.delivery_profile TO wh_auditor;
GRANT SELECT ON TABLE ops.delivery_profile TO wh_operator;

-- Name: TABLE due; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT,INSERT ON TABLE ops.due TO wh_loader;
GRANT SELECT ON TABLE ops.due TO wh_transformer;
GRANT SELECT ON TABLE ops.due TO wh_gate;
GRANT SELECT ON TABLE ops.due TO wh_publisher;
GRANT SELECT ON TABLE ops.due TO wh_auditor;
GRANT SELECT ON TABLE ops.due TO wh_operator;

-- Name: COLUMN due.causes; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(causes) ON TABLE ops.due TO wh_loader;

-- Name: COLUMN due.caused_at; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(caused_at) ON TABLE ops.due TO wh_loader;

-- Name: TABLE due_window; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.due_window TO wh_loader;
GRANT SELECT ON TABLE ops.due_window TO wh_transformer;
GRANT SELECT ON TABLE ops.due_window TO wh_gate;
GRANT SELECT ON TABLE ops.due_window TO wh_publisher;
GRANT SELECT ON TABLE ops.due_window TO wh_auditor;
GRANT SELECT ON TABLE ops.due_window TO wh_operator;

-- Name: TABLE intake_failure; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.intake_failure TO wh_transformer;
GRANT SELECT ON TABLE ops.intake_failure TO wh_gate;
GRANT SELECT ON TABLE ops.intake_failure TO wh_publisher;
GRANT SELECT ON TABLE ops.intake_failure TO wh_auditor;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ops.intake_failure TO wh_loader;
GRANT SELECT ON TABLE ops.intake_failure TO wh_operator;

-- Name: TABLE due_of_night; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.due_of_night TO wh_loader;
GRANT SELECT ON TABLE ops.due_of_night TO wh_transformer;
GRANT SELECT ON TABLE ops.due_of_night TO wh_gate;
GRANT SELECT ON TABLE ops.due_of_night TO wh_publisher;
GRANT SELECT ON TABLE ops.due_of_night TO wh_auditor;
GRANT SELECT ON TABLE ops.due_of_night TO wh_operator;

-- Name: TABLE due_submission; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.due_submission TO wh_loader;
GRANT SELECT ON TABLE ops.due_submission TO wh_transformer;
GRANT SELECT ON TABLE ops.due_submission TO wh_gate;
GRANT SELECT ON TABLE ops.due_submission TO wh_publisher;
GRANT SELECT ON TABLE ops.due_submission TO wh_auditor;
GRANT SELECT ON TABLE ops.due_submission TO wh_operator;

-- Name: TABLE erasure_digest; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.erasure_digest TO wh_loader;
GRANT SELECT ON TABLE ops.erasure_digest TO wh_transformer;
GRANT SELECT ON TABLE ops.erasure_digest TO wh_gate;
GRANT SELECT ON TABLE ops.erasure_digest TO wh_publisher;
GRANT SELECT ON TABLE ops.erasure_digest TO wh_auditor;
GRANT SELECT ON TABLE ops.erasure_digest TO wh_operator;

-- Name: TABLE expected_check; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.expected_check TO wh_loader;
GRANT SELECT ON TABLE ops.expected_check TO wh_transformer;
GRANT SELECT ON TABLE ops.expected_check TO wh_gate;
GRANT SELECT ON TABLE ops.expected_check TO wh_publisher;
GRANT SELECT ON TABLE ops.expected_check TO wh_auditor;
GRANT SELECT ON TABLE ops.expected_check TO wh_operator;

-- Name: TABLE generated_object; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.generated_object TO wh_loader;
GRANT SELECT ON TABLE ops.generated_object TO wh_transformer;
GRANT SELECT ON TABLE ops.generated_object TO wh_gate;
GRANT SELECT ON TABLE ops.generated_object TO wh_publisher;
GRANT SELECT ON TABLE ops.generated_object TO wh_auditor;
GRANT SELECT ON TABLE ops.generated_object TO wh_operator;

-- Name: TABLE migration; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.migration TO wh_loader;
GRANT SELECT ON TABLE ops.migration TO wh_transformer;
GRANT SELECT ON TABLE ops.migration TO wh_gate;
GRANT SELECT ON TABLE ops.migration TO wh_publisher;
GRANT SELECT ON TABLE ops.migration TO wh_auditor;
GRANT SELECT ON TABLE ops.migration TO wh_operator;

-- Name: TABLE model_version; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.model_version TO wh_loader;
GRANT SELECT ON TABLE ops.model_version TO wh_transformer;
GRANT SELECT ON TABLE ops.model_version TO wh_gate;
GRANT SELECT ON TABLE ops.model_version TO wh_publisher;
GRANT SELECT ON TABLE ops.model_version TO wh_auditor;
GRANT SELECT ON TABLE ops.model_version TO wh_operator;

-- Name: TABLE part_in_force; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.part_in_force TO wh_loader;

-- Name: TABLE platform_cursor; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT,INSERT,UPDATE ON TABLE ops.platform_cursor TO wh_loader;
GRANT SELECT ON TABLE ops.platform_cursor TO wh_transformer;
GRANT SELECT ON TABLE ops.platform_cursor TO wh_gate;
GRANT SELECT ON TABLE ops.platform_cursor TO wh_publisher;
GRANT SELECT ON TABLE ops.platform_cursor TO wh_auditor;
GRANT SELECT ON TABLE ops.platform_cursor TO wh_operator;

-- Name: TABLE pointer; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.pointer TO wh_loader;
GRANT SELECT ON TABLE ops.pointer TO wh_transformer;
GRANT SELECT ON TABLE ops.pointer TO wh_gate;
GRANT SELECT ON TABLE ops.pointer TO wh_publisher;
GRANT SELECT ON TABLE ops.pointer TO wh_auditor;
GRANT SELECT ON TABLE ops.pointer TO wh_operator;

-- Name: TABLE product; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.product TO wh_loader;
GRANT SELECT ON TABLE ops.product TO wh_transformer;
GRANT SELECT ON TABLE ops.product TO wh_gate;
GRANT SELECT,INSERT ON TABLE ops.product TO wh_publisher;
GRANT SELECT ON TABLE ops.product TO wh_auditor;
GRANT SELECT ON TABLE ops.product TO wh_operator;

-- Name: TABLE product_delivery; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.product_delivery TO wh_loader;
GRANT SELECT ON TABLE ops.product_delivery TO wh_transformer;
GRANT SELECT ON TABLE ops.product_delivery TO wh_gate;
GRANT SELECT,INSERT,UPDATE ON TABLE ops.product_delivery TO wh_publisher;
GRANT SELECT ON TABLE ops.product_delivery TO wh_auditor;
GRANT SELECT ON TABLE ops.product_delivery TO wh_operator;

-- Name: TABLE reader_county; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.reader_county TO wh_auditor;

-- Name: TABLE refused_part; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.refused_part TO wh_loader;
GRANT SELECT ON TABLE ops.refused_part TO wh_gate;

-- Name: TABLE rule_decision; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.rule_decision TO wh_loader;
GRANT SELECT ON TABLE ops.rule_decision TO wh_transformer;
GRANT SELECT ON TABLE ops.rule_decision TO wh_gate;
GRANT SELECT ON TABLE ops.rule_decision TO wh_publisher;
GRANT SELECT ON TABLE ops.rule_decision TO wh_auditor;
GRANT SELECT ON TABLE ops.rule_decision TO wh_operator;

-- Name: TABLE schedule_begin; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.schedule_begin TO wh_loader;
GRANT SELECT ON TABLE ops.schedule_begin TO wh_transformer;
GRANT SELECT ON TABLE ops.schedule_begin TO wh_gate;
GRANT SELECT ON TABLE ops.schedule_begin TO wh_publisher;
GRANT SELECT ON TABLE ops.schedule_begin TO wh_auditor;
GRANT SELECT ON TABLE ops.schedule_begin TO wh_operator;

-- Name: TABLE store_index; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.store_index TO wh_loader;
GRANT SELECT ON TABLE ops.store_index TO wh_transformer;
GRANT SELECT ON TABLE ops.store_index TO wh_gate;
GRANT SELECT ON TABLE ops.store_index TO wh_publisher;
GRANT SELECT ON TABLE ops.store_index TO wh_auditor;
GRANT SELECT ON TABLE ops.store_index TO wh_operator;

-- Name: TABLE tonight; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.tonight TO wh_loader;
GRANT SELECT ON TABLE ops.tonight TO wh_transformer;
GRANT SELECT ON TABLE ops.tonight TO wh_gate;
GRANT SELECT ON TABLE ops.tonight TO wh_publisher;
GRANT SELECT ON TABLE ops.tonight TO wh_auditor;
GRANT SELECT ON TABLE ops.tonight TO wh_operator;

-- Name: TABLE tonight_core; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.tonight_core TO wh_loader;
GRANT SELECT ON TABLE ops.tonight_core TO wh_transformer;
GRANT SELECT ON TABLE ops.tonight_core TO wh_gate;
GRANT SELECT ON TABLE ops.tonight_core TO wh_publisher;
GRANT SELECT ON TABLE ops.tonight_core TO wh_auditor;
GRANT SELECT ON TABLE ops.tonight_core TO wh_operator;

-- Name: TABLE upload; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT,DELETE ON TABLE ops.upload TO wh_loader;
GRANT SELECT ON TABLE ops.upload TO wh_operator;
GRANT SELECT ON TABLE ops.upload TO wh_auditor;

-- Name: COLUMN upload.state; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(state) ON TABLE ops.upload TO wh_loader;

-- Name: COLUMN upload.attempts; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(attempts) ON TABLE ops.upload TO wh_loader;

-- Name: COLUMN upload.answer; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(answer) ON TABLE ops.upload TO wh_loader;

-- Name: COLUMN upload.answered_at; Type: ACL; Schema: ops; Owner: wh_owner

GRANT UPDATE(answered_at) ON TABLE ops.upload TO wh_loader;

-- Name: TABLE user_login; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.user_login TO wh_operator;
GRANT SELECT ON TABLE ops.user_login TO wh_auditor;

-- Name: TABLE valid_publication; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.valid_publication TO wh_loader;
GRANT SELECT ON TABLE ops.valid_publication TO wh_transformer;
GRANT SELECT ON TABLE ops.valid_publication TO wh_gate;
GRANT SELECT ON TABLE ops.valid_publication TO wh_publisher;
GRANT SELECT ON TABLE ops.valid_publication TO wh_auditor;
GRANT SELECT ON TABLE ops.valid_publication TO wh_operator;

-- Name: TABLE waiver; Type: ACL; Schema: ops; Owner: wh_owner

GRANT SELECT ON TABLE ops.waiver TO wh_loader;
GRANT SELECT ON TABLE ops.waiver TO wh_transformer;
GRANT SELECT ON TABLE ops.waiver TO wh_gate;
GRANT SELECT ON TABLE ops.waiver TO wh_publisher;
GRANT SELECT ON TABLE ops.waiver TO wh_auditor;
GRANT SELECT ON TABLE ops.waiver TO wh_operator;

-- Name: TABLE setting; Type: ACL; Schema: seeds; Owner: wh_owner

GRANT SELECT ON TABLE seeds.setting TO wh_loader;
GRANT SELECT ON TABLE seeds.setting TO wh_transformer;
GRANT SELECT ON TABLE seeds.setting TO wh_gate;
GRANT SELECT ON TABLE seeds.setting TO wh_publisher;
GRANT SELECT ON TABLE seeds.setting TO wh_auditor;
GRANT SELECT ON TABLE seeds.setting TO wh_operator;

-- Name: TABLE dim_workshop; Type: ACL; Schema: tonight; Owner: wh_owner

GRANT SELECT,INSERT ON TABLE tonight.dim_workshop TO wh_transformer;
GRANT SELECT ON TABLE tonight.dim_workshop TO wh_gate;

-- Name: TABLE reported_workshop; Type: ACL; Schema: tonight; Owner: wh_owner

GRANT SELECT,INSERT ON TABLE tonight.reported_workshop TO wh_transformer;
GRANT SELECT ON TABLE tonight.reported_workshop TO wh_gate;

-- Name: TABLE bank_account; Type: ACL; Schema: vault; Owner: wh_owner

GRANT INSERT ON TABLE vault.bank_account TO wh_loader;

-- Name: COLUMN bank_account.account_key; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(account_key) ON TABLE vault.bank_account TO wh_loader;

-- Name: TABLE data_key; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT ON TABLE vault.data_key TO wh_loader;

-- Name: COLUMN data_key.sealed; Type: ACL; Schema: vault; Owner: wh_owner

GRANT INSERT(sealed) ON TABLE vault.data_key TO wh_loader;

-- Name: COLUMN erasure.asked_at; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(asked_at) ON TABLE vault.erasure TO wh_loader;

-- Name: COLUMN erasure.marks; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(marks) ON TABLE vault.erasure TO wh_loader;

-- Name: COLUMN erasure.done_at; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(done_at) ON TABLE vault.erasure TO wh_loader;

-- Name: TABLE known; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT,INSERT ON TABLE vault.known TO wh_loader;

-- Name: TABLE person; Type: ACL; Schema: vault; Owner: wh_owner

GRANT INSERT ON TABLE vault.person TO wh_loader;

-- Name: COLUMN person.person_key; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(person_key) ON TABLE vault.person TO wh_loader;

-- Name: COLUMN person.key_version; Type: ACL; Schema: vault; Owner: wh_owner

GRANT UPDATE(key_version) ON TABLE vault.person TO wh_loader;

-- Name: COLUMN person.county_code; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(county_code) ON TABLE vault.person TO wh_loader;

-- Name: COLUMN person.sealed; Type: ACL; Schema: vault; Owner: wh_owner

GRANT UPDATE(sealed) ON TABLE vault.person TO wh_loader;

-- Name: TABLE rejected_row; Type: ACL; Schema: vault; Owner: wh_owner

GRANT INSERT ON TABLE vault.rejected_row TO wh_loader;
GRANT SELECT ON TABLE vault.rejected_row TO wh_returner;

-- Name: COLUMN rejected_row.delivery_id; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(delivery_id) ON TABLE vault.rejected_row TO wh_loader;

-- Name: COLUMN rejected_row.sheet; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(sheet) ON TABLE vault.rejected_row TO wh_loader;

-- Name: COLUMN rejected_row.line; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(line) ON TABLE vault.rejected_row TO wh_loader;

-- Name: COLUMN rejected_row.column_name; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(column_name) ON TABLE vault.rejected_row TO wh_loader;

-- Name: COLUMN rejected_row.reason; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(reason) ON TABLE vault.rejected_row TO wh_loader;

-- Name: COLUMN rejected_row.corrected_by; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT(corrected_by),UPDATE(corrected_by) ON TABLE vault.rejected_row TO wh_loader;

-- Name: TABLE token_key; Type: ACL; Schema: vault; Owner: wh_owner

GRANT SELECT ON TABLE vault.token_key TO wh_loader;

-- Name: COLUMN token_key.check_value; Type: ACL; Schema: vault; Owner: wh_owner

GRANT INSERT(check_value) ON TABLE vault.token_key TO wh_loader;

-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: wh_owner

ALTER DEFAULT PRIVILEGES FOR ROLE wh_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;

-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: wh_role_maker

ALTER DEFAULT PRIVILEGES FOR ROLE wh_role_maker REVOKE ALL ON FUNCTIONS FROM PUBLIC;
