"""The servers of a warehouse in both deployments, the nights that run on them, and the steps of its DAGs."""
