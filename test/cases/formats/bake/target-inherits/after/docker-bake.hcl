target "_common" {
  dockerfile = "docker/app.Dockerfile"
  args = { ALPINE = "3.18", OTHER = "x" }
  contexts = { tools = "docker-image://example/tools:1@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" }
}
target "_platforms" {
  platforms = ["linux/amd64", "linux/arm64"]
}
target "app" {
  inherits = ["_common", "_platforms"]
  args = {
    ALPINE = "3.20@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
  }
}
