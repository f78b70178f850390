"""The console: pages for those who run the warehouse, each shown with what the person's own login may see.

It has no permission system and no secret (docs/decisions/0016-the-console-has-no-rights-of-its-own.md).
"""
