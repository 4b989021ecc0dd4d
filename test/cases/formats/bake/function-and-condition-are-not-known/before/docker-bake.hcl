function "version" {
  params = [a]
  result = "${a}.1"
}
target "app" {
  args = {
    PYTHON = version("3.12")
    BASE   = PYTHON != "" ? "debian:12" : "debian:13"
  }
}
