variable "PYTHON" {
  default = "3.12"
}

target "app" {
  args = { PYTHON = PYTHON, BASE = "debian:${RELEASE}" }
}

variable "RELEASE" { default = "12" }
