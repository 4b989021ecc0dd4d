target "app" {
  context = "https://github.com/example/other.git"
  args = { PYTHON = "3.12" }
}
