target "here" { context = "app" }
target "root" { context = "build/other" }
