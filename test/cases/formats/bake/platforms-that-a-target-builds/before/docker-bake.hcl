variable "PLATFORMS" { default = ["linux/amd64", "linux/arm64"] }
group "default" { targets = ["app"] }
target "app" {
  platforms = PLATFORMS
}
