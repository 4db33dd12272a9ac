job "site" {
  datacenters = ["dc1"]
  group "site" {
    count = 2
    network {
      port "http" {}
    }
    service {
      name = "site"
      port = "http"
      route {
        host = "example.org"
        tls  = true
      }
      route {
        host       = "*.example.org"
        path       = "/api"
        strip_path = true
      }
    }
    task "site" {
      driver = "raw_exec"
      config {
        command = "/bin/site"
      }
    }
  }
}
