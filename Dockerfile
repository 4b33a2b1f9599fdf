# Two images: `agent` (from scratch: the static program and a CA bundle, nothing else) and `controller` (slim Debian).
#   ./dev image                                   builds and tries both, with whichever of docker, podman, buildah is here
#   docker build --target agent -t plumb-agent .  by hand
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
COPY scripts/common.sh scripts/
COPY dev .
# The packages first: they change least, and the layer is kept while they do.
RUN ./dev setup && rm -rf /var/lib/apt/lists/*
COPY . .
RUN ./dev build static plumb-agent \
 && ./dev build release plumb-controller plumbctl \
 && strip build/release/plumb-controller build/release/plumbctl

FROM scratch AS agent
COPY --from=build /src/build/static/plumb-agent /plumb-agent
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# Nobody, by number: an empty root has no /etc/passwd to look names up in.
USER 65534:65534
# Of the agent alone, never of a dependency. ECS takes the health check of the task definition instead.
HEALTHCHECK --interval=10s --timeout=3s CMD ["/plumb-agent", "health"]
ENTRYPOINT ["/plumb-agent"]
CMD ["run", "--config", "/etc/plumb/plumb.yaml"]

FROM ${BASE} AS controller
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libgrpc++1.51 libprotobuf32 libsqlite3-0 \
      libyaml-cpp0.7 libboost-json1.81.0 libssl3 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/release/plumb-controller /src/build/release/plumbctl /usr/local/bin/
RUN mkdir /var/lib/plumb && chown 65534:65534 /var/lib/plumb
USER 65534:65534
VOLUME /var/lib/plumb
EXPOSE 7443 7480
ENTRYPOINT ["plumb-controller"]
CMD ["serve", "--listen", "127.0.0.1:7443", "--http", "0.0.0.0:7480", "--store", "sqlite:/var/lib/plumb/plumb.db"]
