target "app" {
  contexts = { alpine = "docker-image://alpine:3.20@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" }
}
