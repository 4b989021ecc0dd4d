target "app" {
  name = "app-${item.name}"
  matrix = {
    item = [
      { name = "one", tag = "3.19" },
      { name = "two", tag = "3.20" }
    ]
  }
  dockerfile = "${item.name}.Dockerfile"
  args = { ALPINE = item.tag }
}
