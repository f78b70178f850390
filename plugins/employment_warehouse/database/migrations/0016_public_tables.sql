-- What a public table hides so that nobody can work out a number under ten.
set role wh_owner;

create function ops.hidden_cells(cells jsonb, fewest integer, out indicator text, out county_code text)
returns setof record
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
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
comment on function ops.hidden_cells(jsonb, integer) is
'公开表中不予显示的单元格：小于10的，以及能据以推出它们的。 | The cells of a public table that stay hidden: counts of 1 to fewest − 1, and what would give them away through a sum or through a whole and its parts. cells: [{indicator, county_code, value, part_of, complement}, …].';
grant execute on function ops.hidden_cells(jsonb, integer) to wh_transformer;

reset role;
