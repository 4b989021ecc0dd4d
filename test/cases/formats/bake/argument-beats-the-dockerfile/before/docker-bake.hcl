target "app" {
  context = "app"
  args = {
    PYTHON = "3.12"
    UNUSED = 1
  }
}
