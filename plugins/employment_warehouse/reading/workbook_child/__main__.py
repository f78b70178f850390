"""Open the workbook of a file descriptor: `python -I … FD KIND`; KIND is xlsx or xls."""

from __future__ import annotations

import gc
import resource
import sys

import python_calamine as calamine

from .compound import open_xls
from .protocol import Refusal, end
from .serving import serve
from .xlsx import open_xlsx

MEMORY = 512 << 20
SECONDS = 10


def main() -> None:
    path, kind = f"/dev/fd/{sys.argv[1]}", sys.argv[2]
    gc.disable()  # rows are many small lists without cycles
    sys.setswitchinterval(0.0002)  # the library releases the interpreter only for moments; a tenth of the time
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEMORY, MEMORY))  # for a copy in memory
    try:
        serve(open_xlsx(path) if kind == "xlsx" else open_xls(path))
    except Refusal as refusal:
        end(str(refusal))
    except MemoryError:
        end("too_many_cells_declared")
    except calamine.PasswordError:
        end("password_protected")
    except Exception as error:  # whatever the library raises for a damaged workbook
        end("password_protected" if "assword" in str(error) else "workbook_unreadable")


if __name__ == "__main__":
    main()
