import marimo

app = marimo.App(width="medium", app_title="就业监测：先问的几个问题 · First questions")


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import polars as pl
    import psycopg

    # 登录信息取自 libpq 的环境变量（PGSERVICE 或 PGHOST、PGUSER 等），与 psql 相同；密码不写在笔记本里。
    # The login comes from libpq's environment, as for psql; no password is in the notebook.
    connection = psycopg.connect("", autocommit=True)

    def ask(question, **given):
        """The rows of a query."""
        with connection.cursor() as cursor:
            cursor.execute(question, given)
            names = [column.name for column in cursor.description]
            return pl.DataFrame(cursor.fetchall(), schema=names, orient="row", infer_schema_length=None)

    return alt, ask, mo


@app.cell
def _(ask, mo):
    shown = ask("select publication, report_date, vintage from marts.publications where is_current").to_dicts()
    mo.stop(not shown, mo.md("还没有发布。 · Nothing is published yet."))
    today = shown[0]["report_date"]
    mo.md(
        f"""
        # 就业监测：先问的几个问题 · First questions

        所见为第 {shown[0]["publication"]} 号发布，报表日期 **{today}**。换一天看：在 `ask` 之前执行 `select marts.as_of('2024-05-19')`。
        表和列的含义见列注释与 `docs/analysts.md`。

        You see publication {shown[0]["publication"]}, report date **{today}**. For another day run
        `select marts.as_of('2024-05-19')` first. Tables and columns are explained in their comments and in `docs/analysts.md`.
        """
    )
    return (today,)


@app.cell
def _(ask, mo):
    places = ask(
        """
        select distinct division_code, name_zh || ' ' || name_en as name
        from marts.dim_division
        inner join marts.target_progress on target_progress.county_code = division_code
        order by division_code
        """
    )
    by_name = dict(zip(places["name"], places["division_code"], strict=True))
    county = mo.ui.dropdown(by_name, value=next(iter(by_name), None), label="县市 County")
    county
    return (county,)


@app.cell
def _(ask, county, mo):
    progress = ask(
        """
        select
            dim_code.name_zh as 目标, dim_code.name_en as target, actual_value as 现状, target_value as 任务数,
            scheduled_value as 进度线, on_track as 跟上进度, coverage as 应报已收, obs_status as 数据状态
        from marts.target_progress
        inner join marts.dim_code on code_list = 'target_code' and code = target_code
        where county_code = %(county)s and basis = 'stock'
        order by target_code
        """,
        county=county.value,
    )
    mo.vstack(
        [
            mo.md(
                """
                ## 一、离目标还有多远？ · How far from the targets?

                `跟上进度` 为空是无法判断，不是未达标；数据状态 E 为沿用上次采用的数据。
                An empty `跟上进度` (on track) cannot be judged; status E is carried forward.
                """
            ),
            progress,
        ]
    )
    return (progress,)


@app.cell
def _(alt, ask, county, mo):
    history = ask(
        """
        select on_date, indicator.name_zh || ' ' || indicator.name_en as indicator, value::float as persons
        from marts.headline_series
        inner join marts.indicator on indicator.code = headline_series.indicator
        where county_code = %(county)s and headline_series.indicator in ('rural_employed', 'poverty_alleviated_employed')
        order by on_date
        """,
        county=county.value,
    )
    chart = (
        alt.Chart(history, title="每日在岗人数 · Employed, day by day")
        .mark_line()
        .encode(
            x=alt.X("on_date:T", title=None),
            y=alt.Y("persons:Q", title="人 persons"),
            color=alt.Color("indicator:N", title=None, legend=alt.Legend(orient="bottom")),
        )
        .properties(width=640, height=260)
    )
    mo.vstack(
        [
            mo.md(
                """
                ## 二、就业人数怎样变化？ · How has employment changed?

                按当晚汇总重新计算，迟到和更正的报送会改变过去的数。
                As known tonight: late and corrected reports change the past.
                """
            ),
            chart,
        ]
    )
    return (history,)


@app.cell
def _(ask, county, mo):
    months = ask(
        """
        select
            income.month as 月份, income.earners as 有收入者, income.wage_p50 as 月收入中位数,
            income.share_down_30pct as 降三成占比, flow.hires as 入职, flow.separations as 离职
        from marts.income_stability as income
        left join (
            select county_code, date_trunc('month', week)::date as month, sum(hires) as hires, sum(separations) as separations
            from marts.employment_flow
            group by 1, 2
        ) as flow using (county_code, month)
        where income.county_code = %(county)s and income.population_category = 'all'
        order by income.month
        """,
        county=county.value,
    )
    mo.vstack(
        [
            mo.md(
                """
                ## 三、收入和入离职逐月如何？ · Incomes, hires and separations by month

                周按其周一所在的月份归入。Weeks belong to the month of their Monday.
                """
            ),
            months,
        ]
    )
    return (months,)


@app.cell
def _(ask, county, mo):
    cases = ask(
        """
        select
            kinds.name_zh as 事项, kinds.name_en as "case", unit_to_act_zh as 责任单位,
            count(*) as 未结, min(opened_on) as 最早, sum(amount) as 涉及金额
        from marts.finding_case
        inner join marts.dim_code as kinds on kinds.code_list = 'case_kind' and kinds.code = case_kind
        where closed_on is null and %(county)s in (
            county_code, (select division_code from marts.dim_division where level = 'prefecture')
        )
        group by 1, 2, 3
        order by 未结 desc, 事项
        """,
        county=county.value,
    )
    mo.vstack(
        [
            mo.md(
                """
                ## 四、今天该办哪些事？ · What is to be done today?

                这些是供核查的线索，不是结论。Leads for a person to look at, never a verdict.
                """
            ),
            cases,
        ]
    )
    return (cases,)


@app.cell
def _(ask, county, mo):
    workshops = ask(
        """
        select
            dim_division.name_zh as 县市, workshop_name as 车间, month as 月份, workers_reported as 上报人数,
            workers_found as 台账人数, poverty_alleviated_found as 其中脱贫人口, exit_flag as 连续两月低于标准
        from marts.workshop_monitor
        inner join marts.dim_division on division_code = workshop_monitor.county_code
        where is_below_standard
        order by 县市, 车间, 月份
        """
    )
    services = ask(
        """
        select
            services.name_zh as 服务, services.name_en as service, sum(persons) as 人次,
            sum(hired_within_90d) filter (where hire_rate is not null) as "90日内入职",
            sum(persons) filter (where hire_rate is not null) as 已满跟踪期人次
        from marts.service_effect
        inner join marts.dim_code as services on services.code_list = 'service_type' and services.code = service_type
        where county_code = %(county)s and training_type = 'all'
        group by 1, 2
        order by 人次 desc
        """,
        county=county.value,
    )
    mo.vstack(
        [
            mo.md("## 五、哪些帮扶车间低于认定标准？ · Workshops below the standard"),
            workshops,
            mo.md(
                """
                ## 六、服务之后有多少人入职？ · Who was hired after a service?

                这是之后发生的，不等于由服务带来的。What followed, not what was caused.
                """
            ),
            services,
        ]
    )
    return services, workshops


if __name__ == "__main__":
    app.run()
