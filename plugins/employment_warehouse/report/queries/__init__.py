"""SQL of the reports: what they show, by product, and the record of what was sent."""
