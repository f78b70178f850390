# The warehouse and Airflow in one image; docker-compose.yml starts its programs.
# PYTHON_DIGEST: of the base image, see docs/operators.md. Python packages are pinned with hashes.
ARG PYTHON_DIGEST
FROM python:3.11-slim-bookworm@sha256:${PYTHON_DIGEST}

RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk=1:20220127+repack1-1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/warehouse --shell /usr/sbin/nologin warehouse \
    && install --directory --mode=0700 --owner=warehouse /var/lib/warehouse /var/lib/warehouse/logs \
       /var/lib/warehouse/uploads \
    && install --directory --mode=0700 --owner=999 /var/lib/postgresql

WORKDIR /opt/warehouse
COPY requirements-installer.txt requirements-server.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements-installer.txt \
    && pip install --no-cache-dir --require-hashes -r requirements-server.txt
COPY pyproject.toml ./
COPY plugins plugins
COPY dags dags
COPY dbt_project dbt_project
COPY expectations expectations
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e .

ENV WAREHOUSE_HOME=/var/lib/warehouse
USER warehouse
ENTRYPOINT ["warehouse"]
