variable "ALPINE" { default = "3.20" }
variable "GO_IMAGE" { default = "golang:1.23" }
variable "BASE" { default = "docker-image://debian:12" }
target "app" {
  contexts = {
    alpine = "docker-image://alpine:${ALPINE}"
    go     = "docker-image://${GO_IMAGE}"
    base   = BASE
  }
}
