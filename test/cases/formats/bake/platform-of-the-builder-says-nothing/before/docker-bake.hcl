target "app" { platforms = ["local"] }
