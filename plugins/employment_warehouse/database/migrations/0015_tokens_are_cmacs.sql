-- Tokens are AES-CMACs from here on (docs/decisions/0009). Beside HMACs of the same people they would be strangers.
do $$
begin
    if exists (select from ops.delivery where kind not in ('nil', 'withdrawn')) then
        raise exception
            '库中的代号是旧算法（HMAC）生成的，不能与新代号混用 | the tokens in this warehouse are of the former kind (HMAC)'
            using hint =
                'set up a new warehouse beside it (another WAREHOUSE_HOME) with the same landing zone; its nights run anew';
    end if;
end
$$;
