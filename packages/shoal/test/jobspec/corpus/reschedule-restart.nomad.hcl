job "worker" {
  datacenters = ["dc1"]
  reschedule {
    delay          = "30s"
    delay_function = "fibonacci"
    max_delay      = "20m"
    unlimited      = true
  }
  group "worker" {
    restart {
      attempts         = 10
      interval         = "5m"
      delay            = "25s"
      mode             = "delay"
      render_templates = true
    }
    reschedule {
      attempts       = 15
      interval       = "1h"
      delay          = "30s"
      delay_function = "exponential"
      max_delay      = "120s"
      unlimited      = false
    }
    task "worker" {
      driver = "raw_exec"
      config {
        command = "/bin/worker"
      }
      restart {
        attempts = 1
      }
    }
  }
}
