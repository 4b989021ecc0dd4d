variable "PYTHON" {}
target "app" {
  args = { PYTHON = "${PYTHON}" }
  contexts = { alpine = "docker-image://alpine:${PYTHON}" }
}
