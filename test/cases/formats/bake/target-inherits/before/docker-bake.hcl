target "_common" {
  dockerfile = "docker/app.Dockerfile"
  args = { ALPINE = "3.18", OTHER = "x" }
  contexts = { tools = "docker-image://example/tools:1" }
}
target "_platforms" {
  platforms = ["linux/amd64", "linux/arm64"]
}
target "app" {
  inherits = ["_common", "_platforms"]
  args = {
    ALPINE = "3.20"
  }
}
