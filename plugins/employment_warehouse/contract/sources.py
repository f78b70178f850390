"""Where feeds come from. Each source is one of these; whoever ingests some of them names them by these."""

COUNTY_SOURCE = "county"
RELIEF_SOURCES = ("payroll", "bank")  # of work relief: the projects' payrolls, and what the bank returns of them
FILE_SOURCES = (COUNTY_SOURCE, *RELIEF_SOURCES)
PLATFORM = "hr_platform"  # the source, and its one unit
SOURCES = (*FILE_SOURCES, PLATFORM)
