locals {
  apps = {
    cart    = { port = 8081, tags = ["shop"] }
    search  = { port = 8082, tags = [] }
    account = { port = 8083, tags = ["auth", "shop"] }
  }
}

job "apps" {
  datacenters = ["dc1"]
  dynamic "group" {
    for_each = local.apps
    labels   = [group.key]
    content {
      network {
        port "http" {
          static = group.value.port
        }
      }
      service {
        name = group.key
        port = "http"
        tags = group.value.tags
      }
      task "app" {
        driver = "docker"
        config {
          image = "registry/${group.key}:1"
        }
        dynamic "template" {
          for_each = ["a.conf", "b.conf"]
          iterator = file
          content {
            data        = "for ${file.value}"
            destination = "local/${file.value}"
          }
        }
      }
    }
  }
}
