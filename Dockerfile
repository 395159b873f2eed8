# syntax=docker/dockerfile:1
# Built in one stage with compilers at hand, run in another without: nothing but Python, the locked wheels and the bot.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/smallprint
COPY requirements.lock requirements-build.lock /src/
RUN /opt/smallprint/bin/pip install --require-hashes -r /src/requirements.lock \
 && python -m pip install --require-hashes -r /src/requirements-build.lock
COPY . /src
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/wheel /src \
 && /opt/smallprint/bin/pip install --no-deps /tmp/wheel/*.whl

FROM python:3.12-slim
# What cards are set in: every script that policies are written in, and emoji. (Serif letters for Chinese, Japanese and
# Korean would add 54 MB, and are not as clear on a phone.)
RUN printf 'path-exclude=/usr/share/fonts/opentype/noto/NotoSerifCJK*\n' > /etc/dpkg/dpkg.cfg.d/fonts \
 && apt-get update \
 && apt-get install --yes --no-install-recommends fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app --create-home smallprint \
 && install -d -o smallprint -g smallprint /app/state
COPY --from=build /opt/smallprint /opt/smallprint
# A new volume belongs to root, whatever the image says: it is handed over first, then every right is given up.
COPY --chmod=755 <<'SH' /usr/local/bin/as-smallprint
#!/bin/sh
set -e
if [ "$(id -u)" = 0 ]; then
  chown -R smallprint:smallprint /app/state
  exec setpriv --reuid=smallprint --regid=smallprint --init-groups --no-new-privs "$@"
fi
exec "$@"
SH
ENV PATH=/opt/smallprint/bin:$PATH HOME=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
VOLUME /app/state
EXPOSE 8080
# fly.io and `docker stop` send SIGINT or SIGTERM: the bot drains and is gone within 20 s.
STOPSIGNAL SIGINT
ENTRYPOINT ["as-smallprint"]
CMD ["smallprint", "run"]
