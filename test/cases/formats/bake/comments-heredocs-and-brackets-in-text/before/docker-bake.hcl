# target "none" { contexts = { a = "docker-image://none:1" } }
// docker-image://none:2
/* "docker-image://none:3" */
target "app" { # }
  description = <<-EOT
    contexts = { a = "docker-image://none:4" }
  EOT
  args = { A = "} docker-image://none:5 {", B = [for x in [1]: "}"], "C" = upper("}${"{"}") }
  contexts = { "real" = "docker-image://alpine:3.20", }
}
