variable "ALPINE" { default = "3.20" }
target "app" {
  args = { GO = "1.23@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" }
  dockerfile-inline = <<EOT
ARG GO=1.20
FROM golang:$${GO} AS build
FROM alpine:${ALPINE}
COPY --from=build /x /x
COPY --from=busybox:1.36@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee /bin/y /y
EOT
}
target "other" {
  dockerfile-inline = "FROM debian:12@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
}
