variable "ALPINE" { default = "3.20" }
variable "BASE" { default = "debian:12@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" }
target "app" {
  args = {
    ALPINE = ALPINE
    BASE = BASE
  }
  tags = ["example/app:alpine${ALPINE}"]
}
