"""Names that several packages need, each declared here alone: of the reports, roles of users, and units."""

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
UNITS = {"hr_platform": ("人才平台", "HR platform")}
