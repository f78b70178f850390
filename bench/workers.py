"""Two workers of Celery, each with its own home, and one shared folder; one is killed in a night. Is it published?

    python bench/workers.py [--people 300] [--planted]

Needs `redis-server`. The services of docker-compose.yml with docker-compose.scale.yml run as processes, each with the
environment of its service and no other; PostgreSQL is one server (for Citus see bench/scale.py). While models are
built, the whole session of the worker that has the task is killed, as when its machine fails. `--planted` kills both:
the night must then not be published. Exit code 1: it is not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kit import compose
from tests.kit.services import Site, end, healthy, logs, start_postgres, stop_postgres, wait_until

from employment_warehouse import demonstration
from employment_warehouse.database.listening import free_port

WORKERS = ("worker-1", "worker-2")
SCHEDULER = "celery-scheduler"
PROGRAMS = ("api-server", "dag-processor", "triggerer", SCHEDULER, *WORKERS)
# Models are built when the killed worker has something to lose.
IN_THE_MIDDLE = "select 1 from ops.model_version"


@dataclass(frozen=True)
class Machines(Site):
    """A site whose workers share `shared` and logs, and nothing else."""

    broker: int

    def environment(self, service: str) -> dict[str, str]:
        several = compose.services({"WAREHOUSE_URL": f"http://127.0.0.1:{self.api}/jiuye"}, compose.SEVERAL_MACHINES)
        declared = several.get("celery-worker" if service in WORKERS else service, {})
        own = {} if service in {SCHEDULER, *WORKERS} else super().environment(service)
        own |= {name: self.here(value) for name, value in declared.get("environment", {}).items()}
        return own | {"PATH": os.environ["PATH"], "WAREHOUSE_HOME": str(self.home(service, []))}

    def here(self, text: str) -> str:
        places = {"/var/lib/shared": str(self.root / "shared"), "redis:6379": f"127.0.0.1:{self.broker}"}
        for there, here in places.items():
            text = text.replace(there, here)
        return super().here(text)

    def command(self, service: str, *arguments: str) -> list[str]:
        programs = {SCHEDULER: SCHEDULER} | dict.fromkeys(WORKERS, "celery-worker")
        return super().command(service, *(arguments or (("serve", programs[service]) if service in programs else ())))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int, default=300)
    options.add_argument("--planted", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        site = Machines(Path(folder), free_port(), free_port(), free_port())
        night = deliver(site, given.people)
        workers = start(site, running)
        began = time.monotonic()
        log = running.enter_context((site.root / "night.log").open("wb"))
        asked = subprocess.Popen(
            site.command("warehouse", "night", night), env=site.environment("warehouse"), stdout=log, stderr=log
        )
        running.callback(end, asked)
        kill(site, workers, 2 if given.planted else 1)
        print(f"killed after {time.monotonic() - began:.0f} s", flush=True)
        try:
            outcome = asked.wait(timeout=240 if given.planted else 900)
        except subprocess.TimeoutExpired:
            outcome = -1
        print((site.root / "night.log").read_text(errors="replace")[-1500:])
        print(f"night of {night}: exit code {outcome} after {time.monotonic() - began:.0f} s")
        if outcome:
            print(logs(site.root))
        return 0 if print_files(site) and outcome == 0 else 1


def deliver(site: Machines, people: int) -> str:
    """What counties send for the first night; its date."""
    (site.root / "shared").mkdir(mode=0o700)
    with patch.dict(os.environ, {"WAREHOUSE_HOME": str(site.root / "generator")}):
        made = demonstration.generate(site.root / "demonstration", people=people, nights=1, seed=1)
        demonstration.arrive(site.root / "demonstration", made.nights[0])
    shutil.copytree(site.root / "demonstration" / "landing_zone", site.root / "landing_zone")
    return str(made.nights[0])


def start(site: Machines, running: ExitStack) -> list[subprocess.Popen[bytes]]:
    """Start everything, and wait until it is healthy; the workers."""
    made = site.run("init", "secrets", str(site.root / "secrets"))
    assert made.returncode == 0, made.stderr
    running.callback(stop_postgres, start_postgres(site))
    password = (site.root / "secrets" / "redis_password").read_text()
    redis = ["redis-server", "--port", str(site.broker), "--bind", "127.0.0.1", "--save", "", "--requirepass", password]
    running.callback(end, subprocess.Popen(redis, cwd=site.root, stdout=subprocess.DEVNULL))
    initialised = site.run("init")
    assert initialised.returncode == 0, initialised.stdout + initialised.stderr
    processes = {}
    for program in PROGRAMS:
        log = running.enter_context((site.root / f"{program}.log").open("wb"))
        processes[program] = subprocess.Popen(
            site.command(program),
            env=site.environment(program),
            cwd=site.root,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        running.callback(end_session, processes[program])
    checked = [program for program in PROGRAMS if program not in WORKERS]
    assert wait_until(lambda: all(healthy(site, program) for program in checked), 240), logs(site.root)
    return [processes[worker] for worker in WORKERS]


def kill(site: Machines, workers: Sequence[subprocess.Popen[bytes]], count: int) -> None:
    """Kill this many of these workers with all that they run, once models are being built."""

    def begun() -> bool:
        asked = site.run("warehouse", "sql", IN_THE_MIDDLE, "--role", "wh_watcher")
        return asked.stdout.count("\n") > 1

    assert wait_until(begun, 300), (site.root / "night.log").read_text() + logs(site.root)
    # The one that has a task first: it has more processes than one that waits.
    for worker in sorted(workers, key=lambda worker: -len(session(worker)))[:count]:
        for process in session(worker):
            os.kill(process, signal.SIGKILL)


def session(worker: subprocess.Popen[bytes]) -> list[int]:
    """The processes of a worker; a task has a process group of its own, in the same session."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            number = int((process / "stat").read_text().rpartition(")")[2].split()[3])
        except OSError:
            continue
        if number == worker.pid:
            found.append(int(process.name))
    return found


def end_session(process: subprocess.Popen[bytes]) -> None:
    end(process)
    subprocess.run(["pkill", "-9", "-s", str(process.pid)], check=False)


def print_files(site: Machines) -> bool:
    """What is in the shared folder, and whether a worker kept none of it to itself."""
    shared = {
        path.relative_to(site.root / "shared").parts[0] for path in (site.root / "shared").rglob("*") if path.is_file()
    }
    kept = {worker: sorted({p.name for p in (site.root / worker).iterdir()} & shared - {"dbt"}) for worker in WORKERS}
    print(f"shared: {', '.join(sorted(shared))}; kept by a worker: {kept}")
    return not any(kept.values())


if __name__ == "__main__":
    sys.exit(main())
