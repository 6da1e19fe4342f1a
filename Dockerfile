# Four images from one file: intake, casework, migrate, and a build stage that none of them contains.
# The public site's image holds no file that can unlock a staff or office key, and no file of the staff site.

FROM python:3.11-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PATH=/opt/venv/bin:$PATH
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin testimonio
RUN mkdir /office && chown testimonio /office
WORKDIR /app

FROM base AS build
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.txt
COPY . .
# What each image gets. Everything that is not named here stays outside.
RUN mkdir -p /rooms/intake/templates /rooms/casework /rooms/migrate \
 && cp -r intake web models vault static translations data pyproject.toml /rooms/intake/ \
 && cp -r templates/shared templates/intake /rooms/intake/templates/ \
 && rm -f /rooms/intake/vault/keyslots.py /rooms/intake/vault/shares.py \
 && cp -r casework web models vault exports static templates translations data pyproject.toml /rooms/casework/ \
 && rm -r /rooms/casework/templates/intake \
 && cp -r models pyproject.toml /rooms/migrate/

FROM base AS migrate
COPY --from=build /opt/venv /opt/venv
COPY --from=build /rooms/migrate /app
USER testimonio
CMD ["python", "-c", "import os; from models.engine import migrate; migrate(os.environ['DATABASE_URL'])"]

FROM base AS intake
COPY --from=build /opt/venv /opt/venv
COPY --from=build /rooms/intake /app
USER testimonio
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--factory", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "16", "--no-access-log", "--respawn-failed-workers", "--workers-kill-timeout", "4s", \
     "--log-level", "error", "intake.app:create_app"]

FROM base AS casework
# Pango draws the PDF; the fonts cover every language of the form.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-sil-padauk ffmpeg \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/venv /opt/venv
COPY --from=build /rooms/casework /app
USER testimonio
EXPOSE 8001
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8001/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--factory", "--host", "0.0.0.0", "--port", "8001", "--workers", "2", \
     "--blocking-threads", "16", "--no-access-log", "--respawn-failed-workers", "--workers-kill-timeout", "4s", \
     "--log-level", "error", "casework.app:create_app"]
