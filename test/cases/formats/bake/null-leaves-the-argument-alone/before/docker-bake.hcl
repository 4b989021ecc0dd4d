variable "PYTHON" {
  default = null
}
target "app" {
  args = {
    PYTHON = PYTHON
    OTHER  = null
  }
}
