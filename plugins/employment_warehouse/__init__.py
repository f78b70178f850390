"""Employment-monitoring warehouse: one night from the feeds to published marts, alerts and a report."""
