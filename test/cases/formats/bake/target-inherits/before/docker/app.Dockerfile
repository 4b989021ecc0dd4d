ARG ALPINE=3.10
FROM alpine:${ALPINE}
COPY --from=tools /bin/x /bin/x
