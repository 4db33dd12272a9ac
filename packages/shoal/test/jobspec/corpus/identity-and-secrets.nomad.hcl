job "trusted" {
  datacenters = ["dc1"]
  secret "shared" {
    provider = "nomad"
    path     = "nomad/jobs/trusted"
    config {
      namespace = "default"
    }
  }
  group "g" {
    task "api" {
      driver = "docker"
      config {
        image = "api"
        args  = ["--password", "${secret.db.password}"]
      }
      secret "db" {
        provider = "vault"
        path     = "secret/data/db"
        config {
          engine = "kv_v2"
        }
      }
      secret "custom" {
        provider = "sops"
        path     = "x.yaml"
        env {
          KEY = "file"
        }
      }
      identity {
        env         = true
        file        = true
        filepath    = "local/example.jwt"
        change_mode = "restart"
      }
      identity {
        name          = "example"
        aud           = ["oidc.example.com"]
        file          = true
        ttl           = "1h"
        change_mode   = "signal"
        change_signal = "SIGHUP"
      }
      action "weather" {
        command = "/bin/sh"
        args    = ["-c", "curl wttr.in"]
      }
      action "get-changelog" {
        command = "/usr/bin/curl"
      }
    }
  }
}
