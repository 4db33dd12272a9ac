job "elastic" {
  datacenters = ["dc1"]
  group "web" {
    count = 2
    scaling {
      enabled = true
      min     = 1
      max     = 20
      policy {
        cooldown            = "1m"
        evaluation_interval = "30s"
        check "cpu" {
          source = "prometheus"
          query  = "avg(cpu_usage{task=\"web\"})"
          strategy "target-value" {
            target = 70
          }
        }
      }
    }
    task "web" {
      driver = "docker"
      config {
        image = "web"
      }
      scaling "cpu" {
        enabled = true
        min     = 100
        max     = 1000
        policy {
          cooldown = "24h"
          check "95pct" {
            strategy "app-sizing-percentile" {
              percentile = "95"
            }
          }
        }
      }
      scaling "mem" {
        max = 512
      }
    }
  }
}
