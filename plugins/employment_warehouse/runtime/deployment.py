"""Where the servers of a warehouse are, and the secrets that open them: embedded in a home, or on a server."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from employment_warehouse import settings
from employment_warehouse.database.connections import Address, as_variable
from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime.ports import port
from employment_warehouse.runtime.programs import API_SECRET_KEY, FERNET_KEY, JWT_SECRET, OPERATOR_PASSWORD, PASSWORDS
from employment_warehouse.settings import Home

OPERATOR = "operator"
CONSOLE_PORT = 8090  # on a server
SIMPLE = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


@dataclass(frozen=True)
class Deployment:
    """One warehouse as its processes and commands see it; everything that differs between deployments.

    host: of PostgreSQL, a name or the folder of a socket. listen: address and port of Airflow's pages. url: of the
    pages for people, api_url: for processes of the warehouse. console_url: of the console, for people, console_api_url:
    for processes; console_listen: its address and port. auth_manager: of Airflow. secret: None if not given.
    """

    home: Home
    is_embedded: bool
    host: str
    port: int
    listen: tuple[str, int]
    url: str
    api_url: str
    console_listen: tuple[str, int]
    console_url: str
    console_api_url: str
    auth_manager: str

    def secret(self, variable: str) -> str:
        """A secret by the name of its variable; '' if it was not given to this process."""
        derived = _derived_secret(self.home, variable) if self.is_embedded else ""
        return derived or settings.variable(variable)

    def connections(self, *roles: str) -> dict[str, str]:
        """AIRFLOW_CONN_<ROLE> for those of these roles whose password this process has: `database.connect` reads it."""
        passwords = {role: self.secret(variable) for variable, role in PASSWORDS.items() if role in roles}
        return {
            name: value
            for role, password in passwords.items()
            if password
            for name, value in as_variable(role, Address(self.host, self.port, role, password, "warehouse")).items()
        }

    def airflow_database(self) -> str:
        """SQLAlchemy's address of Airflow's own database."""
        password = quote(self.secret("AIRFLOW_PASSWORD"), "")
        return f"postgresql+psycopg://airflow:{password}@/airflow?host={quote(self.host, '/')}&port={self.port}"


def current(home: Home) -> Deployment:
    """The deployment that this process belongs to: a server's if WAREHOUSE_DATABASE names one, else the home's own."""
    return on_server(home) if settings.variable("WAREHOUSE_DATABASE") else embedded(home)


def embedded(home: Home) -> Deployment:
    """Everything in one home, on this machine."""
    server = Server(home)
    number = port(home, "api-server")
    # The path is this warehouse's own: a browser sends its cookies to every port of a host. It is the same however the
    # folder is named (`../home`, a link to it).
    slug = hashlib.sha256(os.fsencode(home.root.resolve())).hexdigest()[:8]
    url = f"http://127.0.0.1:{number}/warehouse-{slug}"
    return Deployment(
        home=home,
        is_embedded=True,
        host=str(server.socket_folder),
        port=server.port,
        listen=("127.0.0.1", number),
        url=url,
        api_url=url,
        console_listen=("127.0.0.1", port(home, "console")),
        console_url=settings.console_url() or f"http://127.0.0.1:{port(home, 'console')}",
        console_api_url=f"http://127.0.0.1:{port(home, 'console')}",
        auth_manager=SIMPLE,
    )


def on_server(home: Home) -> Deployment:
    """The deployment of docker-compose.yml: WAREHOUSE_DATABASE (`host:port`), WAREHOUSE_API_SERVER and
    WAREHOUSE_CONSOLE_SERVER (their addresses between the programs), WAREHOUSE_URL (Airflow's for people)."""
    host, _, number = settings.variable("WAREHOUSE_DATABASE").partition(":")
    api_server = urlsplit(settings.variable("WAREHOUSE_API_SERVER") or "http://api-server:8080")
    console = urlsplit(settings.variable("WAREHOUSE_CONSOLE_SERVER") or f"http://console:{CONSOLE_PORT}")
    url = (settings.variable("WAREHOUSE_URL") or api_server.geturl()).rstrip("/")
    return Deployment(
        home=home,
        is_embedded=False,
        host=host,
        port=int(number or 5432),
        listen=("0.0.0.0", api_server.port or 8080),  # noqa: S104  in its container; docker-compose.yml publishes it
        url=url,
        api_url=f"{api_server.scheme}://{api_server.netloc}{urlsplit(url).path}",
        console_listen=("0.0.0.0", console.port or CONSOLE_PORT),  # noqa: S104  likewise
        console_url=settings.console_url() or f"http://localhost:{CONSOLE_PORT}",
        console_api_url=console.geturl(),
        auth_manager=settings.variable("AIRFLOW__CORE__AUTH_MANAGER") or FAB,
    )


def sign_in_file(home: Home) -> Path:
    """The file that SimpleAuthManager reads."""
    return home.airflow / "sign_in.json"


def _derived_secret(home: Home, variable: str) -> str:
    if role := PASSWORDS.get(variable):
        return home.secret(f"password:{role}")
    if variable == OPERATOR_PASSWORD:
        return home.secret(f"sign-in:{OPERATOR}")[:20]
    purpose = {FERNET_KEY: "airflow:fernet", API_SECRET_KEY: "airflow:api", JWT_SECRET: "airflow:jwt"}.get(variable)
    return home.secret(purpose) if purpose else ""
