variable "ALPINE" { default = "3.20" }
variable "GO_IMAGE" { default = "golang:1.23@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" }
variable "BASE" { default = "docker-image://debian:12@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" }
target "app" {
  contexts = {
    alpine = "docker-image://alpine:${ALPINE}@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
    go     = "docker-image://${GO_IMAGE}"
    base   = BASE
  }
}
