"""Open the workbook of a file descriptor: `python -I … FD KIND`; KIND is xlsx or xls."""

from __future__ import annotations

import functools
import gc
import resource
import sys

from .archive import check_archive
from .compound import check_compound
from .markup import PIECE, Merged, errors_of_part
from .pieces import rows_in_pieces
from .protocol import Refusal, end
from .sending import prefetch, speak

MEMORY = 512 << 20
SECONDS = 10


def main() -> None:
    path, kind = f"/dev/fd/{sys.argv[1]}", sys.argv[2]
    gc.disable()  # rows are many small lists, and none of them knows another
    sys.setswitchinterval(0.0002)  # the library gives the interpreter back for a moment only; a tenth of the time
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEMORY, MEMORY))  # for a copy in memory
    try:
        if kind == "xlsx":
            archive, parts = check_archive(path)
            merged: list[Merged] = [set() for _ in parts]
            large = {at: part for at, part in enumerate(parts) if part and part.file_size > PIECE}
            speak(
                path,
                [
                    functools.partial(errors_of_part, archive, part, merged[at]) if part else dict
                    for at, part in enumerate(parts)
                ],
                {at: prefetch(rows_in_pieces(archive, part, merged[at])) for at, part in large.items()},
                merged,
            )
        else:
            speak(path, *check_compound(path))
    except Refusal as refusal:
        end(str(refusal))
    except MemoryError:
        end("too_many_cells_declared")


if __name__ == "__main__":
    main()
