job "native-services" {
  datacenters = ["dc1"]
  group "g" {
    network {
      port "http" {}
    }
    service {
      provider  = "nomad"
      name      = "web"
      port      = "http"
      address   = "${attr.unique.platform.aws.public-hostname}"
      on_update = "ignore_warnings"
      tagged_addresses {
        wan = "203.0.113.7"
      }
      check {
        type      = "http"
        method    = "POST"
        body      = "{}"
        path      = "/health"
        interval  = "10s"
        timeout   = "2s"
        on_update = "ignore_warnings"
        header {
          Authorization = ["Basic ZWxhc3RpYzpjaGFuZ2VtZQ=="]
          X-Multi       = ["a", "b"]
        }
      }
    }
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/web"
      }
    }
  }
}
