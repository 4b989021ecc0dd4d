target "app" {
  args = { PYTHON = "3.12" }
  contexts = { alpine = "docker-image://alpine:3.20" }
}
