# The warehouse and Airflow in one image; docker-compose.yml starts its parts.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/warehouse --shell /usr/sbin/nologin warehouse

WORKDIR /opt/warehouse
COPY requirements.txt ./
RUN pip install --no-cache-dir --upgrade 'pip>=25' \
    && pip install --no-cache-dir --require-hashes -r requirements.txt \
    && pip install --no-cache-dir apache-airflow-providers-fab
COPY pyproject.toml ./
COPY plugins plugins
COPY dags dags
COPY dbt_project dbt_project
COPY expectations expectations
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e .

USER warehouse
ENTRYPOINT ["warehouse"]
