"""The process in which a workbook is opened. It imports nothing of ours and runs isolated: `python -I`.

It limits its own memory and processor time, opens nothing but the one file, and writes to standard output what
`protocol` describes. `workbook_process.py` beside this folder starts it.
"""
