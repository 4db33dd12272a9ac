job "checks" {
  datacenters = ["dc1"]
  group "g" {
    network {
      port "grpc" {}
      port "admin" {}
    }
    service {
      name                = "checked"
      port                = "grpc"
      enable_tag_override = true
      address_mode        = "host"
      check_restart {
        limit = 5
        grace = "1m"
      }
      check {
        type         = "grpc"
        grpc_service = "shop.Cart"
        grpc_use_tls = true
        tls_skip_verify = true
        tls_server_name = "cart.internal"
        interval     = "10s"
        timeout      = "2s"
      }
      check {
        name                     = "admin"
        type                     = "http"
        protocol                 = "https"
        port                     = "admin"
        path                     = "/"
        interval                 = "30s"
        timeout                  = "5s"
        initial_status           = "passing"
        success_before_passing   = 3
        failures_before_critical = 2
        failures_before_warning  = 1
        notes                    = "for people"
      }
      check {
        name     = "script"
        type     = "script"
        task     = "t"
        command  = "/bin/check"
        interval = "1m"
        timeout  = "10s"
      }
    }
    task "t" {
      driver = "docker"
      config {
        image = "x"
      }
    }
  }
}
