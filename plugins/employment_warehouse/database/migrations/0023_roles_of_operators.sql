-- People who operate the warehouse: their own logins are members of this role, and decide under their own names.
do $$
begin
    if to_regrole('wh_operator') is null then
        create role wh_operator nologin;
    end if;
    execute format('grant connect on database %I to wh_operator', current_database());
end $$;
-- Until people have logins of their own, the command line acts as wh_publisher.
grant wh_operator to wh_publisher;
