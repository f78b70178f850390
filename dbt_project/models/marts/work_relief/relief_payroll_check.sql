-- Findings on lines of payroll, one row per line and finding; the amount is the money at stake.
with
rules as (
    select finding, threshold from {{ ref('int_finding_rule') }} where enabled
),

lines as (
    select line.*, {{ arrears('line') }} as arrears
    from {{ ref('fct_relief_payroll_line') }} as line
),

lines_with_contract as (
    select distinct line.project_no, line.period, line.person_key
    from lines as line
    inner join {{ ref('fct_relief_contract') }} as contract
        on line.project_no = contract.project_no and line.person_key = contract.person_key
            and {{ is_contract_of('contract', 'line') }}
),

full_time_elsewhere as (
    select distinct line.period, line.person_key
    from lines as line
    inner join {{ ref('fct_employment_spell') }} as spell
        on line.person_key = spell.person_key and spell.channel = 'enterprise'
            and spell.start_on <= line.period
            and (spell.end_on is null or spell.end_on >= line.period_end)
),

homes as ({{ homes_of('lines') }}),

-- On the last day of the period, or tonight.
registered_workers as (
    select distinct line.period, line.person_key
    from lines as line
    inner join homes as home
        on line.person_key = home.person_key
            and {{ is_home('home', 'least(line.period_end, ' ~ tonight_date() ~ ')') }}
),

shared_accounts as (
    select account_key
    from lines
    group by account_key
    having count(distinct person_key) >= {{ finding_threshold('account_shared') }}
),

last_failures as (
    select distinct on (unit, period, person_key, item)
        unit as project_no, period, person_key, item as crew, amount, outcome
    from {{ ref('fct_payment_attempt') }}
    where feed = 'relief_payroll'
    order by unit, period, person_key, item, attempt_no desc
),

assessed_lines as (
    select
        lines.*,
        failure.amount as last_amount,
        contract.person_key is null as lacks_contract,
        elsewhere.person_key is not null as is_elsewhere,
        shared.account_key is not null as is_account_shared,
        registered.person_key is not null as is_on_register,
        worker.deceased_on,
        lines.birth_date + make_interval(years => {{ finding_threshold('underage') }}) as of_age_on
    from lines
    left join lines_with_contract as contract using (project_no, period, person_key)
    left join full_time_elsewhere as elsewhere using (period, person_key)
    left join registered_workers as registered using (period, person_key)
    left join shared_accounts as shared using (account_key)
    left join last_failures as failure using (project_no, period, person_key, crew)
    left join {{ ref('int_relief_worker') }} as worker using (person_key)
),

findings as (
    select assessed_lines.*, possible.finding, possible.amount
    from assessed_lines
    cross join lateral (
        values
        ('unpaid', arrears > 0 and amount_paid = 0, arrears),
        ('underpaid', arrears > 0 and amount_paid > 0, arrears),
        ('paid_late', amount_paid_late > 0, amount_paid_late),
        ('no_contract', lacks_contract, amount_due),
        ('days_over_calendar', days_worked > period_end - period + 1, amount_due),
        ('paid_twice', amount_credited > amount_due, amount_credited - amount_due),
        ('bank_failed', last_outcome = 'failed', last_amount),
        ('bank_amount_differs', is_amount_different, amount_difference),
        ('account_shared', is_account_shared, amount_due),
        ('not_on_register', not is_on_register, amount_due),
        ('employed_elsewhere_full_time', is_elsewhere, amount_due),
        ('deceased', deceased_on < period, amount_due),
        ('underage', of_age_on > period_end, amount_due)
    ) as possible (finding, is_found, amount)
    where possible.is_found
)

select
    findings.county_code, findings.project_no, findings.period, findings.person_key, findings.crew, findings.finding,
    findings.amount::numeric(14, 2) as amount,
    findings.amount_due, findings.amount_paid, findings.days_worked, findings.batch_no, findings.pay_due_on,
    findings.credited_on
from findings
inner join rules using (finding)
