"""The embedded default: PostgreSQL and Airflow of one home, started, watched and stopped; nights run through them."""
