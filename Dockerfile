# syntax=docker/dockerfile:1
# Calls Makefile targets only, so that the image holds what developers build and test.

FROM node:20-bookworm AS node

FROM rust:1.95-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/root/.npm \
    --mount=type=cache,target=/src/target \
    make release && cp target/release/facementor /facementor && mkdir /data

# The C library and nothing else: no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /facementor /usr/local/bin/facementor
# Database and secrets; the only place that is written to. Everything else may be read-only.
COPY --from=build --chown=65532:65532 /data /data
ENV FACEMENTOR_DATA_DIR=/data \
    FACEMENTOR_OPS__LISTEN=0.0.0.0:9090
VOLUME /data
# Pages, API and signaling; metrics (keep these private); media over UDP and TCP, one port per shard.
EXPOSE 8080 9090 7881/udp 7881/tcp
ENTRYPOINT ["facementor"]
CMD ["serve"]
