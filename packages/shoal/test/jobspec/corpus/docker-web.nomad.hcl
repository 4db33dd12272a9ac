job "storefront" {
  datacenters = ["dc1"]

  group "web" {
    count = 3

    network {
      port "http" {
        to = 8080
      }
    }

    service {
      name = "storefront"
      port = "http"
      tags = ["urlprefix-/", "version-${NOMAD_META_version}"]

      check {
        type     = "http"
        path     = "/health"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "app" {
      driver = "docker"

      config {
        image = "registry.example.com/storefront:1.4.2"
        ports = ["http"]

        auth {
          username = "deploy"
          password = "not-a-secret"
        }
      }

      meta {
        version = "1.4.2"
      }

      resources {
        cpu    = 500
        memory = 256
      }
    }
  }
}
