variable "NODE" {
  default = "22.3"
}
target "default" {
  args = {
    NODE_VERSION = NODE
  }
  platforms = ["linux/amd64", "linux/arm64"]
}
