variable "TAG" { default = "1" }
target "app" {
  inherits = ["base"]
  contexts = { base = "docker-image://a.io/b:${TAG}" }
  dockerfile-inline = <<EOT
FROM base
EOT
  args = { for k in ["a"] : k => "x" }
}
