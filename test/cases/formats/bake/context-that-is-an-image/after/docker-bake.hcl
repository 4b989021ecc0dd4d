target "app" {
  contexts = {
    base = "docker-image://alpine:3.20@sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" # pinned by hand
    src  = "./src"
    lib  = "target:lib"
    none = "docker-image://scratch"
  }
}
