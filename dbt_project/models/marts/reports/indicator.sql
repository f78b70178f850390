{{ depends_on_indicators() }}
-- The dictionary of indicators, as the models declare them.
{%- set unit_digits = {'share': 4, 'rate': 4, 'CNY': 2, 'day': 1} %}
select
    code, name_zh, name_en, definition_zh, definition_en, formula, unit, digits, grain, mart, "column", clause, source,
    sensitivity, direction, kind, feeds, in_daily, in_weekly, in_monthly, in_key_counties, part_of, numerator,
    denominator, complement, is_counted_of
from (
    {%- for indicator in indicators() %}
    select
        '{{ indicator.code }}' as code,
        {{ text_with_settings(indicator.zh) }} as name_zh,
        {{ text_with_settings(indicator.en) }} as name_en,
        {{ text_with_settings(indicator.definition_zh) }} as definition_zh,
        {{ text_with_settings(indicator.definition_en) }} as definition_en,
        {{ text_literal(indicator_formula(indicator)) }} as formula,
        {{ text_literal(indicator.unit) }} as unit,
        {{ indicator.digits if indicator.digits is defined else unit_digits.get(indicator.unit, 0) }} as digits,
        {{ text_literal(indicator.grain) }} as grain,
        {{ text_literal(indicator.mart) }} as mart,
        {{ text_literal(indicator.column) }}::text as "column",
        {{ text_literal(indicator.clause) }}::text as clause,
        {{ text_literal(indicator.source or '红人社发〔2024〕2号') }} as source,
        'L1' as sensitivity,
        {{ indicator.direction }} as direction,
        '{{ indicator.kind }}' as kind,
        {{ text_array(indicator.feeds) }} as feeds,
        {% for report in ['daily', 'weekly', 'monthly', 'key_counties'] -%}
        {{ 'true' if report in indicator.in else 'false' }} as in_{{ report }},
        {% endfor -%}
        {{ text_literal(indicator.part_of) }}::text as part_of,
        {{ text_literal(indicator.numerator_is or indicator.numerator) }}::text as numerator,
        {{ text_literal(indicator.denominator) }}::text as denominator,
        {{ text_literal(indicator.complement) }}::text as complement,
        -- How many persons or other items it describes: a public table hides it if they are few.
        {%- set is_share = indicator.unit in ['share', 'rate'] and not indicator.is_public %}
        {{ 'true' if is_share or (indicator.value and indicator.denominator) else 'false' }} as is_counted_of
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {% for name in ['code', 'name_zh', 'name_en', 'definition_zh', 'definition_en', 'formula', 'unit'] -%}
        null::text as {{ name }},
        {% endfor -%}
        0 as digits,
        {% for name in ['grain', 'mart', '"column"', 'clause', 'source', 'sensitivity'] -%}
        null::text as {{ name }},
        {% endfor -%}
        0 as direction, null::text as kind, null::text[] as feeds,
        false as in_daily, false as in_weekly, false as in_monthly, false as in_key_counties,
        null::text as part_of, null::text as numerator, null::text as denominator, null::text as complement,
        false as is_counted_of
    where false
    {%- endfor %}
) as declared
