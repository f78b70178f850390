"""Names that several packages need, each declared here alone: reports, roles of users, units, and
units of measure.
"""

# Name → how it is called in Chinese and in English.
REPORTS = {
    "daily": ("日报", "daily report"),
    "weekly": ("周调度", "weekly dispatch"),
    "monthly": ("月通报", "monthly bulletin"),
}
# In the order in which the form for a new user offers them.
USER_ROLES = {
    "county": ("县市用户", "county"),
    "caseworker": ("县市经办人", "case worker"),
    "analyst": ("分析员", "analyst"),
    "auditor": ("审计员", "auditor"),
    "operator": ("操作员", "operator"),
}
# Units that are neither a county nor known by a number of their own.
NAMED_UNITS = {"hr_platform": ("人才平台", "HR platform")}
# Units of measure: of indicators (`indicator.unit`), and of what the gates measure.
UNITS_OF_MEASURE = {
    "person": ("人", "persons"),
    "household": ("户", "households"),
    "case": ("件", "cases"),
    "job": ("份工作", "jobs"),
    "post": ("个岗位", "posts"),
    "event": ("场", "events"),
    "count": ("个", "count"),
    "CNY": ("元", "CNY"),
    "day": ("天", "days"),
    "row": ("行", "rows"),
    "times": ("倍", "times"),
    "point": ("个百分点", "percentage points"),
    "share": ("占比", "share"),
    "rate": ("比率", "rate"),
}
